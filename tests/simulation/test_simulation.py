"""Weeks under faults: nothing lost, nothing twice, no invariant broken; the same seed is the same week."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.simulation.bugs import BUGS
from tests.simulation.naive import NAIVE
from tests.simulation.record import added_up, line_of, read
from tests.simulation.shrink import shrunk
from tests.simulation.sightings import Sight, most_seen, unseen
from tests.simulation.watch import Check
from tests.simulation.weather import Fault, Weather, drawn
from tests.simulation.week import OURS, Week, live

ROOT = Path(__file__).parents[2]
EVERY_DAY = [range(first, first + 5) for first in (61, 66, 71, 76)]
"""Weeks that meet much in little time: 26 of the 27 rare situations."""
BEFORE_A_RELEASE = range(101, 301)
ROUGH = Weather(frozenset({Fault.LOST, Fault.LATE}), replicas=1, cases=10, days=1.0, harshness=4.0)


def lived(seeds: range) -> list[Week]:
    """Live through the weeks of these seeds."""
    return [live(seed, drawn(seed)) for seed in seeds]


def assert_sound(weeks: list[Week]) -> None:
    """Check that nothing broke, and say which seed if it did."""
    broken = [f"seed {week.seed}: {violation}" for week in weeks for violation in week.violations]
    assert broken == []
    assert sum(week.outcome.lost + week.outcome.twice for week in weeks) == 0


@pytest.mark.parametrize("seeds", EVERY_DAY, ids=str)
def test_twenty_weeks_break_nothing(seeds: range) -> None:
    """In twenty weeks under faults nothing is lost, twice or broken, and none of each five were tame ones."""
    weeks = lived(seeds)
    assert_sound(weeks)
    met = len(Sight) - len(unseen(most_seen(week.sightings for week in weeks)))
    assert met >= len(Sight) / 3, "too tame"


@pytest.mark.proof
@pytest.mark.timeout(2400)
def test_two_hundred_weeks_break_nothing() -> None:
    """In two hundred weeks nothing is lost, twice or broken, and every rare situation was met."""
    weeks = lived(BEFORE_A_RELEASE)
    assert_sound(weeks)
    assert unseen(most_seen(week.sightings for week in weeks)) == []


def test_the_same_seed_is_the_same_week() -> None:
    """A seed lived again, in a process that orders its sets otherwise, leaves the very same trace."""
    here = live(4, drawn(4)).trace
    assert live(4, drawn(4)).trace == here
    assert live(5, drawn(4)).trace != here
    code = "from tests.simulation.week import live; from tests.simulation.weather import drawn"
    there = subprocess.run(
        [sys.executable, "-c", f"{code}; print(live(4, drawn(4)).trace)"],
        env=os.environ | {"PYTHONHASHSEED": "4711"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == here


@pytest.mark.proof
@pytest.mark.parametrize("name", NAIVE)
def test_naive_policies_do_worse(name: str) -> None:
    """Under faults that this house survives, each naive policy loses something or says it twice."""
    weather = replace(ROUGH, faults=ROUGH.faults | {Fault.CRASH}, harshness=8.0)
    for seed in range(1, 6):
        ours, theirs = live(seed, weather), live(seed, weather, house=NAIVE[name])
        assert ours.outcome.lost + ours.outcome.twice == 0
        if theirs.outcome.lost + theirs.outcome.twice + theirs.outcome.let_go > ours.outcome.let_go:
            return
    pytest.fail(f"{name} did as well as ours")


@pytest.mark.proof
def test_a_failing_week_is_made_small() -> None:
    """The least that still fails needs fewer happenings and kinds of fault, and fails the same check when replayed."""
    house = BUGS["a lost answer is sent again blindly"].house
    weather = replace(ROUGH, faults=ROUGH.faults | {Fault.REPEATED, Fault.RIVALS})

    def replay(tried: Weather, most: int | None) -> Week:
        return live(1, tried, house=house, most_outside=most)

    week = replay(weather, None)
    least = shrunk(week, weather, Check.TWICE, replay, most_replays=12)
    assert least.happenings < week.happened
    assert least.weather.faults < weather.faults
    assert Check.TWICE in replay(least.weather, least.happenings).checks


def test_a_record_is_added_up(tmp_path: Path) -> None:
    """A file of weeks gives back its figures; a line that was cut off by a kill counts for nothing."""
    weather = Weather(frozenset(), replicas=1, cases=2, days=0.2)
    line = line_of(live(1, weather, house=OURS), weather, 0.1)
    file = tmp_path / "weeks.jsonl"
    file.write_text(f'{json.dumps(line)}\n{{"seed": 2, "tra', encoding="utf-8")
    figures = added_up(read(file).values())
    assert (figures.weeks, figures.cases, figures.broken) == (1, line["cases"], 0)
