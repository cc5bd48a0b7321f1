"""SQLite alone: what the loop asks again and again finds its rows by the partial indexes, however many wait."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from slackbot.core.messages import Kind, Wanted
from storage import backlog, departures, escalations, folding, looking, messages, outbox
from storage.engine import open_store
from tests.storage.house import LEASE, NOW, card, furnish, ping

HOT = [
    (escalations._DUE, "ix_escalations_due"),
    (escalations._NEXT_MOMENT, "ix_escalations_due"),
    (escalations._NEXT_MOMENT, "ix_escalations_held"),
    (escalations._PENDING_OF, "ix_escalations_pending"),
    (escalations._AWAITED, "ix_escalations_pending"),
    (escalations._PAGES[False, True], "ix_escalations_open"),
    (escalations._PAGES[True, True], "ix_escalations_open"),
    (departures._OPEN_LANES, "ix_lanes_whole"),
    (departures._OPEN_LANES, "ix_outbox_lane"),
    (departures._POST_HEADS, "ix_outbox_lane"),
    (departures._POST_HEADS, "ix_outbox_unfinished"),
    (departures._EDIT_HEADS, "ix_outbox_lane"),
    (departures._WAITING_POSTS, "ix_outbox_lane"),
    (departures._WAITING_EDITS, "ix_outbox_lane"),
    (departures._PUT_OFF, "ix_outbox_pending"),
    (folding._SIBLINGS, "ix_outbox_lane"),
    (folding._SIBLINGS, "ix_outbox_unfinished"),
    (looking._EXPIRE, "ix_outbox_leased"),
    (looking._UNKNOWN_DUE, "ix_outbox_unknown"),
    (looking._WAKE_UPS, "ix_outbox_leased"),
    (looking._NEXT_RECHECK, "ix_outbox_recheck"),
    (looking._RECHECK_DUE, "ix_outbox_recheck"),
    (messages._MOVED, "sqlite_autoindex_messages_1"),
    (outbox._LOUD, "ix_outbox_dead"),
    (backlog._FIRST_DUE, "ix_escalations_due"),
    *((backlog._MESSAGES, f"ix_outbox_{state}") for state in backlog.COUNTED),
]


@pytest.mark.parametrize(("statement", "index"), HOT, ids=[f"{n}-{hot[1]}" for n, hot in enumerate(HOT)])
def test_a_hot_statement_uses_its_index(template: Path, statement: sa.Executable, index: str) -> None:
    """Neither closed cases nor sent messages are looked at: the plan names the partial index and scans no table."""
    store = open_store(f"sqlite:///{template}", exclusive=False)
    with store.read() as tx:
        plan = _plan(tx.connection, statement)
    store.close()
    assert any(f"INDEX {index}" in step for step in plan), plan
    assert not [step for step in plan if step in {"SCAN escalations", "SCAN outbox", "SCAN lanes", "SCAN messages"}]


def _plan(connection: sa.Connection, statement: Any) -> list[str]:
    compiled = str(statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True}))
    found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", (0,) * compiled.count("?"))
    return [step[3] for step in found]


def test_a_long_lane_costs_no_more_than_a_short_one(template: Path, tmp_path: Path) -> None:
    """Claiming with 3,000 messages waiting takes the database at most twice the steps it takes with 30."""
    short, long = (_steps_of_a_claim(template, tmp_path / f"{length}.db", length) for length in (30, 3_000))
    assert long < 2 * short


def _steps_of_a_claim(template: Path, file: Path, length: int) -> int:
    """Count, in tens, the instructions of SQLite's machine that a claim and the next moment take."""
    shutil.copy(template, file)
    store = open_store(f"sqlite:///{file}")
    house = furnish(store)
    for n in range(length // 3):
        case = house.stored()
        house.want(case, card(f"C{n % 3}"), ping(1, f"C{n % 3}"), Wanted(Kind.CASE, 0, f"U{n % 5}"))
    steps = count()
    with store.write() as tx:
        driver: Any = tx.connection.connection.driver_connection
        driver.set_progress_handler(lambda: next(steps) < 0, 10)
        claimed = tx.outbox.claim(NOW, lease=LEASE, limit=16)
        tx.outbox.next_departure(NOW)
        driver.set_progress_handler(None, 10)
    store.close()
    assert len(claimed.rows) == 8
    return next(steps)
