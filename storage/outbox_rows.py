"""A message on its way: what it is for, where it stands, never what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from slackbot.core.messages import Guard, Kind, Wanted
from slackbot.core.model import Escalation
from storage.pace import method_of
from storage.tables.delivery import outbox


class OutboxState(StrEnum):
    """Where a message stands on its way. The last four are final; `dead` is loud."""

    PENDING = "pending"
    LEASED = "leased"
    UNKNOWN = "unknown"
    SENT = "sent"
    OBSOLETE = "obsolete"
    DIVERTED = "diverted"
    DEAD = "dead"


UNFINISHED = (OutboxState.PENDING.value, OutboxState.LEASED.value, OutboxState.UNKNOWN.value)

AFTER_CURES = ": "
"""Stands in a row's error between the cures that are noted there and what Slack said; see the services' `tried`."""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One message a decision wanted. `token` fences: a settlement with an older one changes nothing.

    `attempt` counts claims since it was last wanted, `looks` the reconciler's looks, and at `recheck_at` it looks once
    more for a surplus copy; `taken_back` names the copies whose own senders delete them, which nobody may take for the
    message; `wanted_version` is the version of the escalation that an edit must at least show.
    """

    id: int
    workspace_id: int
    escalation_id: str
    visit: int
    kind: Kind
    ordinal: int
    destination: str
    topic: str
    stream: str
    guard: Guard
    severity_rank: int
    method: str
    state: OutboxState
    wanted_version: int
    not_before: datetime
    created_at: datetime
    lease_until: datetime | None
    token: int
    attempt: int
    attempt_started_at: datetime | None
    key: str
    sent_at: datetime | None
    error: str | None
    looks: int
    recheck_at: datetime | None
    taken_back: str | None

    def is_taken_back(self, channel: str, ts: str) -> bool:
        """Say whether a copy is deleted by its own sender."""
        return copy_name(channel, ts) in (self.taken_back or "").split()


def copy_name(channel: str, ts: str) -> str:
    """Name a copy as `taken_back` does."""
    return f"{channel}:{ts}"


COLUMNS: tuple[sa.Column[Any], ...] = tuple(outbox.c[name] for name in OutboxRow.__slots__)
"""What to select for `row_of`, in its order."""

_KIND, _GUARD, _STATE = (OutboxRow.__slots__.index(name) for name in ("kind", "guard", "state"))


def row_of(row: Sequence[Any]) -> OutboxRow:
    """Read an outbox row out of `COLUMNS`."""
    values = list(row)
    values[_KIND] = Kind(values[_KIND])
    values[_GUARD] = Guard(values[_GUARD])
    values[_STATE] = OutboxState(values[_STATE])
    return OutboxRow(*values)


def wanted_row(escalation: Escalation, wanted: Wanted, key: str, now: datetime) -> dict[str, Any]:
    """Write a wanted message as a new row that may leave now."""
    return {
        "workspace_id": escalation.workspace_id,
        "escalation_id": escalation.id,
        "visit": wanted.visit,
        "kind": wanted.kind.value,
        "ordinal": wanted.ordinal,
        "destination": wanted.destination,
        "topic": str(wanted.topic),
        "stream": wanted.stream,
        "guard": wanted.guard.value,
        "severity_rank": escalation.severity.rank,
        "method": method_of(wanted.kind),
        "state": OutboxState.PENDING.value,
        "wanted_version": escalation.version,
        "not_before": now,
        "created_at": now,
        "token": 0,
        "attempt": 0,
        "key": key,
        "looks": 0,
    }
