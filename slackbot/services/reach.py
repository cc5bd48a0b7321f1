"""Who of a tier can be called now: groups empty and people leave after a policy was checked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.core.policy import Tier
from slackbot.policy_file.directory import GroupFact
from slackbot.services.context import ServiceContext
from slackbot.services.histories import is_passing
from slackbot.slack.directory import SlackDirectory
from slackbot.slack.failures import SlackFailure
from slackbot.slack.gateway import Gateway

log = logging.getLogger(__name__)

BELIEVED = timedelta(seconds=60)
"""How long an answer about groups is believed: `usergroups.list` may be asked some 20 times a minute."""

MOST_TOGETHER = 8
"""So many people fit into one conversation (docs.slack.dev/reference/methods/conversations.open)."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What Slack said of the groups of a workspace, by id; None if it could not say."""

    at: datetime
    groups: Mapping[str, GroupFact] | None


class Reach:
    """Answers from Slack's list of groups and from what is known of people. Safe to use from several threads."""

    def __init__(self, ctx: ServiceContext, gateway: Gateway) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._heard: dict[int, _Heard] = {}
        self._conversations: dict[tuple[int, str], tuple[datetime, str | None]] = {}
        self._asking: set[int] = set()
        self._lock = threading.Lock()

    def is_empty(self, workspace_id: int, tier: Tier) -> bool:
        """Say whether a call to this tier certainly reaches nobody; where Slack can't say, somebody is assumed.

        Slack is asked only where no person is named who can be called.
        """
        if self._living(workspace_id, [who.id for who in tier.notify if not who.is_group]):
            return False
        if any(who.is_group for who in tier.notify) and self._groups(workspace_id) is None:
            return False
        return not self.members(workspace_id, tier)

    def members(self, workspace_id: int, tier: Tier) -> list[str]:
        """List whom the tier names, members of its groups included, without those whose account is deactivated."""
        return self._living(workspace_id, dict.fromkeys(self._named(workspace_id, tier)))

    def _living(self, workspace_id: int, users: Iterable[str]) -> list[str]:
        with self._ctx.store.read() as tx:
            known = {user: tx.people.get(workspace_id, user) for user in users}
        return [user for user, person in known.items() if person is None or not (person.deactivated or person.bot)]

    def conversation(self, workspace_id: int, tier: Tier) -> str | None:
        """Open a conversation with the tier's members, or with the first of them where several are not allowed.

        None if nobody can be written to. An answer is believed for a while: all cases of a tier ask the same.

        Raises:
            SlackFailure: nobody knows now, but may soon.
        """
        members = self.members(workspace_id, tier)[:MOST_TOGETHER]
        now, asked = self._ctx.wire_now(), (workspace_id, ",".join(members))
        at, place = self._conversations.get(asked, (now - BELIEVED, None))
        if not at <= now < at + BELIEVED:
            place = self._place_for(workspace_id, members)
            self._conversations[asked] = now, place
        return place

    def _place_for(self, workspace_id: int, members: list[str]) -> str | None:
        together = self._opened(workspace_id, members) if members else None
        if together is not None or len(members) < 2:  # noqa: PLR2004 - two make a group
            return together
        return next((place for one in members if (place := self._opened(workspace_id, [one]))), None)

    def _opened(self, workspace_id: int, members: list[str]) -> str | None:
        try:
            answer = self._gateway.call(workspace_id, "conversations.open", users=",".join(members))
        except SlackFailure as failure:
            log.warning("no conversation with %s people of a tier: %s", len(members), failure)
            if is_passing(failure):
                raise
            return None
        return str(answer["channel"]["id"])

    def _named(self, workspace_id: int, tier: Tier) -> Iterator[str]:
        for who in tier.notify:
            if not who.is_group:
                yield who.id
            elif (found := (self._groups(workspace_id) or {}).get(who.id)) and not found.is_disabled:
                yield from found.members

    def _groups(self, workspace_id: int) -> Mapping[str, GroupFact] | None:
        """Read what was heard last, or ask; meanwhile that stays good enough for others, who never wait for Slack."""
        now = self._ctx.wire_now()
        with self._lock:
            heard = self._heard.get(workspace_id)
            is_believed = heard is not None and heard.at <= now < heard.at + BELIEVED
            if heard is not None and (is_believed or workspace_id in self._asking):
                return heard.groups
            self._asking.add(workspace_id)
        try:
            groups = self._asked(workspace_id)
        finally:
            with self._lock:
                self._asking.discard(workspace_id)
        self._heard[workspace_id] = _Heard(now, groups)
        return groups

    def _asked(self, workspace_id: int) -> Mapping[str, GroupFact] | None:
        try:
            groups = SlackDirectory(self._gateway, workspace_id).groups()
        except SlackFailure as failure:
            log.warning("the groups of workspace %s could not be read: %s", workspace_id, failure)
            return None
        return None if groups is None else {fact.id: fact for fact in groups.values()}
