"""How time is counted: pings, their distances, the catcher, and what comes next in each state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.deadlines import (
    CATCHER_EVERY,
    UNVERIFIED_RECHECK,
    NextStep,
    Step,
    catcher_times_due,
    is_last_before_jump,
    next_step,
    ping_at,
    pings_due,
)
from slackbot.core.model import Escalation, Promise, State, Timer
from slackbot.core.policy import LastTier, Timers
from tests.core.builders import (
    DAY,
    HOUR,
    IN_STATE,
    LAST,
    MINUTE,
    NOW,
    TIMERS,
    acknowledged,
    at_tier,
    raised,
    resolved,
    rules_with,
)

MICROSECOND = timedelta(microseconds=1)
ORDINALS = 60

SPANS = st.integers(min_value=1, max_value=3 * 86400).map(lambda seconds: timedelta(seconds=seconds))
ALL_TIMERS = st.builds(Timers, SPANS, SPANS)
ALL_LAST = st.builds(LastTier, SPANS, st.floats(min_value=0.5, max_value=10.0), SPANS)


@pytest.mark.parametrize(
    ("ordinal", "minutes"), [(1, 10), (2, 20), (3, 60), (4, 120), (5, 240), (6, 480), (7, 720), (8, 960)]
)
def test_pings_at_the_last_tier_come_slower_and_slower(ordinal: int, minutes: int) -> None:
    """Every 10 minutes up to the half hour, then after 30 minutes, 1, 2 and 4 hours, then every 4 hours for ever."""
    assert ping_at(TIMERS, LAST, ordinal) == minutes * MINUTE


@pytest.mark.parametrize(("ordinal", "minutes"), [(1, 10), (2, 20), (3, None), (4, None)])
def test_pings_below_the_last_tier_end_before_the_jump(ordinal: int, minutes: int | None) -> None:
    """A ping at the very end of the tier's time gives way to the jump, and none comes after it."""
    assert ping_at(TIMERS, None, ordinal) == (None if minutes is None else minutes * MINUTE)


@pytest.mark.parametrize(
    ("every", "within", "pings"), [(10, 30, 2), (10, 31, 3), (10, 29, 2), (10, 10, 0), (10, 5, 0), (10, 11, 1)]
)
def test_the_number_of_pings_before_the_jump(every: int, within: int, pings: int) -> None:
    """Only pings strictly before the jump count, and the last of them is known as such."""
    timers = Timers(every * MINUTE, within * MINUTE)
    assert pings_due(timers, None, 100 * DAY) == pings
    assert ping_at(timers, None, pings + 1) is None
    assert is_last_before_jump(timers, pings)
    assert not pings or not is_last_before_jump(timers, pings - 1)


@pytest.mark.parametrize("growth", [1.0, 0.5])
def test_distances_never_shrink(growth: float) -> None:
    """A growth of one or less keeps the distance, so that pings can't bunch up."""
    last = LastTier(30 * MINUTE, growth, DAY)
    assert [ping_at(TIMERS, last, ordinal) for ordinal in (3, 4, 5)] == [60 * MINUTE, 90 * MINUTE, 120 * MINUTE]


def test_the_longest_distance_holds_from_the_first() -> None:
    """A last tier whose first distance is beyond its longest pings at the longest."""
    last = LastTier(3 * HOUR, 2.0, HOUR)
    assert [ping_at(TIMERS, last, ordinal) for ordinal in (3, 4)] == [90 * MINUTE, 150 * MINUTE]


@settings(max_examples=150, deadline=None)
@given(timers=ALL_TIMERS, last=st.none() | ALL_LAST, ordinal=st.integers(min_value=1, max_value=ORDINALS))
def test_counting_pings_agrees_with_their_moments(timers: Timers, last: LastTier | None, ordinal: int) -> None:
    """A ping is counted from its very moment on and not a microsecond before, for every ordinal."""
    at = ping_at(timers, last, ordinal)
    if at is None:
        assert pings_due(timers, last, 1000 * DAY) < ordinal
    else:
        assert pings_due(timers, last, at) == ordinal
        assert pings_due(timers, last, at - MICROSECOND) == ordinal - 1


@settings(max_examples=150, deadline=None)
@given(timers=ALL_TIMERS, last=ALL_LAST)
def test_distances_grow_up_to_the_cap(timers: Timers, last: LastTier) -> None:
    """Past the last tier's time distances never shrink, never exceed `at_most`, and reach it if they grow at all."""
    regular = pings_due(timers, None, timers.respond_within)
    moments = [timers.respond_within]
    moments += [ping_at(timers, last, regular + slow) or timedelta() for slow in range(1, ORDINALS)]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps[0] == min(last.ping_every, last.at_most)
    assert gaps == sorted(gaps)
    assert timedelta() < gaps[-1] <= last.at_most
    if last.growth >= 2:
        assert gaps[-1] == last.at_most


@pytest.mark.parametrize(
    ("elapsed", "times"),
    [
        (timedelta(), 0),
        (30 * MINUTE - MICROSECOND, 0),
        (30 * MINUTE, 1),
        (30 * MINUTE + DAY - MICROSECOND, 1),
        (30 * MINUTE + DAY, 2),
        (30 * MINUTE + 10 * DAY, 11),
    ],
)
def test_the_catcher_is_told_at_the_end_and_then_daily(elapsed: timedelta, times: int) -> None:
    """Once when the last tier's time is over, then each day."""
    assert catcher_times_due(TIMERS, elapsed) == times


def _with_timer(case: Escalation, timer: Timer, caught: int = 0) -> Escalation:
    return replace(case, visit=replace(case.visit, timer=timer, caught=caught))


@pytest.mark.parametrize(
    ("tier", "pings_done", "caught", "expected"),
    [
        (0, 0, 0, NextStep(Step.PING, NOW + 10 * MINUTE)),
        (0, 1, 0, NextStep(Step.PING, NOW + 20 * MINUTE)),
        (0, 2, 0, NextStep(Step.JUMP, NOW + 30 * MINUTE)),
        (2, 1, 0, NextStep(Step.PING, NOW + 20 * MINUTE)),
        (2, 2, 0, NextStep(Step.CATCHER, NOW + 30 * MINUTE)),
        (2, 2, 1, NextStep(Step.PING, NOW + 60 * MINUTE)),
        (2, 11, 1, NextStep(Step.CATCHER, NOW + DAY + 30 * MINUTE)),
    ],
)
def test_what_comes_next_while_waiting(tier: int, pings_done: int, caught: int, expected: NextStep) -> None:
    """A tier is pinged, then left; the last one is pinged on, and the catcher is told between its pings."""
    case = at_tier(rules_with(3), tier)
    assert next_step(_with_timer(case, Timer(NOW, pings_done=pings_done), caught), rules_with(3)) == expected


@pytest.mark.parametrize("unanswered", [0, 1])
def test_what_comes_next_while_acknowledged(unanswered: int) -> None:
    """The promise comes due; once it was missed the grace runs from the call to the owner."""
    case = acknowledged(rules_with())
    assert case.promise == Promise(NOW + HOUR)
    late = _with_timer(case, Timer(NOW + 3 * HOUR))
    missed = replace(late, promise=Promise(NOW + HOUR, reminders=1))
    expected = [NextStep(Step.PROMISE_DUE, NOW + HOUR), NextStep(Step.GRACE_OVER, NOW + 3 * HOUR + 15 * MINUTE)]
    assert next_step((case, missed)[unanswered], rules_with()) == expected[unanswered]


@pytest.mark.parametrize("reminders", [0, 1, 5])
def test_an_answered_case_is_asked_after_daily(reminders: int) -> None:
    """Once answered, the owner is reminded at the policy's distance, counted from the answer."""
    answered = Promise(NOW + HOUR, answered_at=NOW + 2 * MINUTE, reminders=reminders)
    case = replace(acknowledged(rules_with()), promise=answered)
    assert next_step(case, rules_with()) == NextStep(Step.REMIND, NOW + 2 * MINUTE + (reminders + 1) * DAY)


def test_a_resolved_case_closes_by_itself() -> None:
    """A solution nobody confirms closes the case after the policy's days."""
    assert next_step(resolved(rules_with()), rules_with()) == NextStep(Step.CLOSE, NOW + 2 * MINUTE + 7 * DAY)


def test_a_pending_case_is_looked_at_hourly() -> None:
    """Whoever is unknown is asked for again each hour."""
    pending = raised(rules_with(), verified=False)
    assert next_step(pending, rules_with()) == NextStep(Step.VERIFY, NOW + UNVERIFIED_RECHECK)


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
def test_what_is_over_has_no_next(state: State) -> None:
    """Nothing comes after the end."""
    assert next_step(IN_STATE[state](rules_with()), rules_with()) is None


@dataclass
class HalfTime:
    """A calendar in which only every other minute counts; keeps what it was asked."""

    asked: list[tuple[datetime, timedelta]] = field(default_factory=list)

    def instant_after(self, start: datetime, span: timedelta) -> datetime:
        """Take twice as long."""
        self.asked.append((start, span))
        return start + 2 * span


def test_a_tier_s_calendar_stretches_its_time() -> None:
    """What is left of a step's time is handed to the calendar from the anchor on; what had run before is not again."""
    calendar = HalfTime()
    case = _with_timer(raised(rules_with()), Timer(NOW, consumed=4 * MINUTE))
    assert next_step(case, rules_with(), calendar) == NextStep(Step.PING, NOW + 12 * MINUTE)
    assert calendar.asked == [(NOW, 26 * MINUTE), (NOW, 6 * MINUTE)]


def test_time_that_ran_before_counts() -> None:
    """A step whose time had already run at the anchor is due at the anchor, never before it."""
    case = _with_timer(raised(rules_with()), Timer(NOW, consumed=15 * MINUTE))
    assert next_step(case, rules_with()) == NextStep(Step.PING, NOW)


def test_a_stopped_timer_stands_still() -> None:
    """A timer that does not run keeps what was consumed; a running one never counts backwards."""
    assert Timer(NOW, consumed=MINUTE, running=False).elapsed(NOW + DAY) == MINUTE
    assert Timer(NOW, consumed=MINUTE).elapsed(NOW + DAY) == DAY + MINUTE
    assert Timer(NOW, consumed=MINUTE).elapsed(NOW - DAY) == MINUTE


def test_the_catcher_s_distance_is_a_day() -> None:
    """The docs say daily."""
    assert CATCHER_EVERY == DAY
