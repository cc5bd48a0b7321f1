"""Fifty rounds of every race; `python -m tests.races --rounds 1000` runs as many as you like."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster import Cluster
from tests.races.__main__ import run_race
from tests.races.ground import Ground, ground
from tests.races.pairs import RACES
from tests.races.racers import Racers, racers

ROUNDS = 50
SEED = 2026

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def course(cluster: Cluster) -> Iterator[tuple[Ground, Racers]]:
    """A ground and three processes for all races."""
    with cluster.database() as url, ground(url, SEED) as on, racers(url) as three:
        yield on, three


@pytest.mark.parametrize("name", RACES)
def test_it_ends_as_it_must_every_time(name: str, course: tuple[Ground, Racers]) -> None:
    """Whoever is first, the outcome is one that could have come about one after the other."""
    tally = run_race(name, *course, ROUNDS, lambda _: None)
    assert tally.total() == ROUNDS
