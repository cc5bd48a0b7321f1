"""How long it takes from kill -9 until a case can be raised again, and until what was in hand is settled."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rig.desk import RUNG, Desk, desk
from rig.figures import Figure, high, milliseconds, repetitions, report, typical
from rig.machine import wait_until

WORKING_WITHIN = 5.0
LEASE = 25.0
"""Seconds for which a message that was in hand belongs to the process that died."""


@dataclass(frozen=True, slots=True)
class Return:
    """Seconds from the kill to: connected again; a new case at its tier; the case that was in hand at its tier."""

    listening: float
    working: float
    settled: float


def one_return(desk_of: Desk) -> Return:
    """Kill Rung with a post in hand, start it at once, and raise another case as soon as it listens."""
    calls = desk_of.simulator.workspace.journal
    before = len(calls.calls("chat.postMessage"))
    held, _ = desk_of.types()
    wait_until(lambda: len(calls.calls("chat.postMessage")) > before, "Rung to post", 30, desk_of.arm)
    desk_of.arm.kill()
    killed = time.monotonic()
    desk_of.start()
    listening = time.monotonic() - killed
    fresh, _ = desk_of.types()
    wait_until(lambda: _is_shown(desk_of, fresh), "the new case", 60, desk_of.arm)
    working = time.monotonic() - killed
    wait_until(lambda: _is_shown(desk_of, held) and _is_settled(desk_of), "the old case", 120, desk_of.arm)
    return Return(listening, working, time.monotonic() - killed)


def _is_shown(desk_of: Desk, summary: str) -> bool:
    return bool(desk_of.simulator.channel("tier-2").matching(summary))


def _is_settled(desk_of: Desk) -> bool:
    return not desk_of.rows("SELECT 1 FROM outbox WHERE state IN ('pending', 'leased', 'unknown') LIMIT 1")


def figures(returns: list[Return]) -> list[Figure]:
    """Make the table."""
    listening, working = [each.listening for each in returns], [each.working for each in returns]
    settled = [each.settled for each in returns]
    return [
        Figure("G3 kill -9 to listening", milliseconds(typical(listening)), samples={"ours": listening}),
        Figure(
            "G3 kill -9 to a new case at its tier",
            f"{milliseconds(typical(working))}, at most {milliseconds(high(working, 1.0))}",
            value=high(working, 1.0),
            target=WORKING_WITHIN,
            unit=" s",
            samples={"ours": working},
        ),
        Figure(
            "G3 kill -9 to what was in hand settled",
            f"{milliseconds(typical(settled))}, at most {milliseconds(high(settled, 1.0))}",
            value=high(settled, 1.0),
            target=WORKING_WITHIN + LEASE,
            unit=" s",
            samples={"ours": settled},
        ),
    ]


def main() -> None:
    """Measure and report."""
    rounds = repetitions("From kill -9 to working again.")
    with tempfile.TemporaryDirectory(prefix="rung-bench-") as folder, desk(Path(folder), "rung", RUNG) as rung:
        rung.start()
        rung.arm.wait_for_line("people known")
        returns = [one_return(rung) for _ in range(rounds)]
    report(f"kill -9 with a post in hand, then a start; {rounds} rounds.", figures(returns))


if __name__ == "__main__":
    main()
