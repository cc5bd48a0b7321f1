"""What the running bot weighs beside a bare one, and how long the demo takes from a warm set-up."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from rig.desk import RUNG, STOCK_WEBSOCKET_CLIENT, Desk, desk
from rig.figures import Figure, repetitions, report, typical
from rig.machine import ROOT, BenchError

SETTLING = 2.0
CASES = 1000
AT_ONCE = 50
MEMORY_TARGET = 2.2
DEMO_TARGET = 30.0


@dataclass(slots=True)
class Weights:
    """Megabytes by round, idle and after a thousand cases."""

    idle: list[float] = field(default_factory=list)
    used: list[float] = field(default_factory=list)


def weigh_idle(desk_of: Desk, weights: Weights) -> None:
    """Start the program, let it settle and weigh it."""
    desk_of.start()
    time.sleep(SETTLING)
    weights.idle.append(desk_of.arm.resident_megabytes())


def weigh_used(desk_of: Desk, weights: Weights) -> None:
    """Raise a thousand cases and weigh it."""
    for _ in range(CASES // AT_ONCE):
        desk_of.burst(AT_ONCE)
        desk_of.clears_screen()
    weights.used.append(desk_of.arm.resident_megabytes())


def compared(name: str, ours: list[float], control: list[float]) -> Figure:
    """Put megabytes side by side."""
    ratio = typical([one / other for one, other in zip(ours, control, strict=True)])
    return Figure(
        name,
        f"{typical(ours):.0f} MB",
        f"{typical(control):.0f} MB",
        value=ratio,
        target=MEMORY_TARGET,
        samples={"ours": ours, "control": control},
    )


def weights(folder: Path, rounds: int) -> list[Figure]:
    """Weigh both programs anew in each round, and after work in the last."""
    ours, control = Weights(), Weights()
    with desk(folder, "rung", RUNG) as rung, desk(folder, "bare", STOCK_WEBSOCKET_CLIENT) as bare:
        for number in range(rounds):
            for desk_of, each in ((rung, ours), (bare, control)):
                if number:
                    desk_of.arm.stop()
                weigh_idle(desk_of, each)
        for desk_of, each in ((rung, ours), (bare, control)):
            weigh_used(desk_of, each)
    return [
        compared("G10 memory when idle", ours.idle, control.idle),
        compared(f"G10 memory after {CASES:,} cases", ours.used, control.used),
    ]


def demo() -> Figure:
    """Play the demo as a newcomer does the second time, in a shell without a terminal."""
    make = shutil.which("make")
    if make is None:
        raise BenchError("there is no make on this machine")
    subprocess.run([make, "setup"], cwd=ROOT, check=True, capture_output=True)  # noqa: S603 our own Makefile
    began = time.monotonic()
    subprocess.run([make, "demo"], cwd=ROOT, check=True, capture_output=True, stdin=subprocess.DEVNULL)  # noqa: S603 as above
    taken = time.monotonic() - began
    return Figure("make demo, warm", f"{taken:.1f} s", value=taken, target=DEMO_TARGET, unit=" s")


def main() -> None:
    """Measure and report."""
    rounds = repetitions("Memory beside a bare bot, and the demo.")
    with tempfile.TemporaryDirectory(prefix="rung-bench-") as folder:
        made = [*weights(Path(folder), rounds), demo()]
    report(
        f"Memory of `rung run` beside a bare Bolt process (websocket_client, acks only), {rounds} starts each; after "
        "work, once. The demo, once.",
        made,
    )


if __name__ == "__main__":
    main()
