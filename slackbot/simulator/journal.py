"""The list of every Web API call a simulated workspace saw, for inspection by people and tests."""

from __future__ import annotations

from collections import deque

from slackbot.simulator.changes import Changes
from slackbot.simulator.model import ApiCall


class Journal:
    """The newest calls, oldest first; older ones than `kept` fall out."""

    def __init__(self, changes: Changes, *, kept: int = 10_000) -> None:
        self._changes = changes
        self._calls: deque[ApiCall] = deque(maxlen=kept)

    def keep(self, kept: int) -> None:
        """Keep so many from now on."""
        with self._changes.lock:
            self._calls = deque(self._calls, maxlen=kept)

    def add(self, call: ApiCall) -> None:
        """Keep one more call."""
        with self._changes.lock:
            self._calls.append(call)
            self._changes.touch()

    def calls(self, method: str | None = None) -> list[ApiCall]:
        """List the calls, of one method or of all."""
        with self._changes.lock:
            return [call for call in self._calls if method is None or call.method == method]

    def refused(self) -> list[ApiCall]:
        """List the calls that were answered with an error."""
        with self._changes.lock:
            return [call for call in self._calls if call.error is not None]
