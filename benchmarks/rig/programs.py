"""Programs that are told what to wait for: Rung under watch, and APScheduler's date jobs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.desk import Desk
from rig.machine import ARMS, BenchError, wait_until
from slackbot.runtime.control import ask
from slackbot.simulator.model import Draft

_QUIET = 1.5
_LOOK_EVERY = 0.1
_STORING = 180.0
_STORES_ONE_IN = 0.02


@dataclass(slots=True)
class Watched:
    """Rung under watch, at a desk; where several share one, each has a door of its own."""

    desk: Desk
    door: str = "door"

    def start(self) -> None:
        """Start it."""
        self.desk.command = [str(ARMS / "watched.py"), str(self._door)]
        self.desk.start()

    def asks(self, verb: str, **words: Any) -> Any:
        """Have it do something."""
        return ask(self._door, {"verb": verb, **words})

    def stores(self, verb: str, **words: Any) -> Any:
        """Have it store open escalations; one card and one message to the agent stand in Slack for all of them."""
        return self.stores_beside(verb, [("Other", *self._stands("card", "tier-2"))], **words)

    def stores_beside(self, verb: str, cards: list[tuple[str, str, str]], **words: Any) -> Any:
        """Have it store open escalations whose cards stand already: category, channel and ts, used in turn."""
        ana, workspace = self.desk.simulator.person("ana"), self.desk.simulator.workspace
        told = workspace.history.post(ana.dm.id, workspace.app.author, Draft("case"))
        return self.asks(verb, agent=ana.id, case=(ana.dm.id, told.ts), cards=cards, **words)

    def _stands(self, text: str, channel: str) -> tuple[str, str]:
        place, workspace = self.desk.simulator.channel(channel).id, self.desk.simulator.workspace
        return place, workspace.history.post(place, workspace.app.author, Draft(text)).ts

    def wakes(self) -> None:
        """Have it look at once whether there is something to do."""
        self.asks("wake")

    def pinged(self, name: str) -> list[int]:
        """Count the pings of each case whose id begins so, those without any left out."""
        pings = "SELECT count(*) FROM history WHERE code = 'pinged' AND escalation_id LIKE :begins"
        rows = self.desk.rows(f"{pings} GROUP BY escalation_id", begins=f"{name}-%")
        return [int(str(row[0])) for row in rows]

    def comes_through(self, name: str, count: int, timeout: float) -> None:
        """Wait real seconds until so many cases whose id begins so were pinged; raises BenchError."""
        wait_until(lambda: len(self.pinged(name)) >= count, f"{count} pings of {name}", timeout, self.desk.arm)

    @property
    def _door(self) -> Path:
        return self.desk.folder / self.door


@dataclass(slots=True)
class Jobs:
    """APScheduler with a job for each deadline, in a store of its own, at a desk."""

    desk: Desk

    def start(self, open_jobs: int) -> None:
        """Start it with so many jobs that wait for tomorrow."""
        self.desk.command = [str(ARMS / "jobs.py"), str(self._door), str(open_jobs)]
        self.desk.launch().wait_for_line("ready", _STORING)

    def late(self, count: int, every: float, ahead: float) -> list[float]:
        """Let as many jobs fall due, so many seconds apart; gives the seconds by which each began late."""
        longer = ahead + count * _STORES_ONE_IN
        found: list[float] = ask(self._door, {"verb": "deadlines", "count": count, "every": every, "ahead": longer})[
            "late"
        ]
        if len(found) != count:
            raise BenchError(f"{len(found)} of {count} jobs ran")
        return found

    @property
    def _door(self) -> Path:
        return self.desk.folder / "door"


@dataclass(slots=True)
class Dates:
    """APScheduler's date jobs, at a desk of their own."""

    desk: Desk
    rounds: int = 0
    due_at: float = 0.0

    def fill(self, count: int, moment: float) -> Path:
        """Store jobs for one instant (seconds since 1970); gives the file in which each that runs leaves a line."""
        self.rounds += 1
        self.due_at = moment
        notes = self.desk.folder / f"ran-{self.rounds}"
        notes.touch()
        self._start(notes, count, moment)
        return notes

    def restart(self, notes: Path) -> None:
        """Start again with what is in the job store."""
        self._start(notes, 0, 0.0)

    def stop(self) -> None:
        """End it."""
        self.desk.arm.kill()

    def ran(self, notes: Path) -> list[int]:
        """Wait until they are due and no more of them run; count how often each did, those that never did left out."""
        time.sleep(max(0.0, self.due_at - time.time()))
        size, since = -1, time.monotonic()
        while time.monotonic() - since < _QUIET:
            if notes.stat().st_size != size:
                size, since = notes.stat().st_size, time.monotonic()
            time.sleep(_LOOK_EVERY)
        numbers = notes.read_text("ascii").split()
        return [numbers.count(each) for each in set(numbers)]

    def _start(self, notes: Path, count: int, moment: float) -> None:
        self.desk.command = [str(ARMS / "dates.py"), str(notes), str(count), str(moment)]
        self.desk.launch(BENCH_CHANNEL=self.desk.simulator.channel("tier-2").id).wait_for_line("ready")
