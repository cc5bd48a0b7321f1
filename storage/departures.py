"""What stands first in each lane, and when it may leave.

However long the lanes are, only their heads are looked at: `ix_outbox_lane` holds the pending rows of each in the
order in which they leave, so that a backlog of thousands costs a claim no more than one of ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.columns import EPOCH
from storage.pace import POST, UPDATE, Pace
from storage.ripe import FIRST_OF_STREAM, MOMENT, NOW, PENDING, POST_IS_DECIDED, RIPE
from storage.statements import constant
from storage.tables.delivery import lanes, outbox

_o = outbox.c
_channel = lanes.alias("channel_lane")
_whole = lanes.alias("whole_lane")
_head = outbox.alias("head")
_IS_WHOLE = lanes.c.channel == constant("")
_COUNT = sa.bindparam("count", type_=sa.Integer)


@dataclass(frozen=True, slots=True, order=True)
class Head:
    """A row that may leave as far as its case and its channel are concerned; in the order in which they leave.

    Among equally urgent ones the channel leaves first that has been open for longest: else the oldest backlog would
    have the workspace's pace for itself, and the others would be done long after it. `turn` says since when; edits
    take theirs with the lane of them all.
    """

    severity_rank: int
    turn: datetime
    id: int
    workspace_id: int
    method: str
    destination: str


def _is_open(lane: Any, latest: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(lane.paused_until <= NOW, lane.next_send_at <= latest)


# Whoever holds a workspace's lanes alone sends there: that keeps the pace of several replicas.
_OPEN_LANES = (
    sa.select(lanes.c.workspace_id, lanes.c.method, lanes.c.next_send_at)
    .where(
        _IS_WHOLE,
        _is_open(
            lanes.c,
            sa.case(
                (lanes.c.method == constant(UPDATE), sa.bindparam("latest_edit", type_=MOMENT)),
                else_=sa.bindparam("latest_post", type_=MOMENT),
            ),
        ),
        sa.exists().where(PENDING, _o.workspace_id == lanes.c.workspace_id, _o.method == lanes.c.method),
    )
    .with_for_update(skip_locked=True)
)


def _places() -> sa.CTE:
    """List the channels that something waits for, hopping from one to the next without reading what lies between."""

    def nearest(workspace: sa.ColumnElement[int], *beyond: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
        of_workspace = (PENDING, _o.workspace_id == workspace, _o.method == constant(POST))
        return sa.select(sa.func.min(_o.destination)).where(*of_workspace, *beyond).scalar_subquery()

    first = sa.select(_whole.c.workspace_id, nearest(_whole.c.workspace_id).label("destination")).where(
        _whole.c.method == constant(POST), _whole.c.channel == constant("")
    )
    place = first.cte("place", recursive=True)
    beyond = nearest(place.c.workspace_id, _o.destination > place.c.destination)
    return place.union_all(sa.select(place.c.workspace_id, beyond).where(place.c.destination.is_not(None)))


_place = _places()
_WITH_CHANNEL = _place.outerjoin(
    _channel,
    sa.and_(
        _channel.c.workspace_id == _place.c.workspace_id,
        _channel.c.method == constant(POST),
        _channel.c.channel == _place.c.destination,
    ),
)
_IN_PLACE = (
    _o.workspace_id == _place.c.workspace_id,
    _o.method == constant(POST),
    _o.destination == _place.c.destination,
)
_IS_EDIT_IN = (_o.method == constant(UPDATE), _o.destination == constant(""))


def _post_heads() -> sa.Select[Any]:
    first = (
        sa.select(_o.id)
        .where(*RIPE, *_IN_PLACE, FIRST_OF_STREAM)
        .order_by(_o.severity_rank, _o.id)
        .limit(1)
        .scalar_subquery()
    )
    turn = sa.func.coalesce(_channel.c.next_send_at, sa.bindparam("epoch", type_=MOMENT))
    return (
        sa.select(
            *(_head.c.severity_rank, turn, _head.c.id),
            *(_head.c.workspace_id, _head.c.method, _head.c.destination),
        )
        .select_from(_WITH_CHANNEL.join(_head, _head.c.id == first))
        .where(
            _place.c.destination.is_not(None),
            sa.or_(_channel.c.channel.is_(None), _is_open(_channel.c, sa.bindparam("latest_in_channel", type_=MOMENT))),
        )
        .order_by(_head.c.severity_rank, turn, _head.c.id)
        .limit(_COUNT)
    )


_POST_HEADS = _post_heads()
_EDIT_HEADS = (
    sa.select(
        *(_o.severity_rank, sa.bindparam("stands", type_=MOMENT), _o.id, _o.workspace_id, _o.method, _o.destination)
    )
    .where(*RIPE, _o.workspace_id == sa.bindparam("workspace"), *_IS_EDIT_IN, FIRST_OF_STREAM, POST_IS_DECIDED)
    .order_by(_o.severity_rank, _o.id)
    .limit(_COUNT)
)


def open_lanes(connection: sa.Connection, now: datetime, pace: Pace) -> dict[tuple[int, str], datetime]:
    """Lock the lanes of workspaces, by workspace and method, that are open and in which something waits.

    Says where each stands.
    """
    latest = {"now": now, "latest_post": pace.posts.latest(now), "latest_edit": pace.edits.latest(now)}
    return {(row[0], row[1]): row[2] for row in connection.execute(_OPEN_LANES, latest)}


def heads(
    connection: sa.Connection, ours: dict[tuple[int, str], datetime], now: datetime, limit: int, pace: Pace
) -> list[Head]:
    """Read at most `limit` heads of these lanes, the most urgent first: one post a channel, and any edits."""
    values = {"now": now, "count": limit, "latest_in_channel": pace.channel.latest(now), "epoch": EPOCH}
    found: list[Head] = []
    if any(method == POST for _, method in ours):
        found += [Head(*row) for row in connection.execute(_POST_HEADS, values)]
    for (workspace_id, method), stands in ours.items():
        if method == UPDATE:
            edits = {"now": now, "count": limit, "workspace": workspace_id, "stands": stands}
            found += [Head(*row) for row in connection.execute(_EDIT_HEADS, edits)]
    return sorted(head for head in found if (head.workspace_id, head.method) in ours)[:limit]


_WHOLE_STANDS = (_whole.c.method, _whole.c.next_send_at, _whole.c.paused_until)
_NO_CHANNEL = (sa.null().label("channel_at"), sa.null().label("channel_paused"))
_WAITING_POSTS = (
    sa.select(*_WHOLE_STANDS, _channel.c.next_send_at, _channel.c.paused_until, NOW)
    .select_from(
        _WITH_CHANNEL.join(
            _whole,
            sa.and_(
                _whole.c.workspace_id == _place.c.workspace_id,
                _whole.c.method == constant(POST),
                _whole.c.channel == constant(""),
            ),
        )
    )
    .where(_place.c.destination.is_not(None), sa.exists().where(*RIPE, *_IN_PLACE, FIRST_OF_STREAM))
)
_WAITING_EDITS = sa.select(*_WHOLE_STANDS, *_NO_CHANNEL, NOW).where(
    _whole.c.method == constant(UPDATE),
    _whole.c.channel == constant(""),
    sa.exists().where(*RIPE, _o.workspace_id == _whole.c.workspace_id, *_IS_EDIT_IN, FIRST_OF_STREAM, POST_IS_DECIDED),
)
_PUT_OFF = (
    sa.select(*_WHOLE_STANDS, _channel.c.next_send_at, _channel.c.paused_until, _o.not_before)
    .select_from(
        outbox.join(
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
    )
    .where(PENDING, _o.not_before > NOW, FIRST_OF_STREAM, POST_IS_DECIDED)
)


def next_departure(connection: sa.Connection, now: datetime, pace: Pace) -> datetime | None:
    """Say when the next pending message may leave, given its lanes; None if none can."""
    instants = []
    for statement in (_WAITING_POSTS, _WAITING_EDITS, _PUT_OFF):
        for row in connection.execute(statement, {"now": now}):
            method, whole_at, whole_paused, channel_at, channel_paused, not_before = row
            ready = [not_before, pace.whole(method).opens(whole_at), whole_paused]
            if channel_at is not None:
                ready += [pace.channel.opens(channel_at), channel_paused]
            instants.append(max(ready))
    return min(instants, default=None)
