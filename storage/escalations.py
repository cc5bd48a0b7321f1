"""Escalations: one row each, changed by compare-and-set, found by their next moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from slackbot.core.model import Escalation
from storage.escalation_rows import COLUMNS, columns_that_change, columns_that_stay, escalation_of
from storage.prepared import Prepared
from storage.repository import Repository
from storage.statements import constant
from storage.tables.cases import escalations


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: the next moment and the id of its last escalation."""

    next_at: datetime
    id: str

    @classmethod
    def after(cls, escalation: Escalation) -> Cursor | None:
        """Make the cursor of the page that follows an open escalation."""
        return None if escalation.next_at is None else cls(escalation.next_at, escalation.id)


_c = escalations.c
_MOMENT = _c.next_at.type
_IN_WORKSPACE = _c.workspace_id == sa.bindparam("workspace")
_READ = sa.select(*COLUMNS)
_INSERT = Prepared(sa.insert(escalations))
_GET = _READ.where(_IN_WORKSPACE, _c.id == sa.bindparam("id"))
_BY_NUMBER = _READ.where(_IN_WORKSPACE, _c.number == sa.bindparam("number"))
_SAVE = Prepared(
    sa.update(escalations).where(
        _c.workspace_id == sa.bindparam("at_workspace"),
        _c.id == sa.bindparam("at_id"),
        _c.version == sa.bindparam("expected"),
    )
)
_VERSIONS = (
    sa.select(_c.workspace_id, _c.id, _c.version)
    # Two lists, not one of pairs: SQLite finds no index for pairs. An id of another workspace is passed over below.
    .where(
        _c.workspace_id.in_(sa.bindparam("workspaces", expanding=True)),
        _c.id.in_(sa.bindparam("ids", expanding=True)),
    )
    .with_for_update(key_share=True)
)
_POSTPONE = (
    sa.update(escalations)
    .where(_IN_WORKSPACE, _c.id == sa.bindparam("case"), _c.next_at.is_not(None))
    .values(hold_until=sa.bindparam("until", type_=_MOMENT), hold_error=sa.bindparam("why"))
)
_NEXT_MOMENT = sa.select(
    sa.select(_c.next_at)
    .where(_c.next_at.is_not(None), _c.hold_until.is_(None))
    .order_by(_c.next_at)
    .limit(1)
    .scalar_subquery(),
    sa.select(_c.hold_until).where(_c.hold_until.is_not(None)).order_by(_c.hold_until).limit(1).scalar_subquery(),
)
_PENDING_OF = _READ.where(
    _IN_WORKSPACE, _c.raised_by == sa.bindparam("person"), _c.state == constant("pending")
).order_by(_c.raised_at)
_AWAITED = sa.select(_c.raised_by).where(_IN_WORKSPACE, _c.state == constant("pending")).distinct()
_OPEN = (_IN_WORKSPACE, _c.next_at.is_not(None))
_OPEN_OF = (
    *_OPEN,
    sa.or_(_c.raised_by == sa.bindparam("person"), _c.owner == sa.bindparam("person")),
)
_FURTHER = sa.or_(
    _c.next_at > sa.bindparam("from_at", type_=_MOMENT),
    sa.and_(_c.next_at == sa.bindparam("from_at", type_=_MOMENT), _c.id > sa.bindparam("from_id")),
)
_PAGE_SIZE = sa.bindparam("count", type_=sa.Integer)
_PAGES = {
    (mine, further): _READ.where(*(_OPEN_OF if mine else _OPEN), *((_FURTHER,) if further else ()))
    .order_by(_c.next_at, _c.id)
    .limit(_PAGE_SIZE)
    for mine in (False, True)
    for further in (False, True)
}
_COUNTS = {mine: sa.select(sa.func.count()).where(*(_OPEN_OF if mine else _OPEN)) for mine in (False, True)}


def _fair_share(breadth: int = 4) -> sa.Select[Any]:
    """Read the due ones: the first of each workspace, then the second of each, out of the longest due.

    Looking at `breadth` times the batch bounds the cost when very many are due after an outage.
    """
    now = sa.bindparam("now", type_=_MOMENT)
    due = (_c.next_at <= now, sa.or_(_c.hold_until.is_(None), _c.hold_until <= now))
    longest = (
        sa.select(_c.workspace_id, _c.id, _c.next_at)
        .where(*due)
        .order_by(_c.next_at)
        .limit(sa.bindparam("count", type_=sa.Integer) * breadth)
        .subquery("longest")
    )
    rank = sa.func.row_number().over(partition_by=longest.c.workspace_id, order_by=longest.c.next_at)
    ranked = sa.select(longest.c.workspace_id, longest.c.id, rank.label("rank")).subquery("ranked")
    return (
        _READ.join(ranked, sa.and_(ranked.c.workspace_id == _c.workspace_id, ranked.c.id == _c.id))
        # Asked again: another replica may have moved a row on before we locked it.
        .where(*due)
        .order_by(ranked.c.rank, _c.next_at)
        .limit(sa.bindparam("count", type_=sa.Integer))
        .with_for_update(of=escalations, skip_locked=True, key_share=True)
    )


_DUE = _fair_share()


class Escalations(Repository):
    """The cases of all workspaces."""

    __slots__ = ()

    def insert(self, escalation: Escalation) -> None:
        """Store a new case."""
        row = columns_that_stay(escalation) | columns_that_change(escalation)
        _INSERT.change(self._connection, [row])

    def get(self, workspace_id: int, escalation_id: str) -> Escalation | None:
        """Find a case by its opaque id."""
        return self._one(_GET, {"workspace": workspace_id, "id": escalation_id})

    def by_number(self, workspace_id: int, number: int) -> Escalation | None:
        """Find a case by the number people use."""
        return self._one(_BY_NUMBER, {"workspace": workspace_id, "number": number})

    def save(self, escalation: Escalation, expected_version: int) -> bool:
        """Store a decision if nobody decided since; False means that somebody did and nothing was stored."""
        return _SAVE.change(self._connection, [_saving(escalation, expected_version)]) == 1

    def save_many(self, decided: Sequence[tuple[Escalation, int]]) -> list[bool]:
        """Store several decisions, each given with the version it was made from; say which of them were stored."""
        if not decided:
            return []
        keys = [(escalation.workspace_id, escalation.id) for escalation, _ in decided]
        sought = {"workspaces": sorted({key[0] for key in keys}), "ids": [key[1] for key in keys]}
        versions = {(row[0], row[1]): row[2] for row in self._connection.execute(_VERSIONS, sought)}
        current = [versions.get(key) == expected for key, (_, expected) in zip(keys, decided, strict=True)]
        rows = [_saving(*pair) for pair, fits in zip(decided, current, strict=True) if fits]
        if rows:
            _SAVE.change(self._connection, rows)
        return current

    def due(self, now: datetime, limit: int) -> list[Escalation]:
        """Read at most `limit` cases whose moment has come, fair among workspaces; locked where the database can.

        They stay due until they are saved or postponed.
        """
        return [escalation_of(row) for row in self._connection.execute(_DUE, {"now": now, "count": limit})]

    def next_moment(self) -> datetime | None:
        """Say when the next case is due; None while no case is open."""
        moments = self._connection.execute(_NEXT_MOMENT).one()
        return min((moment for moment in moments if moment is not None), default=None)

    def postpone(self, workspace_id: int, escalation_id: str, until: datetime, error: str) -> None:
        """Hold back a case that can't be decided, so that it stops nobody else; `next_at` stays, a save lets it go."""
        values = {"workspace": workspace_id, "case": escalation_id, "until": until, "why": error}
        self._connection.execute(_POSTPONE, values)

    def pending_of(self, workspace_id: int, user_id: str) -> list[Escalation]:
        """Read the cases that wait for somebody to prove an insider."""
        found = self._connection.execute(_PENDING_OF, {"workspace": workspace_id, "person": user_id})
        return [escalation_of(row) for row in found]

    def awaited(self, workspace_id: int) -> set[str]:
        """List who must prove an insider before a case of theirs goes on."""
        return {row[0] for row in self._connection.execute(_AWAITED, {"workspace": workspace_id})}

    def open_page(self, workspace_id: int, whose: str | None, after: Cursor | None, limit: int) -> list[Escalation]:
        """Read a page of the cases neither closed nor withdrawn, by their next moment.

        `whose` None reads all of them, a person those they raised or own.
        """
        values: dict[str, Any] = {"workspace": workspace_id, "count": limit}
        if whose is not None:
            values["person"] = whose
        if after is not None:
            values |= {"from_at": after.next_at, "from_id": after.id}
        page = _PAGES[whose is not None, after is not None]
        return [escalation_of(row) for row in self._connection.execute(page, values)]

    def count_open(self, workspace_id: int, whose: str | None = None) -> int:
        """Count the cases neither closed nor withdrawn."""
        values: dict[str, Any] = {"workspace": workspace_id}
        if whose is not None:
            values["person"] = whose
        count: int = self._connection.execute(_COUNTS[whose is not None], values).scalar_one()
        return count

    def _one(self, statement: sa.Select[Any], values: dict[str, Any]) -> Escalation | None:
        row = self._connection.execute(statement, values).first()
        return None if row is None else escalation_of(row)


def _saving(escalation: Escalation, expected_version: int) -> dict[str, Any]:
    return columns_that_change(escalation) | {
        "at_workspace": escalation.workspace_id,
        "at_id": escalation.id,
        "expected": expected_version,
    }
