"""`chat.*`: where and what may be posted, changed, deleted."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator.facts import load_facts
from slackbot.simulator.model import Channel, Json, Person
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.workspace import Workspace

Caller = Callable[..., Json]


def section(text: str) -> Json:
    """Build a block of text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


@pytest.fixture
def ana(workspace: Workspace) -> Person:
    """Give a person."""
    return workspace.add_person("ana", email="ana@example.com")


@pytest.fixture
def channel(workspace: Workspace, ana: Person) -> Channel:
    """Give a public channel with the app and a person in it."""
    return workspace.add_channel("tier-2", members=[ana.id])


def test_a_message_is_posted_and_answered_with_its_identity(
    call: Caller, workspace: Workspace, channel: Channel
) -> None:
    """The answer names channel and ts; the message stands in the channel as the app's."""
    answer = call("chat.postMessage", channel=channel.id, text="a < b")
    (message,) = workspace.history.messages(channel.id)
    assert (answer["channel"], answer["ts"]) == (channel.id, message.ts)
    assert answer["message"]["text"] == "a &lt; b"
    assert answer["message"]["bot_id"] == workspace.app.bot_id
    assert message.author == workspace.app.author


def test_a_channel_can_be_named(call: Caller, channel: Channel) -> None:
    """`#name` finds what the id finds."""
    assert call("chat.postMessage", channel="#tier-2", text="x")["channel"] == channel.id


def test_a_user_id_opens_the_direct_message(call: Caller, ana: Person) -> None:
    """The returned channel is the D... id, the same each time."""
    first = call("chat.postMessage", channel=ana.id, text="x")
    second = call("chat.postMessage", channel=first["channel"], text="y")
    assert first["channel"].startswith("D")
    assert second["channel"] == first["channel"]


def test_where_the_app_may_post(call: Caller, workspace: Workspace, ana: Person) -> None:
    """Membership, privacy and archiving each have their error."""
    outside = workspace.add_channel("outside", with_app=False)
    secret = workspace.add_channel("secret", private=True, with_app=False)
    closed = workspace.archive(workspace.add_channel("closed").id)
    for place, error in [
        (outside.id, "not_in_channel"),
        (secret.id, "channel_not_found"),
        (closed.id, "is_archived"),
        ("C404", "channel_not_found"),
        ("#nowhere", "channel_not_found"),
        ("outside", "channel_not_found"),
        ("U404", "channel_not_found"),
        (workspace.app.bot_user_id, "cannot_dm_bot"),
    ]:
        assert call("chat.postMessage", channel=place, text="x").get("error") == error, place
    direct = workspace.direct_message(ana.id)
    workspace.deactivate(ana.id)
    for place in (ana.id, direct.id):
        assert call("chat.postMessage", channel=place, text="x")["error"] == "user_disabled"


def test_a_scope_opens_public_channels(call: Caller, workspace: Workspace) -> None:
    """With `chat:write.public` the app posts where it is no member, but not into private channels."""
    workspace.installation.set_scopes([*workspace.app.scopes, "chat:write.public"])
    outside = workspace.add_channel("outside", with_app=False)
    secret = workspace.add_channel("secret", private=True, with_app=False)
    assert call("chat.postMessage", channel=outside.id, text="x")["ok"]
    assert call("chat.postMessage", channel=secret.id, text="x")["error"] == "channel_not_found"


def test_without_messages_tab_no_direct_message(clock: ManualClock) -> None:
    """What the manifest does not switch on stays off."""
    manifest: Json = {"oauth_config": {"scopes": {"bot": ["chat:write"]}}}
    workspace = Workspace(clock, manifest=manifest)
    api = WebApi(workspace, load_facts())
    args = {"channel": workspace.add_person("ana").id, "text": "x"}
    reply = api.call("chat.postMessage", token=workspace.app.bot_token, args=args)
    assert reply.body["error"] == "messages_tab_disabled"


@pytest.mark.parametrize("args", [{}, {"text": ""}, {"text": "  \n"}, {"blocks": []}, {"blocks": "[]"}])
def test_nothing_is_no_message(call: Caller, channel: Channel, args: Json) -> None:
    """Neither silence nor blanks can be posted."""
    assert call("chat.postMessage", channel=channel.id, **args)["error"] == "no_text"


def test_blocks_come_as_json_or_as_text(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """A form carries them as text; both end the same."""
    blocks = [section("hello") | {"block_id": "b"}]
    call("chat.postMessage", channel=channel.id, text="x", blocks=blocks)
    call("chat.postMessage", channel=channel.id, text="x", blocks=json.dumps(blocks))
    first, second = workspace.history.messages(channel.id)
    assert first.blocks == second.blocks == tuple(blocks)


@pytest.mark.parametrize("blocks", ["{", '"x"', '{"type": "section"}', [1]])
def test_blocks_that_are_no_list_of_blocks(call: Caller, channel: Channel, blocks: object) -> None:
    """The format is refused before the content is looked at."""
    answer = call("chat.postMessage", channel=channel.id, text="x", blocks=blocks)
    assert answer["error"] == "invalid_blocks_format"


def test_invalid_blocks_are_explained(call: Caller, channel: Channel) -> None:
    """The answer points to the place, and nothing is posted."""
    answer = call("chat.postMessage", channel=channel.id, text="x", blocks=[section("x" * 3001)])
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in answer["errors"][0]
    assert answer["response_metadata"]["messages"][0].startswith("[ERROR] ")


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral", "chat.update"])
def test_the_text_of_all_blocks_has_a_limit(call: Caller, channel: Channel, ana: Person, method: str) -> None:
    """Four full sections pass, a character more does not."""
    ts = call("chat.postMessage", channel=channel.id, text="x")["ts"]
    more = {"chat.postEphemeral": {"user": ana.id}, "chat.update": {"ts": ts}}.get(method, {})
    full = [section("x" * 3000)] * 4
    assert call(method, channel=channel.id, text="x", blocks=full, **more)["ok"]
    over = call(method, channel=channel.id, text="x", blocks=[*full, section("y")], **more)
    assert over["error"] == "msg_blocks_too_long"


def test_a_long_text_is_cut_with_a_warning(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """40,000 characters stay, the rest is lost, and the answer says so."""
    answer = call("chat.postMessage", channel=channel.id, text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    assert len(workspace.history.messages(channel.id)[0].text) == 40_000
    assert "warning" not in call("chat.postMessage", channel=channel.id, text="x" * 40_000)


def test_markdown_text_stands_alone(call: Caller, channel: Channel) -> None:
    """It conflicts with text and has its own limit."""
    post = "chat.postMessage"
    assert call(post, channel=channel.id, markdown_text="**x**")["ok"]
    assert call(post, channel=channel.id, markdown_text="x", text="y")["error"] == "markdown_text_conflict"
    assert call(post, channel=channel.id, markdown_text="x" * 12_000)["ok"]
    assert call(post, channel=channel.id, markdown_text="x" * 12_001)["error"] == "msg_too_long"


@pytest.mark.parametrize("how", [{"parse": "full"}, {"link_names": True}])
def test_linking_names_makes_words_call(call: Caller, workspace: Workspace, channel: Channel, how: Json) -> None:
    """A quoted `@here` is harmless until somebody asks for names to be linked."""
    call("chat.postMessage", channel=channel.id, text="@here", parse="none")
    assert workspace.pings == []
    call("chat.postMessage", channel=channel.id, text="@here", **how)
    assert [each.everyone for each in workspace.pings] == [{"here"}]


def test_other_looks_need_a_scope(call: Caller, channel: Channel) -> None:
    """A name or icon of one's own is not for everybody."""
    for method, more in [("chat.postMessage", {}), ("chat.postEphemeral", {"user": "U1"})]:
        answer = call(method, channel=channel.id, text="x", username="Somebody", **more)
        assert (answer["error"], answer["needed"]) == ("missing_scope", "chat:write.customize")


def test_threads_hang_on_parents(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """A reply names a parent that exists, not another reply; broadcasting needs a thread."""
    post = "chat.postMessage"
    parent = call(post, channel=channel.id, text="parent")["ts"]
    reply = call(post, channel=channel.id, text="reply", thread_ts=parent, reply_broadcast=True)
    assert reply["message"]["thread_ts"] == parent
    assert reply["message"]["subtype"] == "thread_broadcast"
    nested = call(post, channel=channel.id, text="x", thread_ts=reply["ts"])
    assert nested["error"] == "cannot_reply_to_message"
    assert call(post, channel=channel.id, text="x", thread_ts="1.000001")["error"] == "thread_not_found"
    assert call(post, channel=channel.id, text="x", reply_broadcast=True)["error"] == "invalid_arguments"
    assert len(workspace.history.replies(channel.id, parent)) == 1


def test_an_update_changes_the_message_in_place(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """The identity stays, text alone shows as edited, blocks do not."""
    ts = call("chat.postMessage", channel=channel.id, text="old")["ts"]
    call("chat.update", channel=channel.id, ts=ts, text="new", blocks=[section("new")])
    (message,) = workspace.history.messages(channel.id)
    assert (message.ts, message.text, message.edited_ts) == (ts, "new", None)
    call("chat.update", channel=channel.id, ts=ts, text="newer")
    (message,) = workspace.history.messages(channel.id)
    assert message.edited_ts is not None


def test_an_update_with_text_alone_removes_blocks(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """And blocks alone keep the text."""
    post = call("chat.postMessage", channel=channel.id, text="said", blocks=[section("shown")])
    call("chat.update", channel=channel.id, ts=post["ts"], blocks=[section("shown again")])
    (message,) = workspace.history.messages(channel.id)
    assert (message.text, len(message.blocks)) == ("said", 1)
    call("chat.update", channel=channel.id, ts=post["ts"], text="bare")
    (message,) = workspace.history.messages(channel.id)
    assert (message.text, message.blocks) == ("bare", ())


@pytest.mark.parametrize(
    ("text", "ok"), [("x" * 4000, True), ("x" * 4001, False), ("é" * 2000, True), ("é" * 2001, False)]
)
def test_the_text_of_an_update_has_a_limit_in_bytes(call: Caller, channel: Channel, text: str, *, ok: bool) -> None:
    """4,000 bytes of UTF-8 pass; posting takes far more."""
    ts = call("chat.postMessage", channel=channel.id, text=text)["ts"]
    answer = call("chat.update", channel=channel.id, ts=ts, text=text)
    assert answer.get("error") == (None if ok else "msg_too_long")


def test_what_cannot_be_updated(call: Caller, workspace: Workspace, channel: Channel, ana: Person) -> None:
    """Others' messages, ephemerals, vanished ones, archived channels, and direct messages by user id."""
    theirs = workspace.say(ana.id, channel.id, "mine")
    shown = call("chat.postEphemeral", channel=channel.id, user=ana.id, text="x")["message_ts"]
    mine = call("chat.postMessage", channel=channel.id, text="x")["ts"]
    for place, ts, error in [
        (channel.id, theirs.ts, "cant_update_message"),
        (channel.id, shown, "message_not_found"),
        (channel.id, "1.000001", "message_not_found"),
        (ana.id, mine, "channel_not_found"),
    ]:
        assert call("chat.update", channel=place, ts=ts, text="y")["error"] == error
    assert call("chat.update", channel=channel.id, ts=mine)["error"] == "no_text"
    workspace.archive(channel.id)
    assert call("chat.update", channel=channel.id, ts=mine, text="y")["error"] == "is_inactive"


def test_only_own_messages_are_deleted(call: Caller, workspace: Workspace, channel: Channel, ana: Person) -> None:
    """A second deletion finds nothing."""
    theirs = workspace.say(ana.id, channel.id, "mine")
    mine = call("chat.postMessage", channel=channel.id, text="x")["ts"]
    assert call("chat.delete", channel=channel.id, ts=theirs.ts)["error"] == "cant_delete_message"
    assert call("chat.delete", channel=channel.id, ts=mine) == {"ok": True, "channel": channel.id, "ts": mine}
    assert call("chat.delete", channel=channel.id, ts=mine)["error"] == "message_not_found"


def test_an_ephemeral_message_needs_its_reader_there(
    call: Caller, workspace: Workspace, channel: Channel, ana: Person
) -> None:
    """Who is not in the channel, or gone, is shown nothing."""
    ben = workspace.add_person("ben")
    assert call("chat.postEphemeral", channel=channel.id, user=ana.id, text="x")["message_ts"]
    assert call("chat.postEphemeral", channel=channel.id, user=ben.id, text="x")["error"] == "user_not_in_channel"
    lost = call("chat.postEphemeral", channel=channel.id, user=ana.id, text="x", thread_ts="1.000001")
    assert lost["error"] == "thread_not_found"
    workspace.deactivate(ana.id)
    assert call("chat.postEphemeral", channel=channel.id, user=ana.id, text="x")["error"] == "user_not_in_channel"
    assert workspace.history.messages(channel.id) == []


def test_a_permalink_points_to_what_exists(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """And nowhere else."""
    ts = call("chat.postMessage", channel=channel.id, text="x")["ts"]
    answer = call("chat.getPermalink", channel=channel.id, message_ts=ts)
    assert answer["permalink"] == workspace.permalink(channel.id, ts)
    missing = call("chat.getPermalink", channel=channel.id, message_ts="1.000001")
    assert missing["error"] == "message_not_found"


def test_a_reaction_is_put_once(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """A second time, a wrong name, a wrong place: each has its error."""
    ts = call("chat.postMessage", channel=channel.id, text="x")["ts"]
    place = {"channel": channel.id, "timestamp": ts}
    assert call("reactions.add", name="eyes", **place)["ok"]
    assert call("reactions.add", name="eyes", **place)["error"] == "already_reacted"
    assert call("reactions.add", name=":eyes:", **place)["error"] == "invalid_name"
    assert call("reactions.add", name="eyes", channel=channel.id, timestamp="x")["error"] == "bad_timestamp"
    gone = call("reactions.add", name="eyes", channel=channel.id, timestamp="1.000001")
    assert gone["error"] == "message_not_found"
    workspace.archive(channel.id)
    assert call("reactions.add", name="tada", **place)["error"] == "is_archived"
    workspace.kick(channel.id)
    assert call("reactions.add", name="tada", **place)["error"] == "no_access"
    shown = workspace.history.messages(channel.id)[0].reactions
    assert shown == {"eyes": (workspace.app.bot_user_id,)}
