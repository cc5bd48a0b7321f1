"""Going on after an outage: one call where one was missed, and no minute counts in which nobody could answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from slackbot.core.commands import Resume
from slackbot.core.deadlines import is_last, is_last_before_jump, pings_due, place_of, regular_pings
from slackbot.core.decision import Decision, Refusal, RefusalCode, channel_of, settled, show_state
from slackbot.core.events import HouseDown, Pinged
from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Escalation, Promise, State
from slackbot.core.passing import due
from slackbot.core.policy import LastTier, Rules


def resume(escalation: Escalation, rules: Rules, command: Resume, now: datetime) -> Decision | Refusal:
    """Take up a case after an outage: at most one thing is done, whatever came due meanwhile.

    A tier keeps all the time it has: what it had had when the outage began goes on counting now. An owner whose
    promise had passed keeps the rest of the grace. Anything else that came due is done once, as by `due`.
    """
    happened = HouseDown(command.since, now, command.cause)
    was_due = escalation.next_at is not None and escalation.next_at <= now
    promise = escalation.promise
    if escalation.state is State.WAITING:
        return _called(escalation, rules, command, happened) if was_due else _waited(escalation, rules, happened)
    if promise is not None and promise.reminders and promise.answered_at is None:
        return _keep_grace(escalation, rules, promise, happened)
    if not was_due:
        return Refusal(RefusalCode.NOT_DUE)
    done = due(escalation, rules, now)
    return replace(done, events=(happened, *done.events)) if isinstance(done, Decision) else done


def _waited(escalation: Escalation, rules: Rules, down: HouseDown) -> Decision:
    """Leave the calls where they are and give the tier its time back: nothing had come due."""
    timer = escalation.visit.timer
    missed = max(down.until - max(down.since, timer.anchor), timedelta())
    timer = replace(timer, anchor=down.until, consumed=timer.elapsed(down.since), ahead=timer.ahead + missed)
    after = replace(escalation, visit=replace(escalation.visit, timer=timer))
    return settled(after, rules, (down,), ())


def _called(escalation: Escalation, rules: Rules, command: Resume, down: HouseDown) -> Decision:
    """Call the tier once, now, unless a call is on its way; the next one follows at the usual distance."""
    visit, policy = escalation.visit, rules.policies[escalation.policy]
    timers = policy.tiers[visit.tier].timers[escalation.severity]
    last = policy.last_tier if is_last(policy, visit.tier) else None
    had, timer = visit.timer.elapsed(down.since), visit.timer
    ordinal = timer.pings_done
    if not command.call_waits:
        ordinal = max(ordinal, pings_due(timers, last, had, timer.ahead)) + 1
    place = place_of(timers, last, ordinal)
    if last is None or had < timers.respond_within:
        # Nobody is called only to be left a moment later.
        had = min(had, regular_pings(timers) * timers.ping_every)
    had = min(had, place)
    timer = replace(timer, anchor=down.until, consumed=had, ahead=place - had, pings_done=ordinal)
    after = replace(escalation, visit=replace(visit, timer=timer))
    if command.call_waits:
        return settled(after, rules, (replace(down, call_waited=True),), show_state(after))
    broadcast = last is None and is_last_before_jump(timers, ordinal, timer.ahead)
    call = Wanted(
        Kind.PING_BROADCAST if broadcast else Kind.PING, visit.ordinal, channel_of(escalation, rules), ordinal
    )
    pinged = Pinged(visit.ordinal, ordinal, _skipped(escalation, rules, last, down.until), broadcast)
    return settled(after, rules, (down, pinged), (call, *show_state(after)))


def _skipped(escalation: Escalation, rules: Rules, last: LastTier | None, now: datetime) -> int:
    """Count the calls that had come due beside the one that is made for all of them."""
    visit = escalation.visit
    timers = rules.policies[escalation.policy].tiers[visit.tier].timers[escalation.severity]
    missed = pings_due(timers, last, visit.timer.elapsed(now), visit.timer.ahead) - visit.timer.pings_done
    return max(0, missed - 1)


def _keep_grace(escalation: Escalation, rules: Rules, promise: Promise, down: HouseDown) -> Decision:
    """Let the owner have the rest of the grace, counted from now; they were called before the outage."""
    called = max(promise.until, escalation.visit.timer.anchor)
    moved = called + max(down.until - max(down.since, called), timedelta())
    after = replace(escalation, visit=replace(escalation.visit, timer=replace(escalation.visit.timer, anchor=moved)))
    return settled(after, rules, (down,), show_state(after))
