"""What resolving a policy asks of the workspace; the real answers come from Slack, the tests' from a fake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ChannelFact:
    """A channel the bot can see; the name is without `#`."""

    id: str
    name: str
    is_private: bool = False
    is_archived: bool = False
    is_member: bool = False
    is_ext_shared: bool = False


@dataclass(frozen=True, slots=True)
class GroupFact:
    """A user group; the handle is without `@`, the members are user ids."""

    id: str
    handle: str
    is_disabled: bool = False
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonFact:
    """A member. An outsider is a guest, or belongs to another organisation: may be shown a case, may not take it."""

    id: str
    name: str
    is_deactivated: bool = False
    is_bot: bool = False
    is_outsider: bool = False


class Directory(Protocol):
    """The channels, groups and people of a workspace; each method may raise what its Slack call raises."""

    def channels(self) -> Mapping[str, ChannelFact]:
        """List every channel the bot can see by name without `#` (conversations.list, archived ones too)."""

    def groups(self) -> Mapping[str, GroupFact] | None:
        """List every user group by handle without `@`, disabled ones too.

        None where the plan has none: usergroups.list answers `plan_upgrade_required`
        (docs.slack.dev/reference/methods/usergroups.list).
        """

    def person_by_email(self, email: str) -> str | None:
        """Find the id of a member by address; None for `users_not_found` (users.lookupByEmail)."""

    def person(self, user_id: str) -> PersonFact | None:
        """Look a member up by id; None for `user_not_found` (users.info)."""
