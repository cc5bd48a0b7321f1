"""The only place where an escalation's future is decided: presses and the passing of time go through it alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from slackbot.core import commands as c
from slackbot.core import events as e
from slackbot.core.deadlines import is_last
from slackbot.core.decision import (
    Decision,
    Refusal,
    RefusalCode,
    enter,
    entered,
    move,
    settled,
    show_state,
    tell_agent,
)
from slackbot.core.messages import News
from slackbot.core.model import Arrival, Escalation, Promise, State
from slackbot.core.passing import due, jump, pass_over
from slackbot.core.policy import Rules
from slackbot.core.raising import admit
from slackbot.core.resuming import resume

_LIVE = frozenset({State.PENDING, State.WAITING, State.ACKNOWLEDGED, State.RESOLVED})
_AT_A_TIER = frozenset({State.WAITING, State.ACKNOWLEDGED})

LEGAL: Mapping[type[c.Command], frozenset[State]] = {
    c.Due: _LIVE,
    c.Resume: _LIVE,
    c.Admit: frozenset({State.PENDING}),
    c.Refuse: frozenset({State.PENDING}),
    c.TierUnreachable: frozenset({State.WAITING}),
    c.Acknowledge: frozenset({State.WAITING}),
    c.ChangePromise: frozenset({State.ACKNOWLEDGED}),
    c.Answer: frozenset({State.ACKNOWLEDGED}),
    c.EscalateNow: _AT_A_TIER,
    c.Resolve: _AT_A_TIER,
    c.Close: frozenset({State.RESOLVED}),
    c.ReportNotSolved: frozenset({State.RESOLVED}),
    c.Withdraw: frozenset({State.PENDING, State.WAITING, State.ACKNOWLEDGED}),
}
"""In which states a command can be carried out at all; docs/states.md shows it and is tested against it."""


def decide(escalation: Escalation, rules: Rules, command: c.Command, now: datetime) -> Decision | Refusal:
    """Decide what a command does to an escalation at an instant: its new state, history and messages, or a refusal."""
    if escalation.state not in LEGAL[type(command)]:
        return _not_legal(escalation, command)
    return _carry_out(escalation, rules, command, now)


def _carry_out(  # noqa: C901, PLR0911, PLR0912 - one case a command: the list is the point
    escalation: Escalation, rules: Rules, command: c.Command, now: datetime
) -> Decision | Refusal:
    match command:
        case c.Due():
            return due(escalation, rules, now)
        case c.Resume():
            return resume(escalation, rules, command, now)
        case c.Admit():
            return admit(escalation, rules, now)
        case c.Refuse(reason):
            return _refuse_person(escalation, rules, reason)
        case c.TierUnreachable():
            return _unreachable(escalation, rules, command, now)
        case c.Acknowledge():
            return _acknowledge(escalation, rules, command, now)
        case c.ChangePromise():
            return _change_promise(escalation, rules, command, now)
        case c.Answer():
            return _answer(escalation, rules, now)
        case c.EscalateNow():
            return _escalate_now(escalation, rules, command, now)
        case c.Resolve():
            return _resolve(escalation, rules, command, now)
        case c.Close():
            return _close(escalation, rules)
        case c.ReportNotSolved():
            return _not_solved(escalation, rules, now)
        case c.Withdraw():
            return _withdraw(escalation, rules)


def _not_legal(escalation: Escalation, command: c.Command) -> Refusal:
    if isinstance(command, c.Acknowledge) and escalation.state is State.ACKNOWLEDGED:
        mine = escalation.owner == command.actor
        return Refusal(RefusalCode.ALREADY_YOURS if mine else RefusalCode.ALREADY_TAKEN)
    return Refusal(RefusalCode.NOT_NOW)


def _refuse_person(escalation: Escalation, rules: Rules, reason: str) -> Decision:
    after = replace(escalation, state=State.WITHDRAWN)
    told = tell_agent(replace(escalation, source=None), News.REFUSED)
    return settled(after, rules, (e.Refused(reason),), told)


def _unreachable(escalation: Escalation, rules: Rules, command: c.TierUnreachable, now: datetime) -> Decision | Refusal:
    if command.visit != escalation.visit.ordinal:
        return Refusal(RefusalCode.WENT_ON)
    return pass_over(escalation, rules, now, command.error)


def _acknowledge(escalation: Escalation, rules: Rules, command: c.Acknowledge, now: datetime) -> Decision | Refusal:
    if command.until <= now:
        return Refusal(RefusalCode.PAST)
    after = replace(
        escalation,
        state=State.ACKNOWLEDGED,
        owner=command.actor,
        acknowledged_at=now,
        promise=Promise(command.until),
    )
    return settled(
        after,
        rules,
        (e.Acknowledged(command.until),),
        (*show_state(after), *tell_agent(escalation, News.ACKNOWLEDGED)),
    )


def _change_promise(
    escalation: Escalation, rules: Rules, command: c.ChangePromise, now: datetime
) -> Decision | Refusal:
    if command.until <= now:
        return Refusal(RefusalCode.PAST)
    if escalation.promise is None or escalation.promise.answered_at is not None:
        return Refusal(RefusalCode.ALREADY_ANSWERED)
    after = replace(escalation, promise=Promise(command.until))
    return settled(after, rules, (e.PromiseChanged(command.until),), show_state(after))


def _answer(escalation: Escalation, rules: Rules, now: datetime) -> Decision | Refusal:
    promise = escalation.promise
    if promise is None or promise.answered_at is not None:
        return Refusal(RefusalCode.ALREADY_ANSWERED)
    after = replace(escalation, promise=replace(promise, answered_at=now, reminders=0))
    in_time = now <= promise.until
    return settled(after, rules, (e.Answered(in_time),), show_state(after))


def _escalate_now(escalation: Escalation, rules: Rules, command: c.EscalateNow, now: datetime) -> Decision | Refusal:
    if command.visit != escalation.visit.ordinal:
        return Refusal(RefusalCode.WENT_ON)
    if is_last(rules.policies[escalation.policy], escalation.visit.tier):
        return Refusal(RefusalCode.LAST_TIER)
    return jump(escalation, rules, now, Arrival.BY_HAND, note=command.note)


def _resolve(escalation: Escalation, rules: Rules, command: c.Resolve, now: datetime) -> Decision:
    after = replace(
        escalation,
        state=State.RESOLVED,
        owner=escalation.owner or command.actor,
        resolved_at=now,
    )
    return settled(
        after,
        rules,
        (e.Resolved(c.note_of_resolving(escalation.visit.ordinal)),),
        (*show_state(after), *tell_agent(escalation, News.RESOLVED)),
    )


def _close(escalation: Escalation, rules: Rules) -> Decision:
    after = replace(escalation, state=State.CLOSED)
    return settled(after, rules, (e.Closed(confirmed=True),), show_state(after))


def _not_solved(escalation: Escalation, rules: Rules, now: datetime) -> Decision:
    after = enter(escalation, escalation.visit.tier, Arrival.NOT_SOLVED, now)
    happened = (e.NotSolved(), entered(after, rules))
    return settled(after, rules, happened, move(escalation, after, rules))


def _withdraw(escalation: Escalation, rules: Rules) -> Decision:
    after = replace(escalation, state=State.WITHDRAWN)
    shown = () if escalation.state is State.PENDING else show_state(after)
    return settled(after, rules, (e.Withdrawn(),), shown)
