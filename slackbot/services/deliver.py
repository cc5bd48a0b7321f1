"""Sending: claim rows of the outbox, render, call Slack outside any transaction, settle with the token."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from slackbot.core.messages import LEVEL_TRIGGERED
from slackbot.errors import StorageError
from slackbot.services.composing import GoneError, Letter, compose
from slackbot.services.context import ServiceContext
from slackbot.services.elsewhere import Elsewhere
from slackbot.services.folding import Folding
from slackbot.services.in_hand import InHand
from slackbot.services.mishaps import Mishaps
from slackbot.services.reactions import LEASE, LONGEST_CALL, quiet_after
from slackbot.services.recording import note_suppressed, settle_edit, settle_post, take_back
from slackbot.slack.failures import AlreadyDone, SlackFailure, TargetGone
from slackbot.slack.gateway import Gateway
from slackbot.slack.render import Renderer
from storage.outbox_rows import OutboxRow
from storage.pace import Pace

log = logging.getLogger(__name__)

_STOPPED = "stopped"


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
    elsewhere: Elsewhere
    pace: Pace
    carriers: Carriers


class Sender:
    """The pass over the outbox, as a step without a thread."""

    def __init__(self, sending: Sending) -> None:
        self._s = sending
        self._folding = Folding(sending.ctx, sending.renderer, sending.mishaps)
        self._in_hand = InHand()

    def step(self) -> bool:
        """Send what may leave now; says whether anything did."""
        ctx = self._s.ctx
        now, free = ctx.wire_now(), self._s.carriers.free()
        if free == 0:
            return False
        with ctx.store.write() as tx:
            claim = tx.outbox.claim(now, lease=LEASE, limit=free, pace=self._s.pace)
            for row in claim.suppressed:
                note_suppressed(ctx, tx, row)
        for row in claim.rows:
            followers = claim.followers.get(row.id, ())
            self._in_hand.take([row, *followers])
            self._s.carriers.carry(self._sending_of(row, followers))
        return bool(claim.rows or claim.suppressed)

    def give_back(self) -> None:
        """Let others send at once what is in hand and can't be finished; send nothing from now on.

        What Slack has not heard of is wanted anew, what it may have heard of is looked for after a quiet period.
        """
        untouched, begun = self._in_hand.give_back()
        if not untouched and not begun:
            return
        now = self._s.ctx.wire_now()
        with self._s.ctx.store.write() as tx:
            for row in begun:
                if row.kind in LEVEL_TRIGGERED:
                    untouched.append(row)
                else:
                    look_at = now + quiet_after(row.kind, row.attempt)
                    tx.outbox.unknown(row.id, row.token, look_at, row.error or _STOPPED)
            for row in untouched:
                tx.outbox.retry(row.id, row.token, now, row.error or _STOPPED, count=False)
        log.info("%s messages were on their way and are given back", len(untouched) + len(begun))

    def next_moment(self) -> datetime | None:
        """Say when the next row may leave (wire time); None also while every carrier is out: the first one back rings.

        Otherwise a row that waits for a carrier would be asked about again and again.
        """
        if self._s.carriers.free() == 0:
            return None
        with self._s.ctx.store.read() as tx:
            return tx.outbox.next_departure(self._s.ctx.wire_now(), pace=self._s.pace)

    def _sending_of(self, row: OutboxRow, followers: Sequence[OutboxRow]) -> Callable[[], None]:
        def send() -> None:
            try:
                self._send(row, followers)
            finally:
                self._in_hand.done([row, *followers])

        return send

    def _send(self, row: OutboxRow, followers: Sequence[OutboxRow]) -> None:
        if row.lease_until is not None and row.lease_until <= self._s.ctx.wire_now():
            log.warning("outbox row %s (%s) waited too long for its carrier; it is looked for first", row.id, row.kind)
            return
        if not followers:
            self._send_alone(row)
            return
        folded = self._folding.fold([row, *followers])
        for each in folded.alone:
            self._send_alone(each)
        if folded.letters:
            self._dispatch(folded.letters)

    def _send_alone(self, row: OutboxRow) -> None:
        mishaps = self._s.mishaps
        try:
            letter = compose(self._s.ctx, self._s.renderer, row)
        except GoneError as error:
            mishaps.obsolete(row, str(error))
        except StorageError:
            raise
        except Exception:
            log.exception("outbox row %s (%s) could not be rendered", row.id, row.kind)
            mishaps.unrenderable(row)
        else:
            self._dispatch([letter])

    def _dispatch(self, letters: Sequence[Letter]) -> None:
        """Make one call; where several letters stand for it, it is the same for all."""
        letter, row = letters[0], letters[0].row
        if letter.is_current:
            settle_edit(self._s.ctx, letter)
            return
        if not self._is_in_time(letters):
            for each in letters:
                self._s.mishaps.too_late(each.row)
            return
        if not self._in_hand.begin([each.row for each in letters]):
            return
        try:
            answer = self._s.gateway.call(row.workspace_id, row.method, **letter.arguments)
        except SlackFailure as failure:
            if isinstance(failure, AlreadyDone) and letter.edits is not None:
                settle_edit(self._s.ctx, letter)
                return
            for each in letters:
                self._s.mishaps.react(each.row, failure)
        else:
            self._settle(letters, answer)

    def _is_in_time(self, letters: Sequence[Letter]) -> bool:
        """Say whether a call that begins now ends before anybody else may send the same.

        Getting here may have taken long: the database was away, or the process stood still.
        """
        latest = self._s.ctx.wire_now() + LONGEST_CALL
        return all(each.row.lease_until is None or latest <= each.row.lease_until for each in letters)

    def _settle(self, letters: Sequence[Letter], answer: dict[str, Any]) -> None:
        letter = letters[0]
        if letter.edits is not None:
            settle_edit(self._s.ctx, letter)
            return
        channel, ts = str(answer["channel"]), str(answer["ts"])
        if not settle_post(self._s.ctx, letters, channel, ts):
            self._take_back(letters, channel, ts)
            return
        for each in letters:
            self._s.elsewhere.leave_if_nobody_is_there(each.row)

    def _take_back(self, letters: Sequence[Letter], channel: str, ts: str) -> None:
        """Delete a copy that came too late, unless it has been taken for the message meanwhile."""
        row = letters[0].row
        if not take_back(self._s.ctx, letters, channel, ts):
            return
        try:
            self._s.gateway.call(row.workspace_id, "chat.delete", channel=channel, ts=ts)
        except TargetGone:
            return
        except SlackFailure as failure:
            log.warning("a copy of outbox row %s could not be deleted: %s", row.id, failure)
