"""The alarm: one job in APScheduler's memory, set to the earliest moment any loop waits for; it only sets events.

Work inside a job that re-arms itself loses the alarm for ever in APScheduler 3.11 (a run that falls due while the old
one has not returned is skipped and erased), and a durable job store drops what fell due while the process was down. So
the job does nothing but wake the loops, and every loop also wakes by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from apscheduler.job import Job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from slackbot.clock import Clock, SystemClock


class Alarm:
    """Wakes each loop at the moment it named (wire time), and everybody when somebody rings.

    `clock` tells wire time; without one it is the machine's own.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._wire = clock or SystemClock()
        self._machine = SystemClock()
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._lock = threading.Lock()
        self._moments: dict[str, tuple[datetime, Callable[[], None]]] = {}
        self._sleepers: list[Callable[[], None]] = []
        self._job: Job | None = None
        self._armed: datetime | None = None

    def start(self) -> None:
        """Begin to keep time."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        if not self._scheduler.running:
            return
        # A pass of APScheduler's thread that finds itself stopped half-way dies of it; so let it end first.
        self._scheduler.pause()
        self._scheduler.remove_all_jobs()
        self._scheduler.shutdown(wait=False)

    def wakes(self, sleeper: Callable[[], None]) -> None:
        """Enrol somebody to be woken when it rings; what is given must return at once."""
        self._sleepers.append(sleeper)

    def ring(self) -> None:
        """Wake everybody now."""
        for wake in self._sleepers:
            wake()

    def at(self, name: str, moment: datetime | None, wake: Callable[[], None]) -> None:
        """Name the next moment that matters to somebody, and how to wake them then; or that none does."""
        with self._lock:
            if moment is None:
                self._moments.pop(name, None)
            else:
                self._moments[name] = (moment, wake)
            self._arm()

    def _arm(self) -> None:
        earliest = min((moment for moment, _ in self._moments.values()), default=None)
        if earliest == self._armed:
            return
        if self._job is not None:
            with suppress(JobLookupError):  # it is ringing at this moment
                self._job.remove()
        self._armed, self._job = earliest, None
        if earliest is not None:
            # APScheduler goes by the machine's clock.
            trigger = DateTrigger(earliest + (self._machine.now() - self._wire.now()))
            self._job = self._scheduler.add_job(self._went_off, trigger, misfire_grace_time=None, args=(earliest,))

    def _went_off(self, moment: datetime) -> None:
        with self._lock:
            due = {name: wake for name, (at, wake) in self._moments.items() if at <= moment}
            for name in due:
                del self._moments[name]
            if self._armed == moment:
                self._job, self._armed = None, None
            self._arm()
        for wake in due.values():
            wake()
