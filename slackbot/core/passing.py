"""What the passing of time does to an escalation: pings, jumps, the catcher, broken promises, closing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from slackbot.core.deadlines import (
    UNVERIFIED_RECHECK,
    Step,
    catcher_times_due,
    is_last,
    is_last_before_jump,
    next_step,
    pings_due,
)
from slackbot.core.decision import (
    Decision,
    Refusal,
    RefusalCode,
    channel_of,
    enter,
    entered,
    move,
    settled,
    show_state,
    tell_agent,
)
from slackbot.core.events import (
    CatcherTold,
    Closed,
    Event,
    Pinged,
    PromiseMissed,
    Reminded,
    StillUnverified,
    Unreachable,
)
from slackbot.core.messages import Kind, News, Wanted
from slackbot.core.model import Arrival, Escalation, Promise, State
from slackbot.core.policy import Rules

_TOPIC_PROMISE = "promise_missed"
_TOPIC_REMIND = "remind"
_TOPIC_UNREACHABLE = "unreachable"
_TOPIC_UNVERIFIED = "unverified"


def due(escalation: Escalation, rules: Rules, now: datetime) -> Decision | Refusal:
    """Do what is due now: at most one step, however late; what piled up meanwhile is folded into it."""
    following = next_step(escalation, rules)
    if following is None:
        return Refusal(RefusalCode.NOT_NOW)
    if following.at > now:
        return Refusal(RefusalCode.NOT_DUE)
    return _STEPS[following.step](escalation, rules, now)


def jump(
    escalation: Escalation,
    rules: Rules,
    now: datetime,
    arrival: Arrival,
    *,
    note: str | None = None,
) -> Decision:
    """Send the case to the next tier; the caller has made sure that there is one."""
    after = enter(escalation, escalation.visit.tier + 1, arrival, now)
    return settled(after, rules, (entered(after, rules, note),), move(escalation, after, rules))


def pass_over(escalation: Escalation, rules: Rules, now: datetime, error: str) -> Decision:
    """Leave a tier that can't be reached, loudly: the next tier now, or the catcher where nobody stands above."""
    visit = escalation.visit
    last = is_last(rules.policies[escalation.policy], visit.tier)
    fallback = "catcher" if last else "next_tier"
    happened = Unreachable(visit.ordinal, visit.tier, error, fallback)
    notices = _notices(escalation, rules, _TOPIC_UNREACHABLE)
    if not last:
        went = jump(escalation, rules, now, Arrival.UNREACHABLE)
        return replace(went, events=(happened, *went.events), messages=(*went.messages, *notices))
    # The tier's own calls reach nobody, so each of them goes to the catcher instead.
    told = visit.caught + 1
    return settled(
        replace(escalation, visit=replace(visit, caught=told)),
        rules,
        (happened, CatcherTold(visit.ordinal, told)),
        (*_tell_catcher(escalation, rules, told), *(() if visit.caught else notices), *show_state(escalation)),
    )


def _wait_on(escalation: Escalation, rules: Rules, now: datetime) -> Decision:
    """Ping the tier again and, past the last tier's time, tell the catcher; both folded where several came due."""
    visit = escalation.visit
    policy = rules.policies[escalation.policy]
    timers = policy.tiers[visit.tier].timers[escalation.severity]
    last = policy.last_tier if is_last(policy, visit.tier) else None
    elapsed, ahead = visit.timer.elapsed(now), visit.timer.ahead
    slots = pings_due(timers, last, elapsed, ahead)
    caught = catcher_times_due(timers, elapsed) if last else 0
    events: list[Event] = []
    messages: list[Wanted] = []
    if slots > visit.timer.pings_done:
        broadcast = last is None and is_last_before_jump(timers, slots, ahead)
        kind = Kind.PING_BROADCAST if broadcast else Kind.PING
        skipped = slots - visit.timer.pings_done - 1
        events.append(Pinged(visit.ordinal, slots, skipped, broadcast))
        messages.append(Wanted(kind, visit.ordinal, channel_of(escalation, rules), slots))
    if caught > visit.caught:
        events.append(CatcherTold(visit.ordinal, caught))
        messages.extend(_tell_catcher(escalation, rules, caught))
    timer = replace(visit.timer, pings_done=max(slots, visit.timer.pings_done))
    if last is None and elapsed >= timers.respond_within:
        # So late that the jump is due as well: the tier gets the time that follows its last ping, as if on time.
        timer = replace(timer, anchor=now, consumed=slots * timers.ping_every - ahead)
    after = replace(escalation, visit=replace(visit, timer=timer, caught=max(caught, visit.caught)))
    return settled(after, rules, tuple(events), (*messages, *show_state(after)))


def _jump_unanswered(escalation: Escalation, rules: Rules, now: datetime) -> Decision:
    return jump(escalation, rules, now, Arrival.NO_ANSWER)


def _call_owner(escalation: Escalation, rules: Rules, now: datetime) -> Decision:
    """Call the owner, and start the clock anew: the grace runs from this call, however late it comes."""
    promise = _promise_of(escalation)
    timer = replace(escalation.visit.timer, anchor=now)
    visit = replace(escalation.visit, timer=timer)
    after = replace(escalation, visit=visit, promise=replace(promise, reminders=1))
    return settled(
        after,
        rules,
        (PromiseMissed(promise.until),),
        (_owner_ping(escalation, rules, _TOPIC_PROMISE), *show_state(after)),
    )


def _take_back(escalation: Escalation, rules: Rules, now: datetime) -> Decision:
    """Let the case wait at its tier again: acknowledged and forgotten is the field's loudest complaint."""
    after = enter(escalation, escalation.visit.tier, Arrival.PROMISE_BROKEN, now)
    messages = (
        *move(escalation, after, rules),
        *tell_agent(escalation, News.BACK_TO_WAITING),
    )
    return settled(after, rules, (entered(after, rules),), messages)


def _remind_owner(escalation: Escalation, rules: Rules, now: datetime) -> Decision:
    promise = _promise_of(escalation)
    since = now - (promise.answered_at or now)
    count = max(since // rules.promise.remind, promise.reminders + 1)
    after = replace(escalation, promise=replace(promise, reminders=count))
    return settled(
        after,
        rules,
        (Reminded(count),),
        (_owner_ping(escalation, rules, _TOPIC_REMIND), *show_state(after)),
    )


def _close(escalation: Escalation, rules: Rules, _now: datetime) -> Decision:
    after = replace(escalation, state=State.CLOSED)
    return settled(after, rules, (Closed(confirmed=False),), show_state(after))


def _still_unverified(escalation: Escalation, rules: Rules, now: datetime) -> Decision:
    timer = escalation.visit.timer
    checks = max((now - timer.anchor) // UNVERIFIED_RECHECK, timer.pings_done + 1)
    visit = replace(escalation.visit, timer=replace(timer, pings_done=checks))
    notices = () if timer.pings_done else _notices(escalation, rules, _TOPIC_UNVERIFIED)
    return settled(replace(escalation, visit=visit), rules, (StillUnverified(checks),), notices)


_STEPS: Mapping[Step, Callable[[Escalation, Rules, datetime], Decision]] = {
    Step.VERIFY: _still_unverified,
    Step.PING: _wait_on,
    Step.CATCHER: _wait_on,
    Step.JUMP: _jump_unanswered,
    Step.PROMISE_DUE: _call_owner,
    Step.GRACE_OVER: _take_back,
    Step.REMIND: _remind_owner,
    Step.CLOSE: _close,
}


def _promise_of(escalation: Escalation) -> Promise:
    if escalation.promise is None:
        raise ValueError(f"{escalation.label} is acknowledged without a promise")
    return escalation.promise


def _owner_ping(escalation: Escalation, rules: Rules, topic: str) -> Wanted:
    return Wanted(
        Kind.OWNER_PING,
        escalation.visit.ordinal,
        channel_of(escalation, rules),
        escalation.version + 1,
        topic,
    )


def _notices(escalation: Escalation, rules: Rules, topic: str) -> tuple[Wanted, ...]:
    return tuple(
        Wanted(Kind.ADMIN_NOTICE, escalation.visit.ordinal, admin, escalation.version + 1, topic)
        for admin in rules.admins
    )


def _tell_catcher(escalation: Escalation, rules: Rules, ordinal: int) -> tuple[Wanted, ...]:
    visit = escalation.visit.ordinal
    told = tuple(Wanted(Kind.CATCHER, visit, place, ordinal) for place in rules.catcher)
    if escalation.visit.caught:
        return told
    return (*told, *tell_agent(escalation, News.NOBODY_LEFT))
