"""Posting anew what can't be seen any more, or not where it was."""

from __future__ import annotations

from slackbot.core.messages import Kind, Wanted
from slackbot.ids import new_message_key
from slackbot.services.context import ServiceContext
from storage.outbox_rows import OutboxRow
from storage.unit_of_work import Transaction


def post_anew(ctx: ServiceContext, tx: Transaction, row: OutboxRow, kind: Kind, place: str | None = None) -> None:
    """Want the post of a kind in a row's visit once more, in another place if one is given.

    Nothing is wanted where it was never seen, where the case is over, and where it went on from that visit.
    """
    lost = tx.messages.find(row.workspace_id, row.escalation_id, row.visit, kind)
    escalation = tx.escalations.get(row.workspace_id, row.escalation_id)
    if lost is None or escalation is None:
        return
    now = ctx.wire_now()
    tx.messages.removed(row.workspace_id, lost.channel, lost.ts, now)
    left_behind = kind is Kind.CARD and row.visit != escalation.visit.ordinal
    if not escalation.state.is_over and not left_behind:
        again = Wanted(kind, row.visit, place or lost.destination, lost.ordinal + 1)
        tx.outbox.enqueue(escalation, [(again, new_message_key())], now)
