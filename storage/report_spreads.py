"""The statements that part cases by their dimensions, and sum up spans by nearest rank."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from slackbot.core.summary import OVERLONG, Dimension
from storage.report_statements import EARLIER, Column, Sought, e, earlier, field_or_none, h, happened, text_in, waited
from storage.report_statements import raised as raised_in
from storage.report_statements import tier as tier_then
from storage.statements import constant

ALL = "all"
KEY: tuple[Column, ...] = (sa.label("id", e.id), sa.label("number", e.number))
_LATE, _NOT_FIRST = 1, 2
_OVERLONG = OVERLONG.days * 86_400_000_000


def raised_by(sought: Sought, dimensions: Sequence[Dimension]) -> sa.Select[Any]:
    """Count the cases raised: rows of dimension, name, count. By tier there are none: they are raised to the first."""
    by = [each for each in dimensions if each is not Dimension.TIER]
    cases = raised_in(sought, e.id, *columns_of(by, sa.null())).cte("cases")
    return counted(cases, by)


def acknowledged_by(sought: Sought, dimensions: Sequence[Dimension]) -> sa.Select[Any]:
    """Sum up first acknowledgements; see `_summed`."""
    return _summed(first_acknowledgements(sought, dimensions), dimensions)


def resolved_by(sought: Sought, dimensions: Sequence[Dimension]) -> sa.Select[Any]:
    """Sum up first solutions; see `_summed`."""
    return _summed(first_solutions(sought, dimensions), dimensions)


def first_acknowledgements(sought: Sought, dimensions: Sequence[Dimension] = ()) -> sa.CTE:
    """Find them; `late` where a tier's time ran out, or the catcher was told, before."""
    ran_out = sa.or_(
        EARLIER.c.code == constant("catcher_told"),
        sa.and_(EARLIER.c.code == constant("entered"), text_in(EARLIER, "arrival") == constant("no_answer")),
    )
    weight = earlier((EARLIER.c.code == constant("acknowledged"), _NOT_FIRST), (ran_out, _LATE))
    return _firsts(sought, "acknowledged", weight, dimensions)


def first_solutions(sought: Sought, dimensions: Sequence[Dimension] = ()) -> sa.CTE:
    """Find them; none of them is `late`."""
    return _firsts(sought, "resolved", earlier((EARLIER.c.code == constant("resolved"), _NOT_FIRST)), dimensions)


def _firsts(sought: Sought, code: str, weight: Column, dimensions: Sequence[Dimension]) -> sa.CTE:
    """Give rows of case id, number, span in microseconds, whether late, whether overlong, and each dimension."""
    span = waited(h.at, sought.left_out).label("span")
    parts = columns_of(dimensions, tier_then())
    # Written out: folded into what reads it, SQLite would look at what was before each event twice.
    found = happened(sought, [code], *KEY, span, weight.label("late"), *parts).cte("found").prefix_with("MATERIALIZED")
    overlong = sa.case((found.c.span > _OVERLONG, 1), else_=0).label("overlong")
    return sa.select(found, overlong).where(found.c.late < _NOT_FIRST).cte("firsts")


def _summed(firsts: sa.CTE, dimensions: Sequence[Dimension]) -> sa.Select[Any]:
    """Give rows of dimension, name, count, median, 90th percentile, how many late, how many overlong."""
    parted = _spread(firsts, dimensions, "span", "late", "overlong")
    group = (parted.c.dimension, parted.c.name)
    rank = sa.func.row_number().over(partition_by=group, order_by=parted.c.span).label("rank")
    ranked = sa.select(parted, rank, sa.func.count().over(partition_by=group).label("many")).subquery("ranked")
    r = ranked.c
    return sa.select(
        *(r.dimension, r.name, r.many),
        *(sa.func.min(sa.case((r.rank * 100 >= r.many * percent, r.span))) for percent in (50, 90)),
        *(sa.func.sum(r.late), sa.func.sum(r.overlong)),
    ).group_by(r.dimension, r.name, r.many)


def counted(cases: sa.CTE, dimensions: Sequence[Dimension]) -> sa.Select[Any]:
    """Count cases: rows of dimension, name, count."""
    parted = _spread(cases, dimensions)
    return sa.select(parted.c.dimension, parted.c.name, sa.func.count()).group_by(parted.c.dimension, parted.c.name)


def columns_of(dimensions: Sequence[Dimension], tier: Column) -> list[Column]:
    """Give the columns by which cases are parted; which tier is meant differs."""
    return [column_of(each, tier).label(each.value) for each in dimensions]


def column_of(dimension: Dimension, tier: Column) -> Column:
    """Give the column by which cases are parted; which tier is meant differs."""
    return tier if dimension is Dimension.TIER else _OF_CASE[dimension]


def _spread(cases: sa.CTE, dimensions: Sequence[Dimension], *kept: str) -> sa.Subquery:
    """Repeat each case once for all of them together and once for each dimension."""
    columns = [cases.c[name] for name in kept]
    whole = sa.select(_word(ALL).label("dimension"), _word("").label("name"), *columns).select_from(cases)
    parts = [sa.select(_word(each), cases.c[each.value], *columns).select_from(cases) for each in dimensions]
    return sa.union_all(whole, *parts).subquery("spread")


def _word(text: str) -> Column:
    return sa.cast(constant(text), sa.Text)


_OF_CASE: dict[Dimension, Column] = {
    Dimension.CATEGORY: e.category,
    Dimension.SEVERITY: e.severity,
    Dimension.CUSTOMER_TIER: field_or_none("customer_tier"),
    Dimension.REASON: field_or_none("why"),
}
