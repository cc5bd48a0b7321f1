"""Calls on their way: taken by Slack, not carried out yet, their senders gone."""

from __future__ import annotations

import threading
from collections.abc import Callable


class HeldCalls:
    """Calls Slack took and has not carried out yet; `land` does so, while nobody waits for an answer any more."""

    def __init__(self) -> None:
        self._kept: list[Callable[[], object]] = []
        self._lock = threading.Lock()

    def keep(self, carry_out: Callable[[], object]) -> None:
        """Take a call, to be carried out when it lands."""
        with self._lock:
            self._kept.append(carry_out)

    def waiting(self) -> int:
        """Say how many calls are on their way."""
        with self._lock:
            return len(self._kept)

    def land(self) -> None:
        """Carry out what is on its way, in the order it came."""
        with self._lock:
            landing, self._kept = self._kept, []
        for carry_out in landing:
            carry_out()
