"""Trigger ids: tickets to open one form, good once and for three seconds (docs.slack.dev/surfaces/modals)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.simulator.changes import Changes
from slackbot.simulator.refusals import RefusedError

TRIGGER_TTL = timedelta(seconds=3)
REMEMBERED = timedelta(minutes=10)
"""Older ones are forgotten: they are then invalid, no longer expired."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Who may be shown a form, since when, and from inside which view."""

    id: str
    user: str
    issued_at: datetime
    in_view: str | None


class Triggers:
    """The tickets issued; each opens one view within three seconds of the workspace's clock."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._open: dict[str, Trigger] = {}
        self._used: set[str] = set()

    def issue(self, user_id: str, *, in_view: str | None = None) -> str:
        """Give out a trigger id for a person; `in_view` is the view whose interaction caused it."""
        with self._changes.lock:
            serial = self._changes.next_serial()
            now = self._changes.now()
            trigger_id = f"{int(now.timestamp())}.{serial:07d}.{serial:06x}"
            self._forget(now - REMEMBERED)
            self._open[trigger_id] = Trigger(trigger_id, user_id, now, in_view)
            self._changes.touch()
            return trigger_id

    def look(self, trigger_id: str) -> Trigger:
        """Find a trigger that can be used now; raises `RefusedError` with the error of `views.open`."""
        with self._changes.lock:
            trigger = self._open.get(trigger_id)
            if trigger is None:
                raise RefusedError("invalid_trigger_id", f"{trigger_id!r} was never issued")
            if trigger_id in self._used:
                raise RefusedError("exchanged_trigger_id", "a trigger_id opens one view only")
            age = self._changes.now() - trigger.issued_at
            if age > TRIGGER_TTL:
                rule = f"a trigger_id lives 3 s, this one is {age.total_seconds():.3f} s old"
                raise RefusedError("expired_trigger_id", rule)
            return trigger

    def spend(self, trigger: Trigger) -> None:
        """Use a trigger up."""
        with self._changes.lock:
            self._used.add(trigger.id)

    def _forget(self, before: datetime) -> None:
        while self._open and next(iter(self._open.values())).issued_at < before:
            trigger_id = next(iter(self._open))
            del self._open[trigger_id]
            self._used.discard(trigger_id)
