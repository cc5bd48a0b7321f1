"""A process killed at any point loses nothing that was said to be stored, and leaves nothing twice.

The points are found in the code (`points`), the plays that come by them stand in `table`. Which databases the sweep
runs on is `ENGINES`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from slackbot.simulator.deliveries import Delivery
from tests.crash.plays import first
from tests.crash.points import AFTER, BEFORE, sites
from tests.crash.scene import AFTER_THE_LEASE, Scene, scene
from tests.crash.table import EVERY_DAY, IN_HAND, PICKING_UP, PLAYS, UNPLAYED, played_for
from tests.crash.victim import NEVER
from tests.engines import Databases

ENGINES = ("sqlite",)

POINTS = [f"{when} {site}" for _, theirs in PLAYS.values() for site in theirs for when in (BEFORE, AFTER)]
KILLED = "it came by its point and was not killed"


@pytest.fixture(params=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path, databases: Databases) -> Iterator[Scene]:
    """Set the scene, on every engine of the sweep."""
    with databases.fresh(request.param) as url, scene(tmp_path, url) as set_up:
        yield set_up


def said_to_be_stored(delivery: Delivery) -> bool:
    """Say whether an agent heard that the case is stored: a line or a form was acknowledged."""
    raises = "refund stuck" in str(delivery.payload.get("text")) or delivery.name == "view_submission"
    return raises and delivery.ack_seconds is not None


@pytest.mark.parametrize(
    "point", [pytest.param(p, marks=() if p in EVERY_DAY else (pytest.mark.proof,)) for p in POINTS]
)
def test_killed_once(place: Scene, point: str) -> None:
    """After one death at any point a clean process finishes what was begun, once."""
    play = played_for(point)
    play.begins(place)
    assert play.is_played(place, point) == -9, KILLED
    stored = place.stored("refund stuck")
    assert stored <= 1
    assert stored or not any(said_to_be_stored(delivery) for delivery in place.slack.deliveries)
    place.slack.faults.clear()
    place.assert_whole(place.picked_up(play.ahead), may_be_dead=play.may_be_dead)


@pytest.mark.parametrize("point", [EVERY_DAY[1], *(pytest.param(p, marks=pytest.mark.proof) for p in EVERY_DAY[2:])])
def test_it_works_again(place: Scene, point: str) -> None:
    """The next start needs no hand and no wait: a new case is at its tier at once, the old one stands there once."""
    played_for(point).is_played(place, point)
    place.works_again("another refund")
    place.assert_whole(place.picked_up())


@pytest.mark.proof
@pytest.mark.parametrize(
    ("early", "late"),
    [(early, f"{when} {site}") for early, site, when in itertools.product(IN_HAND, PICKING_UP, (BEFORE, AFTER))],
)
def test_killed_twice(place: Scene, early: str, late: str) -> None:
    """A second death, in the middle of picking up after the first, changes nothing about the outcome."""
    assert played_for(early).is_played(place, early) == -9, KILLED
    place.slack.faults.clear()
    with place.victim(late, ahead=AFTER_THE_LEASE) as process:
        process.raises("another refund")
        process.rests()
    place.assert_whole(place.picked_up(AFTER_THE_LEASE))
    assert place.stored("refund stuck") == 1


@pytest.mark.proof
def test_said_again_after_a_crash(place: Scene) -> None:
    """Whoever saw an error because of a crash and says it again gets the case that was stored, not a second one."""
    played_for("after commit services.intake:_submit_line").is_played(
        place, "after commit services.intake:_submit_line"
    )
    with place.victim(NEVER) as process:
        line = '/escalate refund stuck category:Account customer:"Nordic"'
        assert "ESC-1" in str(place.slack.person("ana").types(line, in_="#support"))
        assert process.process.poll() is None
    assert place.stored("refund stuck") == 1
    place.assert_whole(place.picked_up())


@pytest.mark.proof
@pytest.mark.parametrize("name", PLAYS)
def test_a_play_comes_by_its_sites(place: Scene, name: str) -> None:
    """With nobody killed each play ends well, and comes by what it is played for, before and after."""
    play, theirs = PLAYS[name]
    play.begins(place)
    assert play.is_played(place, NEVER) in {None, 0}
    wanted = {f"{when} {site}" for site in theirs for when in (BEFORE, AFTER)}
    assert wanted <= set(place.points_passed())


def test_every_site_has_its_play() -> None:
    """No transaction and no call of Slack is left out; a new one needs a line in `table`, or a reason for none."""
    found = {f"{site.what} {site.name}" for site in sites()}
    played = [site for _, theirs in PLAYS.values() for site in theirs]
    assert sorted(played) == sorted(set(played))
    assert found == {*played, *UNPLAYED}
    assert set(EVERY_DAY) <= set(POINTS)
    assert first in {play.act for play, _ in PLAYS.values()}
