"""Summaries on their way by themselves: planned once a week, taken with a lease and a token, settled with it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from storage.repository import Repository
from storage.statements import constant, insert_or_nothing, one_of
from storage.tables.weekly import weekly_summaries

IN_DOUBT = "restored"
"""Begins the error of a row that an older copy of the database takes for unsent: it is looked for, then posted."""

_UNTOLD = "untold "
"""Begins the error of a row that has ended while nobody could be told: it is told again, and never posted."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A week of a weekly summary: `schedule` is the name under which it comes, `scope` and `period` what buttons carry.

    `places_tried` counts the destinations that could not be posted to, `attempt` the claims since the last of them.
    """

    workspace_id: int
    schedule: str
    week: str
    scope: str
    period: str
    zone: str
    destination: str
    due_at: datetime
    not_before: datetime
    key: str
    token: int = 0
    places_tried: int = 0
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Lost:
    """A week's summary that may not stand in Slack: `state` is `unknown`, `dead`, or `pending` while it is untold."""

    planned: Planned
    state: str
    error: str


_c = weekly_summaries.c
_COLUMNS = tuple(_c[name] for name in Planned.__slots__)
_MOMENT = _c.not_before.type
_NOW = sa.bindparam("now", type_=_MOMENT)
_PLAN = insert_or_nothing(weekly_summaries, ["workspace_id", "schedule", "week"])
_LEASED = _c.state == constant("leased")
_DUE = (
    sa.select(_c.workspace_id, _c.schedule, _c.week)
    .where(_c.state == constant("pending"), _c.not_before <= _NOW)
    .order_by(_c.not_before)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_IT = (
    _c.workspace_id == sa.bindparam("workspace"),
    _c.schedule == sa.bindparam("name"),
    _c.week == sa.bindparam("of_week"),
)
_TAKE = (
    sa.update(weekly_summaries)
    .where(*_IT, _c.state == constant("pending"))
    .values(
        state="leased",
        lease_until=sa.bindparam("until", type_=_MOMENT),
        token=_c.token + 1,
        attempt=_c.attempt + 1,
    )
    .returning(*_COLUMNS)
)
_SETTLE = sa.update(weekly_summaries).where(*_IT, _LEASED, _c.token == sa.bindparam("held")).values(lease_until=None)
_LOST = (
    sa.update(weekly_summaries)
    .where(_LEASED, _c.lease_until <= _NOW)
    .values(lease_until=sa.bindparam("until", type_=_MOMENT), token=_c.token + 1)
    .returning(*_COLUMNS)
)
_NEXT = sa.select(
    sa.func.min(sa.case((_LEASED, _c.lease_until), else_=_c.not_before)),
).where(sa.or_(_LEASED, _c.state == constant("pending")))
_HAS_COME = (
    sa.select(_c.week)
    .where(
        _c.workspace_id == sa.bindparam("workspace"),
        _c.schedule == sa.bindparam("name"),
        _c.due_at < sa.bindparam("before", type_=_MOMENT),
    )
    .limit(1)
)
_later = weekly_summaries.alias("later")
_LOUD = (
    sa.select(*_COLUMNS, _c.state, _c.error)
    .where(
        sa.or_(
            one_of(_c.state, ("unknown", "dead")),
            sa.and_(one_of(_c.state, ("pending", "leased")), _c.error.like(constant(f"{_UNTOLD}%"))),
        ),
        ~sa.exists().where(
            _later.c.workspace_id == _c.workspace_id,
            _later.c.schedule == _c.schedule,
            _later.c.due_at > _c.due_at,
            _later.c.state == constant("sent"),
        ),
    )
    .order_by(_c.due_at, _c.schedule)
)
_STATE = sa.select(_c.state, _c.error).where(*_IT)


def untold(state: str, error: str) -> str:
    """Write the error of a summary that has ended as `unknown` or `dead` while nobody could be told."""
    return f"{_UNTOLD}{state}: {error}"


def ended_as(error: str) -> tuple[str, str] | None:
    """Read what `untold` wrote; none where the summary has not ended."""
    state, _, why = error.removeprefix(_UNTOLD).partition(": ")
    return (state, why) if error.startswith(_UNTOLD) else None


class Weekly(Repository):
    """The weekly summaries of all workspaces."""

    __slots__ = ()

    def plan(self, planned: Planned, *, in_doubt: bool = False) -> bool:
        """Want a week's summary, once whatever restarts; says whether it was not wanted before.

        `in_doubt` if it may have been posted by a process whose database is lost.
        """
        row = asdict(planned) | {"state": "pending", "error": IN_DOUBT if in_doubt else None}
        kept = {"preserve_rowcount": True}  # psycopg's is not looked at after an INSERT otherwise
        return self._connection.execute(self._spelled(_PLAN), row, execution_options=kept).rowcount == 1

    def has_come(self, workspace_id: int, schedule: str, before: datetime) -> bool:
        """Say whether this summary has been wanted in any week before."""
        values = {"workspace": workspace_id, "name": schedule, "before": before}
        return self._connection.execute(_HAS_COME, values).first() is not None

    def take(self, now: datetime, lease: timedelta) -> Planned | None:
        """Take a summary that is due, to post it within the lease."""
        due = self._connection.execute(_DUE, {"now": now}).first()
        if due is None:
            return None
        values = {"workspace": due[0], "name": due[1], "of_week": due[2], "until": now + lease}
        row = self._connection.execute(_TAKE, values).first()
        return None if row is None else Planned(*row)

    def sent(self, planned: Planned, ts: str) -> bool:
        """Note that it stands in Slack; False if the row is no longer held with this token."""
        return self._settled(planned, {"state": "sent", "ts": ts, "error": None})

    def again(self, planned: Planned, not_before: datetime, error: str, *, anew: bool = False) -> bool:
        """Try again later what was certainly not posted, or tell of it later; `anew` if the claims are counted anew."""
        changes = {"attempt": 0} if anew else {}
        return self._settled(planned, {"state": "pending", "not_before": not_before, "error": error, **changes})

    def elsewhere(self, planned: Planned, destination: str, now: datetime, error: str) -> bool:
        """Post it elsewhere at once."""
        changes = {"destination": destination, "places_tried": planned.places_tried + 1, "attempt": 0}
        return self._settled(planned, {"state": "pending", "not_before": now, "error": error, **changes})

    def ended(self, planned: Planned, state: str, error: str) -> bool:
        """End it without knowing that it stands there: `unknown` or `dead`."""
        return self._settled(planned, {"state": state, "error": error})

    def take_lost(self, now: datetime, lease: timedelta) -> list[Planned]:
        """Take over what was not settled in time, to tell of it within the lease."""
        return [Planned(*row) for row in self._connection.execute(_LOST, {"now": now, "until": now + lease})]

    def next_moment(self) -> datetime | None:
        """Say when one is due, or a lease ends."""
        found: datetime | None = self._connection.execute(_NEXT).scalar()
        return found

    def loud(self) -> list[Lost]:
        """Read what somebody should know of, until a later one of the same has come."""
        found = self._connection.execute(_LOUD)
        return [Lost(Planned(*row[:-2]), row[-2], row[-1] or "") for row in found]

    def state_of(self, workspace_id: int, schedule: str, week: str) -> tuple[str, str | None] | None:
        """Say how a week's summary stands, and what Slack had against it."""
        values = {"workspace": workspace_id, "name": schedule, "of_week": week}
        row = self._connection.execute(_STATE, values).first()
        return None if row is None else (row[0], row[1])

    def _settled(self, planned: Planned, changes: dict[str, Any]) -> bool:
        values = {"workspace": planned.workspace_id, "name": planned.schedule, "of_week": planned.week}
        settle = _SETTLE.values(changes)
        return self._connection.execute(settle, values | {"held": planned.token}).rowcount == 1
