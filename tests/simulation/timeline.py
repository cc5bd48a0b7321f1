"""Virtual time: what happens next, whose turn it is, and a hash over everything that happened."""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

Happening = Callable[[], object]

LAST_WORDS = 40
"""How many of the last happenings are kept to be read after a failure."""


class Timeline:
    """A heap of happenings. It is the clock of everything simulated, Slack's and the database's alike.

    `run_until` may be called by a happening: what falls into that span happens inside it, as threads and processes do
    to one another. `outside` happenings (people and mischief) are counted, so that a failing week can be cut short.
    """

    def __init__(self, seed: int, start: datetime, most_outside: int | None = None) -> None:
        self.seed = seed
        self._now = start
        self._heap: list[tuple[datetime, int, Happening]] = []
        self._serial = 0
        self._most_outside = most_outside
        self.outside_happened = 0
        self._hash = hashlib.sha256()
        self._start = start
        self.last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self.tells: Callable[[str], None] = _to_nobody
        self.closed = False

    def now(self) -> datetime:
        """Say what time it is."""
        return self._now

    def chance(self, concern: str) -> Random:
        """Give a stream of chance of its own to a concern, so that leaving one out moves no other."""
        return Random(f"{self.seed}:{concern}")  # noqa: S311 - a simulation, no secret

    def at(self, when: datetime, happening: Happening) -> None:
        """Have something happen at an instant, at once if that is past."""
        self._serial += 1
        heapq.heappush(self._heap, (max(when, self._now), self._serial, happening))

    def after(self, seconds: float, happening: Happening) -> None:
        """Have something happen after so many seconds."""
        self.at(self._now + timedelta(seconds=seconds), happening)

    def outside(self, seconds: float, happening: Happening) -> None:
        """Have people or mischief do something after so many seconds; nothing of it once the week is closed."""
        self.after(seconds, lambda: self._from_outside(happening))

    def run_until(self, when: datetime) -> None:
        """Let time pass, everything due happening at its moment."""
        while self._heap and self._heap[0][0] <= when:
            at, _, happening = heapq.heappop(self._heap)
            self._now = max(self._now, at)
            happening()
        self._now = max(self._now, when)

    def run_for(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.run_until(self._now + timedelta(seconds=seconds))

    def note(self, *words: object) -> None:
        """Write something into the trace."""
        line = " ".join([f"{(self._now - self._start).total_seconds():.6f}", *map(str, words)])
        self._hash.update(line.encode())
        self.last_words.append(line)
        self.tells(line)

    def trace_hash(self) -> str:
        """Say the hash of the trace so far."""
        return self._hash.hexdigest()[:16]

    def _from_outside(self, happening: Happening) -> None:
        if self.closed or (self._most_outside is not None and self.outside_happened >= self._most_outside):
            return
        self.outside_happened += 1
        happening()


def _to_nobody(_line: str) -> None:
    return None
