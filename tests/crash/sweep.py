"""The sweep: what must hold after one death at a point, and after a second one in the middle of picking up."""

from __future__ import annotations

from slackbot.simulator.deliveries import Delivery
from tests.crash.play import QUIET, TAKEN_UP
from tests.crash.points import AFTER, BEFORE
from tests.crash.scene import AFTER_THE_LEASE, Scene
from tests.crash.table import IN_HAND, played_for

PAIRS = tuple(
    (early, f"{when} {late}") for early, sites in IN_HAND.items() for late in sites for when in (BEFORE, AFTER)
)
KILLED = "it came by its point and was not killed"


def kill_once(place: Scene, point: str) -> None:
    """After one death at any point a clean process finishes what was begun, once."""
    play = played_for(point)
    play.begins(place)
    assert play.is_played(place, point) == -9, KILLED
    stored = place.stored("refund stuck")
    assert stored <= 1
    assert stored or not any(said_to_be_stored(delivery) for delivery in place.slack.deliveries)
    place.assert_whole(place.picked_up(), may_be_dead=play.may_be_dead)


def kill_twice(place: Scene, early: str, late: str) -> None:
    """A second death, in the middle of picking up after the first, changes nothing about the outcome."""
    assert played_for(early).is_played(place, early) == -9, KILLED
    place.slack.faults.clear()
    place.log.unlink()
    place.time_passes(AFTER_THE_LEASE)
    is_held = place.is_anything_held()
    with place.victim(late) as process:
        process.raises("another refund")
        if is_held:
            process.passes(TAKEN_UP)
            process.time_passes(QUIET)
        process.dies()
    assert process.ended == -9, KILLED
    place.assert_whole(place.picked_up())
    assert place.stored("refund stuck") == 1


def said_to_be_stored(delivery: Delivery) -> bool:
    """Say whether an agent heard that the case is stored: a line or a form was acknowledged."""
    raises = "refund stuck" in str(delivery.payload.get("text")) or delivery.name == "view_submission"
    return raises and delivery.ack_seconds is not None
