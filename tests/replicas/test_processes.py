"""Several `rung run` on one PostgreSQL: they share the work, and each may go at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from storage.outbox_rows import OutboxState
from storage.unit_of_work import Transaction
from tests.cluster import Cluster
from tests.replicas.processes import LONG, Replicas, replicas

TAKEN_OVER_WITHIN = 30.0
AT_ONCE = 10.0


@pytest.fixture
def place(tmp_path: Path, cluster: Cluster) -> Iterator[Replicas]:
    """An empty database, and nobody running yet."""
    with cluster.database(migrated=False) as url, replicas(tmp_path, url) as scene:
        yield scene


def at_rest(tx: Transaction) -> bool:
    """Say whether every message is sent."""
    return set(tx.outbox.counts()) <= {OutboxState.SENT, OutboxState.OBSOLETE}


@pytest.mark.proof
def test_a_rolling_deploy_loses_nothing(place: Replicas) -> None:
    """Two start on an empty database, one leaves, a third comes: every case has one card, nothing goes wrong."""
    first, _ = place.start(), place.start()
    for n in range(3):
        place.escalates(f"case number {n}")
    place.waits(lambda: place.cards() == 3)
    assert place.stop(first) == 0
    place.escalates("after one has left")
    place.start()
    place.escalates("after one has come")
    place.waits(lambda: place.cards() == 5)
    place.slack.person("lena").clicks("Acknowledge", on=place.slack.channel("#tier-2").shows("after one has left"))
    place.waits(lambda: place.sees(at_rest))
    assert place.cards() == 5
    assert place.slack.failures == []
    assert [line for line in place.log.read_text().splitlines() if " ERROR " in line or "Traceback" in line] == []


def test_an_old_one_does_not_start_on_a_newer_schema(cluster: Cluster, tmp_path: Path) -> None:
    """`rung run` of an older release leaves a database that a newer one has changed alone, and says why."""
    with cluster.database() as url, replicas(tmp_path, url) as place:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        assert place.begin().wait(LONG) == 1
        assert "a newer Rung wrote it" in place.log.read_text()
        assert place.slack.connections_made == 0


@pytest.mark.proof
def test_a_killed_ones_work_is_taken_over(place: Replicas) -> None:
    """What a killed replica held leaves within half a minute; what nobody held, and what comes, leaves at once."""
    place.start()
    doomed = place.start("-m", "tests.replicas.doomed", "before call services.deliver:Sender._dispatch")
    raised = 0
    while doomed.poll() is None:
        assert raised < 20
        raised += 1
        place.escalates(f"case number {raised}")
        place.slack.workspace.wait_for(lambda: doomed.poll() is not None, timeout=1.5)
    place.escalates("raised after the kill")
    unheld = place.waits(lambda: place.cards("raised after the kill") == 1, AT_ONCE)
    held = place.waits(lambda: place.cards() == raised + 1 and place.sees(at_rest), TAKEN_OVER_WITHIN) + unheld
    print(f"\na new case {unheld:.1f} s after the kill, all that was held {held:.1f} s after it")  # noqa: T201 - figures
    assert held < TAKEN_OVER_WITHIN
    assert place.cards() == raised + 1
