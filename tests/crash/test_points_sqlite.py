"""A process killed at any point loses nothing that was said to be stored, and leaves nothing twice: on SQLite."""

from __future__ import annotations

import pytest

from tests.crash.scene import Scene
from tests.crash.sweep import kill_once
from tests.crash.table import POINTS
from tests.engines import SQLITE

ENGINES = (SQLITE,)


@pytest.mark.proof
@pytest.mark.parametrize("point", POINTS)
def test_killed_once(place: Scene, point: str) -> None:
    """After one death at any point a clean process finishes what was begun, once."""
    kill_once(place, point)
