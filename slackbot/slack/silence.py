"""Since when Slack has given no answer to any call: what nobody could say or press meanwhile is no tier's fault."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.clock import Clock
from slackbot.slack.failures import NO_CONNECTION, Ambiguous, SlackFailure, UnknownCode

APART = timedelta(minutes=5)
"""Failures further apart are two silences: what waits to be said is tried again every minute."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A stretch (UTC, case time) from one call without an answer to the last one of a row of them."""

    start: datetime
    end: datetime


class Silence:
    """Learns from every call. Safe to use from several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._latest: Silent | None = None
        self._is_over = False
        self.answered_at: datetime | None = None

    def heard(self, failure: SlackFailure | None) -> None:
        """Take note of what became of a call; None is an answer without a failure."""
        now = self._clock.now()
        with self._lock:
            if not _is_no_answer(failure):
                self.answered_at, self._is_over = now, True
            elif self._latest is None or self._is_over or not self._latest.start <= now <= self._latest.end + APART:
                self._latest, self._is_over = Silent(now, now), False
            else:
                self._latest = Silent(self._latest.start, now)

    def latest(self) -> Silent | None:
        """Say when Slack was silent last; it may be so still."""
        with self._lock:
            return self._latest


def _is_no_answer(failure: SlackFailure | None) -> bool:
    """Tell an error of Slack's servers, or no word at all, from an answer that we do not like or do not know."""
    if failure is None or isinstance(failure, UnknownCode):
        return False
    return isinstance(failure, Ambiguous) or failure.code == NO_CONNECTION
