"""Cards and the agent's message show the newest state, with as few calls as that takes."""

from __future__ import annotations

from slackbot.core.messages import Kind
from slackbot.services.acknowledge import answered, change_promise
from slackbot.services.transact import Done
from slackbot.simulator.model import Draft
from storage.outbox_rows import OutboxState
from tests.services.still_house import StillHouse, to

POST = "chat.postMessage"
UPDATE = "chat.update"


def test_several_changes_are_one_edit(still: StillHouse) -> None:
    """What changes three times before an edit leaves is drawn once, as it is then."""
    case = still.raises()
    still.runs(5)
    still.acknowledges(case)
    lena = still.requester("lena")
    assert isinstance(change_promise(still.engine.ctx, lena, case.id, "k1", "4h"), Done)
    assert isinstance(answered(still.engine.ctx, lena, case.id, "k2"), Done)
    still.runs(5)
    tier = still.channel_id("tier-2")
    assert len([args for args in still.wire.of(UPDATE) if args["channel"] == tier]) == 1
    assert "answer" in still.visible("tier-2")[0].text


def test_a_change_while_an_edit_is_under_way_is_shown(still: StillHouse) -> None:
    """What happens between drawing and settling an edit is drawn by a second one."""
    case = still.raises()
    still.runs(5)
    first = iter([True])

    def answers_meanwhile(method: str, _: object) -> None:
        if method == UPDATE and next(first, False):
            assert isinstance(answered(still.engine.ctx, still.requester("lena"), case.id, "k2"), Done)

    still.acknowledges(case)
    still.wire.during = answers_meanwhile
    still.runs(5)
    card = still.visible("tier-2")[0]
    assert still.row(Kind.CARD_EDIT).state is OutboxState.SENT
    assert "promised" not in card.text
    with still.engine.ctx.store.read() as tx:
        posted = tx.messages.find(case.workspace_id, case.id, 1, Kind.CARD)
        now = tx.escalations.get(case.workspace_id, case.id)
    assert posted is not None
    assert now is not None
    assert posted.shown_version == now.version


def test_an_edit_that_is_shown_already_makes_no_call(still: StillHouse) -> None:
    """A card posted late shows the newest state by itself: the edit wanted meanwhile asks nothing of Slack."""
    still.wire.faults.status(POST, 429, to(still.channel_id("tier-2")), retry_after=20)
    case = still.raises()
    still.runs(5)
    still.acknowledges(case)
    still.runs(30)
    tier = still.channel_id("tier-2")
    assert "promised" in still.visible("tier-2")[0].text
    assert [args for args in still.wire.of(UPDATE) if args["channel"] == tier] == []
    assert still.row(Kind.CARD_EDIT).state is OutboxState.SENT


def test_links_come_with_the_card_they_lead_to(still: StillHouse) -> None:
    """A card that is posted after the messages that lead to it are drawn is linked from them all the same."""
    still.wire.faults.status(POST, 429, to(still.channel_id("tier-2")), retry_after=10)
    still.wire.faults.status(POST, 429, to(still.channel_id("tier-3")), retry_after=10)
    still.raises()
    still.runs(5)
    assert "/archives/" not in str(still.direct()[0].blocks)
    still.runs(15)
    first = still.visible("tier-2")[0]
    assert first.ts.replace(".", "") in str(still.direct()[0].blocks)
    still.runs(1800)
    (second,) = still.visible("tier-3")
    assert second.ts.replace(".", "") in str(still.visible("tier-2")[0].blocks)
    assert second.ts.replace(".", "") in str(still.direct()[0].blocks)


def test_links_come_though_the_edit_was_under_way(still: StillHouse) -> None:
    """A card that arrives while the message that leads to it is being edited is linked by one more edit."""
    case = still.raises()
    still.wire.faults.status(POST, 429, to(still.channel_id("tier-2")), retry_after=10)
    still.runs(5)
    first = iter([True])

    def card_arrives(method: str, _: object) -> None:
        if method == UPDATE and next(first, False):
            still.runs(10)
            assert len(still.visible("tier-2")) == 1

    still.wire.during = card_arrives
    still.acknowledges(case)
    still.runs(10)
    card = still.visible("tier-2")[0]
    assert card.ts.replace(".", "") in str(still.direct()[0].blocks)


def test_a_sleeping_editor_does_not_leave_an_old_card(still: StillHouse) -> None:
    """An edit that was frozen on its way may have overwritten a newer one, so the card is drawn once more."""
    case = still.raises()
    still.runs(5)
    asleep = iter([True])
    tier = still.channel_id("tier-2")

    def freeze(method: str, args: object) -> None:
        if method == UPDATE and isinstance(args, dict) and args["channel"] == tier and next(asleep, False):
            assert isinstance(answered(still.engine.ctx, still.requester("lena"), case.id, "k2"), Done)
            still.runs(60)
            old = dict(args)
            still.slack.history.edit(still.visible("tier-2")[0], Draft(text=old["text"]))

    still.acknowledges(case)
    still.wire.during = freeze
    still.runs(10)
    assert "promised" not in still.visible("tier-2")[0].text


def test_a_deleted_card_is_posted_anew(still: StillHouse) -> None:
    """A card that somebody deleted comes back with the next change, and is the one that is edited from then on."""
    case = still.raises()
    still.runs(5)
    still.slack.history.delete(still.visible("tier-2")[0])
    still.acknowledges(case)
    still.runs(10)
    (card,) = still.visible("tier-2")
    assert "promised" in card.text
    assert isinstance(answered(still.engine.ctx, still.requester("lena"), case.id, "k2"), Done)
    still.runs(10)
    (again,) = still.visible("tier-2")
    assert again.ts == card.ts
    assert again.text != card.text


def test_a_deleted_card_of_a_tier_left_behind_stays_away(still: StillHouse) -> None:
    """The old card of a case that went up is not posted anew when somebody deleted it."""
    still.raises()
    still.runs(1500)
    still.slack.history.delete(next(m for m in still.visible("tier-2") if not m.is_reply))
    still.runs(600)
    assert len(still.visible("tier-3")) >= 1
    assert [m for m in still.visible("tier-2") if not m.is_reply and not m.reply_broadcast] == []


def test_the_agents_deleted_message_is_written_anew(still: StillHouse) -> None:
    """The message that follows the case comes back when the agent deleted it."""
    case = still.raises()
    still.runs(5)
    still.slack.history.delete(still.direct()[0])
    still.acknowledges(case)
    still.runs(10)
    assert len([m for m in still.direct() if m.blocks]) == 2
