"""Whether our loops still go round; a process whose loop is dead is of no use and must end, so that another begins.

The verdict rests on what the loops do, never on what a scheduler says of itself: APScheduler's `running` stays true
after its thread has died.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

log = logging.getLogger(__name__)

PATIENCE = 15.0
"""Seconds without a beat after which a loop is taken for dead; an idle one beats every five."""

LOOK_EVERY = 1.0


class Watched(Protocol):
    """Something that beats."""

    @property
    def name(self) -> str:
        """Say what it is called."""
        ...

    @property
    def is_alive(self) -> bool:
        """Say whether its thread runs."""
        ...

    @property
    def beat_at(self) -> float:
        """Say when it beat last, on the monotonic clock."""
        ...

    @property
    def patience(self) -> float:
        """Say after how many seconds without a beat it is dead."""
        ...


class Watchdog:
    """Looks at every loop once a second. What is dead stays dead: `cries` is called once, with what happened."""

    def __init__(self, watched: Sequence[Watched], cries: Callable[[str], None]) -> None:
        self._watched = watched
        self._cries = cries
        self._beats: dict[str, float] = {}
        self._silent = dict.fromkeys((each.name for each in watched), 0.0)
        self._looked_at = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="rung-watch", daemon=True)
        self.verdict: str | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._looked_at = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        """Watch no more, before the loops are stopped."""
        self._stopping.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def trouble(self) -> str | None:
        """Say what is dead, the watch itself included; None while all is well or nothing has begun."""
        if self.verdict is not None or self._thread.ident is None or self._stopping.is_set():
            return self.verdict
        asleep = time.monotonic() - self._looked_at
        return f"nobody has watched for {asleep:.0f} s" if asleep > PATIENCE else None

    def ages(self) -> Mapping[str, float]:
        """Say for each loop how many seconds ago it beat."""
        now = time.monotonic()
        return {each.name: max(0.0, now - each.beat_at) for each in self._watched}

    def look(self, now: float) -> None:
        """Look once; `now` is on the monotonic clock.

        Silence is summed up over looks, so that a process that was itself stopped for a while kills no loop for it.
        """
        passed = min(now - self._looked_at, 2 * LOOK_EVERY)
        self._looked_at = now
        for each in self._watched:
            beat = each.beat_at
            self._silent[each.name] = self._silent[each.name] + passed if beat == self._beats.get(each.name) else 0.0
            self._beats[each.name] = beat
            if not each.is_alive:
                self._cry(f"the {each.name} loop has ended")
            elif self._silent[each.name] > each.patience:
                self._cry(f"the {each.name} loop has stood still for {self._silent[each.name]:.0f} s")

    def _watch(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            self.look(time.monotonic())

    def _cry(self, what: str) -> None:
        if self.verdict is None:
            self.verdict = what
            log.critical("%s", what)
            self._cries(what)
