"""When a message could not be sent: carrying out what `reactions` says about its kind and the failure's class."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from slackbot.core.messages import Kind, Wanted
from slackbot.services.composing import POST_OF, notice_of_dead
from slackbot.services.context import ServiceContext
from slackbot.services.elsewhere import Elsewhere
from slackbot.services.histories import pause_after
from slackbot.services.reactions import (
    DOUBTED,
    LOUD_AT_ATTEMPT,
    PLAN_PAUSE,
    REACTIONS,
    RECHECK,
    Do,
    backoff,
    quiet_after,
)
from slackbot.services.reposting import post_anew
from slackbot.services.tokens import TellOutside, TokenWatch
from slackbot.services.tried import Tried, error_of, tried
from slackbot.services.warning import alert, tell_admins
from slackbot.slack.failures import DestinationBroken, RateLimited, SlackFailure
from storage.outbox_rows import OutboxRow, OutboxState
from storage.pace import UPDATE
from storage.retrying import until_noted

log = logging.getLogger(__name__)

_TOO_LATE = "too late"


class Mishaps:
    """Settles rows whose sending failed. Every path ends in a state of the row; none drops it.

    Nothing is done for a row that somebody else holds meanwhile: the token fences every path.
    """

    def __init__(
        self, ctx: ServiceContext, elsewhere: Elsewhere, tokens: TokenWatch, tell_outside: TellOutside
    ) -> None:
        self._ctx = ctx
        self._elsewhere = elsewhere
        self._tokens = tokens
        self._tell_outside = tell_outside
        self._done: Mapping[Do, Callable[[OutboxRow, SlackFailure], None]] = {
            Do.PAUSE_LANE: self._pause_lane,
            Do.TRY_AGAIN: self._try_again,
            Do.LOOK_FIRST: self._look_first,
            Do.REPEAT: self._repeat,
            Do.TRUST_NO_CODE: self._trust_no_code,
            Do.DOUBT_A_WHILE: self._doubt_a_while,
            Do.GO_ELSEWHERE: self._go_elsewhere,
            Do.LET_GO: self._let_go,
            Do.STOP_WORKSPACE: self._stop_workspace,
            Do.SAY_PLAINLY: self._say_plainly,
            Do.BACK_OFF: self._back_off,
            Do.POST_ANEW: self._post_anew,
            Do.SETTLE: self._let_go,
            Do.DIE: self._die,
        }

    @until_noted
    def react(self, row: OutboxRow, failure: SlackFailure) -> None:
        """Do what the table says."""
        log.warning("outbox row %s (%s): %s", row.id, row.kind, failure)
        self._done[REACTIONS[row.kind].to[type(failure)]](row, failure)
        self._ctx.wake()

    @until_noted
    def obsolete(self, row: OutboxRow, reason: str) -> None:
        """Let go of a row whose subject is not stored any more."""
        self._finish(row, OutboxState.OBSOLETE, reason)

    @until_noted
    def unrenderable(self, row: OutboxRow) -> None:
        """Send the plain form of a message that we failed to render; let it be dead, loudly, when that fails too."""
        if Tried.PLAIN in tried(row):
            self._dead(row, "unrenderable")
        else:
            self._again(row, timedelta(0), "unrenderable", Tried.PLAIN)

    @until_noted
    def too_late(self, row: OutboxRow) -> None:
        """Let anybody send what was not sent yet and can't be any more before its lease is over."""
        log.warning("outbox row %s (%s) was not sent in time; it is claimed anew", row.id, row.kind)
        self._again(row, timedelta(0), row.error or _TOO_LATE, count=False)

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

    def _pause_lane(self, row: OutboxRow, failure: SlackFailure) -> None:
        """Be silent as long as Slack asks, in this lane only; edits are limited in the workspace as a whole."""
        pause = failure.retry_after if isinstance(failure, RateLimited) else 0.0
        until = self._in(timedelta(seconds=pause))
        with self._ctx.store.write() as tx:
            tx.lanes.pause(row.workspace_id, row.method, "" if row.method == UPDATE else row.destination, until)
            tx.outbox.retry(row.id, row.token, until, error_of(row, failure.code), count=False)

    def _try_again(self, row: OutboxRow, failure: SlackFailure) -> None:
        self._again(row, backoff(row.attempt), failure.code)
        if row.attempt >= LOUD_AT_ATTEMPT:
            self._alert(row, "slack_unreachable", failure.code)

    def _look_first(self, row: OutboxRow, failure: SlackFailure, *cure: Tried) -> None:
        with self._ctx.store.write() as tx:
            look_at = self._in(quiet_after(row.kind, row.attempt))
            if not tx.outbox.unknown(row.id, row.token, look_at, error_of(row, failure.code, *cure)):
                # Somebody else has sent or settled it meanwhile, and this copy may stand beside theirs.
                tx.outbox.look_once_more(row.id, self._in(RECHECK))

    def _repeat(self, row: OutboxRow, failure: SlackFailure) -> None:
        self._again(row, backoff(row.attempt), failure.code)

    def _trust_no_code(self, row: OutboxRow, failure: SlackFailure) -> None:
        if Tried.LOOKED not in tried(row):
            self._look_first(row, failure, Tried.LOOKED)
        else:
            self._done[REACTIONS[row.kind].to[DestinationBroken]](row, failure)

    def _doubt_a_while(self, row: OutboxRow, failure: SlackFailure) -> None:
        if Tried.LOOKED not in tried(row):
            # Counted anew: whatever failed before was no doubt.
            with self._ctx.store.write() as tx:
                error, then = error_of(row, failure.code, Tried.LOOKED), self._in(backoff(1))
                tx.outbox.retry(row.id, row.token, then, error, count=True, forgiven=row.attempt - 1)
        elif row.attempt < DOUBTED:
            self._repeat(row, failure)
        else:
            self._let_go(row, failure)

    def _go_elsewhere(self, row: OutboxRow, failure: SlackFailure) -> None:
        try:
            found = self._elsewhere.go(row, failure.code)
        except SlackFailure as passing:
            # Its own place is tried again first: whoever archived the channel may have thought better of it.
            self._again(row, pause_after(passing), failure.code)
            return
        if not found:
            self._dead(row, failure.code)

    def _let_go(self, row: OutboxRow, failure: SlackFailure) -> None:
        self._finish(row, OutboxState.OBSOLETE, failure.code)

    def _stop_workspace(self, row: OutboxRow, failure: SlackFailure) -> None:
        with self._ctx.store.write() as tx:
            self._tokens.stop(tx, row.workspace_id, failure)
            tx.outbox.retry(row.id, row.token, self._in(timedelta(0)), error_of(row, failure.code), count=False)

    def _back_off(self, row: OutboxRow, failure: SlackFailure) -> None:
        self._again(row, PLAN_PAUSE, failure.code, count=False)
        self._alert(row, "plan_limit", failure.code)

    def _say_plainly(self, row: OutboxRow, failure: SlackFailure) -> None:
        log.error("Slack refused what Rung wrote (%s of %s): %s", row.kind, row.escalation_id, failure)
        cure = Tried.KEYLESS if "metadata" in failure.code else Tried.PLAIN
        if Tried.PLAIN in tried(row) or cure in tried(row):
            self._dead(row, failure.code)
        else:
            self._again(row, timedelta(0), failure.code, cure)

    def _post_anew(self, row: OutboxRow, failure: SlackFailure) -> None:
        """Post anew what somebody has deleted; it shows the newest state by itself."""
        with self._ctx.store.write() as tx:
            if tx.outbox.finish(row.id, row.token, OutboxState.OBSOLETE, error_of(row, failure.code)):
                post_anew(self._ctx, tx, row, POST_OF[row.kind])

    def _die(self, row: OutboxRow, failure: SlackFailure) -> None:
        self._dead(row, failure.code)

    def _dead(self, row: OutboxRow, code: str) -> None:
        """Give up loudly: the admins are told; where it was them who could not be told, somebody outside Slack is."""
        log.error("outbox row %s (%s) is dead: %s; `rung check` lists it", row.id, row.kind, code)
        with self._ctx.store.write() as tx:
            held = tx.outbox.finish(row.id, row.token, OutboxState.DEAD, error_of(row, code))
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if held and escalation is not None and row.kind is not Kind.ADMIN_NOTICE:
                try:
                    rules = self._ctx.rules(tx, row.workspace_id, escalation.policy_version)
                except Exception:  # a row must die even where its policy can't be read: the log is loud then
                    log.exception("nobody knows the admins of %s", escalation.label)
                else:
                    notice = Wanted(Kind.ADMIN_NOTICE, row.visit, "", notice_of_dead(row), "message_dead")
                    tell_admins(self._ctx, tx, escalation, rules, notice)
        if held and row.kind is Kind.ADMIN_NOTICE:
            self._alert(row, "nobody_told", code)
        self._ctx.wake()

    def _alert(self, row: OutboxRow, event: str, code: str) -> None:
        alert(self._ctx, self._tell_outside, row.workspace_id, event, code, f"outbox row {row.id}")
