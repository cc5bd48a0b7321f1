"""The cases behind a report's figures, and those worth a look."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from slackbot.core.summary import Behind, Dimension, Part, Rule
from storage.report_spreads import KEY, column_of, columns_of, counted, first_acknowledgements, first_solutions
from storage.report_statements import (
    Column,
    Sought,
    advice,
    e,
    h,
    happened,
    in_scope,
    micro,
    newest_before_end,
    previous,
    raised,
    silence,
    text_in,
    tier,
    waited_until_end,
)
from storage.statements import constant, one_of
from storage.tables.cases import escalations, history

FINISHED = ("resolved", "withdrawn", "refused")
"""Events after which nobody has to do anything for a case."""

REOPENED = ("not_solved",)
WITHOUT_A_PERSON = ("no_answer", "unreachable")
_CLIMBS = (*WITHOUT_A_PERSON, "by_hand")
_STANDING = ("raised", *FINISHED, *REOPENED)
_ENDS_OF_PROMISES = ("answered", "resolved", "promise_missed")
_PROMISED = ("acknowledged", "promise_changed")


def standing_open(sought: Sought) -> tuple[sa.ColumnElement[bool], ...]:
    """Ask whether a case is open now: neither over nor resolved."""
    return (e.workspace_id == sought.workspace_id, e.next_at.is_not(None), e.state != constant("resolved"))


def open_at_end(sought: Sought, *columns: Column) -> sa.Select[Any]:
    """Select from the cases open at the end: of those open now or finished since, those that were so then."""
    standing = sa.select(e.id.label("id")).where(*standing_open(sought))
    finished = (h.workspace_id == sought.workspace_id, one_of(h.code, FINISHED), h.at >= sought.end)
    known = sa.union(standing, sa.select(h.escalation_id).where(*finished)).subquery("known")
    stood = newest_before_end(sought, lambda last: last.c.code, _STANDING)
    return (
        sa.select(*columns)
        .select_from(known.join(escalations, sa.and_(e.workspace_id == sought.workspace_id, e.id == known.c.id)))
        .where(e.raised_at < sought.end, ~one_of(stood, FINISHED), *in_scope(sought))
    )


def open_by(sought: Sought, dimensions: Sequence[Dimension]) -> sa.Select[Any]:
    """Count the cases open at the end: rows of dimension, name, count; the name is none where no tier was called."""
    columns = columns_of(dimensions, _standing_at(sought))
    return counted(open_at_end(sought, e.id, *columns).cte("standing"), dimensions)


def promise_ends(sought: Sought, *columns: Column) -> sa.Select[Any]:
    """Select how promises ended, 1 or 0 as `kept`: by an answer in time or a solution, or by calling the owner."""
    well = sa.or_(
        h.code == constant("resolved"),
        sa.and_(h.code == constant("answered"), h.params["in_time"].as_boolean()),
    )
    was = previous((*_PROMISED, *_ENDS_OF_PROMISES, "entered")).label("was")
    ends = happened(sought, _ENDS_OF_PROMISES, *columns, was, sa.case((well, 1), else_=0).label("kept")).subquery(
        "ends"
    )
    return sa.select(ends).where(one_of(ends.c.was, _PROMISED))


def behind(sought: Sought, figure: Behind) -> sa.Select[Any]:
    """Select the cases behind a figure, or that of a part: rows of case id, number and weight, the greatest first."""
    part = sought.part
    return _in_order(_BEHIND[figure](sought) if part is None else _BEHIND_PART[figure](sought, part))


def worth_a_look(sought: Sought, rule: Rule) -> sa.Select[Any]:
    """Select cases by a rule for review: rows of case id, number and weight, the most striking first."""
    return _in_order(_RULES[rule](sought))


def lessons(sought: Sought, at_least: int) -> sa.Select[Any]:
    """Select what was advised for the first level so often: rows of the text and how many times, the most first."""
    said = sa.func.trim(advice())
    advised = happened(sought, ["resolved"], said.label("said")).subquery("advised")
    times: Column = sa.func.count()
    alike: Column = sa.func.lower(advised.c.said)
    one: Column = sa.func.min(advised.c.said)
    return (
        sa.select(one, times)
        .where(advised.c.said != "")
        .group_by(alike)
        .having(times >= at_least)
        .order_by(times.desc(), alike)
    )


def _in_order(chosen: sa.Select[Any]) -> sa.Select[Any]:
    found = chosen.subquery("chosen")
    return sa.select(found.c.id, found.c.number, found.c.weight).order_by(found.c.weight.desc(), found.c.number)


_MANY = sa.func.count().label("weight")
_OLDEST = (-micro(e.raised_at)).label("weight")


def _times(code: str, *conditions: sa.ColumnElement[bool]) -> Callable[[Sought], sa.Select[Any]]:
    """Weigh cases by how often something happened to them."""
    return lambda sought: happened(sought, [code], *KEY, _MANY).where(*conditions).group_by(e.id, e.number)


def _slowest(firsts: Callable[[Sought], sa.CTE], **marks: int) -> Callable[[Sought], sa.Select[Any]]:
    """Weigh first acknowledgements or solutions by their span; only those that are marked so."""

    def select(sought: Sought) -> sa.Select[Any]:
        found = firsts(sought)
        return _spans(found).where(*(found.c[mark] == value for mark, value in marks.items()))

    return select


def _spans(firsts: sa.CTE) -> sa.Select[Any]:
    return sa.select(firsts.c.id, firsts.c.number, firsts.c.span.label("weight"))


def _promises(*, kept: bool) -> Callable[[Sought], sa.Select[Any]]:
    """Weigh cases by how many promises were kept, or broken."""

    def select(sought: Sought) -> sa.Select[Any]:
        ends = promise_ends(sought, *KEY).subquery()
        chosen = sa.select(ends.c.id, ends.c.number, _MANY).where(ends.c.kept == int(kept))
        return chosen.group_by(ends.c.id, ends.c.number)

    return select


def _unacknowledged(sought: Sought) -> sa.Select[Any]:
    """Weigh the cases that waited by how long they did: until somebody took them, or still."""
    never = newest_before_end(sought, lambda last: last.c.code, ["acknowledged"]).is_(None)
    waiting = open_at_end(sought, *KEY, waited_until_end(sought).label("weight")).where(never)
    return sa.union_all(_slowest(first_acknowledgements)(sought), waiting).subquery("waits").select()


def _open(sought: Sought) -> sa.Select[Any]:
    return open_at_end(sought, *KEY, _OLDEST)


def _silent(sought: Sought) -> sa.Select[Any]:
    return open_at_end(sought, *KEY, silence(sought).label("weight"))


def _raised(sought: Sought) -> sa.Select[Any]:
    return raised(sought, *KEY, micro(e.raised_at).label("weight"))


def _standing_at(sought: Sought) -> Column:
    return newest_before_end(sought, lambda last: text_in(last, "tier_name"), ["entered"])


def _raised_in(sought: Sought, part: Part) -> sa.Select[Any]:
    """Weigh what came to a tier by how often it did; elsewhere what was raised, the newest first."""
    if part.dimension is Dimension.TIER:
        return _times("entered", text_in(history, "tier_name") == part.name)(sought)
    return _raised(sought).where(column_of(part.dimension, sa.null()) == part.name)


def _open_in(sought: Sought, part: Part) -> sa.Select[Any]:
    return _open(sought).where(column_of(part.dimension, _standing_at(sought)) == part.name)


def _firsts_in(
    firsts: Callable[[Sought, Sequence[Dimension]], sa.CTE],
) -> Callable[[Sought, Part], sa.Select[Any]]:
    def select(sought: Sought, part: Part) -> sa.Select[Any]:
        found = firsts(sought, (part.dimension,))
        return _spans(found).where(found.c[part.dimension.value] == part.name)

    return select


def _pings_in(sought: Sought, part: Part) -> sa.Select[Any]:
    return _times("pinged", column_of(part.dimension, tier()) == part.name)(sought)


_BEHIND: Mapping[Behind, Callable[[Sought], sa.Select[Any]]] = {
    Behind.RAISED: _raised,
    Behind.OPEN: _open,
    Behind.ACKNOWLEDGED: _slowest(first_acknowledgements),
    Behind.IN_TIME: _slowest(first_acknowledgements, late=0),
    Behind.LATE: _slowest(first_acknowledgements, late=1),
    Behind.RESOLVED: _slowest(first_solutions),
    Behind.OVERLONG: _slowest(first_solutions, overlong=1),
    Behind.KEPT: _promises(kept=True),
    Behind.BROKEN: _promises(kept=False),
    Behind.PINGS: _times("pinged"),
    Behind.JUMPS: _times("entered", one_of(text_in(history, "arrival"), WITHOUT_A_PERSON)),
    Behind.WITHDRAWN: _times("withdrawn"),
    Behind.NOT_SOLVED: _times("not_solved"),
}
_BEHIND_PART: Mapping[Behind, Callable[[Sought, Part], sa.Select[Any]]] = {
    Behind.RAISED: _raised_in,
    Behind.OPEN: _open_in,
    Behind.ACKNOWLEDGED: _firsts_in(first_acknowledgements),
    Behind.RESOLVED: _firsts_in(first_solutions),
    Behind.PINGS: _pings_in,
}
_RULES: Mapping[Rule, Callable[[Sought], sa.Select[Any]]] = {
    Rule.WAITED: _unacknowledged,
    Rule.CLIMBED: _times("entered", one_of(text_in(history, "arrival"), _CLIMBS)),
    Rule.BROKEN: _promises(kept=False),
    Rule.PINGED: _times("pinged"),
    Rule.SILENT: _silent,
}
