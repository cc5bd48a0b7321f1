"""More than five calls due in one channel leave as one message: told once, settled for each case, never twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from slackbot.core.messages import FOLD_ABOVE, FOLD_AT_MOST, Kind
from slackbot.core.model import Escalation
from slackbot.services.composing import carried, keys_in
from slackbot.simulator.model import Message
from slackbot.slack.views import CaseView, Payload
from storage.outbox_rows import OutboxRow, OutboxState
from storage.tables.delivery import outbox
from tests.services.still_house import StillHouse

POST = "chat.postMessage"
SEVEN = FOLD_ABOVE + 2
QUIET = 35


def due_together(still: StillHouse, count: int = SEVEN) -> list[Escalation]:
    """Raise cases whose first calls fall due together, and stop just before."""
    cases = [still.raises(f"refund {number}") for number in range(count)]
    still.runs(599)
    return cases


def is_fold(args: Mapping[str, Any]) -> bool:
    """Match the call that brings the one message."""
    return "keys" in args.get("metadata", {}).get("event_payload", {})


def folds(still: StillHouse, channel: str = "tier-2") -> list[Message]:
    """List the messages that stand for many calls, by what they offer."""
    return [message for message in still.visible(channel) if "static_select" in str(message.blocks)]


def replies(still: StillHouse, channel: str = "tier-2") -> list[Message]:
    """List what stands in threads."""
    return [message for message in still.visible(channel) if message.is_reply]


def states(rows: Sequence[OutboxRow]) -> set[OutboxState]:
    """Say how rows ended."""
    return {row.state for row in rows}


def assert_one_for_all(still: StillHouse, count: int = SEVEN) -> Message:
    """Check that one message is there for all calls, recorded for each of them, and none besides."""
    (message,) = folds(still)
    assert message.thread_ts is None
    assert replies(still) == []
    pings = still.rows(Kind.PING)
    assert len(pings) == count
    assert states(pings) == {OutboxState.SENT}
    assert all([each.ts for each in still.standing(row)] == [message.ts] for row in pings)
    return message


def test_seven_calls_are_one_message(still: StillHouse) -> None:
    """Seven calls due together are one message in the channel that names all cases and calls the tier once."""
    cases = due_together(still)
    still.runs(5)
    message = assert_one_for_all(still)
    for case in cases:
        assert f"|{case.label}>" in str(message.blocks)
        assert case.label in message.text
    assert message.text.count(f"<@{still.requester('lena').user_id}>") == 1
    assert len([args for args in still.wire.of(POST) if is_fold(args)]) == 1
    assert all(len(still.events(case, "pinged")) == 1 for case in cases)


def test_five_calls_are_five_messages(still: StillHouse) -> None:
    """Up to five calls go each into the thread of its card."""
    due_together(still, FOLD_ABOVE)
    still.runs(10)
    assert folds(still) == []
    assert len(replies(still)) == FOLD_ABOVE


def test_more_than_a_message_holds_are_two(still: StillHouse) -> None:
    """What does not fit into the one message follows in another a second later."""
    due_together(still, FOLD_AT_MOST + SEVEN)
    still.runs(10)
    assert len(folds(still)) == 2
    assert replies(still) == []
    assert states(still.rows(Kind.PING)) == {OutboxState.SENT}


def test_the_next_calls_fold_again(still: StillHouse) -> None:
    """What fell together falls together again: the last call before the next tier is one message too."""
    due_together(still)
    still.runs(605)
    assert len(folds(still)) == 2
    assert replies(still) == []
    assert states(still.rows(Kind.PING_BROADCAST)) == {OutboxState.SENT}


def test_what_arrived_unheard_is_adopted_for_each(still: StillHouse) -> None:
    """The one message whose answer was lost is found for every row by its own key, with one look at the channel."""
    due_together(still)
    still.wire.calls.clear()
    still.wire.faults.drop_after(POST, is_fold)
    still.runs(2)
    assert states(still.rows(Kind.PING)) == {OutboxState.UNKNOWN}
    still.runs(QUIET)
    assert_one_for_all(still)
    assert len(still.wire.of("conversations.history")) == 1
    assert still.wire.of("conversations.replies") == []


def test_what_did_not_arrive_is_sent_again_as_one(still: StillHouse) -> None:
    """The one message that is absent after half a minute is sent once more, as one."""
    due_together(still)
    still.wire.faults.drop_before(POST, is_fold)
    still.runs(QUIET + 5)
    assert_one_for_all(still)


def test_a_late_twin_is_deleted(still: StillHouse) -> None:
    """One that arrives after it was sent again is deleted, whatever became of the cases meanwhile."""
    first, *_ = due_together(still)
    still.wire.arrives_late(POST, 45)
    still.runs(10)
    still.acknowledges(first)
    still.runs(30)
    (ours,) = folds(still)
    still.runs(8)
    assert len(folds(still)) == 2
    still.runs(60)
    assert [message.ts for message in folds(still)] == [ours.ts]


@pytest.mark.parametrize("sleeps", [31, 60, 120])
def test_a_sleeper_who_wakes_doubles_nothing(still: StillHouse, sleeps: float) -> None:
    """A sender that was frozen after Slack took the one message ends with that message for all."""
    due_together(still)
    asleep = iter([True])

    def freeze(method: str, args: Mapping[str, Any]) -> None:
        if method == POST and is_fold(args) and next(asleep, False):
            still.runs(sleeps)

    still.wire.during = freeze
    still.runs(5)
    assert_one_for_all(still)


@pytest.mark.parametrize("own", [1, SEVEN - 1])
def test_a_copy_that_others_are_known_by_stays(still: StillHouse, own: int) -> None:
    """Cases that got calls of their own as well do not take the one message from the others, and leave it."""
    due_together(still)
    still.runs(5)
    message = assert_one_for_all(still)
    place = still.channel_id("tier-2")
    for row in still.rows(Kind.PING)[:own]:
        called = still.wire.call(row.workspace_id, POST, channel=place, text="again", metadata=carried(row.key))
        with still.engine.ctx.store.write() as tx:
            tx.messages.moved(row.workspace_id, row.key, place, called["ts"])
            tx.connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(recheck_at=still.clock.now()))
    still.runs(30)
    (left,) = folds(still)
    assert left.ts == message.ts
    assert_stands_for(still, left, still.rows(Kind.PING)[own:])
    assert {row.recheck_at for row in still.rows(Kind.PING)} == {None}


def test_what_was_sent_singly_meanwhile_leaves_the_one_message(still: StillHouse) -> None:
    """A sender that slept while others took some of its calls names those in the one message no more."""
    due_together(still)
    asleep = iter([True])

    def freeze(method: str, args: Mapping[str, Any]) -> None:
        if method == POST and is_fold(args) and next(asleep, False):
            others = [row.id for row in still.rows(Kind.PING)[:3]]
            taken = sa.update(outbox).where(outbox.c.id.in_(others))
            with still.engine.ctx.store.write() as tx:
                tx.connection.execute(taken.values(state="pending", lease_until=None, token=outbox.c.token + 1))

    still.wire.during = freeze
    still.runs(60)
    (message,) = folds(still)
    assert_stands_for(still, message, still.rows(Kind.PING)[3:])
    assert len(replies(still)) == 3


def assert_stands_for(still: StillHouse, message: Message, rows: Sequence[OutboxRow]) -> None:
    """Check which calls a message names, offers and carries the keys of."""
    labels = {still.case_of(row).label for row in still.rows(Kind.PING)}
    wanted = {still.case_of(row).label for row in rows}
    named = {label for label in labels if label in message.text}
    assert (named, set(keys_in(message.metadata))) == (wanted, {row.key for row in rows})
    assert {label for label in labels if label in str(message.blocks)} == wanted


def claimed(still: StillHouse) -> None:
    """Let the calls fall due without sending them."""
    case = still.case_of(still.rows(Kind.CARD)[0])
    still.clock.set(case.next_at or still.clock.now())
    while still.engine.sweep.step():
        pass


def taken_on_the_way(still: StillHouse, monkeypatch: pytest.MonkeyPatch, cases: Sequence[Escalation]) -> None:
    """Have somebody take cases when their calls are leased and not yet drawn."""
    fold = still.engine.sender._folding.fold

    def late(rows: Sequence[OutboxRow]) -> Any:
        for case in cases:
            still.acknowledges(case)
        monkeypatch.undo()
        return fold(rows)

    monkeypatch.setattr(still.engine.sender._folding, "fold", late)


def test_a_case_taken_on_the_way_is_left_out(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases taken between claim and drawing are not named, be it the first one; the history says why."""
    cases = due_together(still)
    taken_on_the_way(still, monkeypatch, [cases[0], cases[3]])
    claimed(still)
    still.runs(5)
    (message,) = folds(still)
    left_out = [cases[0], cases[3]]
    assert [case.label in message.text for case in cases] == [case not in left_out for case in cases]
    for case in left_out:
        (row,) = [row for row in still.rows(Kind.PING) if row.escalation_id == case.id]
        assert row.state is OutboxState.OBSOLETE
        assert [event.reason for event in still.events(case, "ping_suppressed")] == ["acknowledged"]


def test_a_case_left_over_is_called_for_alone(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all others were taken on the way, the last one gets its ping in its thread; none, and nothing is said."""
    cases = due_together(still)
    taken_on_the_way(still, monkeypatch, cases[1:])
    claimed(still)
    still.runs(5)
    assert folds(still) == []
    assert [cases[0].label in message.text for message in replies(still)] == [True]


def test_all_taken_on_the_way_is_silence(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all were taken on the way, nothing is sent."""
    cases = due_together(still)
    taken_on_the_way(still, monkeypatch, cases)
    claimed(still)
    still.runs(5)
    assert (folds(still), replies(still)) == ([], [])
    assert states(still.rows(Kind.PING)) == {OutboxState.OBSOLETE}


def test_what_slack_refuses_goes_plainly_and_alone(still: StillHouse) -> None:
    """A message for many that Slack can't read becomes one plain ping for each case."""
    due_together(still)
    still.wire.faults.error(POST, "invalid_blocks", is_fold)
    still.runs(15)
    assert folds(still) == []
    assert len(replies(still)) == SEVEN
    assert all(message.blocks == () for message in replies(still))
    assert states(still.rows(Kind.PING)) == {OutboxState.SENT}


@pytest.mark.parametrize("code", ["request_timeout", "ratelimited", "internal_error", "token_revoked"])
def test_what_may_pass_is_repeated_as_one(still: StillHouse, code: str) -> None:
    """After a failure that may pass the calls are one message still."""
    due_together(still)
    still.wire.faults.error(POST, code, is_fold)
    still.runs(90)
    assert_one_for_all(still)


def test_a_broken_channel_is_passed_over_for_each(still: StillHouse) -> None:
    """Where the channel was archived, every case's card comes anew in the backup channel."""
    cases = due_together(still)
    still.slack.archive(still.channel_id("tier-2"))
    still.runs(20)
    assert states(still.rows(Kind.PING)) == {OutboxState.DIVERTED}
    assert len([message for message in still.visible("support") if not message.is_reply]) == len(cases)
    assert len(still.direct("dana")) == 1


def test_cards_elsewhere_are_called_for_elsewhere(still: StillHouse) -> None:
    """Cases whose cards went to the backup channel are called for there, the others where theirs are."""
    first = [still.raises(f"refund {number}") for number in range(SEVEN)]
    still.runs(10)
    tier = still.channel_id("tier-2")
    still.wire.faults.error(POST, "restricted_action", lambda args: args["channel"] == tier, times=SEVEN)
    second = [still.raises(f"refund again {number}") for number in range(SEVEN)]
    still.runs(10)
    still.clock.advance(timedelta(seconds=600))
    still.runs(10)
    (here,), (elsewhere,) = folds(still, "tier-2"), folds(still, "support")
    for cases, message in ((first, here), (second, elsewhere)):
        assert all(f"*{case.label}*" in message.text for case in cases)
        assert len(message.text.splitlines()) == 1 + SEVEN
    assert states(still.rows(Kind.PING)) == {OutboxState.SENT}


def test_a_poisoned_case_takes_no_other_with_it(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that can't be drawn among others is called for plainly, and the others are one message."""
    cases = due_together(still)
    fold = still.engine.renderer.fold

    def fails(views: Sequence[CaseView]) -> Payload:
        if any(view.escalation.id == cases[2].id for view in views):
            raise ValueError("a template broke")
        return fold(views)

    monkeypatch.setattr(still.engine.renderer, "fold", fails)
    still.runs(10)
    (message,) = folds(still)
    assert [case.label in message.text for case in cases] == [case is not cases[2] for case in cases]
    (plain,) = replies(still)
    assert plain.blocks == ()
    assert cases[2].label in plain.text


def test_what_can_not_be_drawn_together_goes_alone(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no single case is to blame, all are called for plainly."""
    due_together(still)
    fold = still.engine.renderer.fold

    def fails(views: Sequence[CaseView]) -> Payload:
        if len(views) > 1:
            raise ValueError("too many")
        return fold(views)

    monkeypatch.setattr(still.engine.renderer, "fold", fails)
    still.runs(15)
    assert folds(still) == []
    assert len(replies(still)) == SEVEN
