"""How late a deadline is acted on among ten thousand others, and what waiting for them costs; on both databases."""

from __future__ import annotations

import json
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rig.desk import Desk, desk
from rig.figures import Figure, high, milliseconds, repetitions, report, typical
from rig.machine import ARMS, BenchError, answer
from rig.multitude import multiply
from rig.postgres import postgresql
from rig.programs import Jobs, Watched

OPEN = 10_000
DEADLINES = 150
EVERY = 0.02
"""Seconds between two deadlines."""

AHEAD = 0.5
LATER = timedelta(hours=1)
IDLE_SECONDS = 20.0
SETTLING = 3.0
QUIET = 1.0
"""Seconds for one arm to be done with a round before the next has the machine."""

LATENESS_TARGET = 6.0
SHARED_TARGET = 10.0
JOBS_TARGET = 1.0
IDLE_TARGET = 1.0


@dataclass(slots=True)
class Lateness:
    """The p99 and the median of each counted round, in seconds."""

    high: list[float] = field(default_factory=list)
    typical: list[float] = field(default_factory=list)

    def add(self, late: list[float]) -> None:
        """Count a round."""
        self.high.append(high(late))
        self.typical.append(typical(late))


@dataclass(slots=True)
class Arms:
    """Rung on either database, bare waits in another process, and APScheduler's jobs in PostgreSQL."""

    rung: Lateness = field(default_factory=Lateness)
    shared: Lateness = field(default_factory=Lateness)
    bare: Lateness = field(default_factory=Lateness)
    jobs: Lateness = field(default_factory=Lateness)


def late(rung: Watched, number: int) -> list[float]:
    """Let single deadlines fall due, one after the other; gives the seconds from each to its committed claim."""
    name = f"single{number}"
    found: list[float] = rung.stores("deadlines", name=name, count=DEADLINES, every=EVERY, ahead=AHEAD)["late"]
    if rung.pinged(name) != [1] * DEADLINES:
        raise BenchError("a deadline was not acted on exactly once")
    time.sleep(QUIET)
    return found


def bare_waits() -> list[float]:
    """Wait for as many moments with nothing else to do."""
    found: list[float] = json.loads(answer([str(ARMS / "waits.py"), str(DEADLINES), str(EVERY)]))
    return found


def measure(rung: Watched, shared: Watched, jobs: Jobs, rounds: int) -> Arms:
    """Run all arms turn and turn about; the first round warms up and does not count."""
    arms = Arms()
    for number in range(rounds + 1):
        found = (late(rung, number), late(shared, number), bare_waits(), jobs.late(DEADLINES, EVERY, AHEAD))
        time.sleep(QUIET)
        if number:
            for arm, each in zip((arms.rung, arms.shared, arms.bare, arms.jobs), found, strict=True):
                arm.add(each)
    return arms


def compared(name: str, ours: Lateness, control: Lateness, target: float) -> Figure:
    """Put the p99 of each round side by side."""
    return Figure(
        name,
        milliseconds(typical(ours.high)),
        milliseconds(typical(control.high)),
        value=typical([one / other for one, other in zip(ours.high, control.high, strict=True)]),
        target=target,
        samples={"ours": ours.high, "control": control.high},
    )


def figures(arms: Arms) -> list[Figure]:
    """Make the table."""
    bare = milliseconds(typical(arms.bare.typical))
    return [
        compared(f"G4 deadline to committed claim, {OPEN:,} open (p99)", arms.rung, arms.bare, LATENESS_TARGET),
        Figure("G4 the same, p50", milliseconds(typical(arms.rung.typical)), bare),
        compared("G4 on PostgreSQL (p99)", arms.shared, arms.bare, SHARED_TARGET),
        Figure("G4 the same, p50", milliseconds(typical(arms.shared.typical)), bare),
        compared("G4 on PostgreSQL, beside APScheduler's store there (p99)", arms.shared, arms.jobs, JOBS_TARGET),
    ]


def idle(desk_of: Desk) -> Figure:
    """Measure what the process uses while nothing is due."""
    before, began = desk_of.arm.cpu_seconds(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    share = 100 * (desk_of.arm.cpu_seconds() - before) / (time.monotonic() - began)
    return Figure(
        f"G4 processor while idle, {OPEN:,} open", f"{share:.2f} %", value=share, target=IDLE_TARGET, unit=" %"
    )


def main() -> None:
    """Measure and report."""
    rounds = repetitions("Single deadlines among ten thousand open escalations.")
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="rung-bench-")))
        make = opened.enter_context(postgresql(folder / "postgresql"))
        rung = Watched(opened.enter_context(desk(folder, "watched", [])))
        shared = Watched(opened.enter_context(desk(folder, "shared", [], make("deadlines"))))
        jobs = Jobs(opened.enter_context(desk(folder, "jobs", [], make("jobs"))))
        for each, count in ((rung, OPEN), (shared, 1)):
            each.start()
            each.stores("fill", name="open", count=count)
        multiply(shared.desk.url, "open-00000", OPEN - 1, datetime.now(UTC) + LATER)
        jobs.start(OPEN)
        time.sleep(SETTLING)
        made = [idle(rung.desk), *figures(measure(rung, shared, jobs, rounds))]
    report(
        f"Deadlines: {DEADLINES} in {DEADLINES * EVERY:.0f} s, SQLite unless named, {rounds} rounds. Control: "
        "Event.wait in a bare process; for PostgreSQL also APScheduler with a job for each deadline; turn about.",
        made,
    )


if __name__ == "__main__":
    main()
