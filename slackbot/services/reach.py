"""Who of a tier can be called now: groups empty and people leave after a policy was checked."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
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

MEANWHILE = timedelta(seconds=30)
"""How much longer it is believed while somebody asks anew."""

MOST_TOGETHER = 8
"""So many people fit into one conversation (docs.slack.dev/reference/methods/conversations.open)."""


_Groups = Mapping[str, GroupFact]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What Slack said of the groups of a workspace, by id; None if it could not say."""

    at: datetime
    groups: _Groups | None


class Reach:
    """Answers from Slack's list of groups and from what is known of people. Safe to use from several threads."""

    def __init__(self, ctx: ServiceContext, gateway: Gateway) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._heard: dict[int, _Heard] = {}
        self._conversations: dict[tuple[int, str], tuple[datetime, str | None]] = {}
        self._asking: Counter[int] = Counter()
        self._lock = threading.Lock()

    def is_empty(self, workspace_id: int, tier: Tier) -> bool:
        """Say whether a call to this tier certainly reaches nobody; where Slack can't say, somebody is assumed.

        Slack is asked only where no person is named who can be called.
        """
        if self._living(workspace_id, [who.id for who in tier.notify if not who.is_group]):
            return False
        groups = self._groups_of(workspace_id, tier)
        return groups is not None and not self._living(workspace_id, _named(tier, groups))

    def members(self, workspace_id: int, tier: Tier) -> list[str]:
        """List whom the tier names, members of its groups included, without those whose account is deactivated."""
        return self._living(workspace_id, _named(tier, self._groups_of(workspace_id, tier) or {}))

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

    def _groups_of(self, workspace_id: int, tier: Tier) -> _Groups | None:
        """Read the groups, once a question, where the tier names any; None where Slack could not say."""
        return self._groups(workspace_id) if any(who.is_group for who in tier.notify) else {}

    def _groups(self, workspace_id: int) -> _Groups | None:
        """Read what was heard last, or ask. Nobody waits for what another asks, so several may ask at once."""
        now = self._ctx.wire_now()
        with self._lock:
            heard = self._heard.get(workspace_id)
            patience = BELIEVED + MEANWHILE * (self._asking[workspace_id] > 0)
            if heard is not None and heard.at <= now < heard.at + patience:
                return heard.groups
            self._asking[workspace_id] += 1
        try:
            groups = self._asked(workspace_id)
            self._hear(workspace_id, _Heard(now, groups))
        finally:
            with self._lock:
                self._asking[workspace_id] -= 1
        return groups

    def _hear(self, workspace_id: int, heard: _Heard) -> None:
        """Remember an answer; an older one, or none, takes the place of no newer one that is believed still."""
        with self._lock:
            last = self._heard.get(workspace_id)
            if last is None or last.at <= heard.at - BELIEVED or (last.at <= heard.at and heard.groups is not None):
                self._heard[workspace_id] = heard

    def _asked(self, workspace_id: int) -> _Groups | None:
        try:
            groups = SlackDirectory(self._gateway, workspace_id).groups()
        except SlackFailure as failure:
            log.warning("the groups of workspace %s could not be read: %s", workspace_id, failure)
            return None
        return None if groups is None else {fact.id: fact for fact in groups.values()}


def _named(tier: Tier, groups: _Groups) -> list[str]:
    """List whom a tier names, each once, members of its groups included."""
    found: dict[str, None] = {}
    for who in tier.notify:
        if not who.is_group:
            found[who.id] = None
        elif (group := groups.get(who.id)) and not group.is_disabled:
            found |= dict.fromkeys(group.members)
    return list(found)
