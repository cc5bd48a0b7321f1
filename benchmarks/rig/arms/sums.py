"""A process that only sums up: `python sums.py URL FIRST_DAY ROUNDS` says how long it took and how much it holds.

Meanwhile another thread waits for deadlines, as the bot's loop does, and reads what is due next: how late that is known
while nothing is summed up, and while it is.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta

from rig.years import MONDAY
from slackbot.app import SWITCH_EVERY
from slackbot.core.digest import Digest
from slackbot.core.periods import Period
from slackbot.core.summary_request import SummaryRequest
from slackbot.services.summaries import digest
from storage.engine import open_store
from storage.unit_of_work import Store

_DEADLINE = 0.005


def _lateness(store: Store, while_this: Callable[[], None]) -> list[float]:
    """Meet one deadline after the other until something has ended; gives the seconds by which each was missed."""
    ended, late = threading.Event(), list[float]()

    def wait() -> None:
        while not ended.is_set():
            began = time.perf_counter()
            ended.wait(_DEADLINE)
            with store.read() as tx:
                tx.escalations.next_moment()
            late.append(time.perf_counter() - began - _DEADLINE)

    waiting = threading.Thread(target=wait)
    waiting.start()
    while_this()
    ended.set()
    waiting.join()
    return late[:-1]


def _sum_up(store: Store, request: SummaryRequest) -> Digest:
    with store.read() as tx:
        (workspace,) = tx.workspaces.all()
        return digest(tx, workspace, request, MONDAY + timedelta(weeks=2))


def main() -> None:
    """Open the database read-only, sum up the week again and again, and say what that took."""
    url, first, rounds = sys.argv[1], date.fromisoformat(sys.argv[2]), int(sys.argv[3])
    request = SummaryRequest(Period(first, first + timedelta(7), "UTC"))
    sys.setswitchinterval(SWITCH_EVERY)
    store = open_store(url, exclusive=False)
    found = _sum_up(store, request)  # compiles the statements
    spans: list[float] = []

    def again() -> None:
        for _ in range(rounds):
            began = time.perf_counter()
            _sum_up(store, request)
            spans.append(time.perf_counter() - began)

    busy = _lateness(store, again)
    idle = _lateness(store, lambda: time.sleep(max(1.0, sum(spans))))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    store.close()
    said = {"seconds": spans, "megabytes": peak, "raised": found.figures.raised, "busy": busy, "idle": idle}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
