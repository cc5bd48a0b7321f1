"""A second telling of an escalation's state, from its history alone; shares nothing with the code that decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from slackbot.core import events as e
from slackbot.core.model import Arrival, Escalation, Promise, State, Timer, Visit
from slackbot.core.policy import Policy, Rules, Timers


@dataclass(frozen=True, slots=True)
class Line:
    """One line of history: when, who (nobody for the passing of time), what."""

    at: datetime
    actor: str | None
    event: e.Event


def replay(blank: Escalation, lines: Iterable[Line], rules: Rules) -> Escalation:
    """Tell the state from the case as it was entered into the book and its history."""
    told = blank
    for line in lines:
        told = _on_its_way(told, line, rules) or _with_its_owner(told, line) or told
    return told


def as_raised(case: Escalation) -> Escalation:
    """Take from a case what happened to it since it was entered into the book."""
    began = Visit(1, 0, Arrival.RAISED, case.raised_at, Timer(case.raised_at))
    nobody: dict[str, Any] = dict.fromkeys(("owner", "previous_owner", "acknowledged_at", "promise", "resolved_at"))
    return replace(case, state=State.PENDING, visit=began, next_at=None, **nobody)


def as_told(escalation: Escalation) -> Escalation:
    """Leave out what history does not hold: version, next moment, how often Slack was asked who raised it."""
    untold = replace(escalation, version=0, next_at=None)
    refused_perhaps = escalation.visit.ordinal == 1 and escalation.state is State.WITHDRAWN
    if escalation.state is State.PENDING or refused_perhaps:
        visit = escalation.visit
        return replace(untold, visit=replace(visit, timer=replace(visit.timer, pings_done=0)))
    return untold


def _on_its_way(  # noqa: PLR0911 - one case an event
    told: Escalation, line: Line, rules: Rules
) -> Escalation | None:
    match line.event:
        case e.Raised(policy=policy):
            return replace(told, state=State.PENDING, policy=policy)
        case e.Entered():
            return _entered(told, line, line.event)
        case e.Pinged(visit, ordinal):
            assert visit == told.visit.ordinal
            return _pinged(told, line, ordinal, rules)
        case e.CatcherTold(visit, ordinal):
            assert visit == told.visit.ordinal
            return replace(told, visit=replace(told.visit, caught=ordinal))
        case e.HouseDown():
            down = _down(told, line.event.since, line.event.until)
            return _called(down, down.visit.timer.pings_done, rules) if line.event.call_waited else down
        case e.Closed():
            return replace(told, state=State.CLOSED)
        case e.Withdrawn() | e.Refused():
            return replace(told, state=State.WITHDRAWN)
        case _:
            return None


def _with_its_owner(  # noqa: PLR0911 - one case an event
    told: Escalation, line: Line
) -> Escalation | None:
    match line.event:
        case e.Acknowledged(until):
            return replace(
                told,
                state=State.ACKNOWLEDGED,
                owner=line.actor,
                acknowledged_at=line.at,
                promise=Promise(until),
            )
        case e.PromiseChanged(until):
            return replace(told, promise=Promise(until))
        case e.PromiseMissed(until):
            visit = replace(told.visit, timer=replace(told.visit.timer, anchor=line.at))
            return replace(told, visit=visit, promise=Promise(until, reminders=1))
        case e.Answered() if told.promise:
            return replace(told, promise=replace(told.promise, answered_at=line.at, reminders=0))
        case e.Reminded(ordinal) if told.promise:
            return replace(told, promise=replace(told.promise, reminders=ordinal))
        case e.Resolved():
            return replace(told, state=State.RESOLVED, owner=told.owner or line.actor, resolved_at=line.at)
        case _:
            return None


def _entered(told: Escalation, line: Line, event: e.Entered) -> Escalation:
    return replace(
        told,
        state=State.WAITING,
        visit=Visit(event.visit, event.tier, event.arrival, line.at, Timer(line.at)),
        owner=None,
        previous_owner=told.owner or told.previous_owner,
        acknowledged_at=None,
        promise=None,
        resolved_at=None,
    )


def _down(told: Escalation, since: datetime, until: datetime) -> Escalation:
    """Take the minutes out of the tier's time, or out of the grace; a call that was missed is told by its own line."""
    timer, promise = told.visit.timer, told.promise
    if told.state is State.WAITING:
        had = timer.consumed + max(since - timer.anchor, timedelta())
        ahead = timer.ahead + until - max(since, timer.anchor)
        timer = replace(timer, anchor=until, consumed=had, ahead=ahead)
    elif promise and promise.reminders and not promise.answered_at:
        called = max(promise.until, timer.anchor)
        timer = replace(timer, anchor=called + max(until - max(since, called), timedelta()))
    return replace(told, visit=replace(told.visit, timer=timer))


def _called(told: Escalation, ordinal: int, rules: Rules) -> Escalation:
    """Let a call that follows an outage be the one of this number."""
    policy, timer = rules.policies[told.policy], told.visit.timer
    timers = policy.tiers[told.visit.tier].timers[told.severity]
    had, is_last = timer.consumed, told.visit.tier + 1 == len(policy.tiers)
    if not is_last or had < timers.respond_within:
        most = timers.respond_within - timedelta(microseconds=1)
        had = min(had, most // timers.ping_every * timers.ping_every)
    place = _place(policy, timers, ordinal, is_last=is_last)
    had = min(had, place)
    timer = replace(timer, consumed=had, ahead=place - had, pings_done=ordinal)
    return replace(told, visit=replace(told.visit, timer=timer))


def _pinged(told: Escalation, line: Line, ordinal: int, rules: Rules) -> Escalation:
    policy, timer = rules.policies[told.policy], replace(told.visit.timer, pings_done=ordinal)
    timers = policy.tiers[told.visit.tier].timers[told.severity]
    if timer.anchor == line.at:
        return _called(told, ordinal, rules)
    overdue = line.at - timer.anchor + timer.consumed >= timers.respond_within
    if overdue and told.visit.tier + 1 < len(policy.tiers):
        timer = replace(timer, anchor=line.at, consumed=ordinal * timers.ping_every - timer.ahead)
    return replace(told, visit=replace(told.visit, timer=timer))


def _place(policy: Policy, timers: Timers, ordinal: int, *, is_last: bool) -> timedelta:
    """Walk along the calls of a tier to this one."""
    place, slow = timedelta(), policy.last_tier.ping_every
    for _ in range(ordinal):
        if is_last and place + timers.ping_every >= timers.respond_within:
            place, slow = (
                max(place, timers.respond_within) + slow,
                min(slow * policy.last_tier.growth, policy.last_tier.at_most),
            )
        else:
            place += timers.ping_every
    return place
