"""Which messages are on their way to Slack at this moment, so that whoever must stop can give them back."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from storage.outbox_rows import OutboxRow


class InHand:
    """Rows that were claimed and are not settled; of each, whether Slack may have heard of it already."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[tuple[int, int], OutboxRow] = {}
        self._begun: set[tuple[int, int]] = set()
        self._is_closed = False

    def take(self, rows: Iterable[OutboxRow]) -> None:
        """Note rows that were claimed."""
        with self._lock:
            self._rows |= {_claim(row): row for row in rows}

    def begin(self, rows: Sequence[OutboxRow]) -> bool:
        """Note that Slack is about to hear of rows; False if they were given back and must not be sent."""
        with self._lock:
            if not self._is_closed:
                self._begun |= {_claim(row) for row in rows}
            return not self._is_closed

    def done(self, rows: Iterable[OutboxRow]) -> None:
        """Note that rows were dealt with, or left to the end of their lease."""
        with self._lock:
            for row in rows:
                self._rows.pop(_claim(row), None)
                self._begun.discard(_claim(row))

    def give_back(self) -> tuple[list[OutboxRow], list[OutboxRow]]:
        """Begin nothing more; give the rows Slack has not heard of, then those it may have."""
        with self._lock:
            self._is_closed = True
            untouched = [row for claim, row in self._rows.items() if claim not in self._begun]
            return untouched, [row for claim, row in self._rows.items() if claim in self._begun]


def _claim(row: OutboxRow) -> tuple[int, int]:
    """Tell one claim of a row from the next."""
    return row.id, row.token
