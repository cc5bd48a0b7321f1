"""What use cases tell whoever measures them."""

from __future__ import annotations

from typing import Protocol


class Meter(Protocol):
    """Who notes how late things are; seconds of wire time."""

    def acted(self, late: float) -> None:
        """Note that a case's moment was acted on, and how long after it."""
        ...

    def sent(self, after: float) -> None:
        """Note that Slack took a message, and how long after it was wanted."""
        ...


class Unmeasured:
    """Notes nothing: for the demo's command line, tests and simulations."""

    def acted(self, late: float) -> None:
        """Note nothing."""

    def sent(self, after: float) -> None:
        """Note nothing."""
