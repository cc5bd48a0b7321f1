"""What is in doubt: leases that ended, rows to be looked for, and rows to be looked for once more.

Whoever takes a row to look for it has it alone for a while, so that replicas do not all ask Slack the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.outbox_rows import COLUMNS, OutboxRow, OutboxState, row_of
from storage.statements import constant
from storage.tables.delivery import outbox

LOOKING = timedelta(seconds=20)
"""How long one replica may look before another one looks too."""

_c = outbox.c
_MOMENT = _c.not_before.type
_NOW = sa.bindparam("now", type_=_MOMENT)
_THEN = sa.bindparam("then", type_=_MOMENT)
_IS_UNKNOWN = _c.state == constant(OutboxState.UNKNOWN)
_LEASE_IS_OVER = (_c.state == constant(OutboxState.LEASED), _c.lease_until <= _NOW)
_EXPIRED = "lease expired"
# What was tried already stands before the last error, and stays.
_NOTED = sa.case(
    (_c.error.is_(None), _EXPIRED), (_c.error.like(f"%{_EXPIRED}"), _c.error), else_=_c.error + f", {_EXPIRED}"
)
_EXPIRE = (
    sa.update(outbox)
    .where(*_LEASE_IS_OVER)
    .values(state=OutboxState.UNKNOWN.value, lease_until=None, not_before=_THEN, error=_NOTED)
    .returning(*COLUMNS)
)
_UNKNOWN_DUE = (
    sa.select(*COLUMNS)
    .where(_IS_UNKNOWN, _c.not_before <= _NOW)
    .order_by(_c.not_before)
    .limit(sa.bindparam("count", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_LOOKED_AT = sa.update(outbox).where(_c.id.in_(sa.bindparam("ids", expanding=True))).values(not_before=_THEN)
_RECHECKED_AT = (
    sa.update(outbox)
    .where(_c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(recheck_at=sa.bindparam("recheck", type_=_c.recheck_at.type))
)
_TAKEN_BACK = (
    sa.update(outbox)
    .where(_c.id == sa.bindparam("row"))
    .values(
        recheck_at=sa.bindparam("recheck", type_=_c.recheck_at.type),
        taken_back=sa.func.coalesce(_c.taken_back + " ", "") + sa.bindparam("copy", type_=sa.Text),
    )
)
_WAKE_UPS = sa.select(
    sa.select(sa.func.min(_c.lease_until)).where(_c.state == constant(OutboxState.LEASED)).scalar_subquery(),
    sa.select(sa.func.min(_c.not_before)).where(_IS_UNKNOWN).scalar_subquery(),
)
_IS_SENT = _c.state == constant(OutboxState.SENT)
_RECHECK_DUE = (
    sa.select(*COLUMNS)
    .where(_c.recheck_at.is_not(None), _c.recheck_at <= _NOW, _IS_SENT)
    .order_by(_c.recheck_at)
    .limit(sa.bindparam("count", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)
_NEXT_RECHECK = sa.select(sa.func.min(_c.recheck_at)).where(_c.recheck_at.is_not(None), _IS_SENT)


def expire(connection: sa.Connection, now: datetime, look_at: datetime) -> list[OutboxRow]:
    """Make what was not settled in time unknown, to be looked for at an instant; say which."""
    return _read(connection, _EXPIRE, {"now": now, "then": look_at})


def take_unknown(connection: sa.Connection, now: datetime, limit: int) -> list[OutboxRow]:
    """Take at most `limit` unknown rows whose quiet period is over."""
    rows = _read(connection, _UNKNOWN_DUE, {"now": now, "count": limit})
    if rows:
        connection.execute(_LOOKED_AT, {"ids": [row.id for row in rows], "then": now + LOOKING})
    return rows


def take_rechecks(connection: sa.Connection, now: datetime, limit: int) -> list[OutboxRow]:
    """Take at most `limit` rows that were sent again after a lost answer."""
    rows = _read(connection, _RECHECK_DUE, {"now": now, "count": limit})
    if rows:
        connection.execute(_RECHECKED_AT, {"ids": [row.id for row in rows], "recheck": now + LOOKING})
    return rows


def next_look(connection: sa.Connection) -> datetime | None:
    """Say when something is in doubt next; None if nothing is."""
    moments = [*connection.execute(_WAKE_UPS).one(), connection.execute(_NEXT_RECHECK).scalar()]
    return min((moment for moment in moments if moment is not None), default=None)


def _read(connection: sa.Connection, statement: Any, values: dict[str, Any]) -> list[OutboxRow]:
    return [row_of(row) for row in connection.execute(statement, values)]


def recheck_at(connection: sa.Connection, row_id: int, at: datetime) -> None:
    """Have a row looked for once more at an instant."""
    connection.execute(_RECHECKED_AT, {"ids": [row_id], "recheck": at})


def take_back(connection: sa.Connection, row_id: int, copy: str, recheck: datetime) -> None:
    """Note a copy that its own sender deletes, and have the row looked for once more."""
    connection.execute(_TAKEN_BACK, {"row": row_id, "copy": copy, "recheck": recheck})
