"""Calls that leave together: when too many of them are due in one channel, they become one message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from slackbot.core.messages import FOLD_ABOVE, FOLD_AT_MOST, FOLDABLE
from storage.outbox_rows import AFTER_CURES, OutboxRow
from storage.ripe import FIRST_OF_STREAM, RIPE, STILL_SO
from storage.statements import one_of
from storage.tables.delivery import outbox

_o = outbox.c
# What was refused in company is sent alone: one bad call must not take the others with it again and again.
_GOES_IN_COMPANY = sa.or_(_o.error.is_(None), ~_o.error.contains(AFTER_CURES, autoescape=True))


def _siblings() -> sa.Select[Any]:
    place = sa.func.row_number().over(
        partition_by=(_o.workspace_id, _o.destination), order_by=(_o.severity_rank, _o.id)
    )
    found = (
        sa.select(_o.id, _o.workspace_id, _o.destination, place.label("place"))
        .where(*RIPE, one_of(_o.kind, sorted(FOLDABLE)), _o.destination.in_(sa.bindparam("places", expanding=True)))
        .where(_GOES_IN_COMPANY, FIRST_OF_STREAM, STILL_SO)
        .subquery("found")
    )
    return (
        sa.select(found.c.id, found.c.workspace_id, found.c.destination)
        .where(found.c.place < FOLD_AT_MOST)
        .order_by(found.c.workspace_id, found.c.destination, found.c.place)
    )


_SIBLINGS = _siblings()


def siblings(connection: sa.Connection, leased: Iterable[OutboxRow], now: datetime) -> dict[int, list[int]]:
    """Say which pending calls are to leave together with those leased just now, by the id of the leased one.

    At most one of `leased` goes to each channel. Where no call is among them, nothing is asked of the database.
    """
    leaders = {(row.workspace_id, row.destination): row.id for row in leased if _leads(row)}
    if not leaders:
        return {}
    values = {"now": now, "places": sorted({destination for _, destination in leaders})}
    found: dict[int, list[int]] = {}
    for id_, workspace_id, destination in connection.execute(_SIBLINGS, values):
        leader = leaders.get((workspace_id, destination))
        if leader is not None:
            found.setdefault(leader, []).append(id_)
    return {leader: ids for leader, ids in found.items() if len(ids) >= FOLD_ABOVE}


def _leads(row: OutboxRow) -> bool:
    return row.kind in FOLDABLE and AFTER_CURES not in (row.error or "")
