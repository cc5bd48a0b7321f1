"""How Slack's requests come in: over Socket Mode or by HTTP, behind one face."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from slack_bolt import App

from slackbot.runtime.watchdog import Watched


class RequestMeter(Protocol):
    """Who counts requests."""

    def acked(self, seconds: float) -> None:
        """Note how long a request waited here for its answer."""
        ...

    def refused(self, why: str) -> None:
        """Note a request that was not read."""
        ...


class Transport(Protocol):
    """Hands Slack's requests to Bolt."""

    @property
    def is_ready(self) -> bool:
        """Say whether requests reach it."""
        ...

    @property
    def watched(self) -> tuple[Watched, ...]:
        """Give what must go on beating, or else the process is of no use."""
        ...

    def start(self) -> None:
        """Begin to listen."""
        ...

    def stop(self) -> None:
        """Take nothing more and let requests at hand finish."""
        ...


MakesTransport = Callable[[App, RequestMeter], Transport]
