"""`users.*` and `usergroups.*`."""

from __future__ import annotations

from collections.abc import Callable

from slackbot.simulator.model import Json
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.web_api.call import Rules
from slackbot.simulator.workspace import Workspace

Caller = Callable[..., Json]


def test_a_person_is_described(call: Caller, workspace: Workspace) -> None:
    """Zone with its offset on that day, names, and the locale only when asked."""
    ana = workspace.add_person("ana", real_name="Ana Ruiz", display_name="", email="ana@example.com")
    shown = call("users.info", user=ana.id)["user"]
    assert (shown["tz"], shown["tz_offset"], shown["tz_label"]) == ("Europe/Madrid", 3600, "CET")
    assert (shown["real_name"], shown["profile"]["display_name"]) == ("Ana Ruiz", "")
    assert shown["profile"]["email"] == "ana@example.com"
    assert "locale" not in shown
    asked = call("users.info", user=ana.id, include_locale=True)["user"]
    assert asked["locale"] == "en-US"
    assert call("users.info", user="U404")["error"] == "user_not_found"


def test_an_address_needs_its_scope(call: Caller, workspace: Workspace) -> None:
    """Without `users:read.email` nobody's address is shown or found."""
    ana = workspace.add_person("ana", email="ana@example.com")
    workspace.installation.set_scopes(["users:read"])
    assert "email" not in call("users.info", user=ana.id)["user"]["profile"]
    assert call("users.lookupByEmail", email="ana@example.com")["needed"] == "users:read.email"


def test_guests_and_strangers_are_marked(call: Caller, workspace: Workspace) -> None:
    """Each kind of outsider can be told from an insider."""
    guest = workspace.add_person("guest", guest=True)
    single = workspace.add_person("single", ultra_restricted=True)
    stranger = workspace.add_person("stranger", stranger=True, team_id="T0002")

    def flags(user_id: str) -> list[bool]:
        shown = call("users.info", user=user_id)["user"]
        return [shown.get(name, False) for name in ("is_restricted", "is_ultra_restricted", "is_stranger")]

    assert flags(guest.id) == [True, False, False]
    assert flags(single.id) == [True, True, False]
    assert flags(stranger.id) == [False, False, True]
    assert call("users.info", user=stranger.id)["user"]["team_id"] == "T0002"


def test_everybody_is_listed_page_by_page(api: WebApi, call: Caller, workspace: Workspace) -> None:
    """Bots and the departed included; a big workspace insists on a limit."""
    ana, ben = workspace.add_person("ana"), workspace.add_person("ben")
    workspace.deactivate(ben.id)
    first = call("users.list", limit=2)
    second = call("users.list", limit=2, cursor=first["response_metadata"]["next_cursor"])
    assert [each["id"] for each in first["members"]] == [workspace.app.bot_user_id, ana.id]
    assert [(each["id"], each["deleted"]) for each in second["members"]] == [(ben.id, True)]
    assert second["response_metadata"]["next_cursor"] == ""
    api.rules = Rules(users_list_needs_limit=True)
    assert call("users.list")["error"] == "limit_required"
    assert call("users.list", limit=200)["ok"]


def test_a_person_is_found_by_address(call: Caller, workspace: Workspace) -> None:
    """In any spelling of case, as long as the account lives."""
    ana = workspace.add_person("ana", email="Ana@Example.com")
    assert call("users.lookupByEmail", email="ana@example.COM")["user"]["id"] == ana.id
    assert call("users.lookupByEmail", email="ben@example.com")["error"] == "users_not_found"
    workspace.deactivate(ana.id)
    assert call("users.lookupByEmail", email="ana@example.com")["error"] == "users_not_found"


def test_groups_are_listed_as_asked(call: Caller, workspace: Workspace) -> None:
    """Disabled ones, members and counts each on request."""
    ana = workspace.add_person("ana")
    leads = workspace.add_group("leads", members=[ana.id])
    old = workspace.add_group("old", disabled=True)
    (plain,) = call("usergroups.list")["usergroups"]
    assert (plain["id"], plain["handle"]) == (leads.id, "leads")
    assert not {"users", "user_count"} & set(plain)
    full = call("usergroups.list", include_disabled=1, include_users=1, include_count=1)["usergroups"]
    assert [(each["id"], each["users"], each["user_count"]) for each in full] == [
        (leads.id, [ana.id], "1"),
        (old.id, [], "0"),
    ]
    assert full[0]["date_delete"] == 0 < full[1]["date_delete"]


def test_members_of_a_group(call: Caller, workspace: Workspace) -> None:
    """An empty group has none; a disabled or unknown one is not there."""
    group = workspace.add_group("leads")
    assert call("usergroups.users.list", usergroup=group.id)["users"] == []
    workspace.change_group(group.id, members=("U1",), disabled=True)
    assert call("usergroups.users.list", usergroup=group.id)["error"] == "no_such_subteam"
    shown = call("usergroups.users.list", usergroup=group.id, include_disabled=True)
    assert shown["users"] == ["U1"]
    assert call("usergroups.users.list", usergroup="S404")["error"] == "no_such_subteam"


def test_groups_are_paid_for(call: Caller, workspace: Workspace) -> None:
    """A free plan has none to list."""
    workspace.paid_plan = False
    assert call("usergroups.list")["error"] == "plan_upgrade_required"
    assert call("usergroups.users.list", usergroup="S1")["error"] == "plan_upgrade_required"
