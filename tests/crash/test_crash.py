"""A process killed at any point loses nothing that was said to be stored, and leaves nothing twice: the everyday part.

The points are found in the code (`points`), the plays that come by them stand in `table`. Every point on both databases
is proof: `test_points_*`, `test_pairs_*` and `test_plays`; docs/proof/crash.md has the outcome.
"""

from __future__ import annotations

import pytest

from tests.crash.play import first
from tests.crash.points import sites
from tests.crash.scene import Scene
from tests.crash.sweep import kill_once
from tests.crash.table import EVERY_DAY, IN_HAND, PLAYS, POINTS, UNPLAYED, played_for
from tests.crash.victim import NEVER
from tests.engines import POSTGRESQL, SQLITE, SQLITE_EVERY_DAY

ENGINES = (SQLITE, POSTGRESQL)

ON_POSTGRESQL = (EVERY_DAY[0], EVERY_DAY[4], EVERY_DAY[5])
"""A commit that was open, an answer that was not noted, an answer that was."""


@pytest.mark.parametrize(
    ("place", "point"),
    [*((SQLITE, point) for point in EVERY_DAY), *((POSTGRESQL, point) for point in ON_POSTGRESQL)],
    indirect=["place"],
)
def test_killed_once(place: Scene, point: str) -> None:
    """After one death on the way of every case a clean process finishes what was begun, once."""
    kill_once(place, point)


@pytest.mark.parametrize("place", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize("point", [EVERY_DAY[1], *(pytest.param(p, marks=pytest.mark.proof) for p in EVERY_DAY[2:])])
def test_it_works_again(place: Scene, point: str) -> None:
    """The next start needs no hand and no wait: a new case is at its tier at once, the old one stands there once."""
    assert played_for(point).is_played(place, point) == -9
    place.works_again("another refund")
    place.assert_whole(place.picked_up())


@pytest.mark.proof
def test_said_again_after_a_crash(place: Scene) -> None:
    """Whoever saw an error because of a crash and says it again gets the case that was stored, not a second one."""
    point = "after commit services.intake:_submit_line"
    assert played_for(point).is_played(place, point) == -9
    with place.victim(NEVER):
        line = '/escalate refund stuck category:Account customer:"Nordic"'
        assert "ESC-1" in str(place.slack.person("ana").types(line, in_="#support"))
    assert place.stored("refund stuck") == 1
    place.assert_whole(place.picked_up())


def test_every_site_has_its_play() -> None:
    """No transaction and no call of Slack is left out; a new one needs a play, or a reason for none."""
    found = {f"{site.what} {site.name}" for site in sites()}
    played = [site for _, theirs in PLAYS.values() for site in theirs]
    assert sorted(played) == sorted(set(played))
    assert found == {*played, *UNPLAYED}
    assert {*EVERY_DAY, *IN_HAND} <= set(POINTS)
    assert first in {play.act for play, _ in PLAYS.values()}
