"""What becomes of a thousand deadlines at one instant, and of a thousand that pass while nothing runs."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rig.desk import desk
from rig.figures import Figure, high, milliseconds, repetitions, report, typical
from rig.machine import BenchError
from rig.postgres import postgresql
from rig.programs import Dates, Watched

CROWD = 1000
AHEAD = 8.0
RESTART_AHEAD = 14.0
"""Seconds in which both programs store a thousand deadlines; before a restart one after the other."""

DOWN_SECONDS = 5.0
BEFORE_DUE = 3.0
"""Seconds from the stop to the deadlines that pass while nothing runs."""

MOST_RESTARTS = 3
CATCHES_UP_IN = 20.0


@dataclass(slots=True)
class Shares:
    """Of a thousand deadlines in each round: how many were acted on, and how many twice."""

    acted: list[float] = field(default_factory=list)
    twice: int = 0

    def add(self, counts: list[int]) -> None:
        """Add a round: how often each deadline that was acted on at all was."""
        self.acted.append(len(counts))
        self.twice += sum(count > 1 for count in counts)

    def figure(self, name: str, control: Shares | None = None) -> Figure:
        """Put it beside the control, where there is one."""
        samples = {"ours": self.acted} | ({"control": control.acted} if control else {})
        return Figure(
            name,
            f"{min(self.acted):.0f} of {CROWD}, {self.twice} twice",
            f"{typical(control.acted):.0f} of {CROWD}, {control.twice} twice" if control else "-",
            value=min(self.acted) / CROWD - self.twice,
            target=1,
            at_least=True,
            unit="",
            samples=samples,
        )


def at_one_instant(rung: Watched, dates: Dates, rounds: int) -> list[Figure]:
    """Let a thousand deadlines fall due at one instant."""
    ours, theirs, late = Shares(), Shares(), []
    for number in range(rounds):
        notes = dates.fill(CROWD, time.time() + AHEAD)
        name = f"crowd{number}"
        answer = rung.stores("deadlines", name=name, count=CROWD, every=0, ahead=1, patience=CATCHES_UP_IN)
        late.append(high(answer["late"]))
        ours.add(rung.pinged(name))
        theirs.add(dates.ran(notes))
        dates.stop()
    return [
        ours.figure(f"G5 {CROWD} deadlines at one instant, acted on", theirs),
        Figure("G5 the same, p99 from deadline to claim", milliseconds(typical(late)), samples={"ours": late}),
    ]


def of_two_processes(rung: Watched, other: Watched, rounds: int) -> list[Figure]:
    """Let a thousand deadlines fall due at one instant for two processes that share a database."""
    ours = Shares()
    for number in range(rounds):
        name, due = f"shared{number}", time.time() + RESTART_AHEAD
        rung.stores("deadlines", name=name, count=CROWD, every=0, ahead=due - time.time(), wait=False)
        if time.time() > due:
            raise BenchError("storing the deadlines took too long on this machine")
        other.wakes()
        rung.comes_through(name, CROWD, CATCHES_UP_IN + due - time.time())
        ours.add(rung.pinged(name))
    shares = [each.asks("acted")["acted"] for each in (rung, other)]
    if not all(shares):
        raise BenchError(f"one process did all of it: {shares}")
    return [ours.figure(f"G5 {CROWD} deadlines, two processes on one PostgreSQL, acted on")]


def over_a_restart(rung: Watched, dates: Dates, rounds: int) -> list[Figure]:
    """Let a thousand deadlines pass while nothing runs."""
    ours, theirs = Shares(), Shares()
    for number in range(rounds):
        name, due = f"restart{number}", time.time() + RESTART_AHEAD
        notes = dates.fill(CROWD, due)
        rung.stores("deadlines", name=name, count=CROWD, every=0, ahead=due - time.time(), wait=False)
        left = due - BEFORE_DUE - time.time()
        if left < 0:
            raise BenchError(f"storing the deadlines took {-left:.1f} s too long on this machine")
        time.sleep(left)
        dates.stop()
        rung.desk.arm.stop()
        time.sleep(DOWN_SECONDS)
        dates.restart(notes)
        rung.start()
        rung.comes_through(name, CROWD, CATCHES_UP_IN)
        ours.add(rung.pinged(name))
        theirs.add(dates.ran(notes))
        dates.stop()
    return [ours.figure(f"G5 {CROWD} deadlines during a {DOWN_SECONDS:.0f} s stop, acted on", theirs)]


def main() -> None:
    """Measure and report."""
    rounds = repetitions("A thousand deadlines at once, and during a stop.")
    restarts = min(rounds, MOST_RESTARTS)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="rung-bench-")))
        rung = Watched(opened.enter_context(desk(folder, "watched", [])))
        dates = Dates(opened.enter_context(desk(folder, "dates", [])))
        rung.start()
        made = [*at_one_instant(rung, dates, rounds), *over_a_restart(rung, dates, restarts)]
        rung.desk.arm.stop()
        url = opened.enter_context(postgresql(folder / "postgresql"))("crowds")
        place = opened.enter_context(desk(folder, "shared", [], url))
        pair = Watched(place, "door-1"), Watched(place, "door-2")
        for each in pair:
            each.start()
        made += of_two_processes(*pair, rounds)
    report(
        f"Deadlines in crowds, SQLite unless named; {rounds} rounds, {restarts} restarts. Control: APScheduler with "
        "default settings, SQLAlchemyJobStore, one date job each, a post by each job.",
        made,
    )


if __name__ == "__main__":
    main()
