"""What an outage does to a case: one call, and no minute counts in which nobody could answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core import commands as c
from slackbot.core import events as e
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Escalation, State
from slackbot.core.outages import Cause
from slackbot.core.policy import Rules
from tests.core.builders import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    PING_EVERY,
    RESPOND_WITHIN,
    acknowledged,
    decided,
    due_on_time,
    raised,
    refused,
    resolved,
    rules_with,
)

RULES = rules_with(3)
LAST = rules_with(1)


def back(
    case: Escalation, since: datetime, now: datetime, rules: Rules = RULES, *, call_waits: bool = False
) -> Decision:
    """Come back after an outage."""
    return decided(case, rules, c.Resume(since, Cause.DOWN, call_waits), now)


def test_a_missed_call_is_made_once_and_the_tier_keeps_its_time() -> None:
    """Down from minute 5 to minute 95: one call for all that were missed, the next in ten minutes, 25 are left."""
    now = NOW + 95 * MINUTE
    decision = back(raised(RULES), NOW + 5 * MINUTE, now)
    assert decision.events == (
        e.HouseDown(NOW + 5 * MINUTE, now, Cause.DOWN),
        e.Pinged(1, 1, 1, broadcast=False),
    )
    assert decision.messages[0] == Wanted(Kind.PING, 1, "C_0", 1)
    assert decision.escalation.next_at == now + 10 * MINUTE
    case = decision.escalation
    while case.visit.tier == 0:
        case = due_on_time(case, RULES).escalation
    assert case.visit.began_at == now + 25 * MINUTE


def test_a_tier_that_was_to_be_left_is_called_again_first() -> None:
    """Its time ran out while Rung was down: it is called once more, and left when it has had its last stretch."""
    pinged = due_on_time(due_on_time(raised(RULES), RULES).escalation, RULES).escalation
    now = NOW + 3 * DAY
    decision = back(pinged, NOW + 29 * MINUTE, now)
    assert [event.code for event in decision.events] == ["house_down", "pinged"]
    assert decision.messages[0] == Wanted(Kind.PING_BROADCAST, 1, "C_0", 3)
    assert due_on_time(decision.escalation, RULES).escalation.visit.began_at == now + 10 * MINUTE


def test_where_no_call_was_missed_only_the_end_moves() -> None:
    """Down from minute 2 to minute 8: the calls stay where they are, the next tier is called six minutes later."""
    decision = back(raised(RULES), NOW + 2 * MINUTE, NOW + 8 * MINUTE)
    assert decision.messages == ()
    assert decision.escalation.next_at == NOW + 10 * MINUTE
    case = decision.escalation
    while case.visit.tier == 0:
        case = due_on_time(case, RULES).escalation
    assert case.visit.began_at == NOW + 36 * MINUTE


def test_a_call_on_its_way_serves_for_the_missed_one() -> None:
    """What had been wanted before the outage and leaves after it is not doubled by another call."""
    pinged = due_on_time(raised(RULES), RULES).escalation
    now = NOW + 95 * MINUTE
    decision = back(pinged, NOW + 10 * MINUTE, now, call_waits=True)
    assert decision.events == (e.HouseDown(NOW + 10 * MINUTE, now, Cause.DOWN, call_waited=True),)
    assert not any(message.kind in {Kind.PING, Kind.PING_BROADCAST} for message in decision.messages)
    assert decision.escalation.next_at == now + 10 * MINUTE


def test_the_last_tier_is_called_and_the_catcher_waits_its_turn() -> None:
    """Nobody is told that the last tier stays silent for minutes in which it could not answer."""
    now = NOW + 3 * DAY
    decision = back(raised(LAST), NOW + 5 * MINUTE, now, LAST)
    assert [event.code for event in decision.events] == ["house_down", "pinged"]
    case = decision.escalation
    while not case.visit.caught:
        told = due_on_time(case, LAST)
        assert case.next_at is not None
        at, case = case.next_at, told.escalation
    assert at == now + 25 * MINUTE


def test_the_rest_of_the_grace_counts_from_the_return() -> None:
    """An owner called before the outage could not press Answered during it, and keeps the rest of the grace."""
    called = due_on_time(acknowledged(RULES), RULES).escalation
    now = NOW + 3 * DAY
    decision = back(called, NOW + HOUR + 5 * MINUTE, now)
    assert [event.code for event in decision.events] == ["house_down"]
    assert decision.escalation.next_at == now + 10 * MINUTE
    assert due_on_time(decision.escalation, RULES).escalation.state is State.WAITING


@pytest.mark.parametrize("case", [acknowledged(RULES), resolved(RULES), raised(RULES, verified=False)])
def test_what_came_due_otherwise_is_done_once(case: Escalation) -> None:
    """A missed promise, a day to close or to ask Slack again: done as `due` does it, and its line says why so late."""
    since, now = NOW + 10 * MINUTE, NOW + 30 * DAY
    assert back(case, since, now).events == (
        e.HouseDown(since, now, Cause.DOWN),
        *decided(case, RULES, c.Due(), now).events,
    )
    assert refused(case, RULES, c.Resume(since, Cause.DOWN), NOW + 20 * MINUTE) == "not_due"


@dataclass
class Walk:
    """A case on its way through outages; `up` counts the time in which the tier could answer."""

    case: Escalation
    now: datetime = NOW
    up: timedelta = timedelta()
    last_call: datetime = NOW

    def goes_to(self, instant: datetime) -> None:
        """Let time pass while Rung runs."""
        while self.case.visit.tier == 0 and self.case.next_at is not None and self.case.next_at <= instant:
            moment = max(self.case.next_at, self.now)
            self.passes(moment)
            decision = decided(self.case, RULES, c.Due(), moment)
            self.takes(decision)
        if self.case.visit.tier == 0:
            self.passes(instant)

    def passes(self, instant: datetime) -> None:
        """Count the time."""
        self.up += instant - self.now
        self.now = instant

    def is_down_for(self, span: timedelta) -> None:
        """Be away, and come back."""
        since, self.now = self.now, self.now + span
        outcome = decide(self.case, RULES, c.Resume(since, Cause.DOWN), self.now)
        assert isinstance(outcome, Decision)
        assert sum(message.kind in {Kind.PING, Kind.PING_BROADCAST, Kind.CARD} for message in outcome.messages) <= 1
        assert outcome.escalation.visit.tier == 0
        self.takes(outcome)

    def takes(self, decision: Decision) -> None:
        """Note what was decided."""
        self.case = decision.escalation
        if any(isinstance(event, e.Pinged | e.Entered) for event in decision.events):
            self.last_call = self.now
        assert self.case.next_at is not None
        assert self.case.visit.tier or self.case.next_at - max(self.last_call, self.now) <= PING_EVERY
        assert self.case.next_at > self.now


_SPANS = st.integers(0, 90 * 60).map(lambda seconds: timedelta(seconds=seconds))


@settings(max_examples=300, deadline=None)
@given(stretches=st.lists(st.tuples(_SPANS, _SPANS.map(lambda span: span + 2 * MINUTE)), max_size=6))
def test_a_tier_is_left_only_after_all_its_time(stretches: list[tuple[timedelta, timedelta]]) -> None:
    """However often and long Rung is down: never left early, never silent for longer than a ping's distance."""
    walk = Walk(raised(RULES))
    for up, down in stretches:
        walk.goes_to(walk.now + up)
        if walk.case.visit.tier:
            break
        walk.is_down_for(down)
    walk.goes_to(walk.now + 2 * RESPOND_WITHIN)
    assert walk.case.visit.tier == 1
    assert walk.up >= RESPOND_WITHIN
    assert not stretches or walk.up <= RESPOND_WITHIN + len(stretches) * PING_EVERY
