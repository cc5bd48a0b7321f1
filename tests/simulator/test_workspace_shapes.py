"""The JSON of messages, channels, people and views, as Slack's own examples have it."""

from __future__ import annotations

from slackbot.simulator.model import Draft, Json, Message
from slackbot.simulator.shapes import channel_json, message_json, view_json
from slackbot.simulator.workspace import Workspace

TEAM = "T0001"


def app_message(workspace: Workspace, draft: Draft) -> Message:
    """Post as the app into a fresh channel."""
    return workspace.history.post(workspace.add_channel("tier-2").id, workspace.app.author, draft)


def test_a_plain_message_carries_nothing_it_does_not_have(workspace: Workspace) -> None:
    """No blocks, no thread, no metadata, no reactions, no edit; a person has no bot id."""
    ana = workspace.add_person("ana")
    message = workspace.say(ana.id, workspace.add_channel("tier-2").id, "hello")
    assert message_json(message, team_id=TEAM) == {
        "type": "message",
        "user": ana.id,
        "team": TEAM,
        "text": "hello",
        "ts": message.ts,
    }


def test_a_full_message_carries_everything(workspace: Workspace) -> None:
    """The app's message names the app, and shows blocks, attachments, metadata, reactions and its edit."""
    block: Json = {"type": "divider", "block_id": "b"}
    metadata: Json = {"event_type": "card", "event_payload": {"key": "k"}}
    draft = Draft(text="x", blocks=(block,), attachments=({"color": "#fff"},), metadata=metadata)
    message = app_message(workspace, draft)
    message = workspace.history.edit(message, draft)
    message = workspace.history.react(message, "U7", "eyes")
    shown = message_json(message, team_id=TEAM)
    assert shown == {
        "type": "message",
        "user": workspace.app.bot_user_id,
        "bot_id": workspace.app.bot_id,
        "app_id": workspace.app.app_id,
        "team": TEAM,
        "text": "x",
        "ts": message.ts,
        "blocks": [block],
        "attachments": [{"color": "#fff"}],
        "edited": {"user": workspace.app.bot_user_id, "ts": message.edited_ts},
        "metadata": metadata,
        "reactions": [{"name": "eyes", "users": ["U7"], "count": 1}],
    }
    assert message_json(message, team_id=TEAM, metadata="type")["metadata"] == {"event_type": "card"}
    assert "metadata" not in message_json(message, team_id=TEAM, metadata="none")


def test_threads_are_told_on_parent_and_reply(workspace: Workspace) -> None:
    """The parent counts its replies, a reply names its parent, a broadcast says that it is one."""
    parent = app_message(workspace, Draft(text="parent"))
    author = workspace.app.author
    quiet = workspace.history.post(parent.channel, author, Draft(text="x", thread_ts=parent.ts))
    loud_draft = Draft(text="y", thread_ts=parent.ts, reply_broadcast=True)
    loud = workspace.history.post(parent.channel, author, loud_draft)
    shown = message_json(parent, team_id=TEAM, replies=[quiet, loud])
    assert (shown["thread_ts"], shown["reply_count"], shown["latest_reply"]) == (parent.ts, 2, loud.ts)
    assert (shown["reply_users"], shown["reply_users_count"]) == ([author.user], 1)
    assert message_json(quiet, team_id=TEAM)["thread_ts"] == parent.ts
    assert "subtype" not in message_json(quiet, team_id=TEAM)
    assert message_json(loud, team_id=TEAM)["subtype"] == "thread_broadcast"


def test_a_tombstone_hides_who_wrote(workspace: Workspace) -> None:
    """Neither author nor app are left on it."""
    parent = app_message(workspace, Draft(text="secret"))
    reply = Draft(text="x", thread_ts=parent.ts)
    workspace.history.post(parent.channel, workspace.app.author, reply)
    workspace.history.delete(parent)
    left = workspace.history.parent(parent.channel, parent.ts)
    assert left is not None
    assert message_json(left, team_id=TEAM) == {
        "type": "message",
        "subtype": "tombstone",
        "hidden": True,
        "user": "USLACKBOT",
        "text": "This message was deleted.",
        "ts": parent.ts,
    }


def test_each_kind_of_channel_says_what_it_is(workspace: Workspace) -> None:
    """The flags contradict each other nowhere."""
    ana, ben = workspace.add_person("ana"), workspace.add_person("ben")
    bot = workspace.app.bot_user_id
    flags = ("is_channel", "is_group", "is_im", "is_mpim", "is_private")

    def shown(channel_id: str) -> Json:
        channel = workspace.channel(channel_id)
        assert channel is not None
        return channel_json(channel, team_id=TEAM, bot_user_id=bot)

    public = shown(workspace.add_channel("general").id)
    private = shown(workspace.add_channel("secret", private=True, with_app=False).id)
    group = shown(workspace.direct_message(ana.id, ben.id).id)
    direct = shown(workspace.direct_message(ana.id).id)
    assert [public[flag] for flag in flags] == [True, False, False, False, False]
    assert [private[flag] for flag in flags] == [False, True, False, False, True]
    assert [group[flag] for flag in flags] == [False, False, False, True, True]
    assert (public["is_general"], public["is_member"], private["is_member"]) == (True, True, False)
    assert (direct["is_im"], direct["user"], "name" in direct) == (True, ana.id, False)


def test_a_view_carries_what_the_app_sent_and_what_slack_added(workspace: Workspace) -> None:
    """Absent texts are empty, absent switches off, a Home tab has no title."""
    content: Json = {"type": "home", "blocks": [{"type": "divider", "block_id": "b"}], "notify_on_close": True}
    view = workspace.views.publish("U7", content)
    shown = view_json(view, team_id=TEAM, app=workspace.app)
    assert shown == {
        "id": view.id,
        "team_id": TEAM,
        "type": "home",
        "title": None,
        "submit": None,
        "close": None,
        "blocks": content["blocks"],
        "private_metadata": "",
        "callback_id": "",
        "external_id": "",
        "state": {"values": {}},
        "hash": view.hash,
        "clear_on_close": False,
        "notify_on_close": True,
        "root_view_id": view.id,
        "previous_view_id": None,
        "app_id": workspace.app.app_id,
        "app_installed_team_id": TEAM,
        "bot_id": workspace.app.bot_id,
    }
