"""Messages: their ts, threads, edits, deletions, and whom they call."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.clock import ManualClock
from slackbot.simulator.model import Draft, Json, Message
from slackbot.simulator.workspace import Workspace

START = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


def post(workspace: Workspace, channel: str, text: str, thread_ts: str | None = None) -> Message:
    """Post a text as the app."""
    return workspace.history.post(channel, workspace.app.author, Draft(text=text, thread_ts=thread_ts))


def test_ts_is_unique_and_grows_even_when_the_clock_stands(workspace: Workspace) -> None:
    """Messages of one instant still have an order and a name each."""
    channel = workspace.add_channel("tier-2").id
    stamps = [post(workspace, channel, "x").ts for _ in range(50)]
    assert len(set(stamps)) == 50
    assert stamps == sorted(stamps)
    assert stamps[0] == "1794816000.000000"


def test_ts_grows_when_the_clock_goes_back(clock: ManualClock, workspace: Workspace) -> None:
    """A corrected clock does not reorder a channel."""
    channel = workspace.add_channel("tier-2").id
    first = post(workspace, channel, "x").ts
    clock.advance(timedelta(seconds=-10))
    assert post(workspace, channel, "y").ts > first


def test_text_is_stored_escaped(workspace: Workspace) -> None:
    """What is no control sequence comes back as entities."""
    channel = workspace.add_channel("tier-2").id
    assert post(workspace, channel, "a < b & c <@U123>").text == "a &lt; b &amp; c <@U123>"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_storing_twice_changes_nothing(text: str) -> None:
    """A message read and posted again stays the same."""
    workspace = Workspace(ManualClock(START))
    channel = workspace.add_channel("tier-2").id
    stored = post(workspace, channel, text).text
    assert post(workspace, channel, stored).text == stored


def test_an_ephemeral_message_is_in_nobody_elses_view(workspace: Workspace) -> None:
    """It is kept apart from the channel and forgotten at a reload."""
    ana, ben = workspace.add_person("ana"), workspace.add_person("ben")
    channel = workspace.add_channel("tier-2", members=[ana.id, ben.id]).id
    workspace.history.post_ephemeral(channel, ana.id, workspace.app.author, Draft(text="for you"))
    assert workspace.history.messages(channel) == []
    assert [each.text for each in workspace.history.ephemerals(ana.id)] == ["for you"]
    assert workspace.history.ephemerals(ben.id) == []
    workspace.history.dismiss_ephemerals(ana.id)
    assert workspace.history.ephemerals(ana.id) == []


def test_an_ephemeral_message_can_be_replaced_and_deleted(workspace: Workspace) -> None:
    """A response_url may change what it showed to one person."""
    ana = workspace.add_person("ana")
    channel = workspace.add_channel("tier-2", members=[ana.id]).id
    shown = workspace.history.post_ephemeral(channel, ana.id, workspace.app.author, Draft(text="one"))
    changed = workspace.history.edit(shown, Draft(text="two"))
    assert [each.text for each in workspace.history.ephemerals(ana.id, channel)] == ["two"]
    workspace.history.delete(changed)
    assert workspace.history.ephemerals(ana.id) == []


def test_a_deleted_message_is_gone_and_a_deleted_parent_is_a_tombstone(workspace: Workspace) -> None:
    """A thread outlives its parent."""
    channel = workspace.add_channel("tier-2").id
    alone, parent = post(workspace, channel, "alone"), post(workspace, channel, "parent")
    reply = post(workspace, channel, "reply", thread_ts=parent.ts)
    workspace.history.delete(alone)
    workspace.history.delete(parent)
    left = workspace.history.messages(channel)
    assert [(each.ts, each.deleted) for each in left] == [(parent.ts, True), (reply.ts, False)]
    assert workspace.history.get(channel, parent.ts) is None
    assert workspace.history.parent(channel, parent.ts) is not None


def test_block_ids_are_filled_in(workspace: Workspace) -> None:
    """Blocks and buttons without ids get some; given ones stay."""
    channel = workspace.add_channel("tier-2").id
    button: Json = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}
    blocks: tuple[Json, ...] = (
        {"type": "actions", "elements": [button, {**button, "action_id": "mine"}]},
        {"type": "divider", "block_id": "line"},
    )
    message = workspace.history.post(channel, workspace.app.author, Draft(blocks=blocks))
    elements = message.blocks[0]["elements"]
    assert message.blocks[0]["block_id"]
    assert message.blocks[1]["block_id"] == "line"
    assert elements[0]["action_id"]
    assert elements[1]["action_id"] == "mine"
    assert "block_id" not in blocks[0]


def test_pings_of_the_app_are_recorded(workspace: Workspace) -> None:
    """Every mention in text or blocks is known with whom and how; a text without any is not."""
    channel = workspace.add_channel("tier-2").id
    post(workspace, channel, "nobody in particular")
    post(workspace, channel, "<@U77> and <!subteam^S88>, please")
    section: Json = {"type": "section", "text": {"type": "mrkdwn", "text": "wake up @here"}}
    workspace.history.post(channel, workspace.app.author, Draft(text="quiet", blocks=(section,)))
    assert [(set(p.users), set(p.groups), set(p.everyone), p.how) for p in workspace.pings] == [
        ({"U77"}, {"S88"}, set(), "post"),
        (set(), set(), {"here"}, "post"),
    ]


def test_people_ping_on_their_own_account(workspace: Workspace) -> None:
    """What a person writes is no ping of the app."""
    ana = workspace.add_person("ana")
    channel = workspace.add_channel("tier-2", members=[ana.id]).id
    workspace.say(ana.id, channel, "<!channel> lunch")
    assert workspace.pings == []


def test_an_edit_that_mentions_is_told_apart(workspace: Workspace) -> None:
    """Edits notify nobody, and the record says so."""
    channel = workspace.add_channel("tier-2").id
    message = post(workspace, channel, "hello")
    workspace.history.edit(message, Draft(text="hello <@U77>"))
    assert [each.how for each in workspace.pings] == ["edit"]


def test_plain_at_here_calls_only_where_names_are_linked(workspace: Workspace) -> None:
    """`parse=full` turns a harmless text into a call."""
    channel = workspace.add_channel("tier-2").id
    author = workspace.app.author
    workspace.history.post(channel, author, Draft(text="@here is a word"))
    assert workspace.pings == []
    workspace.history.post(channel, author, Draft(text="@here is a call", parsed=True))
    assert len(workspace.pings) == 1


def test_permalinks_have_slacks_form(workspace: Workspace) -> None:
    """A reply's link names its thread, a parent's does not."""
    channel = workspace.add_channel("tier-2").id
    parent = post(workspace, channel, "parent")
    reply = post(workspace, channel, "reply", thread_ts=parent.ts)
    link = workspace.permalink(channel, parent.ts, parent.thread_ts)
    assert link == f"https://acme.slack.com/archives/{channel}/p{parent.ts.replace('.', '')}"
    threaded = workspace.permalink(channel, reply.ts, reply.thread_ts)
    assert threaded.endswith(f"/p{reply.ts.replace('.', '')}?thread_ts={parent.ts}&cid={channel}")


def test_what_happens_to_messages_is_told(workspace: Workspace) -> None:
    """Posting, changing, reacting and deleting are events; what only one person sees is none."""
    ana = workspace.add_person("ana")
    channel = workspace.add_channel("tier-2", members=[ana.id]).id
    heard: list[Json] = []
    workspace.on_event(heard.append)
    message = workspace.say(ana.id, channel, "one")
    changed = workspace.history.edit(message, Draft(text="two"))
    workspace.history.react(changed, ana.id, "eyes")
    workspace.history.delete(changed)
    shown = workspace.history.post_ephemeral(channel, ana.id, workspace.app.author, Draft(text="x"))
    workspace.history.delete(workspace.history.edit(shown, Draft(text="y")))
    posted, edited, reacted, deleted = heard
    assert (posted["type"], posted["text"], posted["user"]) == ("message", "one", ana.id)
    assert (edited["subtype"], edited["message"]["text"]) == ("message_changed", "two")
    assert reacted["type"] == "reaction_added"
    assert reacted["item"] == {"type": "message", "channel": channel, "ts": message.ts}
    assert (reacted["user"], reacted["reaction"], reacted["item_user"]) == (ana.id, "eyes", ana.id)
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)


def test_the_bot_hears_of_reactions_only_where_it_is(workspace: Workspace) -> None:
    """The channel of a reaction stands inside its item, and still counts."""
    ana = workspace.add_person("ana")
    channel = workspace.add_channel("tier-2", members=[ana.id], with_app=False).id
    heard: list[Json] = []
    workspace.on_event(heard.append)
    workspace.history.react(workspace.say(ana.id, channel, "one"), ana.id, "eyes")
    assert heard == []


def test_whoever_waits_hears_of_messages(workspace: Workspace) -> None:
    """Each change of a message, ephemeral or not, raises the revision."""
    ana = workspace.add_person("ana")
    channel = workspace.add_channel("tier-2").id
    history, author = workspace.history, workspace.app.author
    message = post(workspace, channel, "x")
    shown = history.post_ephemeral(channel, ana.id, author, Draft(text="x"))
    changes: list[Callable[[], object]] = [
        lambda: history.post_ephemeral(channel, ana.id, author, Draft(text="y")),
        lambda: history.edit(message, Draft(text="y")),
        lambda: history.edit(shown, Draft(text="y")),
        lambda: history.react(message, ana.id, "eyes"),
        lambda: history.delete(message),
        lambda: history.delete(shown),
        lambda: history.dismiss_ephemerals(ana.id),
    ]
    for change in changes:
        before = workspace.revision
        change()
        assert workspace.revision > before


def test_an_ephemeral_mention_is_told_apart(workspace: Workspace) -> None:
    """It calls one person at most, and the record says so."""
    channel = workspace.add_channel("tier-2").id
    workspace.history.post_ephemeral(channel, "U77", workspace.app.author, Draft(text="<@U77>"))
    assert [each.how for each in workspace.pings] == ["ephemeral"]


def test_a_broadcast_stays_a_broadcast(workspace: Workspace) -> None:
    """An edit can broadcast a reply, and a later one does not take it back."""
    channel = workspace.add_channel("tier-2").id
    parent = post(workspace, channel, "parent")
    reply = post(workspace, channel, "reply", thread_ts=parent.ts)
    loud = workspace.history.edit(reply, Draft(text="loud", reply_broadcast=True))
    assert loud.reply_broadcast
    assert workspace.history.edit(loud, Draft(text="still loud")).reply_broadcast
    assert not workspace.history.edit(parent, Draft(text="x")).reply_broadcast
