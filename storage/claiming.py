"""Which messages leave now: wanted still, first of their stream, within the pace, the most urgent first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.columns import EPOCH
from storage.folding import siblings
from storage.outbox_rows import COLUMNS, UNFINISHED, OutboxRow, OutboxState, row_of
from storage.pace import POST, UPDATE, Pace
from storage.ripe import FIRST_OF_STREAM, MOMENT, NOW, PENDING, RIPE, STAYS_SO, STILL_SO, same_case
from storage.statements import PerDialect, constant, one_of, upsert
from storage.tables.delivery import lanes, messages, outbox


@dataclass(frozen=True, slots=True)
class Claim:
    """`rows` are ours to send until their lease ends; `suppressed` are calls that nobody wants any more.

    `followers` are calls that are ours too and leave within the message of the row under whose id they stand.
    """

    rows: list[OutboxRow]
    suppressed: list[OutboxRow]
    followers: Mapping[int, list[OutboxRow]] = field(default_factory=dict)


_o = outbox.c
_channel = lanes.alias("channel_lane")
_whole = lanes.alias("whole_lane")
_post = outbox.alias("post")

# An edit changes the post of its own visit: the card or the agent's case.
_EDITED = sa.case((_o.kind == constant("card_edit"), constant("card")), else_=constant("case"))
_POST_IS_VISIBLE = sa.exists().where(
    *same_case(messages),
    messages.c.visit == _o.visit,
    messages.c.kind == _EDITED,
    messages.c.removed_at.is_(None),
)
_POST_MAY_COME = sa.exists().where(
    *same_case(_post), _post.c.visit == _o.visit, _post.c.kind == _EDITED, one_of(_post.c.state, UNFINISHED)
)
_IS_CALL = one_of(_o.guard, ("waiting", "acknowledged"))
_IS_EDIT = _o.guard == constant("posted")
_HAS_ITS_POST = sa.or_(sa.not_(_IS_EDIT), _POST_IS_VISIBLE)

_SUPPRESS = (
    sa.update(outbox)
    .where(
        *RIPE,
        sa.or_(
            sa.and_(_IS_CALL, ~STILL_SO),
            # Its post will never come, so there is nothing to edit.
            sa.and_(_IS_EDIT, ~_POST_IS_VISIBLE, ~_POST_MAY_COME),
        ),
    )
    .values(state=OutboxState.OBSOLETE.value)
    .returning(*COLUMNS)
)


def _open(lane: Any, latest: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(lane.c.paused_until <= NOW, lane.c.next_send_at <= latest)


def _latest_of(method: sa.ColumnElement[str]) -> sa.ColumnElement[Any]:
    return sa.case(
        (method == constant(UPDATE), sa.bindparam("latest_edit", type_=MOMENT)),
        else_=sa.bindparam("latest_post", type_=MOMENT),
    )


# Whoever holds a workspace's lanes alone sends there: that keeps the pace of several replicas.
_OPEN_LANES = (
    sa.select(lanes.c.workspace_id, lanes.c.method)
    .where(lanes.c.channel == constant(""), _open(lanes, _latest_of(lanes.c.method)))
    .with_for_update(skip_locked=True)
)
_WITH_LANES = outbox.join(
    _whole,
    sa.and_(
        _whole.c.workspace_id == _o.workspace_id,
        _whole.c.method == _o.method,
        _whole.c.channel == constant(""),
    ),
).outerjoin(
    _channel,
    sa.and_(
        _channel.c.workspace_id == _o.workspace_id,
        _channel.c.method == _o.method,
        _channel.c.channel == _o.destination,
        # An edit names no channel, and no channel is the name of the whole workspace's lane.
        _o.destination != constant(""),
    ),
)


def _candidates() -> sa.Select[Any]:
    place = sa.func.row_number().over(
        partition_by=(_o.workspace_id, _o.method, _o.destination), order_by=(_o.severity_rank, _o.id)
    )
    found = (
        sa.select(
            *(_o.id, _o.workspace_id, _o.method, _o.destination, _o.severity_rank),
            _whole.c.next_send_at.label("whole_at"),
            _channel.c.next_send_at.label("channel_at"),
            place.label("place"),
        )
        .select_from(_WITH_LANES)
        .where(*RIPE, FIRST_OF_STREAM, _HAS_ITS_POST)
        .where(_open(_whole, _latest_of(_o.method)))
        .where(sa.or_(_channel.c.channel.is_(None), _open(_channel, sa.bindparam("latest_in_channel", type_=MOMENT))))
        .subquery("found")
    )
    return (
        sa.select(*[column for column in found.c if column.name not in ("place", "severity_rank")])
        .where(sa.or_(found.c.method == constant(UPDATE), found.c.place == 1))
        .order_by(found.c.severity_rank, found.c.id)
        .limit(sa.bindparam("count", type_=sa.Integer))
    )


_CANDIDATES = _candidates()
_LEASE = (
    sa.update(outbox)
    .where(_o.id.in_(sa.bindparam("ids", expanding=True)), PENDING, sa.or_(sa.not_(_IS_CALL), STAYS_SO))
    .values(
        state=OutboxState.LEASED.value,
        lease_until=sa.bindparam("until", type_=MOMENT),
        token=_o.token + 1,
        attempt=_o.attempt + 1,
        attempt_started_at=NOW,
    )
    .returning(*COLUMNS)
)
_ADVANCE: PerDialect = upsert(
    lanes, ["workspace_id", "method", "channel"], lambda new: {"next_send_at": new.next_send_at}
)
_READY = (
    sa.select(
        _o.method,
        sa.func.min(_o.not_before),
        *(_whole.c.next_send_at, _whole.c.paused_until, _channel.c.next_send_at, _channel.c.paused_until),
    )
    .select_from(_WITH_LANES)
    .where(PENDING, FIRST_OF_STREAM, _HAS_ITS_POST)
    .group_by(
        *(_o.workspace_id, _o.method, _o.destination),
        *(_whole.c.next_send_at, _whole.c.paused_until, _channel.c.next_send_at, _channel.c.paused_until),
    )
)

_Lane = tuple[int, str, str]


def claim(connection: sa.Connection, now: datetime, lease: timedelta, limit: int, pace: Pace) -> Claim:
    """Take what may leave now; see `Outbox.claim`."""
    dropped = [row_of(row) for row in connection.execute(_SUPPRESS, {"now": now})]
    suppressed = [row for row in dropped if row.method == POST]
    latest = {
        "now": now,
        "latest_post": pace.posts.latest(now),
        "latest_edit": pace.edits.latest(now),
    }
    ours = {(row[0], row[1]) for row in connection.execute(_OPEN_LANES, latest)}
    if not ours:
        return Claim([], suppressed)
    latest["latest_in_channel"] = pace.channel.latest(now)
    candidates = connection.execute(_CANDIDATES, latest | {"count": limit}).all()
    chosen = dict(_within_pace((row for row in candidates if (row[1], row[2]) in ours), now, pace))
    if not chosen:
        return Claim([], suppressed)
    values = {"ids": list(chosen), "now": now, "until": now + lease}
    taken = {row[0]: row_of(row) for row in connection.execute(_LEASE, values)}
    if not taken:
        return Claim([], suppressed)
    advanced: dict[_Lane, datetime] = {}
    for id_, moved in chosen.items():
        if id_ in taken:
            advanced |= moved
    connection.execute(_ADVANCE[connection.dialect.name], [_lane_row(*lane) for lane in advanced.items()])
    followers = _followers(connection, taken.values(), values)
    return Claim([taken[id_] for id_ in chosen if id_ in taken], suppressed, followers)


def _followers(
    connection: sa.Connection, leaders: Collection[OutboxRow], values: Mapping[str, Any]
) -> dict[int, list[OutboxRow]]:
    """Lease what is to leave within the message of one of these, where enough of it is still wanted."""
    found = siblings(connection, leaders, values["now"])
    if not found:
        return {}
    ids = [id_ for group in found.values() for id_ in group]
    leased = {row[0]: row_of(row) for row in connection.execute(_LEASE, {**values, "ids": ids})}
    groups = {leader: [leased[id_] for id_ in group if id_ in leased] for leader, group in found.items()}
    return {leader: rows for leader, rows in groups.items() if rows}


def _within_pace(candidates: Iterable[Any], now: datetime, pace: Pace) -> Iterator[tuple[int, dict[_Lane, datetime]]]:
    """Give the ids that fit into their workspace's lane, each with where its lanes stand afterwards."""
    stand: dict[_Lane, datetime] = {}
    for id_, workspace_id, method, destination, whole_at, channel_at in candidates:
        rate = pace.whole(method)
        whole: _Lane = (workspace_id, method, "")
        at = stand.get(whole, whole_at)
        if at > rate.latest(now):
            continue
        stand[whole] = rate.after(at, now)
        moved = {whole: stand[whole]}
        if method == POST:
            moved[workspace_id, method, destination] = pace.channel.after(channel_at or EPOCH, now)
        yield id_, moved


def _lane_row(lane: _Lane, next_send_at: datetime) -> dict[str, Any]:
    workspace_id, method, channel = lane
    return {
        "workspace_id": workspace_id,
        "method": method,
        "channel": channel,
        "next_send_at": next_send_at,
        "paused_until": EPOCH,
    }


def next_departure(connection: sa.Connection, pace: Pace) -> datetime | None:
    """Say when the next pending message may leave, given its lanes; None if none can."""
    instants = []
    for method, not_before, whole_at, whole_paused, channel_at, channel_paused in connection.execute(_READY):
        ready = [not_before, pace.whole(method).opens(whole_at), whole_paused]
        if channel_at is not None:
            ready += [pace.channel.opens(channel_at), channel_paused]
        instants.append(max(ready))
    return min(instants, default=None)
