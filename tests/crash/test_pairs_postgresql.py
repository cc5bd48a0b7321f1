"""A process killed while it picks up after a dead one loses and doubles nothing either: on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.crash.scene import Scene
from tests.crash.sweep import PAIRS, kill_twice
from tests.engines import POSTGRESQL

ENGINES = (POSTGRESQL,)


@pytest.mark.proof
@pytest.mark.parametrize(("early", "late"), PAIRS)
def test_killed_twice(place: Scene, early: str, late: str) -> None:
    """A second death, in the middle of picking up after the first, changes nothing about the outcome."""
    kill_twice(place, early, late)
