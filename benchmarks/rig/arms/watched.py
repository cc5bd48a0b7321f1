"""Rung as `rung run` wires it, with a watch on its deadlines: when each pass looked and when its claims were on disk.

watched.py door
    door: the local socket by which it is told what to store and asked what it saw
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rig.seeding import Stood, raise_at_once, seed
from slackbot.app import Rung
from slackbot.clock import Clocks, SystemClock
from slackbot.core.policy import Severity
from slackbot.runtime.control import ControlDoor
from slackbot.services.acknowledge import acknowledge
from slackbot.services.context import Requester
from slackbot.services.installing import has_policy
from slackbot.services.policies import apply_first
from slackbot.services.sweep import BATCH
from slackbot.services.transact import Done
from slackbot.settings import Settings, load_settings
from storage.engine import open_store
from storage.migrate import upgrade

DEADLINES = "rung-deadlines"
ACTED = "rung_deadline_lateness_seconds_count"
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Watch:
    """A clock that remembers what the deadlines' thread was told first in a transaction, and each that was committed.

    That first moment is the one by which a pass says what is due.
    """

    asked_at: datetime | None = None
    sweeping: bool = False
    passes: list[tuple[datetime, datetime]] = field(default_factory=list)

    def now(self) -> datetime:
        """Say what time it is."""
        moment = datetime.now(UTC)
        if self.asked_at is None and threading.current_thread().name == DEADLINES:
            self.asked_at = moment
        return moment

    @contextmanager
    def writing(self, writer: Callable[[], AbstractContextManager[sa.Connection]]) -> Iterator[sa.Connection]:
        """Open a transaction for writing; one of the deadlines' thread is remembered once it is committed."""
        ours = self.sweeping and threading.current_thread().name == DEADLINES
        with writer() as connection:
            if ours:
                self.asked_at = None
            yield connection
        if ours and self.asked_at is not None:
            self.passes.append((self.asked_at, datetime.now(UTC)))

    def sweeps(self, step: Callable[[], bool]) -> bool:
        """Do a pass; the heartbeat, which shares the loop, is none."""
        self.sweeping = True
        try:
            return step()
        finally:
            self.sweeping = False

    def lateness(self, deadlines: list[datetime]) -> list[float]:
        """Say for each deadline how many seconds later its claim was committed; those not yet claimed are left out."""
        open_, late = sorted(deadlines), []
        for asked_at, done_at in self.passes:
            claimed = [each for each in open_[:BATCH] if each <= asked_at]
            late += [(done_at - each).total_seconds() for each in claimed]
            open_ = open_[len(claimed) :]
        return late


class Watched:
    """The house, and what it can be asked."""

    def __init__(self, settings: Settings) -> None:
        self.watch = Watch()
        store = open_store(settings.database_url)
        watched = replace(store, writer=partial(self.watch.writing, store.writer))
        self.rung = Rung(settings, watched, Clocks(case=self.watch, wire=SystemClock()))
        engine = self.rung.engine
        engine.sweep.step = partial(self.watch.sweeps, engine.sweep.step)  # type: ignore[method-assign]
        if not has_policy(engine.ctx, self.rung.workspace):
            text = settings.rung_policy.read_text("utf-8")
            apply_first(engine.ctx, engine.gateway, self.rung.workspace, text, "bench")

    def fill(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Store open escalations that nothing happens to for an hour."""
        moment = datetime.now(UTC) + HOUR
        moments = [moment + timedelta(milliseconds=number) for number in range(int(request["count"]))]
        self._seed(moments, Severity.LOW, request)
        return {"stored": len(moments)}

    def deadlines(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Store escalations that fall due one after another, or all at once, `ahead` seconds from now on."""
        start = datetime.now(UTC) + timedelta(seconds=float(request["ahead"]))
        every = timedelta(seconds=float(request["every"]))
        moments = [start + number * every for number in range(int(request["count"]))]
        self._seed(moments, Severity.NORMAL, request)
        if not request.get("wait", True):
            return {"last": moments[-1].timestamp()}
        patience = moments[-1] + timedelta(seconds=float(request.get("patience", 10)))
        while len(late := self.watch.lateness(moments)) < len(moments) and datetime.now(UTC) < patience:
            time.sleep(0.05 if datetime.now(UTC) > moments[-1] else 0.5)
        return {"late": late}

    def cards(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Raise many cases at one moment, each given as category and severity."""
        cases = [(str(category), Severity(severity)) for category, severity in request["cases"]]
        raise_at_once(self.rung.engine, self.rung.workspace, str(request["agent"]), cases)
        return {"raised": len(cases)}

    def take(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Acknowledge the first of those cases, one after the other."""
        asked = Requester(self.rung.workspace.team_id, str(request["lead"]), self.rung.workspace.team_id)
        taken = [
            acknowledge(self.rung.engine.ctx, asked, f"card-{number:05}", f"bench-{number}")
            for number in range(int(request["count"]))
        ]
        self.rung.wake()
        return {"taken": sum(isinstance(each, Done) for each in taken)}

    def wake(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Look at once whether there is something to do."""
        del request
        self.rung.wake()
        return {}

    def acted(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Say on how many deadlines this process has acted, as its own metrics have it."""
        del request
        lines = self.rung.metrics.exposition().decode().splitlines()
        (line,) = (each for each in lines if each.startswith(ACTED))
        return {"acted": float(line.split()[1])}

    def _seed(self, moments: list[datetime], severity: Severity, request: Mapping[str, Any]) -> None:
        agent, case = str(request["agent"]), tuple(request["case"])
        stood = [Stood(agent, (channel, ts), case, category) for category, channel, ts in request["cards"]]
        seed(self.rung.engine, self.rung.workspace, moments, severity, str(request["name"]), stood)
        self.rung.wake()


def main() -> None:
    """Run until told to stop."""
    logging.basicConfig(level=logging.WARNING)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    settings = load_settings()
    upgrade(settings.database_url)
    watched = Watched(settings)
    verbs = (watched.fill, watched.deadlines, watched.cards, watched.take, watched.wake, watched.acted)
    door = ControlDoor(Path(sys.argv[1]), {verb.__name__: verb for verb in verbs})
    door.start()
    watched.rung.start()
    stopping.wait()
    door.stop()
    watched.rung.stop()


if __name__ == "__main__":
    main()
