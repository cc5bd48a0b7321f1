"""Where a message goes when its own place is broken: the links of its kind, one after the other."""

from __future__ import annotations

import logging

from slackbot.core.commands import TierUnreachable
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.events import NOBODY_THERE, Unreachable
from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Escalation, State
from slackbot.core.policy import Rules, Tier
from slackbot.services.composing import IN_THREAD, notice_of_backup
from slackbot.services.context import ServiceContext
from slackbot.services.joining import NOT_IN_CHANNEL, joined
from slackbot.services.reach import Reach
from slackbot.services.reactions import REACTIONS, Link
from slackbot.services.reposting import post_anew
from slackbot.services.transact import commit
from slackbot.services.tried import Tried, error_of, tried
from slackbot.services.warning import last_resorts, may_warn, tell_admins, tier_subject, without_notices
from slackbot.slack.gateway import Gateway
from storage.outbox_rows import OutboxRow, OutboxState
from storage.retrying import until_noted
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

MEMBERS = "members"
"""What the history calls the tier's members; other ways are `next_tier`, `catcher` or a channel's id."""

_PARENT_GONE = "thread_not_found"
_THREAD_CLOSED = frozenset(
    {"cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel"}
)


class Elsewhere:
    """Finds another way for rows whose destination is broken; what is asked of Slack is asked outside transactions."""

    def __init__(self, ctx: ServiceContext, gateway: Gateway, reach: Reach) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._reach = reach

    def go(self, row: OutboxRow, code: str) -> bool:
        """Send a row another way; False if there is none left and the row is still as it was.

        Raises:
            SlackFailure: Slack could not be asked for it now, but may be soon; the row is still as it was.
        """
        links, done = REACTIONS[row.kind].links, tried(row)
        if code == NOT_IN_CHANNEL and Link.JOIN in links and Tried.JOINED not in done and self._joined(row):
            self._again(row, code, Tried.JOINED)
        elif code == _PARENT_GONE and row.kind in IN_THREAD:
            self._parent_gone(row, code)
        elif code in _THREAD_CLOSED and row.kind in IN_THREAD and Tried.OUTSIDE not in done:
            self._again(row, code, Tried.OUTSIDE)
        elif Link.NEXT_TIER in links:
            self._call_elsewhere(row, code)
        else:
            return self._tell_elsewhere(row, code)
        return True

    @until_noted
    def leave_if_nobody_is_there(self, row: OutboxRow) -> None:
        """Take a case on at once where its call was posted and yet reaches nobody: all whom the tier names are gone."""
        if Link.NEXT_TIER not in REACTIONS[row.kind].links:
            return
        tier = self._waiting_at(row)
        if tier is None or not self._reach.is_empty(row.workspace_id, tier):
            return
        with self._ctx.store.write() as tx:
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if escalation is not None and _waits(escalation, row):
                rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
                leave_tier(self._ctx, tx, escalation, rules, NOBODY_THERE)
        self._ctx.wake()

    def _waiting_at(self, row: OutboxRow) -> Tier | None:
        """Find the tier for which a row's case waits still in the row's visit."""
        with self._ctx.store.read() as tx:
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if escalation is None or not _waits(escalation, row):
                return None
            return _tier(self._ctx.rules(tx, row.workspace_id, escalation.policy_version), escalation)

    def _again(self, row: OutboxRow, code: str, cure: Tried) -> None:
        with self._ctx.store.write() as tx:
            tx.outbox.retry(row.id, row.token, self._ctx.wire_now(), error_of(row, code, cure), count=True)

    def _joined(self, row: OutboxRow) -> bool:
        return joined(self._gateway, row.workspace_id, row.destination)

    def _parent_gone(self, row: OutboxRow, code: str) -> None:
        """Post the deleted card anew: that calls the tier as a ping would; the owner is called outside its thread."""
        with self._ctx.store.write() as tx:
            error = error_of(row, code)
            if row.kind is Kind.OWNER_PING:
                held = tx.outbox.retry(row.id, row.token, self._ctx.wire_now(), error, count=True)
            else:
                held = tx.outbox.finish(row.id, row.token, OutboxState.DIVERTED, error)
            if held:
                post_anew(self._ctx, tx, row, Kind.CARD)

    def _call_elsewhere(self, row: OutboxRow, code: str) -> None:
        """Call the tier in its next place, or else leave the tier; the case goes on either way."""
        way = self._next_place(row)
        with self._ctx.store.write() as tx:
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if escalation is None or not _waits(escalation, row):
                tx.outbox.finish(row.id, row.token, OutboxState.OBSOLETE, error_of(row, code))
                return
            if row.kind is not Kind.CARD and tx.outbox.is_coming(row.workspace_id, escalation.id, row.visit, Kind.CARD):
                # Its card was deleted and comes anew: that calls the tier, and finds its own way.
                tx.outbox.finish(row.id, row.token, OutboxState.DIVERTED, error_of(row, code))
                return
            rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
            if way is None or not self._moved(tx, row, code, escalation, way[0]):
                self._leave_tier(tx, row, code, escalation, rules)
                return
            happened = Unreachable(row.visit, escalation.visit.tier, code, way[1])
            tx.history.note(row.workspace_id, row.escalation_id, happened, self._ctx.now())
            if may_warn(self._ctx, tx, row.workspace_id, tier_subject(escalation)):
                notice = Wanted(Kind.ADMIN_NOTICE, row.visit, "", notice_of_backup(row), "unreachable")
                tell_admins(self._ctx, tx, escalation, rules, notice)

    def _next_place(self, row: OutboxRow) -> tuple[str, str] | None:
        """Say where the tier can be called after the place that broke, and what the history calls it; None: nowhere."""
        tier = self._waiting_at(row)
        if tier is None:
            return None
        with self._ctx.store.read() as tx:
            card = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, Kind.CARD)
        broken = card.channel if card is not None and row.kind is not Kind.CARD else row.destination
        if broken == tier.channel and tier.backup_channel is not None:
            return tier.backup_channel, tier.backup_channel
        if broken not in {tier.channel, tier.backup_channel}:
            return None
        together = self._reach.conversation(row.workspace_id, tier)
        return None if together is None else (together, MEMBERS)

    def _moved(self, tx: Transaction, row: OutboxRow, code: str, escalation: Escalation, place: str) -> bool:
        """Let the card go to a place: as it is, or anew in place of a call that found its card's place broken."""
        if row.kind is Kind.CARD:
            return tx.outbox.redirect(row.id, row.token, place, self._ctx.wire_now(), code)
        if tx.messages.find(row.workspace_id, escalation.id, row.visit, Kind.CARD) is None:
            return False
        if tx.outbox.finish(row.id, row.token, OutboxState.DIVERTED, error_of(row, code)):
            post_anew(self._ctx, tx, row, Kind.CARD, place)
        return True

    def _leave_tier(self, tx: Transaction, row: OutboxRow, code: str, escalation: Escalation, rules: Rules) -> None:
        if tx.outbox.finish(row.id, row.token, OutboxState.DIVERTED, error_of(row, code)):
            leave_tier(self._ctx, tx, escalation, rules, code)

    def _tell_elsewhere(self, row: OutboxRow, code: str) -> bool:
        """Tell whoever comes next: the owner in person, the admins' channel, the admins, the primary owner."""
        with self._ctx.store.write() as tx:
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if escalation is None:
                return False
            rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
            places = _places(tx, row, escalation, rules)
            known = places.index(row.destination) + 1 if row.destination in places else 0
            for place in places[known:]:
                if tx.outbox.redirect(row.id, row.token, place, self._ctx.wire_now(), code):
                    log.warning("outbox row %s (%s) goes to %s instead", row.id, row.kind, place)
                    return True
            # Wherever it could still go the same is said already by another row.
            said_there = len(places) > known
            return said_there and tx.outbox.finish(row.id, row.token, OutboxState.DIVERTED, error_of(row, code))


def leave_tier(ctx: ServiceContext, tx: Transaction, escalation: Escalation, rules: Rules, code: str) -> None:
    """Take a case on from a tier that can't be called; the admins are told once per tier and hour."""
    now = ctx.now()
    outcome = decide(escalation, rules, TierUnreachable(escalation.visit.ordinal, code), now)
    if not isinstance(outcome, Decision):
        return
    is_news = may_warn(ctx, tx, escalation.workspace_id, tier_subject(escalation))
    if not commit(ctx, tx, escalation, outcome if is_news else without_notices(outcome), None, now):
        return
    if is_news and not rules.admins:
        notice = Wanted(Kind.ADMIN_NOTICE, escalation.visit.ordinal, "", escalation.version + 1, "unreachable")
        tell_admins(ctx, tx, outcome.escalation, rules, notice)


def _places(tx: Transaction, row: OutboxRow, escalation: Escalation, rules: Rules) -> list[str]:
    channel, installer = last_resorts(tx, row.workspace_id, rules)
    behind = {
        Link.OWNER: (escalation.owner,),
        Link.ADMIN_CHANNEL: (channel,),
        Link.ADMINS: rules.admins,
        Link.INSTALLER: (installer,),
    }
    found = [place for link in REACTIONS[row.kind].links for place in behind.get(link, ())]
    return list(dict.fromkeys(place for place in found if place))


def _waits(escalation: Escalation, row: OutboxRow) -> bool:
    return escalation.state is State.WAITING and escalation.visit.ordinal == row.visit


def _tier(rules: Rules, escalation: Escalation) -> Tier:
    return rules.policies[escalation.policy].tiers[escalation.visit.tier]
