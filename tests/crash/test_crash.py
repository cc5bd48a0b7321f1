"""A process killed at any point loses nothing that was said to be stored, and leaves nothing twice."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.engine import open_store
from storage.migrate import upgrade
from storage.tables.cases import escalations
from tests.crash.scene import AFTER_THE_LEASE, Scene, scene
from tests.crash.victim import POINTS

IN_A_FIRST_RUN = (
    *("raised, not committed", "raised", "claimed", "about to post", "taken", "sent, not committed", "settled"),
    *("about to edit", "edited"),
)
IN_A_SECOND_RUN = ("unknown", "about to look", "read", "looked", "about to post", "taken", "settled")
EVERY_DAY = frozenset({"raised, not committed", "raised", "claimed", "about to post", "taken", "settled"})


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy from."""
    file = tmp_path_factory.mktemp("template") / "rung.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def place(tmp_path: Path, template: Path) -> Iterator[Scene]:
    """Set the scene."""
    with scene(tmp_path, template) as set_up:
        yield set_up


def cases_in(place: Scene) -> int:
    """Count the stored cases."""
    store = open_store(place.database_url)
    with store.read() as tx:
        count = tx.connection.execute(sa.select(sa.func.count()).select_from(escalations)).scalar_one()
    store.close()
    return int(count)


@pytest.mark.parametrize(
    "point", [pytest.param(p, marks=() if p in EVERY_DAY else (pytest.mark.proof,)) for p in IN_A_FIRST_RUN]
)
def test_killed_once(place: Scene, point: str) -> None:
    """After one crash at any point a clean process finishes what was begun, once."""
    with place.victim(point) as process:
        delivery = place.escalates()
        if "edit" in point:
            place.slack.person("lena").clicks("Acknowledge", on=place.slack.channel("#tier-2").shows("refund"))
        place.dies(process)
    rows = place.picked_up()
    place.assert_whole(rows)
    stored = cases_in(place)
    assert stored == (0 if point == "raised, not committed" else 1)
    assert stored or delivery.ack_seconds is None, "it was said to be stored"
    if stored:
        assert len(place.slack.channel("#tier-2").messages()) == 1
        assert len(place.slack.person("ana").dm.messages()) >= 1


@pytest.mark.proof
@pytest.mark.parametrize(("first", "second"), list(itertools.product(("claimed", "taken"), IN_A_SECOND_RUN)))
def test_killed_twice(place: Scene, first: str, second: str) -> None:
    """A second crash, in the middle of picking up after the first, changes nothing about the outcome."""
    with place.victim(first) as process:
        place.escalates()
        place.dies(process)
    with place.victim(second, ahead=AFTER_THE_LEASE) as process:
        if first == "taken" and second in {"about to post", "taken"}:
            place.escalates("another refund")
        place.dies(process)
    place.assert_whole(place.picked_up())


@pytest.mark.proof
def test_said_again_after_a_crash(place: Scene) -> None:
    """Whoever saw an error because of a crash and says it again gets the case that was stored, not a second one."""
    with place.victim("raised") as process:
        place.escalates()
        place.dies(process)
    with place.victim("never") as process:
        answer = place.slack.person("ana").types(
            '/escalate refund stuck category:Account customer:"Nordic"', in_="#support"
        )
        assert "ESC-1" in str(answer)
        assert process.poll() is None
    assert cases_in(place) == 1
    place.assert_whole(place.picked_up())


def test_every_point_is_tried() -> None:
    """No point at which a process can die is left out."""
    assert set(POINTS) == {*IN_A_FIRST_RUN, *IN_A_SECOND_RUN}
