"""How long the bot is deaf after its connection drops without a close frame, and what it burns meanwhile."""

from __future__ import annotations

import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rig.desk import RUNG, STOCK, STOCK_WEBSOCKET_CLIENT, Desk, desk
from rig.figures import Figure, milliseconds, repetitions, report, typical
from rig.machine import wait_until

SETTLING = 2.0
WINDOW = 2.0
"""Seconds from a drop in which the processor's time is counted: reconnecting takes less."""

LONGEST_DEAFNESS = 90.0
DEAF_TARGET = 2.0
PROCESSOR_TARGET = 5.0


@dataclass(slots=True)
class Drops:
    """What became of one program's drops: seconds deaf, and the share of a core it used in the window."""

    deaf: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def drop(desk_of: Desk, drops: Drops, window: float = WINDOW) -> None:
    """End the connection as a dying network does and wait for the next one."""
    simulator = desk_of.simulator
    made, used, began = simulator.connections_made, desk_of.arm.cpu_seconds(), time.monotonic()
    simulator.drop_connections()
    deaf = wait_until(
        lambda: simulator.connections_made > made, f"{desk_of.name} to come back", LONGEST_DEAFNESS, desk_of.arm
    )
    time.sleep(max(0.0, window - deaf))
    drops.deaf.append(deaf)
    drops.busy.append(100 * (desk_of.arm.cpu_seconds() - used) / (time.monotonic() - began))


def figures(ours: Drops, best: Drops, builtin: Drops) -> list[Figure]:
    """Make the table."""
    ratio = typical([one / other for one, other in zip(ours.deaf, best.deaf, strict=True)])
    return [
        Figure(
            "G9 deaf after a drop",
            milliseconds(typical(ours.deaf)),
            milliseconds(typical(best.deaf)),
            value=ratio,
            target=DEAF_TARGET,
            naive=f"builtin: {milliseconds(builtin.deaf[0])}",
            samples={"ours": ours.deaf, "control": best.deaf},
        ),
        Figure(
            f"G9 processor in the {WINDOW:.0f} s from the drop",
            f"{typical(ours.busy):.2f} %",
            f"{typical(best.busy):.2f} %",
            value=typical(ours.busy),
            target=PROCESSOR_TARGET,
            naive=f"builtin, while deaf: {builtin.busy[0]:.0f} %",
            unit=" %",
            samples={"ours": ours.busy, "control": best.busy},
        ),
    ]


def main() -> None:
    """Measure and report."""
    rounds = repetitions("A connection that drops without a close frame.")
    ours, best, builtin = Drops(), Drops(), Drops()
    with tempfile.TemporaryDirectory(prefix="rung-bench-") as folder, ExitStack() as opened:
        rung = opened.enter_context(desk(Path(folder), "rung", RUNG))
        stock = opened.enter_context(desk(Path(folder), "websocket_client", STOCK_WEBSOCKET_CLIENT))
        rung.start()
        stock.start()
        time.sleep(SETTLING)
        for _ in range(rounds):
            drop(rung, ours)
            drop(stock, best)
        spins = opened.enter_context(desk(Path(folder), "builtin", STOCK))
        spins.start()
        time.sleep(SETTLING)
        drop(spins, builtin, window=0.0)
    report(
        f"A connection that drops without a close frame, {rounds} rounds side by side. Control: stock Bolt on "
        "websocket_client; stock Bolt on the builtin client once, since it takes a minute.",
        figures(ours, best, builtin),
    )


if __name__ == "__main__":
    main()
