"""What the policy tests share: a workspace that has everything a file names, and one file to spoil."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from slackbot.core.policy import Rules
from slackbot.policy_file.directory import ChannelFact, GroupFact, PersonFact
from slackbot.policy_file.references import CHANNEL, GROUP, Reference, reference_of
from slackbot.policy_file.schema import PolicyFile

SMALL = """
catcher = ["#support-managers"]
managers = ["head@example.com"]

[[categories]]
name = "Billing"

[[categories]]
name = "Other"

[[policies]]
name = "support"

  [[policies.tiers]]
  name = "Team leads"
  channel = "#tier-2"
  notify = ["@support-leads", "lead@example.com"]
  ping_every = "10m"
  respond_within = "30m"

  [[policies.tiers]]
  name = "Managers"
  channel = "#tier-3"
  notify = ["head@example.com"]

[[routes]]
when = { category = "Billing", severity = "urgent" }
policy = "support"

[[routes]]
policy = "support"
"""


@dataclass
class Workspace:
    """A complete directory in memory; counts what it is asked."""

    channel_facts: dict[str, ChannelFact] = field(default_factory=dict)
    group_facts: dict[str, GroupFact] = field(default_factory=dict)
    has_groups: bool = True
    emails: dict[str, str] = field(default_factory=dict)
    people: dict[str, PersonFact] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def channels(self) -> Mapping[str, ChannelFact]:
        """List the channels."""
        self.asked.append("channels")
        return self.channel_facts

    def groups(self) -> Mapping[str, GroupFact] | None:
        """List the groups."""
        self.asked.append("groups")
        return self.group_facts if self.has_groups else None

    def person_by_email(self, email: str) -> str | None:
        """Find a person."""
        self.asked.append(email)
        return self.emails.get(email)

    def person(self, user_id: str) -> PersonFact | None:
        """Look a person up."""
        self.asked.append(user_id)
        return self.people.get(user_id)


def workspace_for(file: PolicyFile) -> Workspace:
    """Make a workspace that has everything a file names."""
    workspace = Workspace()
    tiers = [tier for policy in file.policies for tier in policy.tiers]
    references = [*file.managers, *file.admins, *file.catcher]
    references += [file.admin_channel] if file.admin_channel else []
    for tier in tiers:
        references += [tier.channel, *tier.notify, *([tier.backup_channel] if tier.backup_channel else [])]
    for number, reference in enumerate(dict.fromkeys(references), start=1):
        way = reference_of(reference)
        if way in CHANNEL:
            workspace.channel_facts[reference[1:]] = ChannelFact(f"C{number}", reference[1:])
        elif way in GROUP:
            workspace.group_facts[reference[1:]] = GroupFact(f"S{number}", reference[1:], members=("U999",))
        elif way is Reference.EMAIL:
            workspace.emails[reference] = f"U{number}"
            workspace.people[f"U{number}"] = PersonFact(f"U{number}", reference.split("@")[0].title())
    return workspace


def workspace_of(rules: Rules) -> Workspace:
    """Make a workspace that has everything stored rules name."""
    workspace = Workspace()
    for one, name in rules.names.items():
        if one.startswith("C"):
            workspace.channel_facts[name[1:]] = ChannelFact(one, name[1:])
        elif one.startswith("S"):
            workspace.group_facts[name[1:]] = GroupFact(one, name[1:], members=("U999",))
        else:
            workspace.people[one] = PersonFact(one, name)
    return workspace
