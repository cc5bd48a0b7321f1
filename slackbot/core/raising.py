"""How an escalation begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from slackbot.core.decision import (
    Decision,
    call_tier,
    enter,
    entered,
    reply_at_source,
    settled,
)
from slackbot.core.events import Admitted, Event, Raised
from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Arrival, Escalation, Source, State, Timer, Visit
from slackbot.core.policy import Routed, Rules, Severity, route

RAISED = "raised"


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is known of a case before it is one. `verified` says whether the agent is a known insider."""

    id: str
    workspace_id: int
    number: int
    category: str
    severity: Severity
    raised_by: str
    verified: bool
    policy_version: int
    source: Source | None = None


def begin(case: NewCase, rules: Rules, now: datetime) -> Decision:
    """Raise an escalation: at the first tier at once, or pending until Slack confirms who raised it."""
    routed = route(rules, case.category, case.severity)
    blank = _blank(case, routed, now)
    raised = Raised(routed.rule, routed.policy.name, pending=not case.verified)
    if not case.verified:
        return settled(blank, rules, (raised,), ())
    return _post(blank, rules, now, (raised,))


def admit(escalation: Escalation, rules: Rules, now: datetime) -> Decision:
    """Post a pending case, now that its agent is known to be an insider."""
    return _post(escalation, rules, now, (Admitted(),))


def _post(escalation: Escalation, rules: Rules, now: datetime, before: tuple[Event, ...]) -> Decision:
    standing = enter(escalation, 0, Arrival.RAISED, now, first=True)
    messages = (
        call_tier(standing, rules),
        Wanted(Kind.CASE, 0, standing.raised_by),
        *reply_at_source(standing, RAISED),
    )
    return settled(standing, rules, (*before, entered(standing, rules)), messages)


def _blank(case: NewCase, routed: Routed, now: datetime) -> Escalation:
    return Escalation(
        id=case.id,
        workspace_id=case.workspace_id,
        number=case.number,
        version=0,
        state=State.PENDING,
        severity=case.severity,
        category=case.category,
        policy_version=case.policy_version,
        policy=routed.policy.name,
        raised_by=case.raised_by,
        raised_at=now,
        visit=Visit(1, 0, Arrival.RAISED, now, Timer(anchor=now)),
        next_at=None,
        source=case.source,
    )
