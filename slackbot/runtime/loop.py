"""A loop of ours: runs a step until nothing is left, then sleeps until the alarm, a wake-up, or its own safety tick."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.clock import Clock
from slackbot.errors import RungError, StorageError
from slackbot.runtime.alarm import Alarm
from slackbot.runtime.watchdog import PATIENCE

log = logging.getLogger(__name__)

SAFETY_TICK = 5.0
"""Seconds: no lost wake-up and no step of the machine's clock delays anything by more than this."""

BREATH = 0.05
"""Seconds of quiet between a wake-up and the pass it causes: acks leave first, and a burst's commits share one pass.

A moment that has come is not kept waiting.
"""

LONGEST_BREATH = 0.25
"""Seconds after which a burst that goes on gets its pass all the same."""

_AFTER_ERROR = 1.0
_AFTER_OUTAGE = 0.5
_SAY_AGAIN = 60.0
"""Seconds after which a trouble that lasts is said again: five loops that each say it every second hide the rest."""

_AT_ONCE = 5
"""Passes in a row that may leave something: a moment that comes while we ask for the next one is not told apart."""

_OVERDUE = 0.05
"""Seconds between further passes, until one leaves nothing undone."""

NEAR = 0.1
"""Seconds before a moment at which the alarm rings: the last stretch a loop waits by itself.

APScheduler hands a job to a pool, which takes milliseconds and, on a busy machine, tens of them.
"""


@dataclass(frozen=True, slots=True)
class Work:
    """What a loop does: `step` says whether more may be waiting, `next_moment` when to look again (wire time).

    A step that has not come back after `patience` seconds is taken for hung.
    """

    name: str
    step: Callable[[], bool]
    next_moment: Callable[[], datetime | None]
    patience: float = PATIENCE


class Loop:
    """A thread around a step. The step itself knows of no thread, so that tests and simulations call it directly."""

    def __init__(self, work: Work, clock: Clock, alarm: Alarm, *, tick: float = SAFETY_TICK) -> None:
        self._tick = tick
        self._work = work
        self._clock = clock
        self._alarm = alarm
        self._bell = threading.Condition()
        self._woken = False
        self._woken_at = 0.0
        self._is_due = False
        self._is_near = False
        self._overdue = 0
        self._trouble = ""
        self._said_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"rung-{work.name}", daemon=True)
        self.last_pass: datetime | None = None
        self.beat_at = time.monotonic()
        alarm.wakes(self.wake)

    @property
    def name(self) -> str:
        """Say what it is called."""
        return self._work.name

    @property
    def patience(self) -> float:
        """Say after how many seconds without a beat it is dead."""
        return self._work.patience

    @property
    def is_alive(self) -> bool:
        """Say whether its thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin."""
        self.beat_at = time.monotonic()
        self._thread.start()

    def wake(self) -> None:
        """Look soon whether there is something to do."""
        self._woken_at = time.monotonic()
        if not self._woken:  # a burst wakes a loop that breathes many times
            with self._bell:
                self._woken = True
                self._bell.notify()

    def hurry(self) -> None:
        """Do a step at once."""
        with self._bell:
            self._is_due = True
            self._bell.notify()

    def approach(self) -> None:
        """Look at once: the moment that was waited for is about to come."""
        with self._bell:
            self._is_near = True
            self._bell.notify()

    def leave(self) -> None:
        """End after the step at hand, without waiting for it."""
        self._stopping.set()
        self.hurry()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the step at hand and end; waits at most `timeout` seconds for it."""
        self.leave()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        is_due = True
        while not self._stopping.is_set():
            is_due = self._sleep(self._pass(is_due=is_due))

    def _sleep(self, seconds: float) -> bool:
        """Sleep until there may be something to do; says whether a step is due, or only a look asked for."""
        until = time.monotonic() + seconds
        with self._bell:
            self._bell.wait_for(lambda: self._woken or self._is_due or self._is_near, seconds)
            if self._woken:
                self._breathe(min(time.monotonic() + LONGEST_BREATH, until))
            only_a_look = (self._woken or self._is_near) and not self._is_due and time.monotonic() < until
            self._woken = self._is_due = self._is_near = False
        return not only_a_look

    def _breathe(self, until: float) -> None:
        while not (self._is_due or self._is_near):
            left = min(self._woken_at + BREATH, until) - time.monotonic()
            if left <= 0:
                return
            self._bell.wait(left)

    def _say(self, trouble: str) -> None:
        """Log what is known to go wrong, and its cure, without a trace; once, then every minute."""
        now = time.monotonic()
        if trouble != self._trouble or now - self._said_at >= _SAY_AGAIN:
            self._trouble, self._said_at = trouble, now
            log.error("the %s loop waits and tries again: %s", self.name, trouble)

    def _pass(self, *, is_due: bool) -> float:
        """Do what there is to do, and say for how many seconds at most to sleep."""
        self.beat_at = time.monotonic()
        try:
            moment = None if is_due else self._work.next_moment()
            begun = ended = self._clock.now()
            if is_due or (moment is not None and moment <= self._clock.now()):
                while not self._stopping.is_set() and self._work.step():
                    self.last_pass = self._clock.now()
                    self.beat_at = time.monotonic()
                ended = self._clock.now()
                moment = self._work.next_moment()
            self.last_pass = self._clock.now()
        except RungError as error:
            self._say(str(error))
            return _AFTER_OUTAGE if isinstance(error, StorageError) else _AFTER_ERROR
        except Exception:
            log.exception("the %s loop failed; it goes on in %s s", self.name, _AFTER_ERROR)
            return _AFTER_ERROR
        self._trouble = ""
        remaining = self._tick if moment is None else (moment - self._clock.now()).total_seconds()
        if remaining <= 0:
            # At once for what fell due meanwhile; what the step leaves undone would only burn the processor.
            fell_due_meanwhile = moment is not None and begun < moment <= ended
            self._overdue = 0 if fell_due_meanwhile else self._overdue + 1
            return 0.0 if self._overdue <= _AT_ONCE else _OVERDUE
        self._overdue = 0
        if remaining <= NEAR:
            return remaining
        self._alarm.at(self.name, moment and moment - timedelta(seconds=NEAR), self.approach)
        return self._tick
