"""How late a deadline is acted on among ten thousand others, and what waiting for them costs."""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from rig.desk import Desk, desk
from rig.figures import Figure, high, milliseconds, repetitions, report, typical
from rig.machine import ARMS, BenchError, answer
from rig.programs import Watched

OPEN = 10_000
DEADLINES = 150
EVERY = 0.02
"""Seconds between two deadlines."""

AHEAD = 0.5
IDLE_SECONDS = 20.0
SETTLING = 3.0
QUIET = 1.0
"""Seconds for Rung to be done with a round before the control has the machine."""

LATENESS_TARGET = 6.0
IDLE_TARGET = 1.0


def lateness(rung: Watched, rounds: int) -> list[Figure]:
    """Measure single deadlines among ten thousand others, and bare waits in another process, turn and turn about."""
    ours, bare, medians, bare_medians = [], [], [], []
    for number in range(rounds + 1):
        late = rung.stores("deadlines", name=f"single{number}", count=DEADLINES, every=EVERY, ahead=AHEAD)["late"]
        if rung.pinged(f"single{number}") != [1] * DEADLINES:
            raise BenchError("a deadline was not acted on exactly once")
        time.sleep(QUIET)
        waits = json.loads(answer([str(ARMS / "waits.py"), str(DEADLINES), str(EVERY)]))
        if number:
            ours.append(high(late))
            bare.append(high(waits))
            medians.append(typical(late))
            bare_medians.append(typical(waits))
    ratio = typical([one / other for one, other in zip(ours, bare, strict=True)])
    samples = {"ours": ours, "control": bare}
    p99 = Figure(
        f"G4 deadline to committed claim, {OPEN:,} open (p99)",
        milliseconds(typical(ours)),
        milliseconds(typical(bare)),
        value=ratio,
        target=LATENESS_TARGET,
        samples=samples,
    )
    p50 = Figure("G4 the same, p50", milliseconds(typical(medians)), milliseconds(typical(bare_medians)))
    return [p99, p50]


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
    with tempfile.TemporaryDirectory(prefix="rung-bench-") as folder, desk(Path(folder), "watched", []) as place:
        rung = Watched(place)
        rung.start()
        rung.stores("fill", name="open", count=OPEN)
        time.sleep(SETTLING)
        made = [idle(place), *lateness(rung, rounds)]
    report(
        f"Deadlines: {DEADLINES} in {DEADLINES * EVERY:.0f} s, SQLite, {rounds} rounds. Control: Event.wait in a "
        "bare process, turn and turn about.",
        made,
    )


if __name__ == "__main__":
    main()
