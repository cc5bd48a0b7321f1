"""Deadlines the usual way: APScheduler with its default settings and a job store, one date job for each.

dates.py file count moment
    file: where each job that ran leaves a line, its number
    count: how many jobs to store; 0 after a restart
    moment: when they fall due, in seconds since 1970
"""

from __future__ import annotations

import os
import sys
import threading
from datetime import UTC, datetime
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from slack_sdk import WebClient
from sqlalchemy import create_engine, event


def call(number: int, file: str) -> None:
    """Call the tier in Slack and note that this job ran."""
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    client.chat_postMessage(channel=os.environ["BENCH_CHANNEL"], text=f"case {number}")
    with open(file, "a", encoding="ascii") as notes:  # noqa: PTH123 appended by many threads, a line each
        notes.write(f"{number}\n")


def fill(url: str, count: int, moment: float, file: str) -> None:
    """Store the jobs, nothing being run yet and, to be quick, without waiting for the disk."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_jobstore(SQLAlchemyJobStore(engine=engine))
    scheduler.start(paused=True)
    at = datetime.fromtimestamp(moment, UTC)
    for number in range(count):
        scheduler.add_job(call, "date", run_date=at, args=(number, file))
    scheduler.shutdown()
    engine.dispose()


def main() -> None:
    """Run until killed."""
    file, count, moment = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    url = os.environ["DATABASE_URL"]
    fill(url, count, moment, file)
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_jobstore(SQLAlchemyJobStore(url))
    scheduler.start()
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
