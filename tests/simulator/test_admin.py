"""What an admin does to the workspace, as the app's own gateway meets it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from slack_sdk.errors import SlackApiError

from slackbot.clock import ManualClock
from slackbot.simulator.hands.stage import NotPossibleError
from slackbot.simulator.server import Simulator
from slackbot.slack.failures import SlackFailure
from tests.simulator.small_app import client_for, furnished, gateway_for

POST = "chat.postMessage"
Deed = Callable[[Simulator], None]


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    """Give a running simulator with a user group."""
    workspace = furnished(clock, None)
    workspace.add_group("leads", members=[each.id for each in workspace.people() if each.name == "lea"])
    with Simulator(workspace) as running:
        yield running


def post(simulator: Simulator, to: str) -> str:
    """Post as Rung does; says the code it was refused with, or nothing."""
    try:
        gateway_for(simulator).call(1, POST, channel=to, text="Hello")
    except SlackFailure as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("deed", "undone", "code"),
    [
        (lambda s: s.admin.archives("#support"), lambda s: s.admin.unarchives("#support"), "is_archived"),
        (lambda s: s.admin.removes_app("support"), lambda s: s.admin.invites_app("support"), "not_in_channel"),
        (lambda s: s.admin.revokes_token(), lambda s: s.admin.restores_token(), "token_revoked"),
        (lambda s: s.admin.revokes_token("account_inactive"), lambda s: s.admin.restores_token(), "account_inactive"),
        (
            lambda s: s.admin.removes_scopes("chat:write"),
            lambda s: s.admin.grants_scopes("chat:write"),
            "missing_scope",
        ),
    ],
    ids=["archive", "kick", "revoke", "uninstall", "scope"],
)
def test_what_breaks_a_channel_is_met_and_mended(simulator: Simulator, deed: Deed, undone: Deed, code: str) -> None:
    """After the deed a post is refused by Slack's name for it, and once undone it goes through."""
    place = simulator.channel("#support").id
    assert post(simulator, place) == ""
    deed(simulator)
    assert post(simulator, place) == code
    undone(simulator)
    assert post(simulator, place) == ""


def test_a_private_channel_left_is_a_channel_that_is_not_there(simulator: Simulator) -> None:
    """Out of a private channel, the app can't tell it from none."""
    simulator.admin.invites_app("boss")
    place = simulator.channel("#boss").id
    assert post(simulator, place) == ""
    simulator.admin.removes_app("boss")
    assert post(simulator, place) == "channel_not_found"


def test_somebody_deactivated_gets_no_direct_message(simulator: Simulator) -> None:
    """A deactivated account refuses direct messages until it is back."""
    lea = simulator.person("lea").id
    simulator.admin.deactivates("lea")
    assert post(simulator, lea) == "user_disabled"
    simulator.admin.reactivates("lea")
    assert post(simulator, lea) == ""


def test_a_group_can_be_emptied_filled_disabled_and_lost(simulator: Simulator) -> None:
    """Whoever asks who is in a group hears what became of it."""
    client = client_for(simulator)
    group = simulator.workspace.groups()[0].id
    simulator.admin.changes_group("leads")
    assert client.usergroups_users_list(usergroup=group)["users"] == []
    simulator.admin.changes_group("leads", "ana", "gil")
    people = [simulator.person(name).id for name in ("ana", "gil")]
    assert client.usergroups_users_list(usergroup=group)["users"] == people
    simulator.admin.disables_group("leads")
    with pytest.raises(SlackApiError, match="no_such_subteam"):
        client.usergroups_users_list(usergroup=group)
    simulator.admin.leaves_paid_plan()
    with pytest.raises(SlackApiError, match="plan_upgrade_required"):
        client.usergroups_list()


def test_the_app_is_told_where_slack_would(simulator: Simulator) -> None:
    """Archiving, removing and revoking are events, whoever did them."""
    told: list[str] = []
    simulator.workspace.on_event(lambda event: told.append(event["type"]))
    simulator.admin.archives("#support")
    simulator.admin.removes_app("#tier-2")
    simulator.admin.deactivates("lea")
    simulator.admin.changes_group("leads")
    simulator.admin.revokes_token()
    assert told == ["channel_archive", "channel_left", "user_change", "subteam_updated", "tokens_revoked"]


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        (lambda s: s.admin.archives("#nowhere"), "no channel #nowhere"),
        (lambda s: s.admin.deactivates("nobody"), "nobody called 'nobody'"),
        (lambda s: s.admin.changes_group("none"), "no user group @none"),
        (lambda s: s.admin.removes_scopes("calls:read"), "never had calls:read"),
    ],
)
def test_what_is_not_there_is_named(simulator: Simulator, deed: Deed, why: str) -> None:
    """A slip of the pen in a scenario is an error that says what it meant."""
    with pytest.raises(NotPossibleError, match=why):
        deed(simulator)
