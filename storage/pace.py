"""How fast Slack lets us speak, and the arithmetic of keeping to it.

A lane is one instant, `next_send_at`: by when everything sent so far would have been sent at an even pace (the generic
cell rate algorithm). Something may leave while that lies at most a burst ahead of now.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.core.messages import LEVEL_TRIGGERED, Kind

POST = "chat.postMessage"
UPDATE = "chat.update"


def method_of(kind: Kind) -> str:
    """Say which of Slack's methods brings a kind of message."""
    return UPDATE if kind in LEVEL_TRIGGERED else POST


@dataclass(frozen=True, slots=True)
class Rate:
    """One message an `interval`, of which `burst` may leave at once after a silence."""

    interval: timedelta
    burst: int

    def latest(self, now: datetime) -> datetime:
        """Say how far ahead a lane's `next_send_at` may lie for something to leave now."""
        return now + self.interval * (self.burst - 1)

    def opens(self, next_send_at: datetime) -> datetime:
        """Say when a lane lets the next message through."""
        return next_send_at - self.interval * (self.burst - 1)

    def after(self, next_send_at: datetime, now: datetime) -> datetime:
        """Say where a lane stands once a message has left now."""
        return max(next_send_at, now) + self.interval


@dataclass(frozen=True, slots=True)
class Pace:
    """Posts to one channel, posts and edits in a whole workspace.

    One post a second and channel (docs.slack.dev/apis/web-api/rate-limits); "several hundred" posts a minute and
    workspace, taken as 300; edits are tier 3, 50 and more a minute and workspace.
    """

    channel: Rate = Rate(timedelta(seconds=1), 1)
    posts: Rate = Rate(timedelta(milliseconds=200), 20)
    edits: Rate = Rate(timedelta(milliseconds=1200), 10)

    def whole(self, method: str) -> Rate:
        """Say the rate of a method in a whole workspace."""
        return self.edits if method == UPDATE else self.posts


DEFAULT_PACE = Pace()
