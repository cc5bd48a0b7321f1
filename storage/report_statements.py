"""What the statements of a report share: which events and cases are meant, and how a span is measured in SQL.

Everything is computed from the history and the cases as they are stored; nothing is counted beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from slackbot.core.summary import Part, Window
from slackbot.core.summary_request import EVERYTHING, Scope, ScopeKind
from storage.columns import EPOCH
from storage.statements import Unrolled, constant, one_of
from storage.tables.cases import case_fields, escalations, history

_MICROSECONDS = sa.BigInteger


@dataclass(frozen=True, slots=True)
class Sought:
    """The cases and the stretch of time (UTC) a report is about.

    Spans are measured without the windows of `left_out`, which lie apart from each other; a ping outside all windows of
    `hours` is out of hours. The lists behind a figure are those of `part`, where one is given.
    """

    workspace_id: int
    start: datetime
    end: datetime
    scope: Scope = EVERYTHING
    left_out: Sequence[Window] = ()
    hours: Sequence[Window] = ()
    part: Part | None = None


Column = sa.ColumnElement[Any]
h, e = history.c, escalations.c


def of_case(table: Any, other: Any = h) -> tuple[sa.ColumnElement[bool], ...]:
    """Ask whether a row belongs to the same case as one of the history (or of another table's columns)."""
    case_id = other.escalation_id if "escalation_id" in other else other.id
    return (table.c.workspace_id == other.workspace_id, table.c.escalation_id == case_id)


def happened(sought: Sought, codes: Sequence[str], *columns: Column) -> sa.Select[Any]:
    """Select from the events of these kinds in the stretch of time, each with its case, as far as the scope goes."""
    return (
        sa.select(*columns)
        .select_from(history.join(escalations, sa.and_(e.workspace_id == h.workspace_id, e.id == h.escalation_id)))
        .where(h.workspace_id == sought.workspace_id, one_of(h.code, codes))
        .where(h.at >= sought.start, h.at < sought.end, *in_scope(sought))
    )


def happened_after(sought: Sought, codes: Sequence[str], *columns: Column) -> sa.Select[Any]:
    """Select from the events since the end of the stretch of time, of the cases that are meant."""
    meant = in_scope(sought)
    # Asked apart from each event: with a join, SQLite would go through all cases first.
    case = sa.exists().where(e.workspace_id == h.workspace_id, e.id == h.escalation_id, *meant)
    when = (h.workspace_id == sought.workspace_id, one_of(h.code, codes), h.at >= sought.end)
    return sa.select(*columns).where(*when, *([case] if meant else []))


def raised(sought: Sought, *columns: Column) -> sa.Select[Any]:
    """Select from the cases raised in the stretch of time, as far as the scope goes."""
    return (
        sa.select(*columns)
        .select_from(escalations)
        .where(e.workspace_id == sought.workspace_id, e.raised_at >= sought.start, e.raised_at < sought.end)
        .where(*in_scope(sought))
    )


def in_scope(sought: Sought) -> list[sa.ColumnElement[bool]]:
    """Ask whether a case is meant."""
    value = sought.scope.value
    match sought.scope.kind:
        case ScopeKind.ALL:
            return []
        case ScopeKind.POLICY:
            return [e.policy == value]
        case ScopeKind.CATEGORY:
            return [e.category == value]
        case ScopeKind.MINE:
            return [e.raised_by == value]
        case ScopeKind.CUSTOMER:
            return [sa.func.lower(_field("customer")) == sa.func.lower(value)]
        case ScopeKind.TIER:
            stay = history.alias("stood")
            stood = (*of_case(stay, e), stay.c.version > 0, stay.c.at < sought.end, stay.c.code == constant("entered"))
            return [sa.exists().where(*stood, text_in(stay, "tier_name") == value)]


def text_in(table: Any, name: str) -> Column:
    """Read a text out of an event's parameters."""
    found: Column = table.c.params[name].as_string()
    return found


def tier() -> Column:
    """Say at which tier the case stood when an event happened."""
    stay = history.alias("stay")
    return (
        sa.select(text_in(stay, "tier_name"))
        .where(*of_case(stay), stay.c.version < h.version, stay.c.code == constant("entered"))
        .order_by(stay.c.version.desc(), stay.c.ordinal.desc())
        .limit(1)
        .correlate(history)
        .scalar_subquery()
    )


def newest_before_end(sought: Sought, what: Callable[[Any], Column], codes: Sequence[str]) -> Column:
    """Say something of the newest event of these kinds before the end, of the case that is selected from."""
    last = history.alias("last")
    return (
        sa.select(what(last))
        .where(*of_case(last, e), last.c.version > 0, last.c.at < sought.end, one_of(last.c.code, codes))
        .order_by(last.c.version.desc(), last.c.ordinal.desc())
        .limit(1)
        .correlate(escalations)
        .scalar_subquery()
    )


def silence(sought: Sought) -> Column:
    """Measure how long nothing has happened to a case at the end, in microseconds."""
    last = history.alias("last")
    newest = (
        sa.select(sa.func.max(micro(last.c.at)))
        .where(*of_case(last, e), last.c.at < sought.end)
        .correlate(escalations)
        .scalar_subquery()
    )
    return _instant(sought.end) - newest


def earlier(*weights: tuple[sa.ColumnElement[bool], int]) -> Column:
    """Say the greatest of the weights that fit an earlier event of the same case; 0 where none does.

    The conditions are about `EARLIER`.
    """
    return sa.func.coalesce(
        sa.select(sa.func.max(sa.case(*weights, else_=0)))
        .where(*of_case(EARLIER), EARLIER.c.version < h.version)
        .correlate(history)
        .scalar_subquery(),
        0,
    )


EARLIER = history.alias("earlier")


def previous(codes: Sequence[str]) -> Column:
    """Say which of these kinds of events happened last before an event of the same case."""
    before = history.alias("before")
    return (
        sa.select(before.c.code)
        .where(*of_case(before), before.c.version < h.version, one_of(before.c.code, codes))
        .order_by(before.c.version.desc(), before.c.ordinal.desc())
        .limit(1)
        .correlate(history)
        .scalar_subquery()
    )


def advice() -> Column:
    """Read what was advised for the first level beside a solution; `core.commands` names the two notes alike."""
    named = sa.func.replace(text_in(history, "note"), "resolution", "prevention")
    return (
        sa.select(case_fields.c.value)
        .where(*of_case(case_fields), case_fields.c.name == named)
        .correlate(history)
        .scalar_subquery()
    )


def field_or_none(name: str) -> Column:
    """Read what was written in a field of a case, for parting cases by it; empty where nothing was."""
    return sa.func.coalesce(_field(name), "")


def _field(name: str) -> Column:
    return (
        sa.select(case_fields.c.value)
        .where(*of_case(case_fields, e), case_fields.c.name == constant(name))
        .correlate(escalations)
        .scalar_subquery()
    )


def waited(until: Column, left_out: Sequence[Window]) -> Column:
    """Measure from raising a case to an instant, in microseconds: `core.summary.counted` in SQL."""
    start, end = micro(e.raised_at), micro(until)
    if not left_out:
        return end - start
    gap = _gaps().c
    overlap = sa.case((end < gap.closes, end), else_=gap.closes) - sa.case((start > gap.opens, start), else_=gap.opens)
    missed = sa.select(sa.func.sum(overlap)).where(gap.opens < end, gap.closes > start)
    return end - start - sa.cast(sa.func.coalesce(missed.scalar_subquery(), 0), _MICROSECONDS)


LEFT_OUT = "left_out"
"""The parameter with the windows that are left out: a list of pairs, in microseconds."""


@cache
def _gaps() -> sa.CTE:
    """Unroll them into rows: the statement is as long for a thousand windows as for one."""
    pair = Unrolled(sa.bindparam(LEFT_OUT, type_=sa.JSON)).table_valued(sa.column("value", sa.JSON), name="pair")
    bounds = (sa.cast(pair.c.value[n].as_string(), _MICROSECONDS) for n in range(2))
    opens, closes = (each.label(name) for each, name in zip(bounds, ("opens", "closes"), strict=True))
    # Written out, so that the list is read once and not for every case.
    return sa.select(opens, closes).cte("gaps").prefix_with("MATERIALIZED")


def waited_until_end(sought: Sought) -> Column:
    """Measure from raising a case to the end of the stretch of time, in microseconds."""
    return waited(_instant(sought.end), sought.left_out)


def out_of_hours(hours: Sequence[Window]) -> Column:
    """Say whether an event lies outside all these windows (1 or 0)."""
    if not hours:
        return sa.literal_column("1")
    inside = sa.or_(*(sa.and_(h.at >= window.start, h.at < window.end) for window in hours))
    return sa.case((inside, 0), else_=1)


def micro(column: Column) -> Column:
    """Take an instant for the number of microseconds as which it is stored."""
    return sa.type_coerce(column, _MICROSECONDS)


def _instant(at: datetime | Column) -> Column:
    if isinstance(at, sa.ColumnElement):
        return at
    return sa.literal((at - EPOCH) // timedelta(microseconds=1), _MICROSECONDS)
