"""What is waiting, in a few numbers: asked at every scrape, so by partial indexes alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.outbox_rows import UNFINISHED, OutboxState
from storage.statements import constant
from storage.tables.cases import escalations
from storage.tables.delivery import lanes, outbox

COUNTED = (*UNFINISHED, OutboxState.DEAD.value)
"""States of the outbox that are few; what was sent long ago would take a reading of the whole table."""

_FIRST_DUE = (
    sa.select(escalations.c.next_at).where(escalations.c.next_at.is_not(None)).order_by(escalations.c.next_at).limit(1)
)
_MESSAGES = sa.union_all(
    *(
        sa.select(constant(state).label("state"), sa.func.count()).where(outbox.c.state == constant(state))
        for state in COUNTED
    )
)
_PAUSED = sa.select(sa.func.count(), sa.func.max(lanes.c.paused_until)).where(
    lanes.c.paused_until > sa.bindparam("now", type_=lanes.c.paused_until.type)
)


@dataclass(frozen=True, slots=True)
class Backlog:
    """Over all workspaces: the earliest next moment of any case (case time), messages by state, paused lanes."""

    first_due: datetime | None
    messages: Mapping[str, int]
    paused_lanes: int
    paused_until: datetime | None


def read_backlog(connection: sa.Connection, now: datetime) -> Backlog:
    """Read it; `now` is wire time."""
    paused, until = connection.execute(_PAUSED, {"now": now}).one()
    return Backlog(
        first_due=connection.execute(_FIRST_DUE).scalar(),
        messages={row[0]: row[1] for row in connection.execute(_MESSAGES)},
        paused_lanes=paused,
        paused_until=until,
    )
