"""Which messages leave now: wanted still, first of their stream, within the pace, the most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.columns import EPOCH
from storage.departures import Head, heads, open_lanes
from storage.folding import siblings
from storage.outbox_rows import COLUMNS, OutboxRow, OutboxState, row_of
from storage.pace import POST, Pace
from storage.ripe import IS_CALL, IS_EDIT, MOMENT, NOW, PENDING, POST_IS_VISIBLE, POST_MAY_COME, STAYS_SO, STILL_SO
from storage.statements import upsert
from storage.tables.delivery import lanes, outbox


@dataclass(frozen=True, slots=True)
class Claim:
    """`rows` are ours to send until their lease ends; `suppressed` are calls that nobody wants any more.

    `followers` are calls that are ours too and leave within the message of the row under whose id they stand.
    """

    rows: list[OutboxRow]
    suppressed: list[OutboxRow]
    followers: Mapping[int, list[OutboxRow]] = field(default_factory=dict)


_o = outbox.c
_IDS = _o.id.in_(sa.bindparam("ids", expanding=True))
_SUPPRESS = (
    sa.update(outbox)
    .where(
        _IDS,
        PENDING,
        sa.or_(
            sa.and_(IS_CALL, ~STILL_SO),
            # Its post will never come, so there is nothing to edit.
            sa.and_(IS_EDIT, ~POST_IS_VISIBLE, ~POST_MAY_COME),
        ),
    )
    .values(state=OutboxState.OBSOLETE.value)
    .returning(*COLUMNS)
)
_LEASE = (
    sa.update(outbox)
    .where(_IDS, PENDING, sa.or_(sa.not_(IS_CALL), STAYS_SO), sa.or_(sa.not_(IS_EDIT), POST_IS_VISIBLE))
    .values(
        state=OutboxState.LEASED.value,
        lease_until=sa.bindparam("until", type_=MOMENT),
        token=_o.token + 1,
        attempt=_o.attempt + 1,
        attempt_started_at=NOW,
    )
    .returning(*COLUMNS)
)
_ADVANCE = upsert(lanes, ["workspace_id", "method", "channel"], lambda new: {"next_send_at": new.next_send_at})

_Lane = tuple[int, str, str]


def claim(connection: sa.Connection, now: datetime, lease: timedelta, limit: int, pace: Pace) -> Claim:
    """Take what may leave now; see `Outbox.claim`."""
    values = {"now": now, "until": now + lease}
    taken: list[OutboxRow] = []
    suppressed: list[OutboxRow] = []
    while len(taken) < limit and (ours := open_lanes(connection, now, pace)):
        chosen = _within_pace(heads(connection, ours, now, limit - len(taken), pace), ours, now, pace)
        leased = _lease(connection, chosen, values)
        _advance(connection, [moved for id_, moved in chosen.items() if id_ in leased])
        taken += [leased[id_] for id_ in chosen if id_ in leased]
        unwanted = [id_ for id_ in chosen if id_ not in leased]
        dropped = _suppress(connection, unwanted)
        suppressed += [row for row in dropped if row.method == POST]
        if not dropped:  # nobody stood in another's way, or another replica was faster
            break
    return Claim(taken, suppressed, _followers(connection, taken, values))


def _lease(connection: sa.Connection, ids: Collection[int], values: Mapping[str, Any]) -> dict[int, OutboxRow]:
    if not ids:
        return {}
    return {row[0]: row_of(row) for row in connection.execute(_LEASE, {**values, "ids": list(ids)})}


def _suppress(connection: sa.Connection, ids: Collection[int]) -> list[OutboxRow]:
    """End those of these that nobody wants any more."""
    return [row_of(row) for row in connection.execute(_SUPPRESS, {"ids": list(ids)})] if ids else []


def _followers(
    connection: sa.Connection, leaders: Collection[OutboxRow], values: Mapping[str, Any]
) -> dict[int, list[OutboxRow]]:
    """Lease what is to leave within the message of one of these, where enough of it is still wanted."""
    found = siblings(connection, leaders, values["now"])
    leased = _lease(connection, [id_ for group in found.values() for id_ in group], values)
    groups = {leader: [leased[id_] for id_ in group if id_ in leased] for leader, group in found.items()}
    return {leader: rows for leader, rows in groups.items() if rows}


def _within_pace(
    candidates: Iterable[Head], ours: Mapping[tuple[int, str], datetime], now: datetime, pace: Pace
) -> dict[int, dict[_Lane, datetime]]:
    """Give the ids that fit into their workspace's lane, each with where its lanes stand afterwards."""
    stand = dict(ours)
    fitting: dict[int, dict[_Lane, datetime]] = {}
    for head in candidates:
        rate, whole = pace.whole(head.method), (head.workspace_id, head.method)
        if stand[whole] > rate.latest(now):
            continue
        stand[whole] = rate.after(stand[whole], now)
        moved: dict[_Lane, datetime] = {(*whole, ""): stand[whole]}
        if head.method == POST:
            moved[*whole, head.destination] = pace.channel.after(head.turn, now)
        fitting[head.id] = moved
    return fitting


def _advance(connection: sa.Connection, moves: Iterable[dict[_Lane, datetime]]) -> None:
    """Store where lanes stand; of several stands of one lane the last counts."""
    advanced: dict[_Lane, datetime] = {}
    for moved in moves:
        advanced |= moved
    if advanced:
        connection.execute(_ADVANCE[connection.dialect.name], [_lane_row(*lane) for lane in advanced.items()])


def _lane_row(lane: _Lane, next_send_at: datetime) -> dict[str, Any]:
    workspace_id, method, channel = lane
    return {
        "workspace_id": workspace_id,
        "method": method,
        "channel": channel,
        "next_send_at": next_send_at,
        "paused_until": EPOCH,
    }
