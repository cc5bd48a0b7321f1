"""When a message could not be sent: the reaction to each class of failure (see `reactions`)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from slackbot.core.commands import TierUnreachable
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.messages import LEVEL_TRIGGERED, Kind, Wanted
from slackbot.core.model import State
from slackbot.ids import new_message_key
from slackbot.services.composing import POST_OF
from slackbot.services.context import ServiceContext
from slackbot.services.reactions import AUTH_PAUSE, PLAN_PAUSE, REACTIONS, Broken, backoff
from slackbot.services.transact import commit
from slackbot.slack.failures import (
    Ambiguous,
    AuthBroken,
    DestinationBroken,
    NotApplied,
    PayloadBroken,
    PlanLimit,
    RateLimited,
    SlackFailure,
    TargetGone,
    UnknownCode,
)
from slackbot.slack.gateway import Gateway
from storage.outbox_rows import OutboxRow, OutboxState
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

_PAYLOAD = "payload:"
_JOINED = "joined:"
_UNRENDERABLE = "unrenderable"


class Mishaps:
    """Settles rows whose sending failed. Every path ends in a state of the row; none drops it."""

    def __init__(self, ctx: ServiceContext, gateway: Gateway) -> None:
        self._ctx = ctx
        self._gateway = gateway

    def wants_minimal(self, row: OutboxRow) -> bool:
        """Say whether the rich form was refused, so that the plain one goes instead."""
        return (row.error or "").startswith((_PAYLOAD, _UNRENDERABLE))

    def react(self, row: OutboxRow, failure: SlackFailure) -> None:
        """Do what the failure's class asks for."""
        log.warning("outbox row %s (%s): %s", row.id, row.kind, failure)
        now = self._ctx.wire_now()
        match failure:
            case RateLimited():
                self._pause_lane(row, failure, now)
            case NotApplied():
                self._again(row, now + backoff(row.attempt), failure.code, count=True)
            case UnknownCode() if row.attempt > 1:
                self._destination_broken(row, failure, now)
            case Ambiguous():
                self._ambiguous(row, failure.code, now)
            case DestinationBroken():
                self._destination_broken(row, failure, now)
            case AuthBroken():
                log.error("Slack refuses the token of workspace %s: %s", row.workspace_id, failure)
                self._again(row, now + AUTH_PAUSE, failure.code, count=False)
            case PlanLimit():
                self._again(row, now + PLAN_PAUSE, failure.code, count=False)
            case PayloadBroken():
                self._payload_broken(row, failure, now)
            case TargetGone():
                self._target_gone(row, failure, now)
            case _:
                self._dead(row, failure.code)

    def obsolete(self, row: OutboxRow, reason: str) -> None:
        """Let go of a row whose subject is not stored any more."""
        self._finish(row, OutboxState.OBSOLETE, reason)

    def unrenderable(self, row: OutboxRow) -> None:
        """Send the plain form of a message that we failed to render; let it be dead, loudly, when that fails too."""
        if self.wants_minimal(row):
            self._dead(row, _UNRENDERABLE)
        else:
            self._again(row, self._ctx.wire_now(), _UNRENDERABLE, count=True)

    def _pause_lane(self, row: OutboxRow, failure: RateLimited, now: datetime) -> None:
        until = now + timedelta(seconds=failure.retry_after)
        lane = "" if row.kind in LEVEL_TRIGGERED else row.destination
        with self._ctx.store.write() as tx:
            tx.lanes.pause(row.workspace_id, row.method, lane, until)
            tx.outbox.retry(row.id, row.token, until, failure.code, count=False)
        self._ctx.wake()

    def _again(self, row: OutboxRow, at: datetime, error: str, *, count: bool) -> None:
        with self._ctx.store.write() as tx:
            tx.outbox.retry(row.id, row.token, at, error, count=count)
        self._ctx.wake()

    def _ambiguous(self, row: OutboxRow, code: str, now: datetime) -> None:
        if row.kind in LEVEL_TRIGGERED:
            self._again(row, now + backoff(row.attempt), code, count=True)
            return
        with self._ctx.store.write() as tx:
            tx.outbox.unknown(row.id, row.token, now + REACTIONS[row.kind].look, code)
        self._ctx.wake()

    def _payload_broken(self, row: OutboxRow, failure: SlackFailure, now: datetime) -> None:
        log.error("Slack refused what Rung wrote (%s of %s): %s", row.kind, row.escalation_id, failure)
        if self.wants_minimal(row):
            self._dead(row, failure.code)
        else:
            self._again(row, now, _PAYLOAD + failure.code, count=True)

    def _target_gone(self, row: OutboxRow, failure: SlackFailure, now: datetime) -> None:
        """Post anew what somebody has deleted, and let the edit follow it."""
        kind = POST_OF.get(row.kind)
        if kind is None:
            self._dead(row, failure.code)
            return
        with self._ctx.store.write() as tx:
            lost = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, kind)
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if lost is not None and escalation is not None and not escalation.state.is_over:
                tx.messages.removed(row.workspace_id, lost.channel, lost.ts, now)
                again = Wanted(kind, row.visit, lost.destination, lost.ordinal + 1)
                tx.outbox.enqueue(escalation, [(again, new_message_key())], now)
            tx.outbox.finish(row.id, row.token, OutboxState.OBSOLETE, failure.code)
        self._ctx.wake()

    def _destination_broken(self, row: OutboxRow, failure: SlackFailure, now: datetime) -> None:
        if failure.code == "not_in_channel" and not (row.error or "").startswith(_JOINED) and self._joined(row):
            self._again(row, now, _JOINED + failure.code, count=True)
            return
        match REACTIONS[row.kind].broken:
            case Broken.PASS_OVER:
                self._pass_over(row, failure.code, now)
            case Broken.TELL_ADMINS:
                self._dead(row, failure.code)
            case Broken.LET_GO:
                self._finish(row, OutboxState.OBSOLETE, failure.code)

    def _joined(self, row: OutboxRow) -> bool:
        try:
            self._gateway.call(row.workspace_id, "conversations.join", channel=row.destination)
        except SlackFailure as failure:
            log.warning("channel %s can't be joined: %s", row.destination, failure)
            return False
        return True

    def _pass_over(self, row: OutboxRow, code: str, now: datetime) -> None:
        """Use the tier's backup channel, or else leave the tier; the case goes on either way."""
        with self._ctx.store.write() as tx:
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if escalation is None or escalation.state is not State.WAITING or escalation.visit.ordinal != row.visit:
                tx.outbox.finish(row.id, row.token, OutboxState.OBSOLETE, code)
                return
            rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
            backup = rules.policies[escalation.policy].tiers[escalation.visit.tier].backup_channel
            if row.kind is Kind.CARD and backup is not None and backup != row.destination:
                tx.outbox.redirect(row.id, row.token, backup, now, code)
            else:
                tx.outbox.finish(row.id, row.token, OutboxState.DIVERTED, code)
                outcome = decide(escalation, rules, TierUnreachable(row.visit, code), self._ctx.now())
                if isinstance(outcome, Decision):
                    commit(self._ctx, tx, escalation, outcome, None)
        self._ctx.wake()

    def _dead(self, row: OutboxRow, code: str) -> None:
        """Give up loudly: the admins are told, unless it was them who could not be told."""
        log.error("outbox row %s (%s) is dead: %s; `rung check` lists it", row.id, row.kind, code)
        with self._ctx.store.write() as tx:
            tx.outbox.finish(row.id, row.token, OutboxState.DEAD, code)
            if row.kind is not Kind.ADMIN_NOTICE:
                self._tell_admins(tx, row)
        self._ctx.wake()

    def _tell_admins(self, tx: Transaction, row: OutboxRow) -> None:
        escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
        if escalation is None:
            return
        rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
        wanted = [
            (Wanted(Kind.ADMIN_NOTICE, row.visit, admin, row.id, "message_dead"), new_message_key())
            for admin in rules.admins
        ]
        tx.outbox.enqueue(escalation, wanted, self._ctx.wire_now())

    def _finish(self, row: OutboxRow, state: OutboxState, reason: str) -> None:
        with self._ctx.store.write() as tx:
            tx.outbox.finish(row.id, row.token, state, reason)
        self._ctx.wake()
