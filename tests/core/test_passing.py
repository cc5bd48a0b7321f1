"""What the passing of time does, on time and after an outage."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbot.core import commands as c
from slackbot.core import events as e
from slackbot.core.messages import Kind, News, Wanted
from slackbot.core.model import Arrival, Promise, State
from tests.core.builders import (
    ADMIN,
    AGENT,
    ANA,
    CATCHER,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    SOURCE,
    acknowledged,
    at_tier,
    decided,
    due_on_time,
    on_time,
    raised,
    refused,
    resolved,
    rules_with,
)

RULES = rules_with(3)


def test_nothing_happens_before_its_moment() -> None:
    """A microsecond early is too early, and says so."""
    case = raised(RULES)
    assert refused(case, RULES, c.Due(), on_time(case) - MINUTE / 60_000_000) == "not_due"


def test_a_tier_is_pinged_then_left() -> None:
    """Two pings, the second also in the channel, then the next tier with a card of its own and a fresh clock."""
    first = due_on_time(raised(RULES), RULES)
    assert first.events == (e.Pinged(1, 1, 0, broadcast=False),)
    assert first.messages[0] == Wanted(Kind.PING, 1, "C_0", 1)
    second = due_on_time(first.escalation, RULES)
    assert second.events == (e.Pinged(1, 2, 0, broadcast=True),)
    assert second.messages[0] == Wanted(Kind.PING_BROADCAST, 1, "C_0", 2)
    jump = due_on_time(second.escalation, RULES)
    assert jump.events == (e.Entered(2, 1, "Tier 1", Arrival.NO_ANSWER),)
    assert jump.messages[0] == Wanted(Kind.CARD, 2, "C_1")
    assert Wanted(Kind.CARD_EDIT, 1) in jump.messages
    assert (jump.escalation.visit.began_at, jump.escalation.next_at) == (NOW + 30 * MINUTE, NOW + 40 * MINUTE)


def test_late_pings_are_folded() -> None:
    """Two pings that came due together leave as one that tells how many it stands for."""
    late = decided(raised(RULES), RULES, c.Due(), NOW + 25 * MINUTE)
    assert late.events == (e.Pinged(1, 2, 1, broadcast=True),)
    assert late.escalation.next_at == NOW + 30 * MINUTE


def test_after_an_outage_the_tier_gets_its_last_stretch() -> None:
    """An outage over the jump is caught up by one ping; the tier then has the time that follows its last ping."""
    back = NOW + 3 * DAY
    caught_up = decided(raised(RULES), RULES, c.Due(), back)
    assert caught_up.events == (e.Pinged(1, 2, 1, broadcast=True),)
    assert refused(caught_up.escalation, RULES, c.Due(), back) == "not_due"
    assert caught_up.escalation.next_at == back + 10 * MINUTE
    assert due_on_time(caught_up.escalation, RULES).escalation.visit.tier == 1


def test_an_outage_after_the_last_ping_jumps_once() -> None:
    """A tier that had all its pings is left late, for the next tier only, whose clock starts then."""
    pinged = due_on_time(due_on_time(raised(RULES), RULES).escalation, RULES).escalation
    jump = decided(pinged, RULES, c.Due(), NOW + 3 * DAY)
    assert jump.escalation.visit.tier == 1
    assert jump.escalation.next_at == NOW + 3 * DAY + 10 * MINUTE


def test_the_last_tier_tells_the_catcher_and_goes_on() -> None:
    """When the last tier's time is over the catcher and the agent are told, and pings go on at growing distances."""
    case = due_on_time(due_on_time(raised(rules_with(1)), rules_with(1)).escalation, rules_with(1)).escalation
    told = due_on_time(case, rules_with(1))
    assert told.events == (e.CatcherTold(1, 1),)
    assert told.messages[0] == Wanted(Kind.CATCHER, 1, CATCHER, 1)
    assert [(m.kind, m.topic) for m in told.messages if m.destination == AGENT] == [(Kind.NEWS, News.NOBODY_LEFT)]
    on = due_on_time(told.escalation, rules_with(1))
    assert on.events == (e.Pinged(1, 3, 0, broadcast=False),)
    assert (on.escalation.next_at, on.escalation.state) == (NOW + 120 * MINUTE, State.WAITING)


def test_an_outage_at_the_last_tier_is_one_ping_and_one_word_to_the_catcher() -> None:
    """Days of silence are caught up by one ping and one telling; the agent hears of it once, the first time only."""
    late = decided(raised(rules_with(1)), rules_with(1), c.Due(), NOW + 3 * DAY)
    assert late.events == (e.Pinged(1, 22, 21, broadcast=False), e.CatcherTold(1, 3))
    assert [m.kind for m in late.messages].count(Kind.NEWS) == 1
    later = decided(late.escalation, rules_with(1), c.Due(), NOW + 6 * DAY)
    assert Kind.NEWS not in [m.kind for m in later.messages]


def test_a_missed_promise_calls_the_owner_then_the_tier() -> None:
    """The owner is called in the thread, has the grace, and then the case waits again with them named first."""
    missed = due_on_time(acknowledged(RULES), RULES)
    assert missed.events == (e.PromiseMissed(NOW + HOUR),)
    assert missed.messages[0] == Wanted(Kind.OWNER_PING, 1, "C_0", 3, "promise_missed")
    assert missed.escalation.next_at == NOW + HOUR + 15 * MINUTE
    back = due_on_time(missed.escalation, RULES)
    assert back.events == (e.Entered(2, 0, "Tier 0", Arrival.PROMISE_BROKEN),)
    assert (back.escalation.state, back.escalation.owner) == (State.WAITING, None)
    assert (back.escalation.previous_owner, back.escalation.promise) == (ANA, None)
    assert back.messages[0] == Wanted(Kind.CARD, 2, "C_0")
    assert Wanted(Kind.NEWS, 0, AGENT, 4, News.BACK_TO_WAITING) in back.messages


def test_after_an_outage_the_owner_still_has_the_grace() -> None:
    """A promise missed while Rung was down is called late, and the grace runs from that call."""
    back = NOW + 3 * DAY
    called = decided(acknowledged(RULES), RULES, c.Due(), back)
    assert called.events == (e.PromiseMissed(NOW + HOUR),)
    assert called.escalation.next_at == back + 15 * MINUTE


def test_a_new_promise_starts_anew() -> None:
    """A time changed after it was missed is a promise like the first."""
    missed = due_on_time(acknowledged(RULES), RULES).escalation
    changed = decided(missed, RULES, c.ChangePromise(ANA, NOW + 3 * HOUR), NOW + 61 * MINUTE).escalation
    assert changed.promise == Promise(NOW + 3 * HOUR)
    assert changed.next_at == NOW + 3 * HOUR


def test_an_answered_case_is_asked_after_and_never_called() -> None:
    """The owner of an answered case is reminded each day, once for all the days that were missed."""
    answered = decided(acknowledged(RULES), RULES, c.Answer(ANA), NOW + 2 * MINUTE).escalation
    first = due_on_time(answered, RULES)
    assert first.events == (e.Reminded(1),)
    assert first.messages[0] == Wanted(Kind.OWNER_PING, 1, "C_0", 4, "remind")
    late = decided(first.escalation, RULES, c.Due(), NOW + 5 * DAY + HOUR)
    assert late.events == (e.Reminded(5),)
    assert late.escalation.next_at == NOW + 2 * MINUTE + 6 * DAY


def test_an_unconfirmed_solution_closes_the_case() -> None:
    """After the policy's days the case is over, told as unconfirmed."""
    closed = due_on_time(resolved(RULES), RULES)
    assert closed.events == (e.Closed(confirmed=False),)
    assert (closed.escalation.state, closed.escalation.next_at) == (State.CLOSED, None)


def test_a_pending_case_reminds_the_admins() -> None:
    """While Slack has not said who raised it, admins are told each hour and no tier is called."""
    late = decided(raised(RULES, verified=False), RULES, c.Due(), NOW + 150 * MINUTE)
    assert late.messages == (Wanted(Kind.ADMIN_NOTICE, 1, ADMIN, 2, "unverified"),)
    assert late.escalation.next_at == NOW + 180 * MINUTE


@pytest.mark.parametrize("tier", [0, 1])
def test_an_unreachable_tier_is_passed_over_loudly(tier: int) -> None:
    """The next tier is called at once, history says why, admins are told."""
    passed = decided(at_tier(RULES, tier), RULES, c.TierUnreachable(tier + 1, "is_archived"), NOW + HOUR)
    assert passed.events == (
        e.Unreachable(tier + 1, tier, "is_archived", "next_tier"),
        e.Entered(tier + 2, tier + 1, f"Tier {tier + 1}", Arrival.UNREACHABLE),
    )
    assert passed.messages[0] == Wanted(Kind.CARD, tier + 2, f"C_{tier + 1}")
    assert passed.messages[-1].kind is Kind.ADMIN_NOTICE


def test_an_unreachable_last_tier_tells_the_catcher_each_time() -> None:
    """Where nobody stands above, the catcher is told each time, agent and admins the first, and the case waits on."""
    case = replace(at_tier(RULES, 2), source=SOURCE)
    first = decided(case, RULES, c.TierUnreachable(3, "channel_not_found"), NOW + HOUR)
    assert first.events == (e.Unreachable(3, 2, "channel_not_found", "catcher"), e.CatcherTold(3, 1))
    kinds = [message.kind for message in first.messages]
    assert kinds[:4] == [Kind.CATCHER, Kind.NEWS, Kind.SOURCE_REPLY, Kind.ADMIN_NOTICE]
    again = decided(first.escalation, RULES, c.TierUnreachable(3, "channel_not_found"), NOW + 2 * HOUR)
    assert again.events == (e.Unreachable(3, 2, "channel_not_found", "catcher"), e.CatcherTold(3, 2))
    assert {message.kind for message in again.messages} == {Kind.CATCHER, Kind.CARD_EDIT, Kind.CASE_EDIT}
    assert again.escalation.state is State.WAITING
