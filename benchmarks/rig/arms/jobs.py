"""Deadlines as jobs of APScheduler's, in its own store, among others that are far ahead.

jobs.py door open
    door: the local socket by which it is told which moments to wait for
    open: how many jobs to store that nothing happens to
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from slackbot.runtime.control import ControlDoor

FAR = timedelta(days=1)
LATE: list[float] = []


def note(due_at: float) -> None:
    """Note by how many seconds this job began late."""
    LATE.append(time.time() - due_at)


def far_ahead() -> None:
    """Do what no job here comes to do."""


class Jobs:
    """The scheduler, and what it can be told."""

    def __init__(self, url: str) -> None:
        self.scheduler = BackgroundScheduler(timezone="UTC")
        self.scheduler.add_jobstore(SQLAlchemyJobStore(url))

    def fill(self, count: int) -> None:
        """Store jobs that wait for tomorrow."""
        self.scheduler.start(paused=True)
        for number in range(count):
            at = datetime.now(UTC) + FAR + timedelta(milliseconds=number)
            self.scheduler.add_job(far_ahead, "date", run_date=at)
        self.scheduler.resume()

    def deadlines(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Store a job for each of some moments, and say how late each began."""
        LATE.clear()
        count, every = int(request["count"]), float(request["every"])
        # Its store takes milliseconds for each job: they are stored before the first of them is due.
        start = time.time() + float(request["ahead"])
        self.scheduler.pause()
        for number in range(count):
            due_at = start + number * every
            at = datetime.fromtimestamp(due_at, UTC)
            self.scheduler.add_job(note, "date", run_date=at, args=(due_at,), misfire_grace_time=None)
        self.scheduler.resume()
        if time.time() > start:
            raise RuntimeError("the first job was due before the last was stored")
        until = start + count * every + 10
        while len(LATE) < count and time.time() < until:
            time.sleep(0.05)
        return {"late": list(LATE)}


def main() -> None:
    """Run until told to stop."""
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    jobs = Jobs(os.environ["DATABASE_URL"])
    jobs.fill(int(sys.argv[2]))
    door = ControlDoor(Path(sys.argv[1]), {"deadlines": jobs.deadlines})
    door.start()
    print("ready", flush=True)
    stopping.wait()
    door.stop()
    jobs.scheduler.shutdown()


if __name__ == "__main__":
    main()
