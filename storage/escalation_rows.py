"""An escalation as a row and back: visit, timer, promise and source lie flat in its columns."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from slackbot.core.model import Arrival, Escalation, Promise, Source, State, Timer, Visit
from slackbot.core.policy import Severity
from storage.sources import source_columns
from storage.tables.cases import escalations

_c = escalations.c

COLUMNS: tuple[sa.Column[Any], ...] = (
    *(_c.id, _c.workspace_id, _c.number, _c.version, _c.state, _c.severity, _c.category),
    *(_c.policy_version, _c.policy, _c.raised_by, _c.raised_at),
    *(_c.visit, _c.tier, _c.arrival, _c.visit_began_at, _c.caught),
    *(_c.timer_anchor, _c.timer_consumed, _c.timer_running, _c.pings_done, _c.timer_ahead),
    *(_c.next_at, _c.owner, _c.previous_owner, _c.acknowledged_at),
    *(_c.promise_until, _c.promise_answered_at, _c.promise_reminders, _c.resolved_at),
    *(_c.source_channel, _c.source_ts, _c.source_thread_ts, _c.source_private),
)
"""What to select for `escalation_of`, in its order."""


def escalation_of(row: Any) -> Escalation:
    """Read an escalation out of a row of `COLUMNS`."""
    # By position: a lookup by name costs ten times as much, and the loop reads many.
    (id_, workspace_id, number, version, state, severity, category) = row[:7]
    (policy_version, policy, raised_by, raised_at) = row[7:11]
    (visit, tier, arrival, began_at, caught, anchor, consumed, running, pings_done, ahead) = row[11:21]
    (next_at, owner, previous_owner, acknowledged_at, until, answered_at, reminders, resolved_at) = row[21:29]
    channel, ts, thread_ts, private = row[29:]
    timer = Timer(anchor, consumed, running, pings_done, ahead)
    return Escalation(
        id=id_,
        workspace_id=workspace_id,
        number=number,
        version=version,
        state=State(state),
        severity=Severity(severity),
        category=category,
        policy_version=policy_version,
        policy=policy,
        raised_by=raised_by,
        raised_at=raised_at,
        visit=Visit(visit, tier, Arrival(arrival), began_at, timer, caught),
        next_at=next_at,
        owner=owner,
        previous_owner=previous_owner,
        acknowledged_at=acknowledged_at,
        promise=None if until is None else Promise(until, answered_at, reminders),
        resolved_at=resolved_at,
        source=None if channel is None else Source(channel, ts, thread_ts, private),
    )


def columns_that_change(escalation: Escalation) -> dict[str, Any]:
    """Write what a decision may change; a held case is let go by being saved."""
    visit, promise = escalation.visit, escalation.promise
    return {
        "version": escalation.version,
        "state": escalation.state.value,
        "severity": escalation.severity.value,
        "category": escalation.category,
        "policy": escalation.policy,
        "visit": visit.ordinal,
        "tier": visit.tier,
        "arrival": visit.arrival.value,
        "visit_began_at": visit.began_at,
        "timer_anchor": visit.timer.anchor,
        "timer_consumed": visit.timer.consumed,
        "timer_running": visit.timer.running,
        "pings_done": visit.timer.pings_done,
        "timer_ahead": visit.timer.ahead,
        "caught": visit.caught,
        "next_at": escalation.next_at,
        "owner": escalation.owner,
        "previous_owner": escalation.previous_owner,
        "acknowledged_at": escalation.acknowledged_at,
        "promise_until": promise.until if promise else None,
        "promise_answered_at": promise.answered_at if promise else None,
        "promise_reminders": promise.reminders if promise else None,
        "resolved_at": escalation.resolved_at,
        "hold_until": None,
        "hold_error": None,
    }


def columns_that_stay(escalation: Escalation) -> dict[str, Any]:
    """Write what an escalation is born with."""
    return {
        "id": escalation.id,
        "workspace_id": escalation.workspace_id,
        "number": escalation.number,
        "policy_version": escalation.policy_version,
        "raised_by": escalation.raised_by,
        "raised_at": escalation.raised_at,
    } | source_columns(escalation.source)
