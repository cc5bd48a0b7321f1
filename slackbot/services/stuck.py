"""Messages that need somebody: listed for an operator, and sent on their way again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storage.unit_of_work import Store, Transaction


def stuck_rows(tx: Transaction) -> list[str]:
    """Say of each dead or unknown message, in a line, what it is, where it was to go and why it did not."""
    return [
        f"row {row.id}: {row.kind} of {row.escalation_id} to {row.destination or 'where it stands'}"
        f" is {row.state}: {row.error}"
        for row in tx.outbox.loud()
    ]


def send_again(store: Store, rows: Sequence[int] | None, now: datetime) -> list[int]:
    """Have dead messages sent once more and unknown ones looked for at `now` (wire time); None means all of them.

    Says which rows it was: the others are neither dead nor unknown (any more).

    Raises:
        StorageError: the database can't be written; nothing was changed.
    """
    with store.write() as tx:
        wanted = [row.id for row in tx.outbox.loud()] if rows is None else rows
        return [row for row in wanted if tx.outbox.rearm(row, now)]
