"""Programs that are told what to wait for: Rung under watch, and APScheduler's date jobs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rig.desk import Desk
from rig.machine import ARMS, wait_until
from slackbot.runtime.control import ask
from slackbot.simulator.model import Draft

_QUIET = 1.5
_LOOK_EVERY = 0.1


@dataclass(slots=True)
class Watched:
    """Rung under watch, at a desk."""

    desk: Desk

    def start(self) -> None:
        """Start it."""
        self.desk.command = [str(ARMS / "watched.py"), str(self._door)]
        self.desk.start()

    def asks(self, verb: str, **words: Any) -> Any:
        """Have it do something."""
        return ask(self._door, {"verb": verb, **words})

    def stores(self, verb: str, **words: Any) -> Any:
        """Have it store open escalations; one card and one message to the agent stand in Slack for all of them."""
        simulator = self.desk.simulator
        ana, workspace = simulator.person("ana"), simulator.workspace
        places = {"card": simulator.channel("tier-2").id, "case": ana.dm.id}
        stood = {
            name: (place, workspace.history.post(place, workspace.app.author, Draft(name)).ts)
            for name, place in places.items()
        }
        return self.asks(verb, agent=ana.id, **stood, **words)

    def pinged(self, name: str) -> list[int]:
        """Count the pings of each case whose id begins so, those without any left out."""
        counted = "SELECT count(*) FROM history WHERE code = 'pinged' AND escalation_id LIKE ? GROUP BY escalation_id"
        return [int(str(row[0])) for row in self.desk.rows(counted, f"{name}-%")]

    def comes_through(self, name: str, count: int, timeout: float) -> None:
        """Wait real seconds until so many cases whose id begins so were pinged; raises BenchError."""
        wait_until(lambda: len(self.pinged(name)) >= count, f"{count} pings of {name}", timeout, self.desk.arm)

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
