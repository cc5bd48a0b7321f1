"""What we know of people, and whom to ask Slack about next."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from slackbot.core.model import Person
from storage.prepared import Prepared
from storage.repository import Repository
from storage.statements import insert_or_nothing, upsert
from storage.tables.directory import people

REFRESH_AFTER = timedelta(days=1)
"""How long we believe what Slack told us, unless an event tells better; then each is asked about within a day more."""

_DAY = 86_400

_c = people.c
_KNOWN = tuple(_c[{"id": "user_id"}.get(name, name)] for name in Person.__slots__)
_GET = Prepared(
    sa.select(*_KNOWN).where(_c.workspace_id == sa.bindparam("workspace"), _c.user_id == sa.bindparam("user"))
)
_MEET = insert_or_nothing(people, ["workspace_id", "user_id"])
_LEARN = upsert(
    people,
    ["workspace_id", "user_id"],
    lambda new: {column.name: new[column.name] for column in (*_KNOWN[1:], _c.refresh_at)},
)
_TO_REFRESH = (
    sa.select(_c.workspace_id, _c.user_id)
    .where(_c.refresh_at <= sa.bindparam("now", type_=_c.refresh_at.type))
    .order_by(_c.refresh_at)
    .limit(sa.bindparam("count", type_=sa.Integer))
)
_POSTPONE = (
    sa.update(people)
    .where(_c.workspace_id == sa.bindparam("workspace"), _c.user_id == sa.bindparam("user"))
    .values(refresh_at=sa.bindparam("until", type_=_c.refresh_at.type))
)
_PRIMARY_OWNER = sa.select(_c.user_id).where(
    _c.workspace_id == sa.bindparam("workspace"), _c.primary_owner.is_(True), _c.deactivated.is_(False)
)
_NEXT_REFRESH = sa.select(_c.refresh_at).order_by(_c.refresh_at).limit(1)


class People(Repository):
    """The people of the workspaces, insiders or not."""

    __slots__ = ()

    def get(self, workspace_id: int, user_id: str) -> Person | None:
        """Find what we know of somebody; None if we never met."""
        row = _GET.first(self._connection, {"workspace": workspace_id, "user": user_id})
        return None if row is None else Person(*row)

    def meet(self, workspace_id: int, user_id: str, team_id: str, now: datetime) -> None:
        """Note somebody unknown, to be asked about at once; leave known ones alone."""
        person = Person(user_id, team_id)
        self._connection.execute(self._spelled(_MEET), _row(workspace_id, person, met=now, refresh=now))

    def learn(self, workspace_id: int, person: Person, now: datetime) -> None:
        """Note what Slack told us of somebody, and ask again in a day or two."""
        self.learn_many(workspace_id, [person], now)

    def learn_many(self, workspace_id: int, known: Iterable[Person], now: datetime) -> None:
        """Note what Slack told us of several people; whoever is noted here counts as verified."""
        rows = [
            _row(workspace_id, person, met=now, refresh=now + REFRESH_AFTER + _own_time(person)) | {"verified": True}
            for person in known
        ]
        if rows:
            self._connection.execute(self._spelled(_LEARN), rows)

    def to_refresh(self, now: datetime, limit: int) -> list[tuple[int, str]]:
        """List whom to ask Slack about, as (workspace, person), the longest due first."""
        return [(row[0], row[1]) for row in self._connection.execute(_TO_REFRESH, {"now": now, "count": limit})]

    def postpone(self, workspace_id: int, user_id: str, until: datetime) -> None:
        """Ask about somebody later: Slack did not answer, or an event told us enough."""
        self._connection.execute(_POSTPONE, {"workspace": workspace_id, "user": user_id, "until": until})

    def primary_owner(self, workspace_id: int) -> str | None:
        """Find who answers for the workspace; None while Slack has not told us. It reads all people: for rare needs."""
        found: str | None = self._connection.execute(_PRIMARY_OWNER, {"workspace": workspace_id}).scalar()
        return found

    def next_refresh(self) -> datetime | None:
        """Say when somebody is to be asked about next."""
        found: datetime | None = self._connection.execute(_NEXT_REFRESH).scalar()
        return found


def _own_time(person: Person) -> timedelta:
    """Spread people over a day, so that those learnt together are not asked about together."""
    return timedelta(seconds=zlib.crc32(person.id.encode()) % _DAY)


def _row(workspace_id: int, person: Person, *, met: datetime, refresh: datetime) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "user_id": person.id,
        "team_id": person.team_id,
        "verified": person.verified,
        "guest": person.guest,
        "stranger": person.stranger,
        "deactivated": person.deactivated,
        "bot": person.bot,
        "zone": person.zone,
        "name": person.name,
        "primary_owner": person.primary_owner,
        "met_at": met,
        "refresh_at": refresh,
    }
