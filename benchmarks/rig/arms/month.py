"""Four weeks in the demo's house, its clock moved from case to case; says what the simulator holds after each.

month.py folder cases
    folder: where the database goes
    cases: how many are raised, called again, taken, solved and closed in a week

It answers with one line of JSON: for each week the megabytes in all, those of messages, and how many these are.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rig.machine import ARMS
from slackbot.cli.workplace.app_process import AppProcess
from slackbot.cli.workplace.furnish import furnished, policy
from slackbot.cli.workplace.past import Past
from slackbot.cli.workplace.serve import KEPT
from slackbot.clock import ScaledClock, SystemClock
from slackbot.simulator.server import Simulator
from storage.migrate import upgrade

MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
WEEKS = 4
WEEK = timedelta(weeks=1)
PATIENCE = 30.0
HEARS_IN = 0.3
"""Seconds in which Rung has certainly read where its clock stands: a case must not be raised at the hour before."""

AGENTS = ("ana", "ben", "noor")
SOLUTION = {
    "What to tell the customer": "It is corrected, and we checked it together.",
    "What could be done on the first level next time?": "See the page 'First checks' in the handbook.",
}
_MEGABYTE = 2**20


class Month:
    """The house, its people and its clock."""

    def __init__(self, simulator: Simulator, app: AppProcess, calendar: ScaledClock) -> None:
        self.simulator = simulator
        self._app = app
        self._calendar = calendar
        self._raised = 0

    def lives(self, begins: datetime, cases: int) -> None:
        """Live one week, the cases evenly over it."""
        for number in range(cases):
            self._goes_to(begins + WEEK * number / cases)
            self._case()
        self.simulator.person("dana").types("/escalations summary", in_="#support-managers")

    def _case(self) -> None:
        self._raised += 1
        summary = f"Order {self._raised:05} is stuck"
        agent = self.simulator.person(AGENTS[self._raised % len(AGENTS)])
        if self._raised % 2:
            agent.types(f'/escalate {summary} category:"Account" customer:"Nordic"', in_="#support")
        else:
            agent.types("/escalate", in_="#support")
            agent.chooses("Category", "Account")
            agent.modal_shows("Goes to", "Team leads")
            agent.fills(Summary=summary, Customer="Nordic")
            agent.submits()
            agent.modal_shows("ESC-")
            agent.closes()
        tier = self.simulator.channel("#tier-2")
        card = tier.shows(summary, "Acknowledge", within=PATIENCE)
        self._goes_to(self._calendar.now() + timedelta(minutes=10, seconds=1))
        tier.thread(card).shows("call 2", within=PATIENCE)
        lena = self.simulator.person("lena")
        lena.clicks("Acknowledge", on=card)
        tier.shows(summary, "has it and promised")
        lena.clicks("Answered", on=card.now())
        tier.shows(summary, "gave a first answer")
        lena.types("/escalations open", in_="#tier-2")
        lena.clicks("Resolve", on=card.now())
        lena.fills(**SOLUTION)
        lena.submits()
        agent.clicks("Solved", on=agent.dm.shows(summary, "Did it solve the case?"))
        tier.shows(summary, "Closed")

    def _goes_to(self, moment: datetime) -> None:
        self._calendar.set(max(moment, self._calendar.now()), 1)
        self._app.set_clock()
        time.sleep(HEARS_IN)


def size_of(things: Iterable[Any]) -> int:
    """Say how many bytes plain values take, what they share counted once."""
    seen: set[int] = set()
    left = list(things)
    total = 0
    while left:
        each = left.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        total += sys.getsizeof(each)
        if isinstance(each, dict):
            left += [*each.keys(), *each.values()]
        elif isinstance(each, list | tuple | set | frozenset):
            left += each
        elif is_dataclass(each):
            left += [getattr(each, field.name) for field in fields(each)]
    return total


def main(folder: Path, cases: int) -> None:
    """Live four weeks and say what they left."""
    tracemalloc.start()
    url = f"sqlite:///{folder / 'month.db'}"
    upgrade(url)
    calendar = ScaledClock(SystemClock(), 0)
    calendar.set(MONDAY - timedelta(days=400), 0)
    weeks = []
    with Simulator(furnished(calendar, calendar), kept=KEPT) as simulator:
        Past(simulator, url, calendar, policy()).play(MONDAY)
        calendar.set(MONDAY, 1)
        environment = {
            "SLACK_BOT_TOKEN": simulator.bot_token,
            "SLACK_APP_TOKEN": simulator.app_token,
            "SLACK_API_URL": simulator.api_url,
            "DATABASE_URL": url,
        }
        app = AppProcess(lambda: environment, calendar, folder / "month.log", [str(ARMS / "hasty.py")])
        app.start()
        simulator.wait_connected(timeout=30)
        month = Month(simulator, app, calendar)
        for week in range(WEEKS):
            month.lives(MONDAY + WEEK * week, cases)
            gc.collect()
            messages = simulator.workspace.history.everything()
            held = tracemalloc.get_traced_memory()[0] / _MEGABYTE
            weeks.append({"held": held, "messages": size_of(messages) / _MEGABYTE, "count": len(messages)})
        app.stop()
    print(json.dumps(weeks))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
