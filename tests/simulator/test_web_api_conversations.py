"""`conversations.*`: what the app sees, reads and opens; and pagination."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slackbot.simulator.model import Channel, Json, Person
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.web_api.call import Rules
from slackbot.simulator.workspace import Workspace

Caller = Callable[..., Json]


@pytest.fixture
def ana(workspace: Workspace) -> Person:
    """Give a person."""
    return workspace.add_person("ana")


@pytest.fixture
def channel(workspace: Workspace, ana: Person) -> Channel:
    """Give a public channel with the app and a person in it."""
    return workspace.add_channel("tier-2", members=[ana.id])


def all_pages(call: Caller, method: str, key: str, **args: object) -> list[list[Any]]:
    """Follow the cursors to the end."""
    pages, cursor = [], ""
    while True:
        answer = call(method, cursor=cursor, **args)
        pages.append(answer[key])
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return pages


def test_info_describes_a_conversation(call: Caller, workspace: Workspace, channel: Channel, ana: Person) -> None:
    """Membership, archiving and sharing are said; the number of members when asked."""
    shown = call("conversations.info", channel=channel.id)["channel"]
    assert (shown["name"], shown["is_member"], shown["is_archived"]) == ("tier-2", True, False)
    assert "num_members" not in shown
    counted = call("conversations.info", channel=channel.id, include_num_members=True)["channel"]
    assert counted["num_members"] == 2
    assert "locale" not in counted
    assert call("conversations.info", channel=channel.id, include_locale=True)["channel"]["locale"] == "en-US"
    shared = workspace.add_channel("shared", ext_shared=True)
    assert call("conversations.info", channel=shared.id)["channel"]["is_ext_shared"]
    direct = workspace.direct_message(ana.id)
    assert call("conversations.info", channel=direct.id)["channel"]["user"] == ana.id


def test_a_private_channel_shows_itself_to_members_only(call: Caller, workspace: Workspace) -> None:
    """To others it does not exist."""
    inside = workspace.add_channel("inside", private=True)
    outside = workspace.add_channel("outside", private=True, with_app=False)
    assert call("conversations.info", channel=inside.id)["channel"]["is_private"]
    for method in ("conversations.info", "conversations.members", "conversations.join"):
        assert call(method, channel=outside.id)["error"] == "channel_not_found"


def test_each_kind_needs_its_own_scope(call: Caller, workspace: Workspace, channel: Channel, ana: Person) -> None:
    """`channels:read` opens public channels and nothing else; so do the others."""
    secret = workspace.add_channel("secret", private=True)
    direct = workspace.direct_message(ana.id)
    for place, word in [(channel, "channels"), (secret, "groups"), (direct, "im")]:
        workspace.installation.set_scopes(["mpim:read", "mpim:history"])
        methods = ("conversations.info", "conversations.members", "conversations.history")
        for verb, method in zip(("read", "read", "history"), methods, strict=True):
            refused = call(method, channel=place.id)
            assert (refused["error"], refused["needed"]) == ("missing_scope", f"{word}:{verb}")
        workspace.installation.set_scopes([f"{word}:read", f"{word}:history"])
        assert call("conversations.info", channel=place.id)["ok"]
        assert call("conversations.history", channel=place.id)["ok"]
    workspace.installation.set_scopes(["channels:read"])
    listed = call("conversations.list", types="public_channel,private_channel")
    assert (listed["error"], listed["needed"]) == ("missing_scope", "groups:read")


def test_the_list_holds_what_the_app_may_see(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """Public channels by default, private ones where it is a member, archived ones unless excluded."""
    inside = workspace.add_channel("inside", private=True)
    workspace.add_channel("outside", private=True, with_app=False)
    closed = workspace.archive(workspace.add_channel("closed", with_app=False).id)

    def ids(**args: object) -> list[str]:
        return [each["id"] for each in call("conversations.list", **args)["channels"]]

    assert ids() == [channel.id, closed.id]
    assert ids(exclude_archived="true") == [channel.id]
    assert ids(types="private_channel") == [inside.id]
    assert call("conversations.list", types="secret_channel")["error"] == "invalid_types"


def test_pages_are_cut_before_they_are_filtered(call: Caller, workspace: Workspace) -> None:
    """A page may be empty and not be the last."""
    ids = [workspace.add_channel(f"c{n}").id for n in range(6)]
    for archived in ids[2:4]:
        workspace.archive(archived)
    pages = all_pages(call, "conversations.list", "channels", limit=2, exclude_archived=1)
    assert [[each["id"] for each in page] for page in pages] == [ids[:2], [], ids[4:]]


def test_a_cursor_is_good_for_its_own_list_until_it_expires(api: WebApi, call: Caller, workspace: Workspace) -> None:
    """A made-up, foreign or expired one is invalid."""
    for n in range(3):
        workspace.add_channel(f"c{n}")
    cursor = call("conversations.list", limit=1)["response_metadata"]["next_cursor"]
    assert call("conversations.list", limit=1, cursor=cursor)["ok"]
    assert call("users.list", limit=1, cursor=cursor)["error"] == "invalid_cursor"
    assert call("conversations.list", limit=1, cursor="bm9wZQ==")["error"] == "invalid_cursor"
    api.pager.expire()
    assert call("conversations.list", limit=1, cursor=cursor)["error"] == "invalid_cursor"


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_bounds(call: Caller, limit: int) -> None:
    """Neither nothing nor everything."""
    assert call("conversations.list", limit=limit)["error"] == "invalid_limit"


def test_members_are_ids(call: Caller, channel: Channel, ana: Person, workspace: Workspace) -> None:
    """In pages, the bot user included."""
    pages = all_pages(call, "conversations.members", "members", channel=channel.id, limit=1)
    assert pages == [[ana.id], [workspace.app.bot_user_id]]


def test_joining(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """Public channels can be entered; being there already is a warning."""
    outside = workspace.add_channel("outside", with_app=False)
    assert call("conversations.join", channel=outside.id)["channel"]["is_member"]
    assert call("conversations.join", channel=channel.id)["warning"] == "already_in_channel"
    workspace.archive(channel.id)
    assert call("conversations.join", channel=channel.id)["error"] == "is_archived"
    inside = workspace.add_channel("inside", private=True)
    error = call("conversations.join", channel=inside.id)["error"]
    assert error == "method_not_supported_for_channel_type"


def test_opening_direct_messages(call: Caller, workspace: Workspace, ana: Person) -> None:
    """The second time it is there already; several people make a group message."""
    first = call("conversations.open", users=ana.id)
    second = call("conversations.open", users=ana.id, return_im=True)
    assert first == {"ok": True, "channel": {"id": first["channel"]["id"]}}
    assert call("conversations.open", users=ana.id, prevent_creation=True)["already_open"]
    assert second["already_open"]
    assert second["channel"]["id"] == first["channel"]["id"]
    assert second["channel"]["user"] == ana.id
    assert call("conversations.open", channel=first["channel"]["id"])["already_open"]
    ben = workspace.add_person("ben")
    group = call("conversations.open", users=f"{ana.id},{ben.id}")["channel"]["id"]
    assert call("conversations.open", users=[ben.id, ana.id])["channel"]["id"] == group
    found = workspace.channel(group)
    assert found is not None
    assert found.kind == "mpim"


def test_who_cannot_be_written_to(call: Caller, workspace: Workspace, ana: Person) -> None:
    """Nobody, a bot, the departed, too many, none, and a channel."""
    gone = workspace.deactivate(workspace.add_person("gone").id)
    many = ",".join(workspace.add_person(f"p{n}").id for n in range(9))
    for users, error in [
        ("U404", "user_not_found"),
        (workspace.app.bot_user_id, "cannot_dm_bot"),
        (gone.id, "user_disabled"),
        (many, "too_many_users"),
        ("", "users_list_not_supplied"),
    ]:
        assert call("conversations.open", users=users)["error"] == error
    place = workspace.add_channel("tier-2")
    error = call("conversations.open", channel=place.id)["error"]
    assert error == "method_not_supported_for_channel_type"
    assert call("conversations.open", users=many.rpartition(",")[0])["ok"]
    workspace.add_channel("look-alike", members=[ana.id])
    unmade = call("conversations.open", users=ana.id, prevent_creation=True)
    assert unmade["error"] == "channel_not_found"
    workspace.installation.set_scopes(["mpim:write"])
    assert call("conversations.open", users=ana.id)["needed"] == "im:write"
    workspace.installation.set_scopes(["im:write"])
    two = f"{ana.id},{workspace.add_person('ben').id}"
    assert call("conversations.open", users=two)["needed"] == "mpim:write"


def test_history_is_newest_first_without_replies(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """A broadcast reply is shown; the parent tells of its thread."""
    post = "chat.postMessage"
    parent = call(post, channel=channel.id, text="parent")["ts"]
    call(post, channel=channel.id, text="quiet", thread_ts=parent)
    loud = call(post, channel=channel.id, text="loud", thread_ts=parent, reply_broadcast=True)["ts"]
    messages = call("conversations.history", channel=channel.id)["messages"]
    assert [each["ts"] for each in messages] == [loud, parent]
    assert (messages[1]["reply_count"], messages[1]["latest_reply"]) == (2, loud)
    assert messages[1]["reply_users"] == [workspace.app.bot_user_id]


def test_history_between_two_moments(call: Caller, channel: Channel) -> None:
    """The bounds count only when inclusive; what is no ts is refused."""
    stamps = [call("chat.postMessage", channel=channel.id, text="x")["ts"] for _ in range(5)]

    def between(**args: object) -> list[str]:
        answer = call("conversations.history", channel=channel.id, **args)
        return [each["ts"] for each in answer["messages"]]

    assert between(oldest=stamps[1], latest=stamps[3]) == [stamps[2]]
    assert between(oldest=stamps[1], latest=stamps[3], inclusive=1) == stamps[3:0:-1]
    assert between(oldest="0") == stamps[::-1]
    for name in ("oldest", "latest"):
        refused = call("conversations.history", channel=channel.id, **{name: "yesterday"})
        assert refused["error"] == f"invalid_ts_{name}"


def test_history_comes_in_pages(api: WebApi, call: Caller, channel: Channel) -> None:
    """All pages together are everything once; an unlisted app gets short ones."""
    stamps = [call("chat.postMessage", channel=channel.id, text="x")["ts"] for _ in range(20)]
    pages = all_pages(call, "conversations.history", "messages", channel=channel.id, limit=7)
    assert [each["ts"] for page in pages for each in page] == stamps[::-1]
    assert "response_metadata" not in call("conversations.history", channel=channel.id)
    api.rules = Rules(history_limit=15)
    answer = call("conversations.history", channel=channel.id, limit=100)
    assert (len(answer["messages"]), answer["has_more"]) == (15, True)


def test_metadata_is_whole_only_when_asked(call: Caller, channel: Channel) -> None:
    """Otherwise the type alone is shown."""
    metadata = {"event_type": "card", "event_payload": {"key": "k1"}}
    call("chat.postMessage", channel=channel.id, text="x", metadata=metadata)
    (plain,) = call("conversations.history", channel=channel.id)["messages"]
    (whole,) = call("conversations.history", channel=channel.id, include_all_metadata=True)["messages"]
    assert plain["metadata"] == {"event_type": "card"}
    assert whole["metadata"] == metadata


def test_replies_are_oldest_first_with_the_parent(call: Caller, channel: Channel) -> None:
    """Also under a tombstone; an unknown parent has no thread."""
    post = "chat.postMessage"
    parent = call(post, channel=channel.id, text="parent")["ts"]
    under = [call(post, channel=channel.id, text="x", thread_ts=parent)["ts"] for _ in range(3)]
    pages = all_pages(call, "conversations.replies", "messages", channel=channel.id, ts=parent, limit=2)
    assert [each["ts"] for page in pages for each in page] == [parent, *under]
    call("chat.delete", channel=channel.id, ts=parent)
    first = call("conversations.replies", channel=channel.id, ts=parent)["messages"][0]
    assert (first["subtype"], first["user"]) == ("tombstone", "USLACKBOT")
    unknown = call("conversations.replies", channel=channel.id, ts="1.000001")
    assert unknown["error"] == "thread_not_found"


def test_reading_needs_membership(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """A kicked bot reads nothing any more."""
    ts = call("chat.postMessage", channel=channel.id, text="x")["ts"]
    workspace.kick(channel.id)
    assert call("conversations.history", channel=channel.id)["error"] == "not_in_channel"
    assert call("conversations.replies", channel=channel.id, ts=ts)["error"] == "not_in_channel"
