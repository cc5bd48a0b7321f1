"""Acme as a whole support house: agents, leads, managers, five tiers, people on call."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files

from slackbot.cli.acme import ZONE, acme
from slackbot.clock import Clock
from slackbot.simulator.workspace import Workspace

TITLES: Mapping[str, str] = {
    "ana": "Support agent, Madrid",
    "ben": "Support agent, New York",
    "noor": "Support agent, Madrid",
    "lena": "Team lead",
    "marco": "Team lead",
    "dana": "Department manager",
    "kenji": "Engineer on call",
    "sofia": "Engineer on call",
    "carla": "Chief customer service officer",
    "elias": "Executive on duty",
}
"""What each person does, in the order in which the page offers them."""

_NEW = {
    "noor": ("Noor Haddad", ZONE),
    "kenji": ("Kenji Sato", "Asia/Tokyo"),
    "sofia": ("Sofia Lindqvist", "Europe/Stockholm"),
    "elias": ("Elias Brandt", "Europe/Berlin"),
}
ON_CALL = ("kenji", "sofia")


def furnished(clock: Clock, calendar: Clock) -> Workspace:
    """Make the workspace; `clock` is what Slack measures by, `calendar` what people read off their own clocks."""
    workspace = acme(clock)
    workspace.changes.calendar = calendar
    ids = {each.name: each.id for each in workspace.people()}
    for name, (full, zone) in _NEW.items():
        ids[name] = workspace.add_person(name, real_name=full, email=f"{name}@acme.example", tz=zone).id
    for channel in ("support", "tier-4"):
        found = workspace.channel_named(channel)
        for name in _NEW if found else ():
            workspace.invite(found.id, ids[name])  # type: ignore[union-attr] # `found` is there in this loop
    workspace.add_channel("on-call", members=[ids[each] for each in (*ON_CALL, "dana", "lena", "marco")])
    workspace.add_channel("executive-office", members=[ids["elias"], ids["carla"]])
    key_accounts = [ids[each] for each in ("ana", "lena", "carla")]
    workspace.add_channel("key-accounts", members=key_accounts, private=True, with_app=False)
    workspace.add_group("on-call", members=[ids[each] for each in ON_CALL])
    for person_id in ids.values():
        person = workspace.person(person_id)
        if person is not None and not person.is_bot:
            workspace.direct_message(person_id)
    return workspace


def policy() -> str:
    """Read the house's policy file."""
    return files("slackbot.cli.workplace").joinpath("acme.toml").read_text("utf-8")
