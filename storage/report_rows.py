"""Whole rows for the export: the cases a stretch of time is about, and what happened in it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from slackbot.core.events import EVENTS
from storage.report_cases import open_at_end
from storage.report_statements import Column, Sought, e, h, happened
from storage.statements import constant
from storage.tables.cases import case_fields, escalations, history

TEXTS = ("customer", "ticket", "why")
"""What of the texts is exported: what cases are told apart by, never what was written about them."""

CASE_COLUMNS = (
    *("number", "state", "severity", "category", "policy", *TEXTS, "raised_by", "owner"),
    *("raised_at", "taken_at", "resolved_at", "pings", "jumps", "customer_tier"),
)
TIMELINE_COLUMNS = ("number", "at", "code", "actor", "params")


def cases(sought: Sought) -> sa.Select[Any]:
    """Select the cases something happened to, and those open at the end: rows of `CASE_COLUMNS`, by number."""
    touched = happened(sought, tuple(EVENTS), h.escalation_id.label("id"))
    meant = sa.union(touched, open_at_end(sought, e.id)).subquery("meant")
    return (
        sa.select(
            *(e.number, e.state, e.severity, e.category, e.policy, *map(_text, TEXTS), e.raised_by, e.owner),
            *(
                e.raised_at,
                _first("acknowledged"),
                _first("resolved"),
                _times("pinged"),
                _jumps(),
                _text("customer_tier"),
            ),
        )
        .select_from(meant.join(escalations, sa.and_(e.workspace_id == sought.workspace_id, e.id == meant.c.id)))
        .order_by(e.number)
    )


def timeline(sought: Sought) -> sa.Select[Any]:
    """Select what happened: rows of `TIMELINE_COLUMNS`, as it came."""
    return happened(sought, tuple(EVENTS), e.number, h.at, h.code, h.actor, h.params).order_by(h.at, h.id)


def _of_case(code: str) -> tuple[sa.ColumnElement[bool], ...]:
    of_it = (history.c.workspace_id == e.workspace_id, history.c.escalation_id == e.id, history.c.version > 0)
    return (*of_it, history.c.code == constant(code))


def _first(code: str) -> Column:
    return sa.select(sa.func.min(history.c.at)).where(*_of_case(code)).correlate(escalations).scalar_subquery()


def _times(code: str) -> Column:
    return (
        sa.select(sa.func.count()).select_from(history).where(*_of_case(code)).correlate(escalations).scalar_subquery()
    )


def _jumps() -> Column:
    alone = history.c.params["arrival"].as_string().in_([constant("no_answer"), constant("unreachable")])
    jumps = sa.select(sa.func.count()).select_from(history).where(*_of_case("entered"), alone)
    return jumps.correlate(escalations).scalar_subquery()


def _text(name: str) -> Column:
    of_it = (case_fields.c.workspace_id == e.workspace_id, case_fields.c.escalation_id == e.id)
    open_to_all = (case_fields.c.name == constant(name), case_fields.c.sensitive.is_(False))
    return sa.select(case_fields.c.value).where(*of_it, *open_to_all).correlate(escalations).scalar_subquery()
