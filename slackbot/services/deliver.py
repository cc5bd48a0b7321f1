"""Sending: claim rows of the outbox, render, call Slack outside any transaction, settle with the token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from slackbot.core.events import PingSuppressed
from slackbot.core.messages import Kind, Wanted
from slackbot.ids import new_message_key
from slackbot.services.composing import GoneError, Letter, compose
from slackbot.services.context import ServiceContext
from slackbot.services.mishaps import Mishaps
from slackbot.services.reactions import LEASE
from slackbot.slack.failures import AlreadyDone, SlackFailure
from slackbot.slack.gateway import Gateway
from slackbot.slack.render import Renderer
from storage.messages import Posted
from storage.outbox_rows import OutboxRow
from storage.pace import Pace

log = logging.getLogger(__name__)


class Carriers(Protocol):
    """Who carries messages to Slack: one after the other in tests, several side by side in a running house."""

    def free(self) -> int:
        """Say how many messages can be taken on now."""
        ...

    def carry(self, errand: Callable[[], None]) -> None:
        """Take a message on; it may still be under way when this returns."""
        ...


class OneByOne:
    """Carries each message at once, in the caller's thread."""

    def free(self) -> int:
        """Say how many messages can be taken on in one step."""
        return 16

    def carry(self, errand: Callable[[], None]) -> None:
        """Carry it to its end."""
        errand()


@dataclass(frozen=True, slots=True)
class Sending:
    """What the sender works with."""

    ctx: ServiceContext
    gateway: Gateway
    renderer: Renderer
    mishaps: Mishaps
    pace: Pace
    carriers: Carriers


class Sender:
    """The pass over the outbox, as a step without a thread."""

    def __init__(self, sending: Sending) -> None:
        self._s = sending

    def step(self) -> bool:
        """Send what may leave now; says whether anything did."""
        ctx = self._s.ctx
        now, free = ctx.wire_now(), self._s.carriers.free()
        if free == 0:
            return False
        with ctx.store.write() as tx:
            claim = tx.outbox.claim(now, lease=LEASE, limit=free, pace=self._s.pace)
            for row in claim.suppressed:
                if row.kind in {Kind.PING, Kind.PING_BROADCAST}:
                    state = tx.escalations.get(row.workspace_id, row.escalation_id)
                    reason = state.state if state else "gone"
                    happened = PingSuppressed(row.visit, row.ordinal, reason)
                    tx.history.note(row.workspace_id, row.escalation_id, happened, ctx.now())
        for row in claim.rows:
            self._s.carriers.carry(self._sending_of(row))
        return bool(claim.rows or claim.suppressed)

    def next_moment(self) -> datetime | None:
        """Say when the next row may leave (wire time)."""
        with self._s.ctx.store.read() as tx:
            return tx.outbox.next_departure(self._s.ctx.wire_now(), pace=self._s.pace)

    def _sending_of(self, row: OutboxRow) -> Callable[[], None]:
        return lambda: self._send(row)

    def _send(self, row: OutboxRow) -> None:
        mishaps = self._s.mishaps
        try:
            letter = compose(self._s.ctx, self._s.renderer, row, minimal=mishaps.wants_minimal(row))
        except GoneError as error:
            mishaps.obsolete(row, str(error))
            return
        except Exception:
            log.exception("outbox row %s (%s) could not be rendered", row.id, row.kind)
            mishaps.unrenderable(row)
            return
        if letter.is_current:
            self._settle_edit(letter)
            return
        try:
            answer = self._s.gateway.call(row.workspace_id, row.method, **letter.arguments)
        except AlreadyDone:
            self._settle_edit(letter)
        except SlackFailure as failure:
            mishaps.react(row, failure)
        else:
            self._settle(letter, answer)

    def _settle(self, letter: Letter, answer: dict[str, Any]) -> None:
        if letter.edits is not None:
            self._settle_edit(letter)
            return
        record_post(self._s.ctx, letter.row, str(answer["channel"]), str(answer["ts"]), letter.version)

    def _settle_edit(self, letter: Letter) -> None:
        row, ctx = letter.row, self._s.ctx
        with ctx.store.write() as tx:
            if letter.edits is not None:
                shown = letter.edits
                tx.messages.shown(row.workspace_id, row.escalation_id, row.visit, shown.kind, letter.version)
            tx.outbox.settle_edit(row.id, row.token, letter.version, ctx.wire_now())
        ctx.wake()


def record_post(ctx: ServiceContext, row: OutboxRow, channel: str, ts: str, version: int) -> None:
    """Note that a post is visible, settle its row, and want what follows from it: links in the messages before it."""
    with ctx.store.write() as tx:
        tx.messages.record(
            Posted(
                workspace_id=row.workspace_id,
                escalation_id=row.escalation_id,
                visit=row.visit,
                kind=row.kind,
                ordinal=row.ordinal,
                destination=row.destination,
                channel=channel,
                ts=ts,
                key=row.key,
                shown_version=version,
                posted_at=ctx.wire_now(),
            )
        )
        tx.outbox.settle_sent(row.id, row.token, ctx.wire_now())
        escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
        if escalation is not None:
            following = _following(row, behind=escalation.version > version)
            wanted = [(message, new_message_key()) for message in following]
            tx.outbox.enqueue(escalation, wanted, ctx.wire_now())
    ctx.wake()


def _following(row: OutboxRow, *, behind: bool) -> list[Wanted]:
    if row.kind is Kind.CARD:
        stale = [row.visit - 1] if row.visit > 1 else []
        stale += [row.visit] if behind else []
        return [Wanted(Kind.CASE_EDIT, 0), *(Wanted(Kind.CARD_EDIT, visit) for visit in stale)]
    return [Wanted(Kind.CASE_EDIT, 0)] if row.kind is Kind.CASE and behind else []
