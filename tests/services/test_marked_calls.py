"""A call that is no longer true says so: one that was on its way, and one that stands for many cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slackbot.core.messages import FOLD_ABOVE, Kind
from slackbot.core.model import Escalation
from slackbot.simulator.faults import Predicate
from slackbot.simulator.model import Message
from storage.outbox_rows import OutboxState
from tests.services.still_house import StillHouse

POST, UPDATE = "chat.postMessage", "chat.update"
SOON = 5
TEN_MINUTES = 600


def folded(still: StillHouse) -> list[Escalation]:
    """Raise cases and let their first calls leave as one message."""
    cases = [still.raises(f"refund {number}") for number in range(FOLD_ABOVE + 2)]
    still.runs(TEN_MINUTES + SOON)
    return cases


def tops(still: StillHouse, cases: list[Escalation]) -> list[Message]:
    """List the messages at the top of the channel that are no cards."""
    return [message for message in still.visible("tier-2") if not message.is_reply][len(cases) :]


def is_ping(still: StillHouse) -> Predicate:
    """Match calls that bring a message into a thread of the tier."""
    place = still.channel_id("tier-2")
    return lambda args: args["channel"] == place and "thread_ts" in args


def replies(still: StillHouse) -> list[Message]:
    """List what stands in the tier's threads."""
    return [message for message in still.visible("tier-2") if message.is_reply]


def takes_during(still: StillHouse, case: Escalation, method: str) -> None:
    """Have somebody take a case while Slack works on a call of a method, once."""
    left = iter([True])

    def during(called: str, args: Mapping[str, Any]) -> None:
        if called == method and args["channel"] == still.channel_id("tier-2") and next(left, False):
            still.acknowledges(case)

    still.wire.during = during


def test_a_call_on_its_way_is_marked(still: StillHouse) -> None:
    """A ping that Slack took while somebody took the case says within five seconds that it is over."""
    case = still.raises()
    still.runs(TEN_MINUTES - 1)
    takes_during(still, case, POST)
    still.runs(1)
    still.runs(SOON)
    (ping,) = replies(still)
    assert "This call for ESC-1 is over." in ping.text
    assert "please" not in ping.text
    assert still.row(Kind.PING_EDIT).state is OutboxState.SENT


def test_a_call_found_after_a_lost_answer_is_marked(still: StillHouse) -> None:
    """A ping whose answer was lost and that is found after somebody took the case says so too."""
    case = still.raises()
    still.wire.faults.drop_after(POST, is_ping(still))
    still.runs(TEN_MINUTES + 2)
    still.acknowledges(case)
    still.runs(35)
    (ping,) = replies(still)
    assert "This call for ESC-1 is over." in ping.text


def test_a_call_that_was_heard_stays_as_it_is(still: StillHouse) -> None:
    """A ping that people could read before somebody took the case is part of the story, and not edited."""
    case = still.raises()
    still.runs(TEN_MINUTES + SOON)
    still.acknowledges(case)
    still.runs(SOON)
    (ping,) = replies(still)
    assert ping.edited_ts is None
    assert still.rows(Kind.PING_EDIT) == []


def test_a_case_taken_leaves_the_one_message(still: StillHouse) -> None:
    """Within five seconds after a case is taken the message for many says so, and it can't be chosen there any more."""
    cases = folded(still)
    still.acknowledges(cases[2])
    still.runs(SOON)
    (message,) = tops(still, cases)
    assert f"{cases[2].label}: Taken" in message.text
    assert f"nobody has these {len(cases) - 1} cases" in message.text
    offered = next(block for block in message.blocks if block["type"] == "actions")["elements"][0]["options"]
    assert [cases[2].id in option["value"] for option in offered] == [False] * (len(cases) - 1)


def test_the_last_case_leaves_no_choice(still: StillHouse) -> None:
    """When all are taken the message calls nobody and offers nothing."""
    cases = folded(still)
    for case in cases:
        still.acknowledges(case)
    still.runs(30)
    (message,) = tops(still, cases)
    assert message.text.startswith("None of these cases waits here any more.")
    assert all(f"{case.label}: Taken" in message.text for case in cases)
    assert "static_select" not in str(message.blocks)


def test_two_taken_while_the_first_is_marked(still: StillHouse) -> None:
    """A case that is taken while the message is being edited is in its next edit."""
    cases = folded(still)
    still.acknowledges(cases[0])
    takes_during(still, cases[1], UPDATE)
    still.runs(2 * SOON)
    (message,) = tops(still, cases)
    assert [f"{case.label}: Taken" in message.text for case in cases[:3]] == [True, True, False]


def test_both_messages_for_many_are_marked(still: StillHouse) -> None:
    """A case that was called for in two messages for many leaves both."""
    cases = folded(still)
    still.runs(TEN_MINUTES)
    still.acknowledges(cases[0])
    still.runs(2 * SOON)
    assert [f"{cases[0].label}: Taken" in message.text for message in tops(still, cases)] == [True, True]


def test_cases_that_went_on_leave_it_too(still: StillHouse) -> None:
    """When the tier's time is over the message says where its cases went."""
    cases = folded(still)
    still.runs(3 * TEN_MINUTES)
    assert all("went on to *Department managers*" in message.text for message in tops(still, cases))


def test_a_mark_on_a_deleted_call_is_let_go(still: StillHouse) -> None:
    """Where somebody deleted the message for many nothing is posted anew."""
    cases = folded(still)
    (message,) = tops(still, cases)
    still.slack.history.delete(message)
    still.acknowledges(cases[0])
    still.runs(SOON)
    assert still.row(Kind.PING_EDIT).state is OutboxState.OBSOLETE
    assert tops(still, cases) == []
