"""A workspace's channels, groups and people as the resolving of a policy asks for them."""

from __future__ import annotations

from collections.abc import Mapping

from slackbot.policy_file.directory import ChannelFact, GroupFact, PersonFact
from slackbot.slack.failures import AuthBroken, DestinationBroken, PlanLimit
from slackbot.slack.gateway import Gateway


class SlackDirectory:
    """Asks Slack; lists are read once and kept, since resolving asks for many names at a time."""

    def __init__(self, gateway: Gateway, workspace_id: int) -> None:
        self._gateway = gateway
        self._workspace_id = workspace_id
        self._channels: dict[str, ChannelFact] | None = None

    def channels(self) -> Mapping[str, ChannelFact]:
        """List every channel the bot can see by name, archived ones too.

        Raises:
            SlackFailure: the list could not be read.
        """
        if self._channels is None:
            listed = self._gateway.pages(
                self._workspace_id, "conversations.list", "channels", types="public_channel,private_channel"
            )
            facts = [
                ChannelFact(
                    id=str(each["id"]),
                    name=str(each["name"]),
                    is_private=bool(each.get("is_private")),
                    is_archived=bool(each.get("is_archived")),
                    is_member=bool(each.get("is_member")),
                    is_ext_shared=bool(each.get("is_ext_shared")),
                )
                for each in listed
            ]
            self._channels = {fact.name: fact for fact in facts}
        return self._channels

    def groups(self) -> Mapping[str, GroupFact] | None:
        """List every user group by handle, disabled ones too; None where the plan has none or the scope was declined.

        Raises:
            SlackFailure: the list could not be read.
        """
        try:
            answer = self._gateway.call(
                self._workspace_id, "usergroups.list", include_users=True, include_disabled=True
            )
        except PlanLimit:
            return None
        except AuthBroken as failure:
            if failure.code != "missing_scope":
                raise
            return None
        facts = [
            GroupFact(
                id=str(each["id"]),
                handle=str(each["handle"]),
                is_disabled=bool(each.get("date_delete")),
                members=tuple(each.get("users", ())),
            )
            for each in answer["usergroups"]
        ]
        return {fact.handle: fact for fact in facts}

    def person_by_email(self, email: str) -> str | None:
        """Find a member by address.

        Raises:
            SlackFailure: Slack could not be asked.
        """
        try:
            answer = self._gateway.call(self._workspace_id, "users.lookupByEmail", email=email)
        except DestinationBroken:
            return None
        return str(answer["user"]["id"])

    def person(self, user_id: str) -> PersonFact | None:
        """Look a member up by id.

        Raises:
            SlackFailure: Slack could not be asked.
        """
        try:
            user = self._gateway.call(self._workspace_id, "users.info", user=user_id)["user"]
        except DestinationBroken:
            return None
        return PersonFact(
            id=user_id,
            name=str(user.get("real_name") or user.get("name") or user_id),
            is_deactivated=bool(user.get("deleted")),
            is_bot=bool(user.get("is_bot")),
            is_outsider=bool(user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger")),
        )
