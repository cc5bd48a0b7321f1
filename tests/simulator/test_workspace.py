"""The workspace's people, channels, groups and tokens."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator.model import Json
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.workspace import Workspace

MANIFEST: Json = {
    "display_information": {"name": "Rung"},
    "features": {
        "bot_user": {"display_name": "Rung"},
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": False},
    },
    "oauth_config": {"scopes": {"bot": ["chat:write"], "bot_optional": ["team:read"]}},
}


def test_a_manifest_decides_what_the_app_may(clock: ManualClock) -> None:
    """Scopes and tabs come from the manifest and from nowhere else."""
    app = Workspace(clock, manifest=MANIFEST).app
    assert app.scopes == {"chat:write", "team:read"}
    assert (app.home_tab, app.messages_tab) == (True, False)


def test_ids_are_slack_like_and_unique(workspace: Workspace) -> None:
    """Everything has its own id with Slack's letter in front."""
    people = [workspace.add_person("ana"), workspace.add_person("ben")]
    channel = workspace.add_channel("#tier-2", members=[people[0].id])
    group = workspace.add_group("leads", members=[people[1].id])
    direct = workspace.direct_message(people[0].id)
    ids = [*(each.id for each in people), channel.id, group.id, direct.id, workspace.app.bot_user_id]
    assert len(set(ids)) == len(ids)
    assert [each[0] for each in ids] == ["U", "U", "C", "S", "D", "U"]
    assert channel.name == "tier-2"


def test_a_direct_message_is_made_once(workspace: Workspace) -> None:
    """Opening it again finds the same conversation."""
    ana = workspace.add_person("ana")
    assert workspace.direct_message(ana.id) == workspace.direct_message(ana.id)
    single, several = workspace.direct_message(ana.id), workspace.direct_message(ana.id, "U77")
    assert (single.kind, single.id[0], single.name) == ("im", "D", "")
    assert (several.kind, several.id[0], several.name) == ("mpim", "G", "mpdm-1")


def test_kick_and_invite_change_the_members(workspace: Workspace) -> None:
    """The bot user can be thrown out and come back."""
    channel = workspace.add_channel("tier-2")
    assert workspace.app.bot_user_id in channel.members
    assert workspace.app.bot_user_id not in workspace.kick(channel.id).members
    assert workspace.app.bot_user_id in workspace.invite(channel.id, workspace.app.bot_user_id).members


def test_a_snapshot_stays_what_it_was(workspace: Workspace) -> None:
    """Somebody who read a channel is not surprised by a later change."""
    channel = workspace.add_channel("tier-2")
    workspace.archive(channel.id)
    assert not channel.archived
    archived = workspace.channel(channel.id)
    assert archived is not None
    assert archived.archived


def test_tokens_are_told_apart(workspace: Workspace) -> None:
    """Each wrong token has Slack's own name for what is wrong with it."""
    identify = workspace.installation.identify
    assert identify(workspace.app.bot_token) == "bot"
    assert identify(workspace.app.app_token) == "app"
    for token, error in [(None, "not_authed"), ("xoxb-nobody", "invalid_auth")]:
        with pytest.raises(RefusedError) as refused:
            identify(token)
        assert refused.value.error == error


def test_a_revoked_token_opens_nothing_until_it_is_restored(workspace: Workspace) -> None:
    """Revoking and restoring go both ways."""
    workspace.revoke_token(error="account_inactive")
    with pytest.raises(RefusedError, match="account_inactive"):
        workspace.installation.identify(workspace.app.bot_token)
    workspace.installation.restore()
    assert workspace.installation.identify(workspace.app.bot_token) == "bot"


def test_every_change_raises_the_revision(workspace: Workspace) -> None:
    """Whoever waits for a higher revision misses nothing."""
    ana = workspace.add_person("ana")
    channel = workspace.add_channel("tier-2")
    group = workspace.add_group("leads")
    changes: list[Any] = [
        lambda: workspace.change_person(ana.id, tz="UTC"),
        lambda: workspace.archive(channel.id),
        lambda: workspace.rename(channel.id, "other"),
        lambda: workspace.change_group(group.id, disabled=True),
        lambda: workspace.say(ana.id, channel.id, "hello"),
        lambda: workspace.issue_trigger(ana.id),
        lambda: workspace.add_person("ben"),
        lambda: workspace.installation.set_scopes(["commands"]),
        workspace.revoke_token,
        workspace.installation.restore,
    ]
    for change in changes:
        before = workspace.revision
        change()
        assert workspace.revision > before


def test_waiting_ends_when_somebody_else_changes_something(workspace: Workspace) -> None:
    """A thread that waits for a message is woken by its coming, without polling."""
    channel = workspace.add_channel("tier-2")
    ana = workspace.add_person("ana")
    heard = threading.Event()

    def wait() -> None:
        if workspace.wait_for(lambda: bool(workspace.history.messages(channel.id)), timeout=30):
            heard.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    workspace.say(ana.id, channel.id, "hello")
    waiter.join(timeout=30)
    assert heard.is_set()


def test_waiting_in_vain_ends(workspace: Workspace) -> None:
    """What never happens is told as such."""
    assert not workspace.wait_for(lambda: False, timeout=0.01)


def test_the_app_hears_only_what_it_can_see(workspace: Workspace) -> None:
    """A message where the bot is no member is no event for it."""
    heard: list[Json] = []
    workspace.on_event(heard.append)
    ana = workspace.add_person("ana")
    inside = workspace.add_channel("tier-2", members=[ana.id])
    outside = workspace.add_channel("secret", members=[ana.id], private=True, with_app=False)
    workspace.say(ana.id, outside.id, "not for the bot")
    workspace.say(ana.id, inside.id, "for the bot")
    told = [each["text"] for each in heard if each["type"] == "message"]
    assert told == ["for the bot"]
    assert heard[-1]["channel_type"] == "channel"


@pytest.mark.parametrize("private", [False, True])
def test_a_kicked_bot_is_told_once_and_then_nothing(workspace: Workspace, *, private: bool) -> None:
    """Losing a channel is the last event from it."""
    heard: list[Json] = []
    workspace.on_event(heard.append)
    ana = workspace.add_person("ana")
    channel = workspace.add_channel("tier-2", members=[ana.id], private=private)
    workspace.kick(channel.id)
    workspace.say(ana.id, channel.id, "alone at last")
    left = "group_left" if private else "channel_left"
    assert [each["type"] for each in heard] == ["team_join", left]


def test_other_changes_are_events_too(workspace: Workspace) -> None:
    """People, groups, channels and tokens announce what happens to them."""
    ana = workspace.add_person("ana")
    channel = workspace.add_channel("tier-2")
    group = workspace.add_group("leads")
    heard: list[Json] = []
    workspace.on_event(heard.append)
    workspace.deactivate(ana.id)
    workspace.change_group(group.id, members=(ana.id,))
    workspace.invite(channel.id, ana.id)
    workspace.kick(channel.id, ana.id)
    workspace.archive(channel.id)
    workspace.archive(channel.id, archived=False)
    workspace.rename(channel.id, "tier-two")
    workspace.revoke_token()
    assert [each["type"] for each in heard] == [
        "user_change",
        "subteam_updated",
        "member_joined_channel",
        "member_left_channel",
        "channel_archive",
        "channel_unarchive",
        "channel_rename",
        "tokens_revoked",
    ]
