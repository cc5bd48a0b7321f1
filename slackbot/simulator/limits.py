"""Slack's rate limits as token buckets over the workspace's clock (docs.slack.dev/apis/web-api/rate-limits).

Slack publishes the rates but not the bursts; the bursts here are small so that an app which paces itself passes and one
which does not is caught.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from slackbot.clock import Clock

_SECONDS_A_MINUTE = 60.0
MOST_VIOLATIONS = 1_000
"""How many are remembered: the newest."""
# What rounding may lose of a token: whoever waits exactly as long as told must pass.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Pace:
    """The rates: calls per minute by tier, messages per second and channel, messages per minute and workspace.

    `by_method` overrides single methods, in calls per minute; `UNLISTED_APP` holds what unlisted apps get since 2025.
    """

    per_minute: Mapping[int, float] = field(
        default_factory=lambda: {0: 600.0, 1: 1.0, 2: 20.0, 3: 50.0, 4: 100.0},
    )
    by_method: Mapping[str, float] = field(default_factory=dict)
    burst_share: float = 0.2
    messages_per_second: float = 1.0
    message_burst: float = 2.0
    workspace_messages_per_minute: float = 300.0
    workspace_burst: float = 60.0


UNLISTED_APP = {"conversations.history": 1.0, "conversations.replies": 1.0}


@dataclass(frozen=True, slots=True)
class Violation:
    """A call above the pace: which method, in which channel if the channel's pace it was, and the rule in words."""

    at: datetime
    method: str
    channel: str | None
    rule: str
    retry_after: int


class Bucket:
    """Tokens that refill steadily up to a burst; the caller says what time it is."""

    def __init__(self, per_second: float, burst: float, now: datetime) -> None:
        self._per_second = per_second
        self._burst = max(1.0, burst)
        self._tokens = self._burst
        self._at = now

    def wait(self, now: datetime) -> float:
        """Say how many seconds pass until a token is there; 0 when one is."""
        passed = max(0.0, (now - self._at).total_seconds())
        self._tokens = min(self._burst, self._tokens + passed * self._per_second)
        self._at = max(self._at, now)
        missing = 1.0 - self._tokens
        return 0.0 if missing <= _ROUNDING else missing / self._per_second

    def take(self) -> None:
        """Use a token; below nothing it does not fall."""
        self._tokens = max(0.0, self._tokens - 1.0)


class Limits:
    """The limits of one app in one workspace; with `enforce` off, what is above the pace passes but is counted.

    Not guarded by a lock of its own: the Web API calls it under the workspace's.
    """

    def __init__(self, clock: Clock, pace: Pace | None = None, *, enforce: bool = True) -> None:
        self._clock = clock
        self._pace = pace or Pace()
        self._methods: dict[str, Bucket] = {}
        self._channels: dict[str, Bucket] = {}
        self._workspace: Bucket | None = None
        self.enforce = enforce
        self.violations: deque[Violation] = deque(maxlen=MOST_VIOLATIONS)

    def call(self, method: str, tier: int) -> Violation | None:
        """Count one call of a method; the violation to answer with 429, or None when it may pass."""
        rate = self._pace.by_method.get(method, self._pace.per_minute[tier])
        now = self._clock.now()
        if method not in self._methods:
            burst = rate * self._pace.burst_share
            self._methods[method] = Bucket(rate / _SECONDS_A_MINUTE, burst, now)
        bucket = self._methods[method]
        return self._settle(method, None, f"{method}: {rate:g} a minute", (bucket,))

    def message(self, method: str, channel_id: str) -> Violation | None:
        """Count one message into a channel, by whichever way; the violation to answer with 429, or None."""
        now = self._clock.now()
        pace = self._pace
        if channel_id not in self._channels:
            self._channels[channel_id] = Bucket(pace.messages_per_second, pace.message_burst, now)
        if self._workspace is None:
            rate = pace.workspace_messages_per_minute / _SECONDS_A_MINUTE
            self._workspace = Bucket(rate, pace.workspace_burst, now)
        rule = (
            f"{pace.messages_per_second:g} message a second and channel, "
            f"{pace.workspace_messages_per_minute:g} a minute and workspace"
        )
        return self._settle(method, channel_id, rule, (self._channels[channel_id], self._workspace))

    def _settle(self, method: str, channel: str | None, rule: str, buckets: tuple[Bucket, ...]) -> Violation | None:
        now = self._clock.now()
        wait = max(bucket.wait(now) for bucket in buckets)
        violation = None
        if wait > 0:
            violation = Violation(now, method, channel, rule, max(1, math.ceil(wait)))
            self.violations.append(violation)
            if self.enforce:
                return violation
        for bucket in buckets:
            bucket.take()
        return None
