"""What each press does, to the message."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from slackbot.core import commands as c
from slackbot.core import events as e
from slackbot.core.decide import LEGAL
from slackbot.core.messages import LEVEL_TRIGGERED, Guard, Kind, News, Wanted
from slackbot.core.model import Arrival, Promise, State
from slackbot.core.raising import begin
from tests.core.builders import (
    AGENT,
    ANA,
    BEN,
    DAY,
    HOUR,
    IN_STATE,
    MINUTE,
    NOW,
    SOURCE,
    acknowledged,
    at_tier,
    decided,
    due_on_time,
    new_case,
    raised,
    refused,
    resolved,
    rules_with,
)

RULES = rules_with(3)
LATER = NOW + 2 * MINUTE
SHOWN = (Wanted(Kind.CARD_EDIT, 1), Wanted(Kind.CASE_EDIT, 0))


def test_every_command_has_its_states() -> None:
    """No command is unknown to the table of what is legal, and every state that lives knows time."""
    assert set(get_args(c.Command)) == set(LEGAL)
    assert {state for state in State if not state.is_over} == LEGAL[c.Due]


def test_raising_posts_the_card() -> None:
    """A known agent's case goes to the first tier at once; the agent gets a message, its source a reply."""
    begun = begin(new_case(source=SOURCE), RULES, NOW)
    assert begun.events == (
        e.Raised(1, "support", pending=False),
        e.Entered(1, 0, "Tier 0", Arrival.RAISED),
    )
    assert begun.messages == (
        Wanted(Kind.CARD, 1, "C_0"),
        Wanted(Kind.CASE, 0, AGENT),
        Wanted(Kind.SOURCE_REPLY, 0, "C_SOURCE", 1, "raised"),
    )
    case = begun.escalation
    assert (case.state, case.version, case.label, case.next_at) == (State.WAITING, 1, "ESC-142", NOW + 10 * MINUTE)


def test_a_source_without_a_message_gets_no_reply() -> None:
    """There is no thread to answer in."""
    begun = begin(new_case(source=replace(SOURCE, message_ts=None)), RULES, NOW)
    assert Kind.SOURCE_REPLY not in [message.kind for message in begun.messages]


def test_an_unknown_agent_s_case_waits_unseen() -> None:
    """Until Slack says who raised it nothing is posted; then it is as if raised now."""
    begun = begin(new_case(verified=False), RULES, NOW)
    assert begun.events == (e.Raised(1, "support", pending=True),)
    assert (begun.escalation.state, begun.messages) == (State.PENDING, ())
    posted = decided(begun.escalation, RULES, c.Admit(), NOW + HOUR)
    assert posted.events == (e.Admitted(), e.Entered(1, 0, "Tier 0", Arrival.RAISED))
    assert (posted.escalation.raised_at, posted.escalation.visit.began_at) == (NOW, NOW + HOUR)
    assert posted.messages[0] == Wanted(Kind.CARD, 1, "C_0")


def test_a_refused_agent_is_told_and_nobody_else() -> None:
    """The case of somebody who is no insider ends, and nothing of it reaches the place it came from."""
    pending = replace(raised(RULES, verified=False), source=SOURCE)
    over = decided(pending, RULES, c.Refuse("guest"), LATER)
    assert over.events == (e.Refused("guest"),)
    assert over.messages == (Wanted(Kind.NEWS, 0, AGENT, 2, News.REFUSED),)
    assert over.escalation.state is State.WITHDRAWN


def test_taking_a_case_stops_the_calls() -> None:
    """The owner, the promise and the moment are kept; the agent is told; the next thing is the promise."""
    taken = decided(raised(RULES), RULES, c.Acknowledge(ANA, NOW + HOUR), LATER)
    case = taken.escalation
    assert (case.state, case.owner, case.acknowledged_at) == (State.ACKNOWLEDGED, ANA, LATER)
    assert (case.promise, case.next_at) == (Promise(NOW + HOUR), NOW + HOUR)
    assert taken.messages == (*SHOWN, Wanted(Kind.NEWS, 0, AGENT, 2, News.ACKNOWLEDGED))


@pytest.mark.parametrize(("presser", "code"), [(ANA, "already_yours"), (BEN, "already_taken")])
def test_the_second_to_take_it_learns_who_has_it(presser: str, code: str) -> None:
    """The first acknowledgement wins, even against an impossible promise."""
    assert refused(acknowledged(RULES), RULES, c.Acknowledge(presser, NOW + DAY), LATER) == code
    assert refused(acknowledged(RULES), RULES, c.Acknowledge(presser, NOW), LATER) == code


@pytest.mark.parametrize("state", [State.WAITING, State.ACKNOWLEDGED])
def test_nobody_can_promise_the_past(state: State) -> None:
    """A promised time must lie ahead; this very moment does not."""
    press = c.Acknowledge(ANA, LATER) if state is State.WAITING else c.ChangePromise(ANA, LATER)
    assert refused(IN_STATE[state](RULES), RULES, press, LATER) == "past"


@pytest.mark.parametrize(("minutes", "in_time"), [(60, True), (61, False)])
def test_an_answer_keeps_the_promise(minutes: int, *, in_time: bool) -> None:
    """An answer up to the promised moment is in time; later it is told as late."""
    answered = decided(acknowledged(RULES), RULES, c.Answer(ANA), NOW + minutes * MINUTE)
    assert answered.events == (e.Answered(in_time),)
    assert answered.escalation.promise == Promise(NOW + HOUR, answered_at=NOW + minutes * MINUTE)
    assert answered.messages == SHOWN


def test_an_answer_after_the_call_saves_the_case() -> None:
    """Within the grace an answer still counts; the reminders start from nought."""
    missed = due_on_time(acknowledged(RULES), RULES).escalation
    answered = decided(missed, RULES, c.Answer(ANA), NOW + HOUR + MINUTE).escalation
    assert answered.next_at == NOW + HOUR + MINUTE + DAY


@pytest.mark.parametrize("press", [c.Answer(BEN), c.ChangePromise(ANA, NOW + DAY)])
def test_an_answered_promise_is_settled(press: c.Command) -> None:
    """After the answer there is nothing to answer again and no promise to move."""
    answered = decided(acknowledged(RULES), RULES, c.Answer(ANA), LATER).escalation
    assert refused(answered, RULES, press, NOW + HOUR) == "already_answered"


@pytest.mark.parametrize("state", [State.WAITING, State.ACKNOWLEDGED])
def test_escalating_by_hand(state: State) -> None:
    """The next tier gets it with the reason's name, nobody has it then, whoever had it is remembered."""
    case = IN_STATE[state](RULES)
    up = decided(case, RULES, c.EscalateNow(BEN, 1, "reason.1"), LATER)
    assert up.events == (e.Entered(2, 1, "Tier 1", Arrival.BY_HAND, "reason.1"),)
    assert up.messages == (Wanted(Kind.CARD, 2, "C_1"), Wanted(Kind.CARD_EDIT, 1), Wanted(Kind.CASE_EDIT, 0))
    after = up.escalation
    assert (after.state, after.owner, after.previous_owner, after.promise) == (State.WAITING, None, case.owner, None)


@pytest.mark.parametrize("visit", [0, 2])
def test_what_was_meant_for_another_visit_is_refused(visit: int) -> None:
    """A press on an old card, or a failure of an old post, moves nothing."""
    assert refused(raised(RULES), RULES, c.EscalateNow(ANA, visit, "reason.0"), LATER) == "went_on"
    assert refused(acknowledged(RULES), RULES, c.EscalateNow(ANA, visit, "reason.0"), LATER) == "went_on"
    assert refused(raised(RULES), RULES, c.TierUnreachable(visit, "is_archived"), LATER) == "went_on"


def test_above_the_last_tier_is_nobody() -> None:
    """At the last tier there is no escalating by hand."""
    assert refused(at_tier(RULES, 2), RULES, c.EscalateNow(ANA, 3, "reason.3"), NOW + HOUR) == "last_tier"


@pytest.mark.parametrize(("state", "owner"), [(State.WAITING, BEN), (State.ACKNOWLEDGED, ANA)])
def test_resolving_keeps_who_had_it(state: State, owner: str) -> None:
    """Whoever has it keeps it when another gives the solution; where nobody had it the solver does."""
    solved = decided(IN_STATE[state](RULES), RULES, c.Resolve(BEN), LATER)
    assert solved.events == (e.Resolved("resolution.1"),)
    assert (solved.escalation.owner, solved.escalation.resolved_at) == (owner, LATER)
    assert solved.messages[:2] == SHOWN
    assert solved.messages[2].topic == News.RESOLVED


def test_not_solved_puts_it_back_to_the_same_tier() -> None:
    """The case waits where it was, as a new visit, with whoever had it named first."""
    back = decided(resolved(RULES), RULES, c.ReportNotSolved(AGENT), NOW + HOUR)
    assert back.events == (e.NotSolved(), e.Entered(2, 0, "Tier 0", Arrival.NOT_SOLVED))
    after = back.escalation
    assert (after.state, after.owner, after.previous_owner) == (State.WAITING, None, ANA)
    assert (after.resolved_at, after.acknowledged_at) == (None, None)


def test_closing_and_withdrawing_end_it() -> None:
    """What is over has no next moment and shows it."""
    closed = decided(resolved(RULES), RULES, c.Close(AGENT), LATER)
    assert (closed.events, closed.messages, closed.escalation.next_at) == ((e.Closed(confirmed=True),), SHOWN, None)
    gone = decided(acknowledged(RULES), RULES, c.Withdraw(AGENT), LATER)
    assert (gone.events, gone.messages, gone.escalation.next_at) == ((e.Withdrawn(),), SHOWN, None)


def test_withdrawing_what_nobody_saw_shows_nothing() -> None:
    """A pending case has no card to edit."""
    assert decided(raised(RULES, verified=False), RULES, c.Withdraw(AGENT), LATER).messages == ()


@pytest.mark.parametrize("kind", Kind)
def test_what_must_still_hold_when_a_message_leaves(kind: Kind) -> None:
    """A tier is called only while it is waited for, an owner while somebody has it; edits need a post.

    The mark on a call is of many kinds of posts: whether there is one is seen when it is drawn.
    """
    guards = dict.fromkeys((Kind.PING, Kind.PING_BROADCAST, Kind.CATCHER), Guard.WAITING)
    guards |= {Kind.OWNER_PING: Guard.ACKNOWLEDGED} | dict.fromkeys(LEVEL_TRIGGERED - {Kind.PING_EDIT}, Guard.POSTED)
    assert Wanted(kind, 1, "C_1").guard is guards.get(kind, Guard.NONE)
