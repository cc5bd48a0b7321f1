"""Cursors: pages are cut before they are filtered, so a page can be short or empty and not be the last.

Source: docs.slack.dev/apis/web-api/pagination.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

from slackbot.simulator.model import Json
from slackbot.simulator.refusals import RefusedError

T = TypeVar("T")

MOST_CURSORS = 10_000


class Pager:
    """Gives out cursors and takes them back; one it never gave out, or that expired, is `invalid_cursor`."""

    def __init__(self) -> None:
        self._issued: dict[str, tuple[str, int]] = {}
        self._number = 0
        self._short: dict[str, list[int]] = {}

    def shorten(self, method: str, *sizes: int) -> None:
        """Have the next pages of a method hold at most so many items each, 0 among them, whatever was asked for.

        Each comes with a cursor, the last items' page too: whoever takes a short page for the last one loses something.
        """
        self._short.setdefault(method, []).extend(sizes)

    def unmet(self) -> list[str]:
        """Say for which methods short pages are still to come."""
        return [method for method, sizes in self._short.items() if sizes]

    def expire(self) -> None:
        """Make every cursor given out so far invalid."""
        self._issued.clear()

    def cut(
        self,
        method: str,
        items: Sequence[T],
        *,
        cursor: str,
        limit: int,
        keep: Callable[[T], bool] = lambda _: True,
    ) -> tuple[list[T], str]:
        """Cut one page out of all items, then filter it; the page and the next cursor, empty at the end.

        What stands before a colon in `method` is its name, the rest what it was asked about.

        Raises `RefusedError` with `invalid_cursor`.
        """
        start = self._start(method, cursor)
        short = self._short.get(method.partition(":")[0])
        size = min(limit, short.pop(0)) if short else limit
        end = start + size
        page = [item for item in items[start:end] if keep(item)]
        goes_on = end < len(items) or size < limit
        return page, (self._issue(method, end) if goes_on else "")

    def _start(self, method: str, cursor: str) -> int:
        if not cursor:
            return 0
        issued_for, start = self._issued.get(cursor, ("", 0))
        if issued_for != method:
            raise RefusedError("invalid_cursor", "the cursor expired or was never given out")
        return start

    def _issue(self, method: str, start: int) -> str:
        self._number += 1
        written = f"{method}:{start}:{self._number}".encode()
        cursor = base64.b64encode(written).decode()
        self._issued[cursor] = (method, start)
        if len(self._issued) > MOST_CURSORS:
            del self._issued[next(iter(self._issued))]
        return cursor


def next_cursor(cursor: str) -> Json:
    """Write where the next page begins, as list methods answer it."""
    return {"response_metadata": {"next_cursor": cursor}}
