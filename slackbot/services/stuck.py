"""Messages that need somebody: listed for an operator, and sent on their way again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from slackbot.core.summary_request import EVERYTHING, read_scope
from slackbot.core.weekly import by_hand
from storage.unit_of_work import Store, Transaction
from storage.weekly import Lost, ended_as


def stuck_rows(tx: Transaction) -> list[str]:
    """Say of each dead or unknown message, in a line, what it is, where it was to go and why it did not."""
    return [
        f"row {row.id}: {row.kind} of {row.escalation_id} to {row.destination or 'where it stands'}"
        f" is {row.state}: {row.error}"
        for row in tx.outbox.loud()
    ]


def stuck_summaries(tx: Transaction) -> list[str]:
    """Say of each weekly summary that may be missing which one it is, where it was to go, why, and the cure."""
    return [_summary(each) for each in tx.weekly.loud()]


def send_again(store: Store, rows: Sequence[int] | None, now: datetime) -> list[int]:
    """Have dead messages sent once more and unknown ones looked for at `now` (wire time); None means all of them.

    Says which rows it was: the others are neither dead nor unknown (any more).

    Raises:
        StorageError: the database can't be written; nothing was changed.
    """
    with store.write() as tx:
        wanted = [row.id for row in tx.outbox.loud()] if rows is None else rows
        return [row for row in wanted if tx.outbox.rearm(row, now)]


def _summary(lost: Lost) -> str:
    planned, scope = lost.planned, read_scope(lost.planned.scope) or EVERYTHING
    ended = ended_as(lost.error)
    state, error = ended or (lost.state, lost.error)
    cases = f"{scope.kind} {scope.value}" if scope.value else "all cases"
    went = "could not be posted" if state == "dead" else "Slack did not say whether it was posted"
    where = "in the channel that is to have it" if state == "dead" else "there, if it is missing"
    untold = ", nobody could be told of it yet" if ended else ""
    return (
        f"weekly summary {planned.week} of {cases} to {planned.destination}: {went} ({error}){untold};"
        f" a manager types {where}: {by_hand(planned.week, scope)}"
    )
