"""The plays of the crash sweep, with nobody killed: each ends well, on both databases."""

from __future__ import annotations

import pytest

from tests.crash.points import AFTER, BEFORE
from tests.crash.scene import Scene
from tests.crash.table import PLAYS
from tests.engines import ENGINES as BOTH

ENGINES = BOTH


@pytest.mark.proof
@pytest.mark.parametrize("name", PLAYS)
def test_a_play_comes_by_its_sites(place: Scene, name: str) -> None:
    """Each play comes by what it is played for, before and after, and leaves all as it must be."""
    play, theirs = PLAYS[name]
    play.begins(place)
    play.is_survived(place, *(f"{when} {site}" for site in theirs for when in (BEFORE, AFTER)))
    place.assert_whole(place.picked_up(), may_be_dead=play.may_be_dead)
