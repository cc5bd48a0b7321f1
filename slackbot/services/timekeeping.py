"""One time for all replicas: what the database's clock shows, asked for again and again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from slackbot.clock import Clock, CorrectedClock, SystemClock, machine_ticks
from storage.unit_of_work import Store

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=10)
WORTH_SAYING = timedelta(seconds=2)
"""How far the machine's clock may be off before the log says so; nothing of ours goes by it, but others' logs do."""

_ASKED_AT_ONCE = 3
_TOO_SLOW = 1.0
"""Seconds; an answer that was longer under way says too little."""


class Timekeeper:
    """Sets `clock` by the database's, as a step without a thread."""

    def __init__(self, store: Store, clock: CorrectedClock, machine: Clock, ticks: Callable[[], float]) -> None:
        self.clock = clock
        self._store = store
        self._machine = machine
        self._ticks = ticks
        self._next = clock.now()
        self._is_off = False

    def step(self) -> bool:
        """Ask the database what time it is; of several answers the quickest counts. There is never more to do."""
        self._next = self.clock.now() + EVERY
        answers = []
        with self._store.read() as tx:
            for _ in range(_ASKED_AT_ONCE):
                asked = self._ticks()
                told = tx.time()
                answers.append((self._ticks() - asked, asked, told))
        took, asked, told = min(answers, key=lambda answer: answer[0])
        if told is not None and took <= _TOO_SLOW:
            self.clock.correct(told, asked + took / 2)
            self._next = told + EVERY
            self._compare(self._machine.now() - self.clock.now())
        return False

    def next_moment(self) -> datetime:
        """Say when to ask again (wire time)."""
        return self._next

    def _compare(self, off: timedelta) -> None:
        was_off, self._is_off = self._is_off, abs(off) > WORTH_SAYING
        if self._is_off and not was_off:
            log.warning(
                "this machine's clock is %.1f s %s the database's, which Rung goes by; set it right (NTP)",
                abs(off).total_seconds(),
                "ahead of" if off > timedelta(0) else "behind",
            )


def time_of(store: Store, machine: Clock) -> datetime:
    """Say what time it is for the house, once: the database's own, where it has a clock, or else the machine's."""
    with store.read() as tx:
        return tx.time() or machine.now()


def timekeeper_of(store: Store, machine: Clock | None = None) -> Timekeeper | None:
    """Make a timekeeper whose clock is right already; None for a database that has no clock of its own (SQLite).

    Raises:
        StorageError: the database can't be asked.
    """
    with store.read() as tx:
        told = tx.time()
    if told is None:
        return None
    keeper = Timekeeper(store, CorrectedClock(machine_ticks, told), machine or SystemClock(), machine_ticks)
    keeper.step()
    return keeper
