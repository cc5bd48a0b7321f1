"""What happened to cases: written once, never changed, rendered in words only when somebody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa

from slackbot.core.events import Event, event_from, event_params
from slackbot.core.model import Escalation
from storage.prepared import Prepared
from storage.repository import Repository
from storage.tables.cases import history


@dataclass(frozen=True, slots=True)
class Unknown(Event):
    """Something that another release of Rung wrote down and this one can't read."""

    code: ClassVar[str] = "unknown"
    written_code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a case's history; `version` is the decision it belongs to, None for what no decision did."""

    at: datetime
    actor: str | None
    event: Event
    version: int | None


_c = history.c
_OF_CASE = (_c.workspace_id == sa.bindparam("workspace"), _c.escalation_id == sa.bindparam("escalation"))
_APPEND = Prepared(sa.insert(history))
_READ = sa.select(_c.at, _c.actor, _c.code, _c.params, _c.version).where(*_OF_CASE)
_OF = _READ.order_by(_c.id)
_LAST_CHANGE = _READ.where(_c.version.is_not(None)).order_by(_c.version.desc(), _c.ordinal.desc()).limit(1)


class History(Repository):
    """The histories of cases."""

    __slots__ = ()

    def append(self, escalation: Escalation, events: Sequence[Event], actor: str | None, now: datetime) -> None:
        """Write down what one decision did, under the version it led to; the same version twice raises IntegrityError.

        `actor` is None for what the passing of time did.
        """
        self.append_many([(escalation, events)], actor, now)

    def append_many(
        self, decided: Iterable[tuple[Escalation, Sequence[Event]]], actor: str | None, now: datetime
    ) -> None:
        """Write down what several decisions did, in one statement."""
        rows = [
            _row(escalation.workspace_id, escalation.id, event, now)
            | {"version": escalation.version, "ordinal": ordinal, "actor": actor}
            for escalation, events in decided
            for ordinal, event in enumerate(events)
        ]
        if rows:
            _APPEND.change(self._connection, rows)

    def note(self, workspace_id: int, escalation_id: str, event: Event, now: datetime) -> None:
        """Write down something that no decision did, such as a ping that nobody wanted any more when it would leave."""
        row = _row(workspace_id, escalation_id, event, now)
        _APPEND.change(self._connection, [row | {"version": None, "ordinal": None, "actor": None}])

    def of(self, workspace_id: int, escalation_id: str) -> list[Entry]:
        """Read a case's history, the oldest first."""
        found = self._connection.execute(_OF, {"workspace": workspace_id, "escalation": escalation_id})
        return [_entry(row) for row in found]

    def last_change(self, workspace_id: int, escalation_id: str) -> Entry | None:
        """Find the last thing a decision did: what to tell somebody whose press came too late."""
        row = self._connection.execute(_LAST_CHANGE, {"workspace": workspace_id, "escalation": escalation_id}).first()
        return None if row is None else _entry(row)


def _row(workspace_id: int, escalation_id: str, event: Event, now: datetime) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "escalation_id": escalation_id,
        "at": now,
        "code": event.code,
        "params": event_params(event),
    }


def _entry(row: Any) -> Entry:
    at, actor, code, params, version = row
    try:
        event = event_from(code, params)
    except (KeyError, TypeError, ValueError):
        event = Unknown(code, params)
    return Entry(at, actor, event, version)
