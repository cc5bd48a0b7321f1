"""Figures of many weeks: one line of JSON a week, so that a run can be stopped, resumed and added up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.simulation.sightings import Sight, unseen
from tests.simulation.weather import Weather
from tests.simulation.week import Week


@dataclass(slots=True)
class Figures:
    """What many weeks come to."""

    weeks: int = 0
    cases: int = 0
    posts: int = 0
    lost: int = 0
    twice: int = 0
    declared: int = 0
    let_go: int = 0
    dead: int = 0
    diverted: int = 0
    broken: int = 0
    seconds: float = 0.0
    sightings: Counter[str] = field(default_factory=Counter)
    failing: list[int] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        """Add a week's line."""
        self.weeks += 1
        self.seconds += line["seconds"]
        for name in ("cases", "posts", "lost", "twice", "declared", "let_go", "dead", "diverted"):
            setattr(self, name, getattr(self, name) + line[name])
        self.sightings.update(line["sightings"])
        self.broken += len(line["violations"])
        if line["violations"]:
            self.failing.append(line["seed"])

    def lines(self) -> list[str]:
        """Say it in words."""
        share = 100 / max(1, self.posts)
        return [
            f"{self.weeks} weeks, {self.cases} cases, {self.posts} messages wanted; {self.seconds:.0f} s of one core",
            f"lost: {self.lost} ({self.lost * share:.2f} %)",
            f"twice at rest: {self.twice} ({self.twice * share:.2f} %)",
            f"twice, and saying so: {self.declared} ({self.declared * share:.2f} %)",
            f"let go: {self.let_go}, dead: {self.dead}, sent to another place: {self.diverted}",
            f"invariants broken: {self.broken}" + (f", in the weeks {self.failing}" if self.failing else ""),
        ]


def line_of(week: Week, weather: Weather, seconds: float) -> dict[str, Any]:
    """Write a week as a line; `seconds` is the processor time it took."""
    return {
        "seed": week.seed,
        "trace": week.trace,
        "seconds": round(seconds, 3),
        "replicas": weather.replicas,
        "faults": sorted(weather.faults),
        **asdict(week.outcome),
        "sightings": dict(sorted(week.sightings.items())),
        "violations": [str(violation) for violation in week.violations],
    }


def read(file: Path) -> dict[int, dict[str, Any]]:
    """Read the weeks that a file holds already, by seed; a line that was cut off counts for nothing."""
    found: dict[int, dict[str, Any]] = {}
    for text in file.read_text("utf-8").splitlines() if file.exists() else ():
        try:
            line = json.loads(text)
        except json.JSONDecodeError:
            continue
        found[line["seed"]] = line
    return found


def added_up(lines: Iterable[dict[str, Any]]) -> Figures:
    """Add up weeks."""
    figures = Figures()
    for line in lines:
        figures.add(line)
    return figures


def table(figures: Figures) -> list[str]:
    """Say which rare situations were met how often, and which never."""
    seen = [f"  {figures.sightings[sight.name]:6d}  {sight.value}" for sight in Sight if figures.sightings[sight.name]]
    return [*seen, *(f"  never   {what}" for what in unseen(figures.sightings))]
