"""G8: the summary of the same week out of a short history and out of a very long one, on both databases."""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rig.figures import Figure, high, milliseconds, repetitions, report, typical
from rig.machine import ARMS, answer
from rig.postgres import postgresql
from rig.years import MONDAY, SPARSE, Placed, fill

from storage.engine import open_store
from storage.migrate import upgrade

SHORT, LONG = 10_000, 1_000_000
SUMS_EACH = 5
GROWTH_TARGET = 1.5
MEMORY_TARGET = 10.0
LATENESS_TARGET = 2.0
WEEK = MONDAY.date().isoformat()


@dataclass(slots=True)
class Sums:
    """What the rounds over one database took."""

    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)

    def measure(self, url: str) -> None:
        """Sum up the week in a process of its own."""
        said: dict[str, Any] = json.loads(answer([str(ARMS / "sums.py"), url, WEEK, str(SUMS_EACH)]))
        if said["raised"] != SPARSE:
            raise RuntimeError(f"{said['raised']} cases in the week, {SPARSE} were loaded")
        self.seconds.append(typical(said["seconds"]))
        self.megabytes.append(said["megabytes"])
        self.busy += said["busy"]
        self.idle += said["idle"]
        print(f"  {milliseconds(self.seconds[-1])}, {self.megabytes[-1]:.0f} MB", flush=True)

    def lateness(self, share: float) -> float:
        """Say how many times as late deadlines are known while the week is summed up, of all rounds together."""
        return high(self.busy, share) / high(self.idle, share)


def load(url: str, cases: int) -> str:
    """Make a database with so many cases."""
    print(f"loading {cases:,} cases ...", flush=True)
    upgrade(url)
    store = open_store(url)
    with store.write() as tx:
        workspace = tx.workspaces.add_or_refresh("T1", None, "UBOT", "Acme", MONDAY)
        version = tx.policies.add(workspace.id, {"schema": 1}, "digest", "U1", MONDAY)
        tx.workspaces.use_policy(workspace.id, version.id)
    fill(store, Placed(workspace.id, version.id), cases)
    store.close()
    return url


def figures(engine: str, short: str, long: str, rounds: int) -> list[Figure]:
    """Sum up out of either history, turn and turn about."""
    load(short, SHORT)
    load(long, LONG)
    less, more = Sums(), Sums()
    for number in range(rounds):
        print(f"{engine}, round {number + 1} of {rounds}: out of {SHORT:,}, then out of {LONG:,}", flush=True)
        less.measure(short)
        more.measure(long)
    growth = typical([one / other for one, other in zip(more.seconds, less.seconds, strict=True)])
    grown = typical(more.megabytes) - typical(less.megabytes)
    samples = {"long": more.seconds, "short": less.seconds}
    return [
        Figure(
            f"G8 a week out of {LONG:,} cases, {engine}",
            milliseconds(typical(more.seconds)),
            f"{milliseconds(typical(less.seconds))} out of {SHORT:,}",
            value=growth,
            target=GROWTH_TARGET,
            samples=samples,
        ),
        Figure(
            f"G8 memory beside that, {engine}",
            f"{typical(more.megabytes):.0f} MB",
            f"{typical(less.megabytes):.0f} MB",
            value=grown,
            target=MEMORY_TARGET,
            unit=" MB",
        ),
        *(_lateness(more, share, engine) for share in (0.5, 0.99)),
    ]


def _lateness(sums: Sums, share: float, engine: str) -> Figure:
    """Tell how late deadlines were known meanwhile."""
    return Figure(
        f"G8 lateness of a deadline meanwhile (p{share * 100:.0f}), {engine}",
        milliseconds(high(sums.busy, share)),
        f"{milliseconds(high(sums.idle, share))} while nothing is summed up",
        value=sums.lateness(share),
        target=LATENESS_TARGET,
    )


def main() -> None:
    """Measure and report."""
    rounds = repetitions("The same week out of ten thousand cases and out of a million.")
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="rung-bench-")))
        made = figures("SQLite", f"sqlite:///{folder}/short.db", f"sqlite:///{folder}/long.db", rounds)
        make = opened.enter_context(postgresql(folder / "postgresql"))
        made += figures("PostgreSQL", make("short"), make("long"), rounds)
    report(
        f"Summary of one week of {SPARSE} cases with four weeks before it, six events each, {rounds} rounds of "
        f"{SUMS_EACH}, turn and turn about.",
        made,
    )


if __name__ == "__main__":
    main()
