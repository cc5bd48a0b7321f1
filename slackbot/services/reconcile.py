"""After a lost answer: look for the message by its key before it is sent again, and delete a surplus copy."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from slackbot.core.messages import FOLDABLE, LEVEL_TRIGGERED
from slackbot.services.composing import GoneError, places_of
from slackbot.services.context import ServiceContext
from slackbot.services.histories import MOST_LOOKS, Copy, Histories, may_be_read_later, pause_after
from slackbot.services.reactions import (
    AFTER_LEASE,
    AUTH_PAUSE,
    BLIND_AFTER,
    EARLIER,
    LOOK_LATER,
    REACTIONS,
    RECHECK,
    RIGHTS_RETURN,
    Blind,
)
from slackbot.services.recording import EDIT_OF, SHOWN_UNKNOWN, note_post, want_edit, want_named_anew
from slackbot.services.tried import Tried, code_in, error_of, tried
from slackbot.slack.failures import (
    DestinationBroken,
    SlackFailure,
    TargetGone,
    UnknownCode,
)
from slackbot.slack.gateway import Gateway
from storage.messages import Posted
from storage.outbox_rows import OutboxRow, OutboxState

log = logging.getLogger(__name__)

BATCH = 50


class Reconciler:
    """The pass over rows whose fate is unknown, as a step without a thread.

    One look at a place settles all that is unknown there. What fails in a last look is put off in memory only: the
    row keeps its moment, so that a restart looks at once.
    """

    def __init__(self, ctx: ServiceContext, gateway: Gateway) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._put_off: dict[int, tuple[datetime, datetime]] = {}

    def step(self) -> bool:
        """Settle what can be settled now; says whether anything was."""
        now = self._ctx.wire_now()
        with self._ctx.store.write() as tx:
            expired = tx.outbox.expire_leases(now, quiet=AFTER_LEASE)
            unknown = tx.outbox.unknown_due(now, BATCH)
            rechecks = [row for row in tx.outbox.recheck_due(now, BATCH) if not self._is_put_off(row, now)]
        for row in unknown:
            if row.kind in LEVEL_TRIGGERED:
                self._resolve(row, OutboxState.PENDING)
        posts = [row for row in unknown if row.kind not in LEVEL_TRIGGERED]
        histories = Histories(self._gateway)
        for row in sorted([*posts, *rechecks], key=lambda row: row.created_at):
            self._look(row, histories)
        return bool(expired or unknown or rechecks)

    def next_moment(self) -> datetime | None:
        """Say when there is something to look for next (wire time)."""
        with self._ctx.store.read() as tx:
            return tx.outbox.next_look(self._ctx.wire_now())

    def _is_put_off(self, row: OutboxRow, now: datetime) -> bool:
        since, until = self._put_off.get(row.id, (now, now))
        return since <= now < until

    def _look(self, row: OutboxRow, histories: Histories) -> None:
        if Tried.KEYLESS in tried(row):
            self._decide_blindly(row)
            return
        try:
            copies = self._copies(row, histories)
        except GoneError:
            self._give_up_looking(row, OutboxState.OBSOLETE)
        except SlackFailure as failure:
            self._not_seen(row, failure)
        else:
            self._guarded(self._remove_surplus if row.state is OutboxState.SENT else self._settle, row, copies)

    def _copies(self, row: OutboxRow, histories: Histories) -> list[Copy]:
        """Find every copy of a message; a call stands in its thread or, folded with others, above it in the channel."""
        (place, *before), since = places_of(self._ctx, row), row.created_at - EARLIER
        folded: list[Copy] = []
        if place.thread is not None and row.kind in FOLDABLE:
            folded = histories.at(replace(place, thread=None), since).get(row.key, [])
            if folded and row.state is not OutboxState.SENT:
                return folded
        found = [*folded, *histories.at(place, since).get(row.key, [])]
        for each in before:
            with suppress(DestinationBroken, TargetGone):  # nobody answered in a thread whose card is gone
                found += histories.at(each, since).get(row.key, [])
        return sorted(set(found))

    def _guarded(self, judge: Callable[[OutboxRow, list[Copy]], None], row: OutboxRow, copies: list[Copy]) -> None:
        """Let one row's trouble hold up no other."""
        try:
            judge(row, copies)
        except SlackFailure as failure:
            log.warning("outbox row %s (%s) could not be put right: %s", row.id, row.kind, failure)
            self._later(row, pause_after(failure))
        except Exception:
            log.exception("outbox row %s (%s) could not be put right", row.id, row.kind)
            self._later(row, LOOK_LATER)

    def _settle(self, row: OutboxRow, copies: list[Copy]) -> None:
        # Counted from now, not from the attempt: who slept in between may have called only on waking.
        now = self._ctx.wire_now()
        ours = [copy for copy in copies if not row.is_taken_back(*copy)]
        if not ours:
            self._resolve(row, OutboxState.PENDING, recheck=now + RECHECK)
            return
        surplus_at = now if len(copies) > 1 else now + RECHECK if row.attempt > 1 else None
        with self._ctx.store.write() as tx:
            found = tx.outbox.resolve_unknown(
                row.id, OutboxState.SENT, recheck_at=surplus_at, token=row.token, copy=ours[0]
            )
            if found:
                note_post(self._ctx, tx, row, ours[0], shown=SHOWN_UNKNOWN, cards=frozenset())
        self._ctx.wake()
        log.info("outbox row %s (%s) had arrived after all", row.id, row.kind)

    def _remove_surplus(self, row: OutboxRow, copies: list[Copy]) -> None:
        """Delete every copy but the one we know, which people may have answered; more may come, so look again."""
        with self._ctx.store.read() as tx:
            known = [
                (each.channel, each.ts)
                for each in tx.messages.of(row.workspace_id, row.escalation_id)
                if each.key == row.key and each.removed_at is None
            ]
        ours = [copy for copy in copies if copy in known or not row.is_taken_back(*copy)]
        kept = next((copy for copy in ours if copy in known), ours[0] if known and ours else None)
        surplus = [copy for copy in copies if copy != kept]
        others = {copy: self._others_known_by(row, *copy) for copy in surplus}
        deleted = [copy for copy in surplus if not others[copy]]
        for channel, ts in deleted:
            self._delete(row, channel, ts)
        with self._ctx.store.write() as tx:
            for left in others.values():
                want_named_anew(self._ctx, tx, left)
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if kept is not None and kept not in known and escalation is not None:
                tx.messages.moved(row.workspace_id, row.key, *kept)
                if row.kind in EDIT_OF:
                    want_edit(self._ctx, tx, escalation, row.kind, row.visit)
            if deleted:
                tx.outbox.look_once_more(row.id, self._ctx.wire_now() + RECHECK)
            else:
                tx.outbox.rechecked(row.id)
        self._put_off.pop(row.id, None)
        self._ctx.wake()

    def _others_known_by(self, row: OutboxRow, channel: str, ts: str) -> list[Posted]:
        """List the calls that are known by a copy which one row has too many: it stays, and names them only."""
        with self._ctx.store.read() as tx:
            return [each for each in tx.messages.by_ts(row.workspace_id, channel, ts) if each.key != row.key]

    def _delete(self, row: OutboxRow, channel: str, ts: str) -> None:
        try:
            self._gateway.call(row.workspace_id, "chat.delete", channel=channel, ts=ts)
        except TargetGone:
            return

    def _not_seen(self, row: OutboxRow, failure: SlackFailure) -> None:
        """Look again where that may help, for what was sent also though Slack refuses to show it; or decide blindly."""
        if may_be_read_later(failure) and not (isinstance(failure, UnknownCode) and row.looks >= MOST_LOOKS):
            self._later(row, pause_after(failure))
        elif row.state is OutboxState.SENT and self._ctx.wire_now() < _attempted_at(row) + RIGHTS_RETURN:
            self._later(row, AUTH_PAUSE)
        else:
            self._decide_blindly(row)

    def _decide_blindly(self, row: OutboxRow) -> None:
        """Let go of a call, which the next one repairs; a first post is worth a second copy."""
        if row.state is OutboxState.SENT or REACTIONS[row.kind].blind is Blind.LET_GO:
            self._give_up_looking(row, OutboxState.OBSOLETE)
        else:
            self._send_blindly(row)

    def _send_blindly(self, row: OutboxRow) -> None:
        """Send again what nobody can look for, not before the first copy had some time, and let the message say so."""
        now = self._ctx.wire_now()
        not_before = _attempted_at(row) + BLIND_AFTER
        if now < not_before:
            self._resolve(row, OutboxState.UNKNOWN, at=not_before)
            return
        with self._ctx.store.write() as tx:
            error = error_of(row, code_in(row), Tried.RESENT)
            tx.outbox.resolve_unknown(row.id, OutboxState.PENDING, now, now + RECHECK, token=row.token, error=error)
        self._ctx.wake()

    def _later(self, row: OutboxRow, pause: timedelta) -> None:
        now = self._ctx.wire_now()
        if row.state is OutboxState.SENT:
            self._put_off[row.id] = now, now + pause
        else:
            self._resolve(row, OutboxState.UNKNOWN, at=now + pause)

    def _give_up_looking(self, row: OutboxRow, state: OutboxState) -> None:
        if row.state is not OutboxState.SENT:
            self._resolve(row, state)
            return
        with self._ctx.store.write() as tx:
            tx.outbox.rechecked(row.id)
        self._put_off.pop(row.id, None)

    def _resolve(
        self, row: OutboxRow, state: OutboxState, *, at: datetime | None = None, recheck: datetime | None = None
    ) -> None:
        with self._ctx.store.write() as tx:
            then = at or self._ctx.wire_now()
            tx.outbox.resolve_unknown(row.id, state, not_before=then, recheck_at=recheck, token=row.token)
        self._ctx.wake()


def _attempted_at(row: OutboxRow) -> datetime:
    return row.attempt_started_at or row.created_at
