"""A process killed at any point loses nothing that was said to be stored, and leaves nothing twice: on PostgreSQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage.tables.cases import escalations
from storage.tables.delivery import outbox
from tests.crash.scene import Scene
from tests.crash.sweep import kill_once
from tests.crash.table import POINTS, played_for
from tests.engines import POSTGRESQL

ENGINES = (POSTGRESQL,)


@pytest.mark.proof
@pytest.mark.parametrize("point", POINTS)
def test_killed_once(place: Scene, point: str) -> None:
    """After one death at any point a clean process finishes what was begun, once."""
    kill_once(place, point)


@pytest.mark.proof
@pytest.mark.parametrize(
    "point",
    [
        "before commit services.deliver:Sender.step",
        "before commit services.recording:settle_post",
        "before commit services.transact:_once",
    ],
)
def test_what_a_dead_one_locked_is_free_at_once(place: Scene, point: str) -> None:
    """The server ends the sessions of a dead process by itself: nobody waits for its rows as long as for a lock."""
    assert played_for(point).is_played(place, point) == -9
    with place.database() as tx:
        for table in (escalations, outbox):
            assert tx.connection.execute(sa.select(table.c.id).with_for_update()).all()
