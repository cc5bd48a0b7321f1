"""Figures: what was measured, against what, whether that is good enough; printed, and kept by date."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rig import machine

RESULTS = Path(__file__).parents[1] / "results"
REPETITIONS = 5

_HEADINGS = ("figure", "ours", "control", "ratio", "target", "naive", "verdict")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `value` is what `target` bounds from above, or from below where `at_least`; None where nothing is promised. The
    texts say what was measured, with units.
    """

    name: str
    ours: str
    control: str = "-"
    value: float | None = None
    target: float | None = None
    naive: str = "-"
    at_least: bool = False
    unit: str = " x"
    samples: dict[str, list[float]] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """Say whether the target was met."""
        if self.value is None or self.target is None:
            return "shown"
        met = self.value >= self.target if self.at_least else self.value <= self.target
        return "pass" if met else "MISSED"

    def cells(self) -> tuple[str, ...]:
        """Lay it out for the table."""
        sign = ">=" if self.at_least else "<="
        ratio = "-" if self.value is None else f"{self.value:.3g}{self.unit}"
        target = "-" if self.target is None else f"{sign} {self.target:g}{self.unit}"
        return (self.name, self.ours, self.control, ratio, target, self.naive, self.verdict)


def repetitions(what: str) -> int:
    """Read the command line: how often to repeat what is compared side by side."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, help="counted rounds (default: %(default)s)")
    return max(1, int(parser.parse_args().repetitions))


def typical(samples: Sequence[float]) -> float:
    """Give the median."""
    return float(median(samples))


def high(samples: Sequence[float], share: float = 0.99) -> float:
    """Give the value that `share` of the samples do not exceed."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def milliseconds(seconds: float) -> str:
    """Write a span the way the table does."""
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def report(title: str, figures: Sequence[Figure]) -> None:
    """Print the table and add it to the results of the day."""
    rows = [_HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    print(f"\n{title}\n{machine.notes()}\n")
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    print(flush=True)
    _keep(title, figures)


def _keep(title: str, figures: Sequence[Figure]) -> None:
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    file = RESULTS / f"{now:%Y-%m-%d}.json"
    runs = json.loads(file.read_text("utf-8")) if file.exists() else []
    measured = [{**asdict(figure), "verdict": figure.verdict} for figure in figures]
    runs.append({"at": now.isoformat(), "title": title, "machine": machine.notes(), "figures": measured})
    file.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
