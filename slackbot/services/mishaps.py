"""When a message could not be sent: the reaction to each class of failure (see `reactions`)."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from slackbot.core.commands import TierUnreachable
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.events import Unreachable
from slackbot.core.messages import LEVEL_TRIGGERED, Kind, Wanted
from slackbot.core.model import Escalation, State
from slackbot.core.policy import Rules
from slackbot.ids import new_message_key
from slackbot.services.composing import IN_THREAD, POST_OF, notice_of_backup, notice_of_dead
from slackbot.services.context import ServiceContext
from slackbot.services.reactions import PLAN_PAUSE, REACTIONS, Broken, backoff, quiet_after
from slackbot.services.tokens import stop_workspace
from slackbot.services.transact import commit
from slackbot.services.tried import Tried, error_of, tried
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

_PARENT_GONE = "thread_not_found"
_THREAD_CLOSED = frozenset(
    {"cannot_reply_to_message", "restricted_action_thread_locked", "restricted_action_non_threadable_channel"}
)


class Mishaps:
    """Settles rows whose sending failed. Every path ends in a state of the row; none drops it.

    Nothing is done for a row that somebody else holds meanwhile: the token fences every path.
    """

    def __init__(self, ctx: ServiceContext, gateway: Gateway) -> None:
        self._ctx = ctx
        self._gateway = gateway

    def react(self, row: OutboxRow, failure: SlackFailure) -> None:  # noqa: C901 - one case a class of failure
        """Do what the failure's class asks for."""
        log.warning("outbox row %s (%s): %s", row.id, row.kind, failure)
        match failure:
            case RateLimited():
                self._pause_lane(row, failure)
            case NotApplied():
                self._again(row, backoff(row.attempt), failure.code)
            case UnknownCode() if Tried.LOOKED in tried(row):
                self._destination_broken(row, failure)
            case UnknownCode():
                self._ambiguous(row, failure.code, Tried.LOOKED)
            case Ambiguous():
                self._ambiguous(row, failure.code)
            case DestinationBroken():
                self._destination_broken(row, failure)
            case AuthBroken():
                self._stop_workspace(row, failure)
            case PlanLimit():
                log.error("the plan of workspace %s does not allow it: %s", row.workspace_id, failure)
                self._again(row, PLAN_PAUSE, failure.code, count=False)
            case PayloadBroken():
                self._payload_broken(row, failure)
            case TargetGone() if row.kind in LEVEL_TRIGGERED:
                self._target_gone(row, failure)
            case _:
                self._dead(row, failure.code)

    def obsolete(self, row: OutboxRow, reason: str) -> None:
        """Let go of a row whose subject is not stored any more."""
        self._finish(row, OutboxState.OBSOLETE, reason)

    def unrenderable(self, row: OutboxRow) -> None:
        """Send the plain form of a message that we failed to render; let it be dead, loudly, when that fails too."""
        if Tried.PLAIN in tried(row):
            self._dead(row, "unrenderable")
        else:
            self._again(row, timedelta(0), "unrenderable", Tried.PLAIN)

    def _again(self, row: OutboxRow, after: timedelta, code: str, *cure: Tried, count: bool = True) -> None:
        with self._ctx.store.write() as tx:
            tx.outbox.retry(row.id, row.token, self._in(after), error_of(row, code, *cure), count=count)
        self._ctx.wake()

    def _finish(self, row: OutboxRow, state: OutboxState, reason: str) -> None:
        with self._ctx.store.write() as tx:
            tx.outbox.finish(row.id, row.token, state, error_of(row, reason))
        self._ctx.wake()

    def _in(self, after: timedelta) -> datetime:
        return self._ctx.wire_now() + after

    def _pause_lane(self, row: OutboxRow, failure: RateLimited) -> None:
        until = self._in(timedelta(seconds=failure.retry_after))
        lane = "" if row.kind in LEVEL_TRIGGERED else row.destination
        with self._ctx.store.write() as tx:
            tx.lanes.pause(row.workspace_id, row.method, lane, until)
            tx.outbox.retry(row.id, row.token, until, error_of(row, failure.code), count=False)
        self._ctx.wake()

    def _stop_workspace(self, row: OutboxRow, failure: AuthBroken) -> None:
        with self._ctx.store.write() as tx:
            stop_workspace(self._ctx, tx, row.workspace_id, failure)
            tx.outbox.retry(row.id, row.token, self._in(timedelta(0)), error_of(row, failure.code), count=False)
        self._ctx.wake()

    def _ambiguous(self, row: OutboxRow, code: str, *cure: Tried) -> None:
        if row.kind in LEVEL_TRIGGERED:
            self._again(row, backoff(row.attempt), code, *cure)
            return
        with self._ctx.store.write() as tx:
            look_at = self._in(quiet_after(row.kind, row.attempt))
            tx.outbox.unknown(row.id, row.token, look_at, error_of(row, code, *cure))
        self._ctx.wake()

    def _payload_broken(self, row: OutboxRow, failure: SlackFailure) -> None:
        log.error("Slack refused what Rung wrote (%s of %s): %s", row.kind, row.escalation_id, failure)
        cure = Tried.KEYLESS if "metadata" in failure.code else Tried.PLAIN
        if Tried.PLAIN in tried(row) or cure in tried(row):
            self._dead(row, failure.code)
        else:
            self._again(row, timedelta(0), failure.code, cure)

    def _target_gone(self, row: OutboxRow, failure: SlackFailure) -> None:
        """Post anew what somebody has deleted; it shows the newest state by itself."""
        with self._ctx.store.write() as tx:
            if tx.outbox.finish(row.id, row.token, OutboxState.OBSOLETE, error_of(row, failure.code)):
                self._post_anew(tx, row, POST_OF[row.kind])
        self._ctx.wake()

    def _post_anew(self, tx: Transaction, row: OutboxRow, kind: Kind) -> None:
        lost = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, kind)
        escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
        if lost is None or escalation is None:
            return
        now = self._ctx.wire_now()
        tx.messages.removed(row.workspace_id, lost.channel, lost.ts, now)
        left_behind = kind is Kind.CARD and row.visit != escalation.visit.ordinal
        if not escalation.state.is_over and not left_behind:
            again = Wanted(kind, row.visit, lost.destination, lost.ordinal + 1)
            tx.outbox.enqueue(escalation, [(again, new_message_key())], now)

    def _destination_broken(self, row: OutboxRow, failure: SlackFailure) -> None:
        code, done = failure.code, tried(row)
        worth_joining = code == "not_in_channel" and REACTIONS[row.kind].broken is not Broken.LET_GO
        if worth_joining and Tried.JOINED not in done and self._joined(row):
            self._again(row, timedelta(0), code, Tried.JOINED)
        elif code == _PARENT_GONE and row.kind in IN_THREAD:
            self._parent_gone(row, code)
        elif code in _THREAD_CLOSED and row.kind in IN_THREAD and Tried.OUTSIDE not in done:
            self._again(row, timedelta(0), code, Tried.OUTSIDE)
        else:
            self._give_up(row, code)

    def _give_up(self, row: OutboxRow, code: str) -> None:
        match REACTIONS[row.kind].broken:
            case Broken.PASS_OVER:
                self._pass_over(row, code)
            case Broken.TELL_ADMINS:
                self._dead(row, code)
            case Broken.LET_GO:
                self._finish(row, OutboxState.OBSOLETE, code)

    def _parent_gone(self, row: OutboxRow, code: str) -> None:
        """Post the deleted card anew: that calls the tier as a ping would; the owner is called outside its thread."""
        with self._ctx.store.write() as tx:
            error = error_of(row, code)
            if row.kind is Kind.OWNER_PING:
                held = tx.outbox.retry(row.id, row.token, self._in(timedelta(0)), error, count=True)
            else:
                held = tx.outbox.finish(row.id, row.token, OutboxState.DIVERTED, error)
            if held:
                self._post_anew(tx, row, Kind.CARD)
        self._ctx.wake()

    def _joined(self, row: OutboxRow) -> bool:
        try:
            self._gateway.call(row.workspace_id, "conversations.join", channel=row.destination)
        except SlackFailure as failure:
            log.warning("channel %s can't be joined: %s", row.destination, failure)
            return False
        return True

    def _pass_over(self, row: OutboxRow, code: str) -> None:
        """Use the tier's backup channel, or else leave the tier; the case goes on either way."""
        with self._ctx.store.write() as tx:
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if escalation is None or escalation.state is not State.WAITING or escalation.visit.ordinal != row.visit:
                tx.outbox.finish(row.id, row.token, OutboxState.OBSOLETE, error_of(row, code))
            else:
                rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
                if not self._redirected(tx, row, code, escalation, rules):
                    self._leave_tier(tx, row, code, escalation, rules)
        self._ctx.wake()

    def _redirected(self, tx: Transaction, row: OutboxRow, code: str, escalation: Escalation, rules: Rules) -> bool:
        tier = escalation.visit.tier
        backup = rules.policies[escalation.policy].tiers[tier].backup_channel
        if row.kind is not Kind.CARD or backup is None or backup == row.destination:
            return False
        if not tx.outbox.redirect(row.id, row.token, backup, self._ctx.wire_now(), code):
            return False
        happened = Unreachable(row.visit, tier, code, backup)
        tx.history.note(row.workspace_id, row.escalation_id, happened, self._ctx.now())
        self._tell_admins(tx, escalation, rules, row.visit, notice_of_backup(row), "unreachable")
        return True

    def _leave_tier(self, tx: Transaction, row: OutboxRow, code: str, escalation: Escalation, rules: Rules) -> None:
        if not tx.outbox.finish(row.id, row.token, OutboxState.DIVERTED, error_of(row, code)):
            return
        outcome = decide(escalation, rules, TierUnreachable(row.visit, code), self._ctx.now())
        if isinstance(outcome, Decision):
            commit(self._ctx, tx, escalation, outcome, None)

    def _dead(self, row: OutboxRow, code: str) -> None:
        """Give up loudly: the admins are told, unless it was them who could not be told."""
        log.error("outbox row %s (%s) is dead: %s; `rung check` lists it", row.id, row.kind, code)
        with self._ctx.store.write() as tx:
            held = tx.outbox.finish(row.id, row.token, OutboxState.DEAD, error_of(row, code))
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if held and escalation is not None and row.kind is not Kind.ADMIN_NOTICE:
                self._tell_of_dead(tx, row, escalation)
        self._ctx.wake()

    def _tell_of_dead(self, tx: Transaction, row: OutboxRow, escalation: Escalation) -> None:
        try:
            rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
        except Exception:  # a row must die even where its policy can't be read: the log is loud then
            log.exception("nobody knows the admins of %s", escalation.label)
        else:
            self._tell_admins(tx, escalation, rules, row.visit, notice_of_dead(row), "message_dead")

    def _tell_admins(
        self, tx: Transaction, escalation: Escalation, rules: Rules, visit: int, ordinal: int, topic: str
    ) -> None:
        wanted = [
            (Wanted(Kind.ADMIN_NOTICE, visit, admin, ordinal, topic), new_message_key()) for admin in rules.admins
        ]
        tx.outbox.enqueue(escalation, wanted, self._ctx.wire_now())
