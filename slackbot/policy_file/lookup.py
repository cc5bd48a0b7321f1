"""Finds the channels, groups and people that a policy file names, and keeps what can't be found or used."""

from __future__ import annotations

from collections.abc import Mapping

from slackbot.core.policy import Notify
from slackbot.policy_file.directory import Directory, GroupFact, PersonFact
from slackbot.policy_file.problems import Problem, nearest
from slackbot.policy_file.references import CHANNEL, GROUP, Reference, reference_of

UNKNOWN = ""
"""What a lookup answers when it has noted a problem; no rules are built from it."""


class Lookup:
    """One reading of a file against one workspace: collects problems and the names behind ids."""

    def __init__(self, directory: Directory) -> None:
        """Ask for the channels at once; for groups and people only where the file names some."""
        self.problems: list[Problem] = []
        self.names: dict[str, str] = {}
        self._directory = directory
        self._channels = directory.channels()
        self._groups: Mapping[str, GroupFact] | None = None
        self._asked_for_groups = False
        self._people: dict[str, PersonFact | None] = {}

    def channel(self, path: str, reference: str) -> str:
        """Find a channel the bot can post in; public ones it is not in can be joined."""
        by_name = reference_of(reference) is Reference.CHANNEL_NAME
        if by_name:
            fact = self._channels.get(reference[1:])
        else:
            fact = next((one for one in self._channels.values() if one.id == reference), None)
        if fact is None:
            return self._refuse(path, reference, "is no channel Rung can see", self._hint(reference))
        if fact.is_archived:
            return self._refuse(path, reference, "is archived", "unarchive it, or name another one")
        if fact.is_private and not fact.is_member:
            cure = "write /invite @Rung there"
            return self._refuse(path, reference, "is private and Rung is not in it", cure)
        return self._keep(fact.id, f"#{fact.name}")

    def notify(self, path: str, reference: str) -> Notify:
        """Find a group or a person to name in calls."""
        is_group = reference_of(reference) in GROUP
        found = self._group(path, reference) if is_group else self.person(path, reference)
        return Notify(found, is_group)

    def person_or_channel(self, path: str, reference: str) -> str:
        """Find a catcher."""
        if reference_of(reference) in CHANNEL:
            return self.channel(path, reference)
        return self.person(path, reference)

    def person(self, path: str, reference: str) -> str:
        """Find a member who may take cases."""
        fact = self._fact(reference)
        if fact is None:
            cure = "check the spelling, or write the member id from their Slack profile"
            return self._refuse(path, reference, "is nobody in this workspace", cure)
        if fact.is_deactivated:
            return self._refuse(path, reference, "is deactivated", "name somebody else")
        if fact.is_bot:
            return self._refuse(path, reference, "is a bot", "name a person")
        if fact.is_outsider:
            message = "is a guest or from another organisation, who may not act on cases"
            return self._refuse(path, reference, message, "name a full member")
        return self._keep(fact.id, fact.name)

    def _fact(self, reference: str) -> PersonFact | None:
        """Ask once for each person: users.lookupByEmail allows some 50 calls a minute."""
        if reference not in self._people:
            user_id: str | None = reference
            if reference_of(reference) is Reference.EMAIL:
                user_id = self._directory.person_by_email(reference)
            self._people[reference] = None if user_id is None else self._directory.person(user_id)
        return self._people[reference]

    def _group(self, path: str, reference: str) -> str:
        if not self._asked_for_groups:
            self._groups, self._asked_for_groups = self._directory.groups(), True
        if self._groups is None:
            message = "is a group, and this workspace's plan has no user groups"
            return self._refuse(path, reference, message, "name people instead")
        if reference_of(reference) is Reference.GROUP_HANDLE:
            fact = self._groups.get(reference[1:])
        else:
            fact = next((one for one in self._groups.values() if one.id == reference), None)
        if fact is None:
            near = nearest(reference[1:], self._groups)
            cure = f'did you mean "@{near}"?' if near else "check the spelling, or name people"
            return self._refuse(path, reference, "is no user group", cure)
        if fact.is_disabled:
            return self._refuse(path, reference, "is disabled", "enable it, or name people")
        if not fact.members:
            return self._refuse(path, reference, "has no members", "add some, or name people")
        return self._keep(fact.id, f"@{fact.handle}")

    def _hint(self, reference: str) -> str:
        near = nearest(reference[1:], self._channels) if reference.startswith("#") else None
        invite = "if it is private, write /invite @Rung there first"
        return f'did you mean "#{near}"? Or {invite}' if near else f"check the spelling; {invite}"

    def _refuse(self, path: str, reference: str, message: str, cure: str) -> str:
        self.problems.append(Problem(path, reference, message, cure))
        return UNKNOWN

    def _keep(self, found: str, name: str) -> str:
        self.names[found] = name
        return found
