"""Forgetting what is only needed for a while: keys of requests, and drafts of forms nobody sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from slackbot.services.context import ServiceContext

KEEP = timedelta(days=7)
"""Far longer than Slack repeats a delivery (a day at most, docs.slack.dev/apis/events-api) or a form stays open."""

EVERY = timedelta(hours=1)


class Housekeeping:
    """The pass over what is old, as a step without a thread."""

    def __init__(self, ctx: ServiceContext) -> None:
        self._ctx = ctx
        self._due = ctx.now()

    def step(self) -> bool:
        """Forget what is older than a week, once an hour; there is never more waiting."""
        now = self._ctx.now()
        if now >= self._due:
            self._due = now + EVERY
            with self._ctx.store.write() as tx:
                tx.inbox.forget_before(now - KEEP)
                tx.drafts.forget_before(now - KEEP)
        return False

    def next_moment(self) -> datetime:
        """Say when to forget next (case time)."""
        return self._due
