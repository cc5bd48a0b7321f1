"""Noting what people can see now, and wanting what follows from it: links in the messages that stand before it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from slackbot.core.events import PingSuppressed
from slackbot.core.messages import FOLDABLE, Kind, Wanted
from slackbot.core.model import Escalation, State
from slackbot.ids import new_message_key
from slackbot.services.composing import POST_OF, Cards, Letter, cards_of
from slackbot.services.context import ServiceContext
from slackbot.services.reactions import RECHECK
from storage.messages import Posted
from storage.outbox_rows import OutboxRow, OutboxState
from storage.retrying import until_noted
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

SHOWN_UNKNOWN = 0
"""No version: nobody knows what a message shows, so that the next edit of it is never taken for done."""

EDIT_OF = {post: edit for edit, post in POST_OF.items()}


@until_noted
def settle_post(ctx: ServiceContext, letters: Sequence[Letter], channel: str, ts: str) -> bool:
    """Settle a message that Slack took, for each row it stands for, and note where it stands.

    False if all of it had been given up for lost meanwhile and somebody else sends it or has sent it: this copy is
    too many.
    """
    with ctx.store.write() as tx:
        settled = [_settled(ctx, tx, letter, channel, ts) for letter in letters]
        if any(settled) and not all(settled):
            want_named_anew(ctx, tx, tx.messages.by_ts(letters[0].row.workspace_id, channel, ts))
    now = ctx.wire_now()
    for letter, is_settled in zip(letters, settled, strict=True):
        if is_settled:
            ctx.meter.sent((now - letter.row.created_at).total_seconds())
    ctx.wake()
    return any(settled)


@until_noted
def take_back(ctx: ServiceContext, letters: Sequence[Letter], channel: str, ts: str) -> bool:
    """Note that a copy is too many and about to be deleted: nobody takes it for the message from now on.

    Where its sender fails to delete it, or is killed, a look after a minute finds it. False if somebody has taken it
    for the message meanwhile: it stays.
    """
    workspace_id = letters[0].row.workspace_id
    with ctx.store.write() as tx:
        for letter in letters:
            tx.outbox.take_back(letter.row.id, channel, ts, ctx.wire_now() + RECHECK)
        known = tx.messages.by_ts(workspace_id, channel, ts)
        if len(known) < len(letters):
            want_named_anew(ctx, tx, known)
    return not known


def _settled(ctx: ServiceContext, tx: Transaction, letter: Letter, channel: str, ts: str) -> bool:
    row = letter.row
    held = tx.outbox.settle_sent(row.id, row.token, ctx.wire_now())
    if not held and not _resolved_as(tx, row, channel, ts):
        log.warning("outbox row %s was given up for lost before Slack answered", row.id)
        return False
    note_post(ctx, tx, row, (channel, ts), shown=letter.version, cards=letter.cards)
    return True


def _resolved_as(tx: Transaction, row: OutboxRow, channel: str, ts: str) -> bool:
    """Say whether a row that is no longer held ends well with this copy all the same."""
    if any(posted.key == row.key for posted in tx.messages.by_ts(row.workspace_id, channel, ts)):
        return True
    return tx.outbox.resolve_unknown(row.id, OutboxState.SENT)


@until_noted
def settle_edit(ctx: ServiceContext, letter: Letter) -> None:
    """Settle an edit; it is wanted anew if cards have come since it was rendered, or if another edit may be newer."""
    row, shown = letter.row, letter.edits
    with ctx.store.write() as tx:
        version = letter.version if letter.cards == cards_of(tx, row) else SHOWN_UNKNOWN
        held = tx.outbox.settle_edit(row.id, row.token, version, ctx.wire_now())
        if shown is not None and held and row.kind is Kind.PING_EDIT:
            tx.messages.shown_at(shown, version)
        elif shown is not None and held:
            tx.messages.shown(row.workspace_id, row.escalation_id, row.visit, shown.kind, version)
            _mark_folds(ctx, tx, row)
        elif shown is not None and row.kind is Kind.PING_EDIT:
            _want_marked(ctx, tx, shown)
        elif shown is not None:
            escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
            if escalation is not None:
                want_edit(ctx, tx, escalation, shown.kind, row.visit)
    ctx.wake()


def note_post(
    ctx: ServiceContext, tx: Transaction, row: OutboxRow, place: tuple[str, str], *, shown: int, cards: Cards
) -> None:
    """Note that a post is visible at a channel and ts, showing a version of its case and linking to its cards."""
    channel, ts = place
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
            shown_version=shown,
            posted_at=ctx.wire_now(),
        )
    )
    escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
    if escalation is None:
        return
    if row.kind is Kind.CARD:
        want_edit(ctx, tx, escalation, Kind.CASE, 0)
        if row.visit > 1:
            want_edit(ctx, tx, escalation, Kind.CARD, row.visit - 1)
    is_behind = escalation.version > shown or (row.kind is Kind.CASE and cards != cards_of(tx, row))
    if row.kind in EDIT_OF and is_behind:
        want_edit(ctx, tx, escalation, row.kind, row.visit)
    if row.kind in FOLDABLE and not _waits(escalation, row):
        # It was on its way when somebody took the case: nobody shall read it as it is.
        edit = Wanted(Kind.PING_EDIT, row.visit, ordinal=row.ordinal)
        tx.outbox.enqueue(escalation, [(edit, new_message_key())], ctx.wire_now())


def want_named_anew(ctx: ServiceContext, tx: Transaction, known_by: Sequence[Posted]) -> None:
    """Want a message that names calls which stand elsewhere to name those only that are known by it."""
    for posted in known_by[:1]:
        tx.messages.moved(posted.workspace_id, posted.key, posted.channel, posted.ts)
        _want_marked(ctx, tx, posted)


def _mark_folds(ctx: ServiceContext, tx: Transaction, row: OutboxRow) -> None:
    """Want calls that stand for several cases to say that this one does not wait any more, once its card says so."""
    escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
    if row.kind is not Kind.CARD_EDIT or escalation is None or _waits(escalation, row):
        return
    for posted in tx.messages.of(row.workspace_id, row.escalation_id):
        is_old = posted.removed_at is None and posted.shown_version < escalation.version
        if posted.kind in FOLDABLE and posted.visit == row.visit and is_old and _is_fold(tx, posted):
            _want_marked(ctx, tx, posted)


def _is_fold(tx: Transaction, posted: Posted) -> bool:
    return len(tx.messages.by_ts(posted.workspace_id, posted.channel, posted.ts)) > 1


def _want_marked(ctx: ServiceContext, tx: Transaction, posted: Posted) -> None:
    escalation = tx.escalations.get(posted.workspace_id, posted.escalation_id)
    if escalation is not None:
        edit = Wanted(Kind.PING_EDIT, posted.visit, ordinal=posted.ordinal)
        tx.outbox.enqueue(escalation, [(edit, new_message_key())], ctx.wire_now())


def _waits(escalation: Escalation, row: OutboxRow) -> bool:
    return escalation.state is State.WAITING and escalation.visit.ordinal == row.visit


def note_suppressed(ctx: ServiceContext, tx: Transaction, row: OutboxRow) -> None:
    """Note in the history that a ping was not sent, since its case had gone on by then; other calls are not noted."""
    if row.kind not in FOLDABLE:
        return
    escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
    reason = escalation.state if escalation else "gone"
    tx.history.note(row.workspace_id, row.escalation_id, PingSuppressed(row.visit, row.ordinal, reason), ctx.now())


def want_edit(ctx: ServiceContext, tx: Transaction, escalation: Escalation, kind: Kind, visit: int) -> None:
    """Want a post to be drawn anew, whatever it shows."""
    posted = tx.messages.find(escalation.workspace_id, escalation.id, visit, kind)
    if posted is not None and posted.shown_version != SHOWN_UNKNOWN:
        tx.messages.moved(posted.workspace_id, posted.key, posted.channel, posted.ts)
    edit = Wanted(EDIT_OF[kind], visit)
    tx.outbox.enqueue(escalation, [(edit, new_message_key())], ctx.wire_now())
