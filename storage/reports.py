"""Figures of a stretch of time, counted by the database out of the stored history; the same on every engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from slackbot.core.summary import (
    LESSON_AT_LEAST,
    Behind,
    Dimension,
    Figures,
    Group,
    Named,
    Part,
    Rule,
    Times,
    review,
)
from storage import report_rows
from storage.report_cases import (
    FINISHED,
    REOPENED,
    WITHOUT_A_PERSON,
    behind,
    lessons,
    open_by,
    promise_ends,
    standing_open,
    worth_a_look,
)
from storage.report_shapes import Build, asked
from storage.report_spreads import ALL, acknowledged_by, raised_by, resolved_by
from storage.report_statements import (
    Column,
    Sought,
    e,
    h,
    happened,
    happened_after,
    in_scope,
    out_of_hours,
    text_in,
    tier,
)
from storage.repository import Repository
from storage.tables.cases import escalations, history

_EVERY_WAY = tuple(Dimension)
_IN_FULL = tuple(each for each in Dimension if each is not Dimension.REASON)
"""By what the weeks before are parted: as far as it is asked what grew."""

PATIENCE = 60
"""Seconds a statement of a report may take on PostgreSQL; what a person waits for has far less."""

# Long histories look dear to the planner; compiling, or starting workers, would take longer than the rest. Looking up
# the cases of a week one by one beats reading all cases there ever were, which the default price of a page hides.
_PLANNING = ("jit = off", "max_parallel_workers_per_gather = 0", "random_page_cost = 1.1", "work_mem = '16MB'")

_COUNTED = ("pinged", "withdrawn", "not_solved")

_Groups = dict[Dimension, defaultdict[str, Group]]


class Reports(Repository):
    """Reads figures. It may take a second or two: never on the way to an ack."""

    __slots__ = ()

    def take_time(self) -> None:
        """Let the statements of this transaction take longer than those that a person waits for."""
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{PATIENCE}s'")
            for setting in _PLANNING:
                self._connection.exec_driver_sql(f"SET LOCAL {setting}")

    def began(self, workspace_id: int) -> datetime | None:
        """Say when the first case was raised."""
        first = sa.select(e.raised_at).where(e.workspace_id == workspace_id).order_by(e.raised_at).limit(1)
        found: datetime | None = self._connection.execute(first).scalar()
        return found

    def figures(self, sought: Sought, *, briefly: bool = False) -> Figures:
        """Count everything; `briefly` only what was raised is parted."""
        parted: _Groups = {each: defaultdict(Group) for each in _EVERY_WAY}
        by = () if briefly else _IN_FULL
        found = self._raised(Figures(), sought, parted)
        found = self._acknowledged(found, sought, parted, by)
        found = self._resolved(found, sought, parted, by)
        found = self._visits(found, sought, parted[Dimension.TIER])
        found = self._promises(self._counts(found, sought), sought)
        if not briefly:
            self._pings_by_tier(sought, parted[Dimension.TIER])
            self._open_parted(sought, parted)
        return replace(found, groups={each: dict(groups) for each, groups in parted.items()})

    def behind(self, sought: Sought, figure: Behind, limit: int, part: Part | None = None) -> list[Named]:
        """List the cases behind a figure, or behind that of a part, the most striking first."""
        return [Named(*row) for row in self._ask(_first, replace(sought, part=part), behind, limit, figure)]

    def review(self, sought: Sought) -> list[tuple[Rule, Named]]:
        """Choose the cases to look at, one a rule."""
        found = {rule: self._ask(_first, sought, worth_a_look, len(Rule), rule) for rule in Rule}
        return review({rule: [Named(*row) for row in rows] for rule, rows in found.items()})

    def lessons(self, sought: Sought, most: int) -> list[tuple[str, int]]:
        """List the answers for the first level that came up often, the most frequent first."""
        return [(text, count) for text, count in self._ask(_first, sought, lessons, most, LESSON_AT_LEAST)]

    def case_rows(self, sought: Sought, limit: int) -> Iterator[tuple[Any, ...]]:
        """Go through the cases something happened to or that are open at the end, one row a case, by number."""
        return (tuple(row) for row in self._ask(_first, sought, report_rows.cases, limit))

    def timeline_rows(self, sought: Sought, limit: int) -> Iterator[tuple[Any, ...]]:
        """Go through what happened, in the order in which it did."""
        return (tuple(row) for row in self._ask(_first, sought, report_rows.timeline, limit))

    def _ask(self, build: Build, sought: Sought, *given: Any) -> Iterable[Any]:
        return asked(self._connection, build, sought, *given)

    def _raised(self, found: Figures, sought: Sought, parted: _Groups) -> Figures:
        for dimension, name, count in self._ask(raised_by, sought, _EVERY_WAY):
            if dimension == ALL:
                found = replace(found, raised=count)
            else:
                groups = parted[Dimension(dimension)]
                groups[name] = replace(groups[name], raised=count)
        return found

    def _acknowledged(self, found: Figures, sought: Sought, parted: _Groups, by: Sequence[Dimension]) -> Figures:
        for dimension, name, count, middle, high, late, _ in self._ask(acknowledged_by, sought, by):
            if dimension == ALL:
                times = Times(count, _span(middle), _span(high))
                found = replace(found, acknowledged=count, to_acknowledge=times, in_time=count - int(late))
            else:
                groups = parted[Dimension(dimension)]
                groups[name] = replace(groups[name], acknowledged=count, to_acknowledge=_span(middle))
        return found

    def _resolved(self, found: Figures, sought: Sought, parted: _Groups, by: Sequence[Dimension]) -> Figures:
        for dimension, name, count, middle, high, _, overlong in self._ask(resolved_by, sought, by):
            if dimension == ALL:
                times = Times(count, _span(middle), _span(high))
                found = replace(found, resolved=count, to_resolve=times, over_30_days=int(overlong))
            else:
                groups = parted[Dimension(dimension)]
                groups[name] = replace(groups[name], resolved=count)
        return found

    def _visits(self, found: Figures, sought: Sought, tiers: defaultdict[str, Group]) -> Figures:
        """Count visits begun by tier, and those begun because nobody answered or nobody could be reached."""
        jumps = 0
        for name, arrival, count in self._ask(_visits_of, sought):
            jumps += count if arrival in WITHOUT_A_PERSON else 0
            tiers[name] = replace(tiers[name], raised=tiers[name].raised + count)
        return replace(found, jumps=jumps)

    def _counts(self, found: Figures, sought: Sought) -> Figures:
        """Count events by kind."""
        now: dict[str, int] = {row[0]: row[1] for row in self._ask(_counts_of, sought)}
        return replace(
            found,
            pings=now.get("pinged", 0),
            withdrawn=now.get("withdrawn", 0),
            not_solved=now.get("not_solved", 0),
            open_at_end=self._open_at_end(sought),
        )

    def _open_at_end(self, sought: Sought) -> int:
        """Count what stands open now, less what was opened since the end, and with what was finished since."""
        now_open, closed_since, opened_since, new = next(iter(self._ask(_open_parts, sought)))
        return int(now_open + closed_since - opened_since - new)

    def _promises(self, found: Figures, sought: Sought) -> Figures:
        total, kept = next(iter(self._ask(_promises_of, sought)))
        return replace(found, promises_kept=int(kept or 0), promises_broken=total - int(kept or 0))

    def _pings_by_tier(self, sought: Sought, tiers: defaultdict[str, Group]) -> None:
        for name, count, out in self._ask(_pings_of, sought):
            tiers[name] = replace(tiers[name], pings=count, pings_out_of_hours=int(out))

    def _open_parted(self, sought: Sought, parted: _Groups) -> None:
        for dimension, name, count in self._ask(open_by, sought, _IN_FULL):
            if dimension != ALL:
                groups = parted[Dimension(dimension)]
                groups[name or ""] = replace(groups[name or ""], open_at_end=count)


_COUNT: Column = sa.func.count()


def _first(sought: Sought, select: Build, limit: int, *given: Any) -> sa.Select[Any]:
    return select(sought, *given).limit(limit)


def _visits_of(sought: Sought) -> sa.Select[Any]:
    where, how = text_in(history, "tier_name").label("name"), text_in(history, "arrival").label("how")
    begun = happened(sought, ["entered"], where, how).subquery()
    return sa.select(begun.c.name, begun.c.how, _COUNT).group_by(begun.c.name, begun.c.how)


def _counts_of(sought: Sought) -> sa.Select[Any]:
    return happened(sought, _COUNTED, h.code, _COUNT).group_by(h.code)


def _open_parts(sought: Sought) -> sa.Select[Any]:
    meant = in_scope(sought)
    standing = sa.select(_COUNT).select_from(escalations).where(*standing_open(sought), *meant)
    raised_since = (e.workspace_id == sought.workspace_id, e.raised_at >= sought.end, *meant)
    parts = (
        standing,
        happened_after(sought, FINISHED, _COUNT),
        happened_after(sought, REOPENED, _COUNT),
        sa.select(_COUNT).select_from(escalations).where(*raised_since),
    )
    return sa.select(*(each.scalar_subquery() for each in parts))


def _promises_of(sought: Sought) -> sa.Select[Any]:
    ends = promise_ends(sought).subquery("promises")
    return sa.select(_COUNT, sa.func.sum(ends.c.kept))


def _pings_of(sought: Sought) -> sa.Select[Any]:
    pinged = happened(sought, ["pinged"], tier().label("tier"), out_of_hours(sought.hours).label("out")).subquery()
    return sa.select(pinged.c.tier, _COUNT, sa.func.sum(pinged.c.out)).group_by(pinged.c.tier)


def _span(microseconds: int | None) -> timedelta | None:
    return None if microseconds is None else timedelta(microseconds=int(microseconds))
