"""After a lost answer: looked for by its key, sent again if absent, a second copy deleted; never twice at rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from slackbot.core.messages import Kind
from slackbot.services.composing import keys_in
from slackbot.services.reactions import AFTER_LEASE, LEASE
from slackbot.simulator.scopes import ALL_BOT_SCOPES
from storage.messages import Posted
from storage.outbox_rows import OutboxState
from storage.tables.delivery import outbox
from tests.services.still_house import StillHouse, to

POST = "chat.postMessage"
HISTORY = "conversations.history"


def known_card(still: StillHouse) -> Posted:
    """Say where we believe the only card to be."""
    with still.engine.ctx.store.read() as tx:
        found = tx.messages.find(1, still.row(Kind.CARD).escalation_id, 1, Kind.CARD)
    assert found is not None
    return found


def without_history(still: StillHouse) -> None:
    """Decline the scopes that are optional."""
    still.slack.installation.set_scopes({scope for scope in ALL_BOT_SCOPES if not scope.endswith(":history")})


def test_what_arrived_is_adopted(still: StillHouse) -> None:
    """A card that arrived although its answer was lost is taken for ours after one look, and edited from then on."""
    still.wire.faults.drop_after(POST, to(still.channel_id("tier-2")))
    case = still.raises()
    still.runs(10)
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts
    assert len(still.wire.of(HISTORY)) == 1
    still.acknowledges(case)
    still.runs(5)
    assert "promised" in still.visible("tier-2")[0].text


def test_what_was_acknowledged_unseen_is_shown(still: StillHouse) -> None:
    """What happens while a card's fate is unknown stands on it once it is found."""
    still.wire.faults.drop_after(POST, to(still.channel_id("tier-2")))
    case = still.raises()
    still.settles()
    still.acknowledges(case)
    still.runs(10)
    assert "promised" in still.visible("tier-2")[0].text


def test_what_did_not_arrive_is_sent_again(still: StillHouse) -> None:
    """A card that is absent three seconds after its attempt is sent once more, and looked for once more."""
    still.wire.faults.drop_before(POST, to(still.channel_id("tier-2")))
    still.raises()
    still.runs(2)
    assert still.visible("tier-2") == []
    still.runs(2)
    assert len(still.visible("tier-2")) == 1
    still.runs(70)
    assert len(still.wire.of(HISTORY)) == 2
    assert still.row(Kind.CARD).recheck_at is None


@pytest.mark.parametrize("late", [5, 10, 40])
def test_a_late_twin_is_deleted(still: StillHouse, late: float) -> None:
    """A first post that arrives after it was sent again is deleted within a minute; ours is the copy that stays."""
    still.wire.arrives_late(POST, late)
    still.raises()
    still.runs(late + 1)
    assert len(still.visible("tier-2")) == 2
    still.runs(64 - late)
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts


def test_a_twin_that_comes_after_a_standstill_is_deleted(still: StillHouse) -> None:
    """Who slept for longer than the last look waits calls on waking: that look is counted from the sending again."""
    still.wire.arrives_late(POST, 90)
    still.raises()
    still.runs(1)
    still.clock.set(still.clock.now() + timedelta(seconds=80))
    still.runs(15)
    assert len(still.visible("tier-2")) == 2
    still.runs(60)
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts


def test_a_late_twin_before_a_delayed_second_try_is_found(still: StillHouse) -> None:
    """The look reaches back to the first attempt, also where the second one had to wait for its lane."""
    tier = still.channel_id("tier-2")
    still.wire.arrives_late(POST, 20)
    still.wire.faults.status(POST, 429, to(tier), retry_after=45)
    still.raises()
    still.runs(30)
    assert len(still.visible("tier-2")) == 1
    still.runs(100)
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts


def test_where_ours_was_deleted_the_twin_takes_its_place(still: StillHouse) -> None:
    """If a person deleted the copy we know, the late one is ours from then on, and shows the newest state."""
    still.wire.arrives_late(POST, 20)
    case = still.raises()
    still.runs(10)
    still.slack.history.delete(still.visible("tier-2")[0])
    still.runs(20)
    still.runs(40)
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts
    still.acknowledges(case)
    still.runs(5)
    assert "promised" in still.visible("tier-2")[0].text


def test_two_late_copies_leave_one(still: StillHouse) -> None:
    """Two lost answers in a row, both of which arrive late, leave one card."""
    still.wire.arrives_late(POST, 25)
    still.wire.arrives_late(POST, 30)
    still.raises()
    still.runs(40)
    assert len(still.visible("tier-2")) > 1
    still.runs(120)
    assert len(still.visible("tier-2")) == 1


def test_what_a_sleeper_posts_is_looked_for(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that sleeps through its lease within a call, posts on waking and hears no answer, leaves no twin."""
    tier, arrives = still.channel_id("tier-2"), still.wire._apply

    def asleep(method: str, args: Mapping[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        if method == POST and args["channel"] == tier:
            monkeypatch.setattr(still.wire, "_apply", arrives)
            still.runs(110)
        return arrives(method, args)

    monkeypatch.setattr(still.wire, "_apply", asleep)
    still.wire.faults.drop_after(POST, to(tier))
    still.raises()
    still.settles()
    assert len(still.visible("tier-2")) == 2
    still.runs(70)
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts


def test_a_ping_waits_half_a_minute(still: StillHouse) -> None:
    """A ping whose answer was lost is looked for in its thread after 30 s, and only then sent again."""
    still.raises()
    still.runs(590)
    still.wire.faults.drop_before(POST)
    still.runs(35)
    thread = [m for m in still.visible("tier-2") if m.is_reply]
    assert thread == []
    still.runs(10)
    assert len([m for m in still.visible("tier-2") if m.is_reply]) == 1
    assert len(still.wire.of("conversations.replies")) == 1


def test_a_ping_that_nobody_wants_any_more_is_not_sent_again(still: StillHouse) -> None:
    """A ping that did not arrive is let go when the case was acknowledged before the look."""
    case = still.raises()
    still.runs(590)
    still.wire.faults.drop_before(POST)
    still.runs(15)
    still.acknowledges(case)
    still.runs(60)
    assert [m for m in still.visible("tier-2") if m.is_reply] == []
    assert still.row(Kind.PING).state is OutboxState.OBSOLETE
    assert [event.reason for event in still.events(case, "ping_suppressed")] == ["acknowledged"]


def test_blind_a_first_post_is_worth_a_second_copy(still: StillHouse) -> None:
    """Without the history scopes a card whose answer was lost is sent again after ten seconds, and says so."""
    without_history(still)
    still.wire.faults.drop_before(POST, to(still.channel_id("tier-2")))
    still.raises()
    still.runs(9)
    assert still.visible("tier-2") == []
    still.runs(3)
    (card,) = still.visible("tier-2")
    assert "it may be here twice" in card.text
    assert "it may be here twice" in str(card.blocks)


def test_blind_a_ping_is_let_go(still: StillHouse) -> None:
    """Without the history scopes a ping whose answer was lost is not repeated: the next one repairs it."""
    without_history(still)
    still.raises()
    still.runs(590)
    still.wire.faults.drop_after(POST)
    still.runs(100)
    assert len([m for m in still.visible("tier-2") if m.is_reply]) == 1
    assert still.row(Kind.PING).state is OutboxState.OBSOLETE


def test_blind_for_a_while_is_not_blind(still: StillHouse) -> None:
    """A history that can't be read now (429, 503, dead token) is read later; nothing is guessed meanwhile."""
    still.wire.faults.drop_after(POST, to(still.channel_id("tier-2")))
    still.wire.faults.status(HISTORY, 429, retry_after=20)
    still.wire.faults.status(HISTORY, 503)
    still.wire.faults.error(HISTORY, "token_expired")
    still.raises()
    still.runs(80)
    assert len(still.wire.of(HISTORY)) == 3
    assert still.row(Kind.CARD).state is OutboxState.UNKNOWN
    still.runs(30)
    assert len(still.visible("tier-2")) == 1
    assert still.row(Kind.CARD).state is OutboxState.SENT


def test_a_last_look_that_fails_is_repeated(still: StillHouse) -> None:
    """A twin is deleted in the end, though history and the deletion fail at first."""
    still.wire.arrives_late(POST, 30)
    still.raises()
    still.runs(35)
    still.wire.faults.status(HISTORY, 429, retry_after=40)
    still.wire.faults.status("chat.delete", 503)
    still.runs(30)
    assert len(still.visible("tier-2")) == 2
    still.runs(60)
    assert len(still.visible("tier-2")) == 1


def test_a_last_look_outlasts_a_right_that_is_missing_for_a_while(still: StillHouse) -> None:
    """Where the right to read is taken for some minutes in between, the twin is deleted when it is back."""
    still.wire.arrives_late(POST, 30)
    still.raises()
    still.runs(35)
    without_history(still)
    still.runs(400)
    assert len(still.visible("tier-2")) == 2
    still.slack.installation.set_scopes(ALL_BOT_SCOPES)
    still.runs(70)
    assert len(still.visible("tier-2")) == 1


@pytest.mark.parametrize(("kind", "seen"), [("card", 2), ("ping", 1)])
def test_what_had_to_go_without_its_key_is_not_looked_for(still: StillHouse, kind: str, seen: int) -> None:
    """Where Slack refused the metadata nobody can find a copy: a card that is sent again says so, a ping is let go."""
    if kind == "ping":
        still.raises()
        still.runs(590)
    still.wire.faults.error(POST, "metadata_too_large", to(still.channel_id("tier-2")))
    still.wire.faults.drop_after(POST, to(still.channel_id("tier-2")))
    if kind == "card":
        still.raises()
    still.runs(100)
    shown = [each for each in still.visible("tier-2") if each.is_reply == (kind == "ping")]
    assert len(shown) == seen
    assert [each for each in shown if "it may be here twice" in each.text] == shown[1:]


def test_a_killed_process_forgets_no_cure(still: StillHouse) -> None:
    """A lease that ends leaves in the row what was tried: a copy that is sent blindly says so all the same."""
    without_history(still)
    still.wire.faults.drop_before(POST, to(still.channel_id("tier-2")))
    still.raises()
    still.runs(5)
    with still.engine.ctx.store.write() as tx:
        row = still.row(Kind.CARD)
        error = f"resent: {row.error}"
        held = {"state": OutboxState.LEASED.value, "lease_until": still.clock.now(), "error": error}
        tx.connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(**held))
    still.runs(2)
    assert still.row(Kind.CARD).error == f"{error}, lease expired"
    still.runs(40)
    assert "it may be here twice" in still.visible("tier-2")[0].text


def test_a_right_that_stays_away_is_not_waited_for(still: StillHouse) -> None:
    """After a quarter of an hour nobody looks any more."""
    still.wire.faults.drop_before(POST, to(still.channel_id("tier-2")))
    still.raises()
    still.runs(10)
    without_history(still)
    still.runs(20 * 60)
    looks = len(still.wire.of(HISTORY))
    assert 10 < looks < 20
    still.runs(4 * 60)
    assert len(still.wire.of(HISTORY)) == looks


def test_a_call_is_looked_for_under_the_card_that_was_there(still: StillHouse) -> None:
    """Where somebody deletes the card as a call goes into its thread, the call is found there, and not sent again."""
    still.raises(severity="urgent")
    still.runs(355)
    (card,) = (each for each in still.visible("tier-2") if not each.is_reply)
    still.slack.history.delete(card)
    still.wire.faults.drop_after(POST, lambda arguments: arguments.get("thread_ts") == card.ts)
    still.runs(60)
    seen = [key for each in still.visible("tier-2") for key in keys_in(each.metadata)]
    assert len(seen) == len(set(seen)) == 3


def test_one_look_settles_a_whole_channel(still: StillHouse) -> None:
    """After an outage the unknown messages of one channel cost one call of history, not one each."""
    tier = still.channel_id("tier-2")
    still.wire.faults.drop_after(POST, to(tier), times=3)
    for number in range(3):
        still.raises(f"refund {number}")
    still.engine.sender.step()
    still.clock.advance(timedelta(seconds=1))
    still.engine.sender.step()
    still.clock.advance(timedelta(seconds=1))
    still.engine.sender.step()
    still.clock.advance(timedelta(seconds=5))
    still.engine.reconciler.step()
    in_tier = [args for args in still.wire.of(HISTORY) if args["channel"] == tier]
    assert len(in_tier) == 1
    assert {row.state for row in still.rows(Kind.CARD)} == {OutboxState.SENT}


def test_a_direct_message_is_looked_for_in_its_conversation(still: StillHouse) -> None:
    """The agent's message whose answer was lost is found in the direct message, which is opened for the look."""
    ana = still.requester("ana").user_id
    still.wire.faults.drop_after(POST, to(ana))
    still.raises()
    still.runs(10)
    assert len(still.direct()) == 1
    assert len(still.wire.of("conversations.open")) == 1
    assert still.row(Kind.CASE).state is OutboxState.SENT


def test_a_lease_that_ends_is_looked_for(still: StillHouse) -> None:
    """A row whose sender vanished before Slack was asked is unknown at the end of its lease, then sent once."""
    still.raises()
    with still.engine.ctx.store.write() as tx:
        tx.outbox.claim(still.clock.now(), lease=LEASE, limit=10)
    still.runs(LEASE.total_seconds() - 1)
    assert still.visible() == []
    still.runs(10)
    assert len(still.visible("tier-2")) == 1
    assert len(still.direct()) == 1


@pytest.mark.parametrize("sleeps", [31, 40, 120])
def test_a_sleeper_who_wakes_doubles_nothing(still: StillHouse, sleeps: float) -> None:
    """A sender that was frozen after Slack took its message, however long, ends with one card and no stolen row."""
    asleep = iter([True])

    def freeze(method: str, _: object) -> None:
        if method == POST and next(asleep, False):
            still.runs(sleeps)

    still.wire.during = freeze
    still.raises()
    still.settles()
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts
    assert still.row(Kind.CARD).state is OutboxState.SENT


def test_a_sleeper_whose_message_was_sent_again_takes_its_copy_back(still: StillHouse) -> None:
    """Blind, a frozen sender's message is sent again meanwhile: on waking it deletes the copy that is too many."""
    without_history(still)
    asleep = iter([True])

    def freeze(method: str, _: object) -> None:
        if method == POST and next(asleep, False):
            still.runs(50)
            assert len(still.visible("tier-2")) == 2

    still.wire.during = freeze
    still.raises()
    still.settles()
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts


def test_a_copy_that_is_taken_back_is_taken_for_no_call(still: StillHouse) -> None:
    """Frozen before its call, and again before it deletes that copy, a sender leaves the call that another sent.

    Meanwhile the answer to the other's was lost too, so that both copies were found: the older one is not the call.
    """
    still.raises()
    still.runs(60)
    calls, deletions = iter([True]), iter([True])

    def freeze(method: str, args: Mapping[str, Any]) -> None:
        if method == POST and "thread_ts" in args and next(calls, False):
            for _ in range(2):
                still.clock.advance(LEASE + AFTER_LEASE)
                still.engine.reconciler.step()
            assert still.row(Kind.PING).state is OutboxState.PENDING
        elif method == "chat.delete" and next(deletions, False):
            still.wire.faults.drop_after(POST, lambda args: "thread_ts" in args)
            still.runs(30)
            assert still.row(Kind.PING).state is OutboxState.SENT

    still.wire.before = freeze
    still.runs(11 * 60)
    (ping,) = [message for message in still.visible("tier-2") if message.is_reply]
    assert still.row(Kind.PING).state is OutboxState.SENT
    with still.engine.ctx.store.read() as tx:
        (known,) = [each for each in tx.messages.of(1, still.row(Kind.PING).escalation_id) if each.kind is Kind.PING]
    assert known.ts == ping.ts


def test_a_copy_that_arrives_after_another_was_deleted_goes_too(still: StillHouse) -> None:
    """Of two copies found at one look one is deleted; a third that arrives after that goes a minute later."""
    case = still.raises()
    still.runs(10)
    still.wire.arrives_late(POST, 30)
    still.wire.arrives_late(POST, 4)
    still.wire.faults.drop_after(POST)
    still.acknowledges(case)
    still.runs(20)
    assert len(still.wire.of("chat.delete")) == 1
    before = len(still.direct())
    still.runs(90)
    assert len(still.wire.of("chat.delete")) == 2
    assert len(still.direct()) == before
    still.runs(60)
    assert {row.recheck_at for row in still.rows()} == {None}


def test_a_sleeper_who_failed_changes_nothing(still: StillHouse) -> None:
    """A frozen sender that wakes to a failure does not pass over a tier that was reached meanwhile."""
    asleep = iter([True])

    def freeze(method: str, _: object) -> None:
        if method == POST and next(asleep, False):
            still.runs(50)

    still.wire.during = freeze
    still.wire.faults.error(POST, "is_archived", to(still.channel_id("tier-2")))
    case = still.raises()
    still.settles()
    assert len(still.visible("tier-2")) == 1
    assert still.row(Kind.CARD).state is OutboxState.SENT
    assert still.events(case, "unreachable") == []


def test_a_row_that_waited_too_long_for_its_carrier_is_not_sent(still: StillHouse) -> None:
    """Nothing is sent under a lease that is over: somebody else may be sending it."""
    still.raises()
    first = iter([True])

    def dawdle(method: str, _: object) -> None:
        if method == POST and next(first, False):
            still.clock.advance(timedelta(seconds=31))

    still.wire.during = dawdle
    still.engine.sender.step()
    assert len(still.wire.of(POST)) == 1


def test_a_last_look_that_has_to_wait_holds_up_no_first_one(still: StillHouse) -> None:
    """Slack wants no look at one channel for five minutes: a card lost in another is found after three seconds."""
    here, there = still.channel_id("tier-2"), still.channel_id("support-managers")
    still.wire.faults.drop_before(POST, to(here))
    still.raises("first refund")
    still.runs(58)
    still.wire.faults.status(HISTORY, 429, to(here), retry_after=300)
    still.runs(20)
    still.wire.faults.drop_after(POST, to(there))
    case = still.raises("second refund", severity="urgent")
    with still.engine.ctx.store.write() as tx:
        tx.connection.execute(
            sa.update(outbox)
            .where(outbox.c.escalation_id == case.id, outbox.c.kind == Kind.CARD.value)
            .values(destination=there)
        )
    still.settles()
    moment = still.engine.reconciler.next_moment()
    assert moment is not None
    assert moment <= still.clock.now() + timedelta(seconds=3)
    still.runs(10)
    lost = next(row for row in still.rows(Kind.CARD) if row.escalation_id == case.id)
    assert lost.state is OutboxState.SENT
    assert len(still.visible("support-managers")) == 1


@pytest.mark.parametrize("refused", ["internal_error", "ratelimited"])
def test_a_late_copy_that_can_t_be_deleted_is_found(still: StillHouse, refused: str) -> None:
    """Frozen before its call for longer than anybody looks, a sender posts a copy and fails to delete it: it goes."""
    asleep = iter([True])

    def freeze(method: str, args: Mapping[str, Any]) -> None:
        if method == POST and args["channel"] == still.channel_id("tier-2") and next(asleep, False):
            still.runs(150)
            assert len(still.visible("tier-2")) == 1

    still.wire.before = freeze
    still.wire.faults.error("chat.delete", refused)
    still.raises()
    still.settles()
    assert len(still.visible("tier-2")) == 2
    still.runs(90)
    (card,) = still.visible("tier-2")
    assert known_card(still).ts == card.ts


def test_an_edit_outlasts_codes_that_nobody_knows(still: StillHouse) -> None:
    """Refused nine times, then answered with an unknown code for a while: what the agent reads is right afterwards."""
    case = still.raises()
    still.runs(5)
    place = to(still.direct()[0].channel)
    still.wire.faults.error("chat.update", "request_timeout", place, times=9)
    for _ in range(4):
        still.wire.faults.unknown_error("chat.update", 7, place)
    still.acknowledges(case)
    still.runs(600)
    assert "lena" in still.direct()[0].text or still.requester("lena").user_id in still.direct()[0].text
    assert {row.state for row in still.rows(Kind.CASE_EDIT)} == {OutboxState.SENT}
