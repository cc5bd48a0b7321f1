"""Calls that leave together: when too many of them are due in one channel, they become one message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from slackbot.core.messages import FOLD_ABOVE, FOLD_AT_MOST, FOLDABLE
from storage.outbox_rows import AFTER_CURES, OutboxRow
from storage.pace import POST
from storage.ripe import FIRST_OF_STREAM, RIPE, STILL_SO
from storage.statements import constant, one_of
from storage.tables.delivery import outbox

_o = outbox.c
# What was refused in company is sent alone: one bad call must not take the others with it again and again.
_GOES_IN_COMPANY = sa.or_(_o.error.is_(None), ~_o.error.contains(AFTER_CURES, autoescape=True))


_SIBLINGS = (
    sa.select(_o.id)
    .where(
        *RIPE,
        _o.workspace_id == sa.bindparam("workspace"),
        _o.method == constant(POST),
        _o.destination == sa.bindparam("place"),
        one_of(_o.kind, sorted(FOLDABLE)),
    )
    .where(_GOES_IN_COMPANY, FIRST_OF_STREAM, STILL_SO)
    .order_by(_o.severity_rank, _o.id)
    .limit(FOLD_AT_MOST - 1)
)


def siblings(connection: sa.Connection, leased: Iterable[OutboxRow], now: datetime) -> dict[int, list[int]]:
    """Say which pending calls are to leave together with those leased just now, by the id of the leased one.

    At most one of `leased` goes to each channel. Where no call is among them, nothing is asked of the database.
    """
    found: dict[int, list[int]] = {}
    for leader in filter(_leads, leased):
        place = {"now": now, "workspace": leader.workspace_id, "place": leader.destination}
        ids = [row[0] for row in connection.execute(_SIBLINGS, place)]
        if len(ids) >= FOLD_ABOVE:
            found[leader.id] = ids
    return found


def _leads(row: OutboxRow) -> bool:
    return row.kind in FOLDABLE and AFTER_CURES not in (row.error or "")
