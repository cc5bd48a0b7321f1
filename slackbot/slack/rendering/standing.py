"""How a case stands, in sentences: who is called, what its state is, what happens next and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from slackbot.core.deadlines import AROUND_THE_CLOCK, NextStep, Step, is_last, next_step
from slackbot.core.events import Answered, Closed, Entered, Event, Refused, Resolved
from slackbot.core.model import Arrival, Escalation, State
from slackbot.core.policy import Policy, Tier
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView, Happened

CALLED_BACK = frozenset({Arrival.NOT_SOLVED, Arrival.PROMISE_BROKEN})
"""Arrivals after which the previous owner is named first."""


def policy_of(view: CaseView) -> Policy:
    """Find the policy that the case goes by."""
    return view.rules.policies[view.escalation.policy]


def tier_of(view: CaseView) -> Tier:
    """Find the tier at which the case stands."""
    return policy_of(view).tiers[view.escalation.visit.tier]


def next_tier(view: CaseView) -> Tier | None:
    """Find the tier above; None at the last one."""
    tier = view.escalation.visit.tier
    return None if is_last(policy_of(view), tier) else policy_of(view).tiers[tier + 1]


def title(kit: Kit, view: CaseView) -> str:
    """Say number, severity and category: `ESC-142 · High · Billing`."""
    case = view.escalation
    severity = kit.words.plain(f"severity.{case.severity}")
    return kit.words.plain("card.title", label=case.label, severity=severity, category=case.category)


def mentions(view: CaseView) -> Mrkdwn:
    """Mention whom the tier names, the previous owner first where they are asked again."""
    return f.joined(called(view))


def called(view: CaseView) -> list[Mrkdwn]:
    """List whom `mentions` mentions, each once."""
    case = view.escalation
    named = [f.call(who) for who in tier_of(view).notify]
    if case.previous_owner and case.visit.arrival in CALLED_BACK:
        named.insert(0, f.user(case.previous_owner))
    return list(dict.fromkeys(named))


def happened(view: CaseView, kind: type[Event]) -> Happened | None:
    """Find the newest entry of a kind in the history."""
    return next((entry for entry in reversed(view.history) if isinstance(entry.event, kind)), None)


def began(view: CaseView, visit: int) -> tuple[Happened, Entered] | None:
    """Find in the history how a visit began."""
    for entry in view.history:
        if isinstance(entry.event, Entered) and entry.event.visit == visit:
            return entry, entry.event
    return None


def owner(case: Escalation) -> Mrkdwn:
    """Name who has the case."""
    return f.user(case.owner or case.previous_owner or case.raised_by)


def doer(view: CaseView, kind: type[Event]) -> Mrkdwn:
    """Name who did something last, whoever has the case; where the history does not say, it was the owner."""
    entry = happened(view, kind)
    return f.user(entry.actor) if entry is not None and entry.actor else owner(view.escalation)


def status(kit: Kit, view: CaseView) -> Mrkdwn:
    """Say how the case stands now, in a sentence or two."""
    case, promise = view.escalation, view.escalation.promise
    values = {
        "agent": f.user(case.raised_by),
        "owner": owner(case),
        "tier": tier_of(view).name,
        "since": f.date(case.visit.began_at),
    }
    key = case.state.value
    if case.state is State.ACKNOWLEDGED and promise is not None:
        values["until"] = f.date(promise.until)
        if promise.answered_at is not None:
            values |= {"at": f.date(promise.answered_at), "actor": doer(view, Answered)}
            key = "answered" if values["actor"] == values["owner"] else "answered_by"
        elif promise.reminders or promise.until < view.now:
            key = "overdue"
    elif case.state is State.RESOLVED:
        values |= {"at": f.date(case.resolved_at or view.now), "actor": doer(view, Resolved)}
    elif (entry := happened(view, Closed)) is not None and case.state is State.CLOSED:
        key = "closed_confirmed" if entry.actor else "closed_by_itself"
        values |= {"at": f.date(entry.at), "actor": doer(view, Closed)}
    elif case.state is State.WITHDRAWN and (refused := happened(view, Refused)) is not None:
        key, values["reason"] = "refused", refusal_reason(kit, refused.event)
    return kit.words.mrkdwn(f"status.{key}", **values)


def refusal_reason(kit: Kit, event: Event | None) -> str:
    """Say why somebody counts as no insider."""
    reason = event.reason if isinstance(event, Refused) else "unknown"
    key = f"person.{reason}"
    return kit.words.plain(key) if key in kit.words else reason


def following(kit: Kit, view: CaseView) -> Mrkdwn:
    """Say what happens next and when."""
    step = next_step(view.escalation, view.rules)
    if step is None:
        return kit.words.mrkdwn("next.nothing")
    at = f.date(step.at)
    match step.step:
        case Step.PING:
            return _next_call(kit, view, step)
        case Step.JUMP | Step.GRACE_OVER:
            above = next_tier(view) if step.step is Step.JUMP else tier_of(view)
            return kit.words.mrkdwn(f"next.{step.step}", at=at, tier=above.name if above else "")
        case _:
            case = view.escalation
            return kit.words.mrkdwn(f"next.{step.step}", at=at, owner=owner(case), agent=f.user(case.raised_by))


def respond_by(view: CaseView) -> datetime:
    """Say when the tier's time to take the case is over."""
    case = view.escalation
    return _after(case, tier_of(view).timers[case.severity].respond_within)


def _next_call(kit: Kit, view: CaseView, step: NextStep) -> Mrkdwn:
    above, at = next_tier(view), f.date(step.at)
    if above is not None:
        return kit.words.mrkdwn("next.ping_jump", at=at, tier=above.name, jump=f.date(respond_by(view)))
    caught = view.escalation.visit.caught
    if caught:
        return kit.words.mrkdwn("next.ping", at=at)
    return kit.words.mrkdwn("next.ping_catcher", at=at, jump=f.date(respond_by(view)))


def _after(case: Escalation, elapsed: timedelta) -> datetime:
    timer = case.visit.timer
    return AROUND_THE_CLOCK.instant_after(timer.anchor, max(timedelta(), elapsed - timer.consumed))


def arrival(kit: Kit, view: CaseView) -> Mrkdwn | None:
    """Say how the case came to the tier where it stands; None for its first tier.

    Whoever sent it on is not named: this stands in a post that calls people, and they are none of those called.
    """
    case = view.escalation
    if case.visit.arrival is Arrival.RAISED:
        return None
    values = {"tier": came_from(view), "agent": f.user(case.raised_by)}
    return kit.words.mrkdwn(f"arrival.{case.visit.arrival}", **values)


def came_from(view: CaseView) -> str:
    """Name the tier of the visit before this one."""
    found = began(view, view.escalation.visit.ordinal - 1)
    if found:
        return found[1].tier_name
    return policy_of(view).tiers[max(0, view.escalation.visit.tier - 1)].name
