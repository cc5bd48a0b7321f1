"""The time of a scene: Slack and every process go by the machine's clocks, all of them put forward by the same."""

from __future__ import annotations

from ctypes import c_double
from datetime import datetime, timedelta

from slackbot.clock import Clock


class AheadClock:
    """Another clock, put forward by seconds that are shared with other processes: whoever moves them, moves all."""

    def __init__(self, base: Clock, ahead: c_double) -> None:
        self._base = base
        self._ahead = ahead

    def now(self) -> datetime:
        """Say what time it is on this clock."""
        return self._base.now() + timedelta(seconds=self._ahead.value)
