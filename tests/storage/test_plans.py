"""SQLite alone: the statements the loop asks again and again find their rows by the partial indexes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import claiming, escalations, folding, messages, outbox
from storage.engine import open_store
from tests.storage.house import NOW

_CALLS_DUE = folding._SIBLINGS.params(now=NOW, places=["C1"])
HOT = [
    (escalations._DUE, "ix_escalations_due"),
    (escalations._NEXT_MOMENT, "ix_escalations_due"),
    (escalations._NEXT_MOMENT, "ix_escalations_held"),
    (escalations._PENDING_OF, "ix_escalations_pending"),
    (escalations._PAGES[False, True], "ix_escalations_open"),
    (escalations._PAGES[True, True], "ix_escalations_open"),
    (claiming._SUPPRESS, "ix_outbox_pending"),
    (claiming._CANDIDATES, "ix_outbox_pending"),
    (claiming._CANDIDATES, "ix_outbox_unfinished"),
    (claiming._OPEN_LANES, "ix_lanes_whole"),
    (claiming._READY, "ix_outbox_pending"),
    (_CALLS_DUE, "ix_outbox_pending"),
    (_CALLS_DUE, "ix_outbox_unfinished"),
    (outbox._EXPIRE, "ix_outbox_leased"),
    (outbox._UNKNOWN_DUE, "ix_outbox_unknown"),
    (outbox._WAKE_UPS, "ix_outbox_leased"),
    (outbox._NEXT_RECHECK, "ix_outbox_recheck"),
    (outbox._RECHECK_DUE, "ix_outbox_recheck"),
    (messages._MOVED, "sqlite_autoindex_messages_1"),
    (outbox._LOUD, "ix_outbox_dead"),
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
