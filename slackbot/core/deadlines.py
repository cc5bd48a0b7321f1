"""When the next thing happens. The one place that knows how time is counted at a tier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from slackbot.core.durations import parse_duration
from slackbot.core.model import Escalation, State, Timer
from slackbot.core.policy import LastTier, Policy, Rules, Timers

CATCHER_EVERY = timedelta(days=1)
UNVERIFIED_RECHECK = timedelta(hours=1)
END_OF_DAY = time(18, 0)
MIDNIGHT_GAP = timedelta(minutes=1)
ON_TIME = timedelta()


class WorkingTime(Protocol):
    """How a tier's time passes: the seam for calendars."""

    def instant_after(self, start: datetime, span: timedelta) -> datetime:
        """Say at which instant `span` of working time has passed since `start`."""
        ...


class AroundTheClock:
    """Every hour counts."""

    def instant_after(self, start: datetime, span: timedelta) -> datetime:
        """Add the span."""
        return start + span


AROUND_THE_CLOCK: WorkingTime = AroundTheClock()


class Step(StrEnum):
    """What happens next."""

    VERIFY = "verify"
    PING = "ping"
    JUMP = "jump"
    CATCHER = "catcher"
    PROMISE_DUE = "promise_due"
    GRACE_OVER = "grace_over"
    REMIND = "remind"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What happens next, and when."""

    step: Step
    at: datetime


def pings_due(timers: Timers, last: LastTier | None, elapsed: timedelta, ahead: timedelta = ON_TIME) -> int:
    """Count the ping slots of a visit that have come by `elapsed`; `last` is given at the last tier only.

    `ahead` is the timer's: by how much the calls run ahead of the tier's time.
    """
    place = elapsed + ahead
    if last is None:
        return min(_slots_before(timers.respond_within + ahead, timers.ping_every), place // timers.ping_every)
    regular = regular_pings(timers)
    if place < timers.respond_within:
        return min(regular, place // timers.ping_every)
    return regular + _slow_slots(last, place - timers.respond_within)


def ping_at(timers: Timers, last: LastTier | None, ordinal: int, ahead: timedelta = ON_TIME) -> timedelta | None:
    """Say after how much time the ping `ordinal` (from 1) is due; None where no such ping comes."""
    if last is None and ordinal > _slots_before(timers.respond_within + ahead, timers.ping_every):
        return None
    return place_of(timers, last, ordinal) - ahead


def place_of(timers: Timers, last: LastTier | None, ordinal: int) -> timedelta:
    """Say where a ping (from 1; 0 is the card) stands in the order of calls, as time that lies before it."""
    regular = regular_pings(timers)
    if last is None or ordinal <= regular:
        return ordinal * timers.ping_every
    return timers.respond_within + _slow_offset(last, ordinal - regular)


def regular_pings(timers: Timers) -> int:
    """Count the pings that fit into a tier's time when all goes its way."""
    return _slots_before(timers.respond_within, timers.ping_every)


def is_last_before_jump(timers: Timers, ordinal: int, ahead: timedelta = ON_TIME) -> bool:
    """Say whether no further ping fits between this one and the end of the tier's time."""
    return ordinal >= _slots_before(timers.respond_within + ahead, timers.ping_every)


def catcher_times_due(timers: Timers, elapsed: timedelta) -> int:
    """Count how often the catcher should have been told: once when the last tier's time is over, then daily."""
    over = elapsed - timers.respond_within
    return 0 if over < timedelta() else 1 + over // CATCHER_EVERY


def next_step(escalation: Escalation, rules: Rules, working: WorkingTime = AROUND_THE_CLOCK) -> NextStep | None:
    """Derive what happens next; None only for a case that is over."""
    match escalation.state:
        case State.WAITING:
            return _next_while_waiting(escalation, rules.policies[escalation.policy], working)
        case State.ACKNOWLEDGED:
            return _next_while_acknowledged(escalation, rules)
        case State.RESOLVED:
            resolved = escalation.resolved_at or escalation.raised_at
            return NextStep(Step.CLOSE, resolved + rules.close_after)
        case State.PENDING:
            timer = escalation.visit.timer
            return NextStep(Step.VERIFY, timer.anchor + (timer.pings_done + 1) * UNVERIFIED_RECHECK)
        case _:
            return None


def promise_until(choice: str, now: datetime, zone: str) -> datetime:
    """Turn a promise's choice (`15m`, `today`) into an instant; `today` ends at 18:00 there, later on at midnight.

    Raises:
        ValueError: the choice is neither `today` nor a duration.
    """
    if choice != "today":
        return now + parse_duration(choice)
    local = now.astimezone(ZoneInfo(zone))
    evening = local.replace(hour=END_OF_DAY.hour, minute=0, second=0, microsecond=0)
    if local < evening - MIDNIGHT_GAP:
        return evening.astimezone(UTC)
    tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(tomorrow.astimezone(UTC) - MIDNIGHT_GAP, now + MIDNIGHT_GAP)


def is_last(policy: Policy, tier: int) -> bool:
    """Say whether nobody stands above this tier (counted from 0)."""
    return tier >= len(policy.tiers) - 1


def _next_while_waiting(escalation: Escalation, policy: Policy, working: WorkingTime) -> NextStep | None:
    visit = escalation.visit
    timers = policy.tiers[visit.tier].timers[escalation.severity]
    last = policy.last_tier if is_last(policy, visit.tier) else None
    ping = ping_at(timers, last, visit.timer.pings_done + 1, visit.timer.ahead)
    if last is None:
        end = NextStep(Step.JUMP, _instant(visit.timer, timers.respond_within, working))
    else:
        told = timers.respond_within + visit.caught * CATCHER_EVERY
        end = NextStep(Step.CATCHER, _instant(visit.timer, told, working))
    if ping is None:
        return end
    return min(end, NextStep(Step.PING, _instant(visit.timer, ping, working)), key=_when)


def _next_while_acknowledged(escalation: Escalation, rules: Rules) -> NextStep | None:
    promise = escalation.promise
    if promise is None:
        return None
    if promise.answered_at is not None:
        at = promise.answered_at + (promise.reminders + 1) * rules.promise.remind
        return NextStep(Step.REMIND, at)
    if promise.reminders:
        called = max(promise.until, escalation.visit.timer.anchor)
        return NextStep(Step.GRACE_OVER, called + rules.promise.grace)
    return NextStep(Step.PROMISE_DUE, promise.until)


def _when(step: NextStep) -> datetime:
    return step.at


def _instant(timer: Timer, elapsed: timedelta, working: WorkingTime) -> datetime:
    return working.instant_after(timer.anchor, max(timedelta(), elapsed - timer.consumed))


def _slots_before(end: timedelta, every: timedelta) -> int:
    """Count multiples of `every` strictly before `end`; a ping at the very end gives way to the jump."""
    return max(0, -(-end // every) - 1)


def _slow_offset(last: LastTier, ordinal: int) -> timedelta:
    offset, gap = timedelta(), last.ping_every
    for done in range(ordinal):
        if gap >= last.at_most or last.growth <= 1:
            return offset + (ordinal - done) * min(gap, last.at_most)
        offset += gap
        gap = min(gap * last.growth, last.at_most)
    return offset


def _slow_slots(last: LastTier, over: timedelta) -> int:
    count, gap, left = 0, last.ping_every, over
    while gap < last.at_most and last.growth > 1:
        if left < gap:
            return count
        left -= gap
        count += 1
        gap = min(gap * last.growth, last.at_most)
    return count + left // min(gap, last.at_most)
