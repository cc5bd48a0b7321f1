"""The oracle is tried: every bug put in on purpose is caught by the check that is there for it."""

from __future__ import annotations

import pytest

from tests.simulation.bugs import BUGS, Bug
from tests.simulation.weather import Weather
from tests.simulation.week import live

MOST_SEEDS = 12


def weather_of(bug: Bug) -> Weather:
    """Make the weather in which a bug hurts."""
    return Weather(bug.faults, replicas=2, cases=8, days=bug.days, harshness=4.0, answering=bug.answering)


@pytest.mark.proof
@pytest.mark.parametrize("name", BUGS)
def test_the_bug_is_caught(name: str) -> None:
    """Within a few days of bad weather the check named for it fails, and it does not fail without the bug."""
    bug = BUGS[name]
    for seed in range(1, MOST_SEEDS + 1):
        if bug.caught_by in live(seed, weather_of(bug), house=bug.house).checks:
            assert live(seed, weather_of(bug)).violations == ()
            return
    pytest.fail(f"{name} was not caught by {bug.caught_by.name}")


def test_there_are_enough_bugs() -> None:
    """There are a dozen bugs and more, and they are caught by many different checks."""
    assert len(BUGS) >= 12
    assert len({bug.caught_by for bug in BUGS.values()}) >= 10
