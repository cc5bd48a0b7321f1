"""Pings and destinations: nobody is called for nothing, nobody is left uncalled, and a broken place is passed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from slackbot.core.messages import Kind
from slackbot.core.model import State
from slackbot.simulator.model import Message
from storage.outbox_rows import OutboxState
from tests.services.still_house import StillHouse, to
from tests.services.stories import raise_from_a_message

POST = "chat.postMessage"


def test_a_ping_overtaken_by_an_acknowledgement_is_suppressed(still: StillHouse) -> None:
    """A ping that is due but not yet claimed when somebody takes the case never leaves, and the history says so."""
    case = still.raises()
    still.runs(599)
    still.clock.set(still.case_of(still.row(Kind.CARD)).next_at or still.clock.now())
    still.engine.sweep.step()
    assert still.row(Kind.PING).state is OutboxState.PENDING
    still.acknowledges(case)
    still.runs(5)
    assert [m for m in still.visible("tier-2") if m.is_reply] == []
    assert still.row(Kind.PING).state is OutboxState.OBSOLETE
    assert [event.reason for event in still.events(case, "ping_suppressed")] == ["acknowledged"]


def test_a_public_channel_is_joined_once(still: StillHouse) -> None:
    """Where Rung was thrown out of a public channel it joins again, and the card goes there."""
    still.slack.kick(still.channel_id("tier-2"))
    still.raises()
    still.runs(10)
    assert len(still.visible("tier-2")) == 1
    assert len(still.wire.of("conversations.join")) == 1


def test_no_channel_is_joined_to_answer_at_the_source(still: StillHouse) -> None:
    """A reply where the case came from is a courtesy: Rung does not enter a channel for it."""
    support = still.channel_id("support")
    still.slack.kick(support)
    raise_from_a_message(still)
    still.runs(10)
    assert still.wire.of("conversations.join") == []
    assert still.row(Kind.SOURCE_REPLY).state is OutboxState.OBSOLETE


def test_joining_is_tried_once(still: StillHouse) -> None:
    """Where joining did not help, the tier's backup channel is used."""
    tier = still.channel_id("tier-2")
    still.wire.faults.error(POST, "not_in_channel", to(tier), times=2)
    still.raises()
    still.runs(10)
    assert len(still.wire.of("conversations.join")) == 1
    assert still.visible("tier-2") == []
    assert len(still.visible("support")) == 1


def test_an_archived_channel_is_replaced_by_the_backup(still: StillHouse) -> None:
    """The card goes to the backup channel and says so; the admins and the history are told; the pings follow it."""
    still.slack.archive(still.channel_id("tier-2"))
    case = still.raises()
    still.runs(10)
    (card,) = still.visible("support")
    assert "is_archived" in str(card.blocks)
    assert any("is_archived" in message.text for message in still.direct("dana"))
    (event,) = still.events(case, "unreachable")
    assert (event.error, event.fallback) == ("is_archived", still.channel_id("support"))
    still.runs(600)
    assert [m.thread_ts for m in still.visible("support") if m.is_reply] == [card.ts]


def together(still: StillHouse, *names: str) -> list[Message]:
    """List what of the app's stands in the conversation with these people."""
    place = still.slack.direct_message(*(still.requester(name).user_id for name in names)).id
    return [message for message in still.visible() if message.channel == place]


def no_direct_messages(still: StillHouse) -> None:
    """Take away what Rung needs to open conversations."""
    still.slack.installation.set_scopes(still.slack.app.scopes - {"im:write", "mpim:write"})


def test_without_a_backup_the_members_are_asked(still: StillHouse) -> None:
    """A tier whose channels are all broken is called in one conversation with its members: card, pings and edits."""
    for name in ("tier-2", "support"):
        still.slack.archive(still.channel_id(name))
    case = still.raises()
    still.runs(10)
    (card,) = together(still, "lena", "marco")
    assert "its members are asked here" in str(card.blocks)
    assert "Acknowledge" in str(card.blocks)
    assert [event.fallback for event in still.events(case, "unreachable")] == [still.channel_id("support"), "members"]
    still.runs(600)
    assert [message.thread_ts for message in together(still, "lena", "marco")] == [None, card.ts]
    still.acknowledges(case, "marco")
    still.runs(10)
    assert "promised" in str(together(still, "lena", "marco")[0].blocks)
    assert still.visible("tier-3") == []


@pytest.mark.parametrize("trouble", ["429", "503", "cut"])
def test_a_passing_trouble_leaves_no_tier(still: StillHouse, trouble: str) -> None:
    """Where Slack can't open the members' conversation just now, it is asked again: the tier is not passed over."""
    for name in ("tier-2", "support"):
        still.slack.archive(still.channel_id(name))
    faults, opening = still.wire.faults, "conversations.open"
    if trouble == "cut":
        faults.drop_before(opening, many, times=3)
    else:
        faults.status(opening, int(trouble), many, times=3, retry_after=5 if trouble == "429" else None)
    still.raises()
    still.runs(55)
    assert len(together(still, "lena", "marco")) == 1
    assert still.visible("tier-3") == []


def many(arguments: Mapping[str, Any]) -> bool:
    """Tell a conversation with several people from one with the agent."""
    return "," in str(arguments.get("users"))


def test_a_passing_trouble_with_joining_leaves_the_channel_alone(still: StillHouse) -> None:
    """A public channel that Rung can't join just now is joined a little later."""
    still.wire.faults.error(POST, "not_in_channel", to(still.channel_id("tier-2")), times=2)
    still.wire.faults.status("conversations.join", 503)
    still.raises()
    still.runs(30)
    assert len(still.visible("tier-2")) == 1
    assert still.visible("support") == []


def test_cases_of_a_tier_ask_once_where_its_members_are(still: StillHouse) -> None:
    """A burst of cases does not open the same conversation for each of them."""
    for name in ("tier-2", "support"):
        still.slack.archive(still.channel_id(name))
    for number in range(4):
        still.raises(f"refund {number}")
    still.runs(30)
    assert len(together(still, "lena", "marco")) == 4
    assert len([each for each in still.wire.of("conversations.open") if many(each)]) == 1


def test_where_groups_can_not_be_written_to_one_member_is(still: StillHouse) -> None:
    """An installation without the scope for conversations of several still reaches the first who can be written to."""
    still.slack.installation.set_scopes(still.slack.app.scopes - {"mpim:write"})
    for name in ("tier-2", "support"):
        still.slack.archive(still.channel_id(name))
    still.slack.deactivate(still.requester("lena").user_id)
    still.raises()
    still.runs(10)
    assert len([message for message in still.direct("marco") if "please take" in message.text]) == 1


def test_where_nobody_can_be_asked_the_next_tier_is_called(still: StillHouse) -> None:
    """A tier that can't be reached at all is passed over within a minute, loudly; the admins are told once."""
    for name in ("tier-2", "support"):
        still.slack.archive(still.channel_id(name))
    no_direct_messages(still)
    case = still.raises()
    still.runs(10)
    (card,) = still.visible("tier-3")
    assert "could not be reached" in str(card.blocks)
    (told,) = still.direct("dana")
    assert "The case went to the next tier at once" in told.text
    assert [event.fallback for event in still.events(case, "unreachable")] == [
        *(still.channel_id("support"), "next_tier")
    ]


def test_above_the_last_tier_stands_the_catcher(still: StillHouse) -> None:
    """When no tier can be reached the catcher is told at once and by every later call, and the case goes on waiting."""
    for name in ("tier-2", "support", "tier-3", "tier-4"):
        still.slack.archive(still.channel_id(name))
    no_direct_messages(still)
    still.raises()
    still.runs(20)
    assert len(still.visible("support-managers")) == 1
    case = still.case_of(still.rows()[0])
    assert case.state is State.WAITING
    assert case.next_at is not None
    still.runs(27 * 3600)
    assert 5 <= len(still.visible("support-managers")) <= 12, "ever more rarely, as the tier itself would be called"


def test_a_ping_into_a_broken_channel_takes_the_card_along(still: StillHouse) -> None:
    """A channel that broke after the card was posted is noticed by the ping: the card comes anew in the next place."""
    case = still.raises()
    still.runs(10)
    still.slack.archive(still.channel_id("tier-2"))
    still.runs(600)
    (card,) = still.visible("support")
    assert "is_archived" in str(card.blocks)
    assert still.row(Kind.PING, 1).state is OutboxState.DIVERTED
    still.slack.archive(still.channel_id("support"))
    still.runs(600)
    assert len(together(still, "lena", "marco")) == 1
    assert [event.fallback for event in still.events(case, "unreachable")] == [still.channel_id("support"), "members"]
    assert still.visible("tier-3") == []


def test_the_admins_are_told_once_per_tier_and_hour(still: StillHouse) -> None:
    """Ten cases that meet the same broken channel are one notice; it is repeated after an hour if it lasts."""
    still.slack.archive(still.channel_id("tier-2"))
    for number in range(10):
        still.raises(f"refund {number}")
    still.runs(30)
    assert len(still.visible("support")) == 10
    (told,) = still.direct("dana")
    assert "you are told again in an hour" in told.text
    still.runs(3600)
    still.raises("refund again")
    still.runs(30)
    assert len(still.direct("dana")) == 2


def no_channel_left(still: StillHouse) -> None:
    """Archive every channel."""
    for channel in still.slack.channels():
        if not channel.is_im and not channel.is_mpim:
            still.slack.archive(channel.id)


def test_a_broken_catcher_is_replaced_by_the_admins(still: StillHouse) -> None:
    """Where the catcher's channel is broken, the admins hear that nobody takes the case."""
    no_channel_left(still)
    still.raises()
    still.runs(4 * 3600)
    assert any("Nobody has taken" in message.text for message in still.direct("dana"))
    assert still.rows(Kind.CATCHER)[0].state is OutboxState.SENT


def test_admins_who_are_gone_are_replaced_by_the_primary_owner(still: StillHouse) -> None:
    """A notice that no admin can get goes to whoever answers for the workspace, and is dead only after that."""
    still.slack.archive(still.channel_id("tier-2"))
    still.slack.deactivate(still.requester("dana").user_id)
    still.raises()
    still.runs(10)
    assert any("could not post" in message.text for message in still.direct("carla"))
    assert still.row(Kind.ADMIN_NOTICE).state is OutboxState.SENT


def test_where_nobody_at_all_can_be_told_the_log_is_loud(still: StillHouse, caplog: pytest.LogCaptureFixture) -> None:
    """With every channel broken and everybody gone, rows are dead and named in the log; the case goes on waiting."""
    no_channel_left(still)
    for name in ("lena", "marco", "dana", "carla"):
        still.slack.deactivate(still.requester(name).user_id)
    still.raises()
    still.runs(60)
    assert "nobody_told in workspace" in caplog.text
    assert OutboxState.DEAD in {row.state for row in still.rows(Kind.ADMIN_NOTICE)}
    case = still.case_of(still.rows()[0])
    assert case.state is State.WAITING
    assert case.next_at is not None


def test_the_owner_is_called_in_person_where_the_channel_is_gone(still: StillHouse) -> None:
    """A promise that passes is told to its owner by direct message when the case's channel is archived."""
    case = still.raises()
    still.runs(10)
    still.acknowledges(case)
    still.runs(10)
    still.slack.archive(still.channel_id("tier-2"))
    still.runs(3600)
    assert any("first answer" in message.text for message in still.direct("lena"))
    assert still.row(Kind.OWNER_PING).state is OutboxState.SENT


def test_an_acknowledged_case_stays_where_it_is(still: StillHouse) -> None:
    """Nobody is called anew because the card of a case somebody has can't be edited any more."""
    case = still.raises()
    still.runs(10)
    still.slack.archive(still.channel_id("tier-2"))
    still.acknowledges(case)
    still.runs(60)
    assert still.visible("tier-3") == []
    assert any("promised" in message.text for message in still.direct())


def test_a_ping_finds_its_card_deleted(still: StillHouse) -> None:
    """Where the card was deleted by a person the ping becomes a new card, which calls the tier as well."""
    case = still.raises()
    still.runs(10)
    still.slack.history.delete(still.visible("tier-2")[0])
    still.wire.faults.error("chat.update", "message_not_found")
    still.runs(600)
    cards = [m for m in still.visible("tier-2") if not m.is_reply]
    assert len(cards) == 1
    assert still.visible("tier-3") == []
    assert still.case_of(still.rows()[0]).visit.tier == 0
    assert still.events(case, "unreachable") == []
    still.runs(600)
    assert [m.thread_ts for m in still.visible("tier-2") if m.is_reply] == [cards[0].ts]


def test_the_owner_is_called_beside_a_deleted_card(still: StillHouse) -> None:
    """Where the card of an acknowledged case was deleted, the owner is called all the same."""
    case = still.raises()
    still.runs(10)
    still.acknowledges(case)
    still.runs(10)
    still.slack.history.delete(still.visible("tier-2")[0])
    still.runs(3600)
    lena = still.requester("lena").user_id
    assert any(lena in m.text and "answer" in m.text for m in still.visible("tier-2"))
    assert still.row(Kind.OWNER_PING).state is OutboxState.SENT


def test_a_locked_thread_is_left(still: StillHouse) -> None:
    """Where a thread takes no replies, the tier is called beside it and not passed over."""
    still.raises()
    still.runs(10)
    still.wire.faults.error(POST, "restricted_action_thread_locked", lambda args: "thread_ts" in args)
    still.runs(600)
    assert len([m for m in still.visible("tier-2") if not m.is_reply]) == 2
    assert still.visible("tier-3") == []


def test_the_plain_form_can_be_looked_for_too(still: StillHouse) -> None:
    """A card that Slack takes in its plain form only is found by its key after a lost answer."""
    tier = still.channel_id("tier-2")
    still.wire.faults.error(POST, "invalid_blocks", to(tier))
    still.wire.faults.drop_after(POST, to(tier))
    still.raises()
    still.runs(90)
    assert len(still.visible("tier-2")) == 1
    sent = [args for args in still.wire.of(POST) if args["channel"] == tier]
    assert ["blocks" in args for args in sent] == [True, False]


def test_a_plain_form_stays_plain_after_a_pause(still: StillHouse) -> None:
    """What was refused is not sent again in its rich form because something else went wrong in between."""
    tier = still.channel_id("tier-2")
    still.wire.faults.error(POST, "invalid_blocks", to(tier))
    still.wire.faults.status(POST, 429, to(tier), retry_after=5)
    still.wire.faults.error(POST, "request_timeout", to(tier))
    still.wire.faults.drop_before(POST, to(tier))
    still.raises()
    still.runs(60)
    sent = [args for args in still.wire.of(POST) if args["channel"] == tier]
    assert ["blocks" in args for args in sent] == [True, False, False, False, False]
    assert len(still.visible("tier-2")) == 1
