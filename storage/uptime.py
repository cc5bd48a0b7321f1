"""The house's heartbeat and its outages: one row that every replica keeps fresh, one row for each time none did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from slackbot.core.messages import Kind
from slackbot.core.model import Escalation
from slackbot.core.outages import Cause
from storage.columns import EPOCH
from storage.escalation_rows import COLUMNS, escalation_of
from storage.outbox_rows import UNFINISHED
from storage.repository import Repository
from storage.statements import constant, one_of, upsert
from storage.tables.cases import escalations, history
from storage.tables.delivery import outbox
from storage.tables.uptime import heartbeat, outages


@dataclass(frozen=True, slots=True)
class Outage:
    """A window (UTC) in which Rung did not run, or Slack did not answer it: no figure may count it."""

    id: int
    started_at: datetime
    ended_at: datetime
    cause: Cause
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Where a batch of cases ended."""

    next_at: datetime
    id: str


_HOUSE = 1
_o, _e, _b = outages.c, escalations.c, outbox.c
_MOMENT = _o.started_at.type
_SINCE, _UNTIL = sa.bindparam("since", type_=_MOMENT), sa.bindparam("until", type_=_MOMENT)
_SEEN = sa.select(heartbeat.c.seen_at).where(heartbeat.c.id == _HOUSE).with_for_update()
_BEAT = upsert(
    heartbeat,
    ["id"],
    lambda new: {"seen_at": new.seen_at, "slack_at": sa.func.coalesce(new.slack_at, heartbeat.c.slack_at)},
)
_ANSWERED = sa.select(heartbeat.c.slack_at).where(heartbeat.c.id == _HOUSE)
_READ = sa.select(_o.id, _o.started_at, _o.ended_at, _o.cause, _o.settled_at)
_UNSETTLED = _READ.where(_o.settled_at.is_(None)).order_by(_o.id)
_GET = _READ.where(_o.id == sa.bindparam("outage"))
_BETWEEN = _READ.where(_o.ended_at > _SINCE, _o.started_at < _UNTIL).order_by(_o.started_at)
_SETTLE = (
    sa.update(outages)
    .where(_o.id == sa.bindparam("outage"), _o.settled_at.is_(None))
    .values(settled_at=sa.bindparam("now", type_=_MOMENT))
)
_GO_ON = (
    sa.update(outages)
    .where(_o.cause == constant("slack"), _o.ended_at >= _SINCE, _o.started_at <= _UNTIL)
    .values(
        started_at=sa.case((_o.started_at < _SINCE, _o.started_at), else_=_SINCE),
        ended_at=sa.case((_o.ended_at > _UNTIL, _o.ended_at), else_=_UNTIL),
        settled_at=sa.case((_o.ended_at > _UNTIL, _o.ended_at), else_=_UNTIL),
    )
)
_IN_TIME = one_of(_e.state, ("waiting", "acknowledged"))
_ENDED = sa.bindparam("ended", type_=_MOMENT)
# Whoever was taken up already has a timer that began after the outage.
_TOUCHED = (
    sa.select(*COLUMNS)
    .where(
        _e.next_at.is_not(None),
        sa.or_(sa.and_(_IN_TIME, _e.timer_anchor < _ENDED), _e.next_at <= _ENDED),
        sa.or_(_e.hold_until.is_(None), _e.hold_until <= _ENDED),
        sa.or_(
            _e.next_at > sa.bindparam("from_at", type_=_MOMENT),
            sa.and_(_e.next_at == sa.bindparam("from_at", type_=_MOMENT), _e.id > sa.bindparam("from_id")),
        ),
    )
    .order_by(_e.next_at, _e.id)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
_CALLS = one_of(_b.kind, (Kind.CARD, Kind.PING, Kind.PING_BROADCAST))
_CALLING = (
    sa.select(_b.workspace_id, _b.escalation_id)
    .join(escalations, sa.and_(_e.workspace_id == _b.workspace_id, _e.id == _b.escalation_id, _e.visit == _b.visit))
    .where(
        _b.workspace_id.in_(sa.bindparam("workspaces", expanding=True)),
        _b.escalation_id.in_(sa.bindparam("ids", expanding=True)),
        one_of(_b.state, UNFINISHED),
        _CALLS,
    )
)
_AFFECTED = sa.select(sa.func.count(sa.distinct(history.c.escalation_id))).where(
    history.c.workspace_id == sa.bindparam("workspace"),
    history.c.code == constant("house_down"),
    history.c.at >= _SINCE,
    history.c.at <= _UNTIL,
)
_NEWEST = (
    sa.select(*COLUMNS)
    .where(_e.workspace_id == sa.bindparam("workspace"))
    .order_by(sa.case((_e.hold_until.is_(None), 0), else_=1), _e.number.desc())
    .limit(1)
)


class Uptime(Repository):
    """When Rung ran, for all workspaces alike: it is the house that is down, not one of them."""

    __slots__ = ()

    def seen(self) -> datetime | None:
        """Say when any replica was last alive; locked where the database can, so that one of several judges it."""
        found: datetime | None = self._connection.execute(_SEEN).scalar()
        return found

    def beat(self, now: datetime, slack_at: datetime | None = None) -> None:
        """Note that a replica is alive, and when Slack last answered it, if it did since its last beat."""
        self._connection.execute(self._spelled(_BEAT), {"id": _HOUSE, "seen_at": now, "slack_at": slack_at})

    def slack_answered_at(self) -> datetime | None:
        """Say when Slack last answered any replica."""
        found: datetime | None = self._connection.execute(_ANSWERED).scalar()
        return found

    def note_silence(self, since: datetime, until: datetime) -> bool:
        """Note a window in which Slack answered nobody, of which nothing has to be taken up.

        Says whether it is new; else the one that was noted before goes on.
        """
        if self._connection.execute(_GO_ON, {"since": since, "until": until}).rowcount:
            return False
        row = {"started_at": since, "ended_at": until, "settled_at": until, "cause": Cause.SLACK.value}
        self._connection.execute(sa.insert(outages), row)
        return True

    def note_outage(self, started_at: datetime, ended_at: datetime, cause: Cause) -> None:
        """Note a window in which no replica was alive; it is settled once every case was taken up."""
        row = {"started_at": started_at, "ended_at": ended_at, "cause": cause.value}
        self._connection.execute(sa.insert(outages), row)

    def unsettled(self) -> list[Outage]:
        """Read the outages after which not every case was taken up yet, the oldest first."""
        return [_outage(row) for row in self._connection.execute(_UNSETTLED)]

    def outage(self, outage_id: int) -> Outage | None:
        """Read one outage."""
        row = self._connection.execute(_GET, {"outage": outage_id}).first()
        return None if row is None else _outage(row)

    def outages_between(self, since: datetime, until: datetime) -> list[Outage]:
        """Read what a report of this time has to leave out, the oldest first; the windows may reach beyond it."""
        return [_outage(row) for row in self._connection.execute(_BETWEEN, {"since": since, "until": until})]

    def settle(self, outage_id: int, now: datetime) -> bool:
        """Note that every case was taken up; False if another replica noted it before."""
        return self._connection.execute(_SETTLE, {"outage": outage_id, "now": now}).rowcount == 1

    def touched(self, outage: Outage, after: After | None, limit: int) -> list[Escalation]:
        """Read open cases that an outage may have touched and that were not taken up since, by their next moment."""
        began = after or After(EPOCH, "")
        values = {"ended": outage.ended_at, "from_at": began.next_at, "from_id": began.id, "count": limit}
        return [escalation_of(row) for row in self._connection.execute(_TOUCHED, values)]

    def calling(self, cases: Sequence[Escalation]) -> set[tuple[int, str]]:
        """Say for which of these cases, by workspace and id, a call of the visit they are in is still to leave."""
        if not cases:
            return set()
        values = {"workspaces": sorted({case.workspace_id for case in cases}), "ids": [case.id for case in cases]}
        return {(row[0], row[1]) for row in self._connection.execute(_CALLING, values)}

    def affected(self, workspace_id: int, outage: Outage) -> int:
        """Count a workspace's cases whose history tells of an outage."""
        until = outage.settled_at or outage.ended_at
        values = {"workspace": workspace_id, "since": outage.ended_at, "until": until}
        count: int = self._connection.execute(_AFFECTED, values).scalar_one()
        return count

    def newest_case(self, workspace_id: int) -> Escalation | None:
        """Read the case that was raised last, of those that can be moved on where there is one."""
        row = self._connection.execute(_NEWEST, {"workspace": workspace_id}).first()
        return None if row is None else escalation_of(row)


def _outage(row: Any) -> Outage:
    id_, started_at, ended_at, cause, settled_at = row
    return Outage(id_, started_at, ended_at, Cause(cause), settled_at)
