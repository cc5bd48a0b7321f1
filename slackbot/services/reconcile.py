"""After a lost answer: look for the message by its key before it is sent again, and delete a surplus copy."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from slackbot.core.messages import LEVEL_TRIGGERED
from slackbot.ids import METADATA_EVENT
from slackbot.services.composing import GoneError, Letter, compose
from slackbot.services.context import ServiceContext
from slackbot.services.deliver import record_post
from slackbot.services.reactions import REACTIONS, Blind
from slackbot.slack.failures import (
    AuthBroken,
    DestinationBroken,
    NotApplied,
    RateLimited,
    SlackFailure,
    TargetGone,
)
from slackbot.slack.gateway import Gateway
from slackbot.slack.render import Renderer
from storage.outbox_rows import OutboxRow, OutboxState

log = logging.getLogger(__name__)

BATCH = 50
SMALL_PAGE = 15
EARLIER = timedelta(seconds=5)
QUIET = timedelta(seconds=3)
TRY_LATER = timedelta(seconds=10)
SHOWN_UNKNOWN = 0
"""No version: what an adopted message shows is not known, so that the next edit is never taken for done."""


class Reconciler:
    """The pass over rows whose fate is unknown, as a step without a thread."""

    def __init__(self, ctx: ServiceContext, gateway: Gateway, renderer: Renderer) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._renderer = renderer

    def step(self) -> bool:
        """Settle what can be settled now; says whether anything was."""
        now = self._ctx.wire_now()
        with self._ctx.store.write() as tx:
            expired = tx.outbox.expire_leases(now, quiet=QUIET)
            unknown = tx.outbox.unknown_due(now, BATCH)
            rechecks = tx.outbox.recheck_due(now, BATCH)
        for row in unknown:
            self._settle(row, now)
        for row in rechecks:
            self._remove_surplus(row)
        return bool(expired or unknown or rechecks)

    def next_moment(self) -> datetime | None:
        """Say when there is something to look for next (wire time)."""
        with self._ctx.store.read() as tx:
            return tx.outbox.next_look(self._ctx.wire_now())

    def _settle(self, row: OutboxRow, now: datetime) -> None:
        if row.kind in LEVEL_TRIGGERED:
            self._resolve(row, OutboxState.PENDING, now, None)
            return
        reaction = REACTIONS[row.kind]
        try:
            found = self._copies(row)
        except RateLimited as failure:
            self._look_again(row, now + timedelta(seconds=failure.retry_after))
            return
        except (AuthBroken, DestinationBroken, TargetGone) as failure:
            log.warning("no history to look for outbox row %s: %s", row.id, failure)
            self._blind(row, now)
            return
        except (NotApplied, SlackFailure, GoneError) as failure:
            log.warning("history could not be read for outbox row %s: %s", row.id, failure)
            self._look_again(row, now + TRY_LATER)
            return
        if found:
            self._adopt(row, found)
        elif now >= _attempted(row) + reaction.resend:
            recheck = _attempted(row) + reaction.recheck if reaction.recheck else None
            self._resolve(row, OutboxState.PENDING, now, recheck)
        else:
            self._look_again(row, _attempted(row) + reaction.resend)

    def _adopt(self, row: OutboxRow, found: list[dict[str, Any]]) -> None:
        """Take the oldest copy for ours and delete the others."""
        first, *surplus = found
        record_post(self._ctx, row, str(first["channel"]), str(first["ts"]), SHOWN_UNKNOWN)
        self._resolve(row, OutboxState.SENT, self._ctx.wire_now(), None)
        for copy in surplus:
            self._delete(row, str(copy["channel"]), str(copy["ts"]))
        log.info("outbox row %s (%s) had arrived after all", row.id, row.kind)

    def _remove_surplus(self, row: OutboxRow) -> None:
        try:
            found = self._copies(row)
        except (SlackFailure, GoneError) as failure:
            log.warning("no second look at outbox row %s: %s", row.id, failure)
            found = []
        for copy in found[1:]:
            self._delete(row, str(copy["channel"]), str(copy["ts"]))
        with self._ctx.store.write() as tx:
            if len(found) > 1:
                tx.messages.moved(row.workspace_id, row.key, str(found[0]["channel"]), str(found[0]["ts"]))
            tx.outbox.rechecked(row.id)

    def _delete(self, row: OutboxRow, channel: str, ts: str) -> None:
        try:
            self._gateway.call(row.workspace_id, "chat.delete", channel=channel, ts=ts)
        except TargetGone:
            return

    def _blind(self, row: OutboxRow, now: datetime) -> None:
        """Decide without looking: a call is repaired by the next one, a first post is worth a second copy."""
        if REACTIONS[row.kind].blind is Blind.LET_GO:
            self._resolve(row, OutboxState.OBSOLETE, now, None)
        else:
            self._resolve(row, OutboxState.PENDING, now, None)

    def _look_again(self, row: OutboxRow, at: datetime) -> None:
        with self._ctx.store.write() as tx:
            tx.outbox.resolve_unknown(row.id, OutboxState.UNKNOWN, not_before=at)
        self._ctx.wake()

    def _resolve(self, row: OutboxRow, state: OutboxState, at: datetime, recheck: datetime | None) -> None:
        with self._ctx.store.write() as tx:
            tx.outbox.resolve_unknown(row.id, state, not_before=at, recheck_at=recheck)
        self._ctx.wake()

    def _copies(self, row: OutboxRow) -> list[dict[str, Any]]:
        """Find every visible message that carries the row's key, the oldest first."""
        letter = compose(self._ctx, self._renderer, row)
        channel = self._channel(letter)
        since = _attempted(row) - EARLIER
        copies = [
            {"ts": message["ts"], "channel": channel}
            for message in self._history(letter, channel, since)
            if _key_of(message) == row.key
        ]
        return sorted(copies, key=lambda copy: str(copy["ts"]))

    def _channel(self, letter: Letter) -> str:
        channel = str(letter.arguments["channel"])
        if not channel.startswith(("U", "W")):
            return channel
        opened = self._gateway.call(letter.row.workspace_id, "conversations.open", users=channel)
        return str(opened["channel"]["id"])

    def _history(self, letter: Letter, channel: str, since: datetime) -> Iterator[dict[str, Any]]:
        thread = letter.arguments.get("thread_ts")
        method = "conversations.replies" if thread else "conversations.history"
        cursor: str | None = None
        while True:
            answer = self._gateway.call(
                letter.row.workspace_id,
                method,
                channel=channel,
                ts=thread,
                oldest=f"{since.astimezone(UTC).timestamp():.6f}",
                inclusive=True,
                include_all_metadata=True,
                limit=SMALL_PAGE,
                cursor=cursor,
            )
            yield from answer.get("messages", ())
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return


def _attempted(row: OutboxRow) -> datetime:
    return row.attempt_started_at or row.created_at


def _key_of(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != METADATA_EVENT:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return str(key) if key else None
