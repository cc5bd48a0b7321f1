"""A PostgreSQL that is slow, silent or cut off from one replica: nothing is lost, nothing stands twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from slackbot.simulator.hands.stage import DeliveryFailedError
from tests.cluster import Cluster
from tests.replicas.line import Line, line_to
from tests.replicas.processes import LONG, Replicas, replicas
from tests.replicas.test_processes import TAKEN_OVER_WITHIN, at_rest

pytestmark = pytest.mark.proof

DEAD_LOOP = 70


@dataclass(frozen=True, slots=True)
class Scene:
    """Replicas, one of which reaches the database over a line; `direct` is the way without it."""

    place: Replicas
    line: Line
    over_it: str
    direct: str

    def escalates_until(self, wanted: int) -> int:
        """Raise cases until so many were acknowledged to Slack; what is not is said to have failed."""
        said = tried = 0
        while said < wanted:
            tried += 1
            assert tried < 10 * wanted
            try:
                self.place.escalates(f"case number {tried}")
            except DeliveryFailedError:
                continue
            said += 1
        return said


@pytest.fixture
def scene(tmp_path: Path, cluster: Cluster) -> Iterator[Scene]:
    """A database, a line to it, and nobody running yet."""
    with cluster.database() as url, line_to(url) as (line, over_it), replicas(tmp_path, over_it) as place:
        yield Scene(place, line, over_it, url)


def test_a_slow_database_loses_nothing(scene: Scene) -> None:
    """Each statement takes a tenth of a second more, then a second: who is told "escalated" has a card, and one."""
    process = scene.place.start()
    scene.line.delay = 0.1
    said = scene.escalates_until(3)
    scene.line.delay = 1.0
    try:
        scene.place.escalates("while each statement takes a second")
        said += 1
    except DeliveryFailedError:
        pass
    scene.line.delay = 0.0
    scene.place.waits(lambda: scene.place.cards() >= said and scene.place.sees(at_rest))
    assert process.poll() is None
    texts = [message.text for message in scene.place.slack.channel("#tier-2").messages()]
    assert len(texts) == len(set(texts))


def test_a_line_that_is_cut_is_laid_anew(scene: Scene) -> None:
    """Every connection breaks in the middle: the process goes on, and every case has one card."""
    process = scene.place.start()
    for number in range(4):
        scene.place.escalates(f"case number {number}")
        scene.line.is_cut()
    scene.place.waits(lambda: scene.place.cards() == 4 and scene.place.sees(at_rest))
    assert process.poll() is None


def test_a_replica_that_is_cut_off_holds_nothing_back(scene: Scene) -> None:
    """One replica's line falls silent: the other one does all of it within half a minute, and nothing comes twice."""
    scene.place.start()
    scene.place.url = scene.direct
    scene.place.start()
    scene.place.escalates("before")
    scene.place.waits(lambda: scene.place.cards() == 1)
    scene.line.falls_silent()
    silent_at = monotonic()
    said = scene.escalates_until(5)
    scene.place.waits(lambda: scene.place.cards() >= said + 1, TAKEN_OVER_WITHIN)
    print(f"\n{said} cases stand {monotonic() - silent_at:.1f} s after one replica was cut off")  # noqa: T201 - a figure
    scene.line.speaks()
    scene.place.waits(lambda: scene.place.sees(at_rest), LONG)
    texts = [message.text for message in scene.place.slack.channel("#tier-2").messages()]
    assert len(texts) == len(set(texts))


def test_a_server_that_hangs_ends_a_process_and_not_more(scene: Scene) -> None:
    """The line confirms everything and answers nothing: the watchdog ends the process; the next one goes on."""
    process = scene.place.start()
    scene.place.escalates("before")
    scene.place.waits(lambda: scene.place.cards() == 1)
    scene.line.falls_silent()
    assert process.wait(LONG) == DEAD_LOOP
    scene.line.speaks()
    scene.place.start()
    scene.place.escalates("after")
    scene.place.waits(lambda: scene.place.cards() == 2 and scene.place.sees(at_rest))
