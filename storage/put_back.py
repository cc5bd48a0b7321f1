"""What waits for a moment of a clock that was put back: it goes back with it, or it would wait so much longer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.outbox_rows import UNFINISHED
from storage.statements import one_of
from storage.tables.cases import escalations, inbox
from storage.tables.delivery import lanes, outbox, refusals, warnings
from storage.tables.directory import people
from storage.tables.weekly import weekly_summaries


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Columns of a table that hold such moments, and in which rows; `written_always`, by every replica all the time."""

    columns: tuple[str, ...]
    rows: sa.ColumnElement[bool] | None = None
    written_always: bool = False


_NOW = sa.bindparam("now", type_=outbox.c.not_before.type)
_o, _w = outbox.c, weekly_summaries.c
# What was received is only asked for as long as a repetition may come: the rest of a week's keys is left alone.
_WAITING: Mapping[sa.Table, _Waiting] = {
    outbox: _Waiting(
        ("not_before", "created_at", "lease_until", "attempt_started_at", "recheck_at"),
        sa.or_(one_of(_o.state, UNFINISHED), _o.recheck_at.is_not(None)),
        written_always=True,
    ),
    lanes: _Waiting(("next_send_at", "paused_until"), written_always=True),
    weekly_summaries: _Waiting(
        ("not_before", "lease_until"), one_of(_w.state, ("pending", "leased")), written_always=True
    ),
    refusals: _Waiting(("check_at",)),
    warnings: _Waiting(("told_at",)),
    people: _Waiting(("refresh_at",), people.c.refresh_at > _NOW),
    escalations: _Waiting(("hold_until",), escalations.c.hold_until.is_not(None)),
    inbox: _Waiting(("received_at",), inbox.c.received_at > _NOW),
}

PUT_BACK = {f"{table.name}.{column}" for table, each in _WAITING.items() for column in each.columns}
"""The columns that are put back with a clock. What was promised to people and what is told of the past stays."""


def put_back(connection: sa.Connection, step: timedelta, now: datetime, *, beyond: datetime | None = None) -> None:
    """Put back by `step` what waits; `now` is what the clock shows since.

    With `beyond`, only moments that lie after it, of what every replica writes all the time: what one of them stored
    before it noticed, when another one has put back the rest.
    """
    for table, waiting in _WAITING.items():
        if beyond is None or waiting.written_always:
            moved = {name: _moved(table.c[name], step, beyond) for name in waiting.columns}
            statement = sa.update(table).values(moved)
            if waiting.rows is not None:
                statement = statement.where(waiting.rows)
            connection.execute(statement, {"now": now})


def _moved(column: sa.Column[Any], step: timedelta, beyond: datetime | None) -> sa.ColumnElement[Any]:
    microseconds = step // timedelta(microseconds=1)
    moved = sa.type_coerce(sa.type_coerce(column, sa.BigInteger) - microseconds, column.type)
    return moved if beyond is None else sa.case((column > beyond, moved), else_=column)
