"""A long history, loaded in bulk: every case with six events and two texts, as a busy house would leave it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from storage.unit_of_work import Store

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)
"""The week that is summed up begins here, in every database alike."""

SPARSE = 192
"""Cases a week in the last nine weeks, the one that is summed up among them."""

SPARSE_WEEKS = 9
WEEKS = 52
_BATCH = 20_000
_MINUTE = 60_000_000
_TIERS = ("Team leads", "Department managers")
_PARAMS = {
    "raised": json.dumps({"rule": 1, "policy": "support", "pending": False}),
    "pinged": json.dumps({"visit": 1, "ordinal": 1, "skipped": 0, "broadcast": False}),
    "acknowledged": json.dumps({"until": "2026-11-16T10:00:00+00:00"}),
    "answered": json.dumps({"in_time": True}),
    "resolved": json.dumps({"note": "resolution.1"}),
}
_ENTERED = tuple(
    json.dumps({"visit": 1, "tier": 0, "tier_name": name, "arrival": "raised", "note": None}) for name in _TIERS
)
_COLUMNS = {
    "escalations": (
        *("workspace_id", "id", "number", "version", "state", "severity", "category", "policy_version", "policy"),
        *("raised_by", "raised_at", "visit", "tier", "arrival", "visit_began_at", "timer_anchor", "timer_consumed"),
        *("timer_running", "timer_ahead", "pings_done", "caught", "next_at", "resolved_at"),
    ),
    "history": ("workspace_id", "escalation_id", "version", "ordinal", "at", "actor", "code", "params"),
    "case_fields": ("workspace_id", "escalation_id", "name", "value", "sensitive", "written_by", "written_at"),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """Whose cases these are."""

    workspace_id: int
    policy_version: int


def fill(store: Store, placed: Placed, cases: int) -> None:
    """Load so many cases: the newest weeks sparse and alike whatever the number, the rest in the weeks before."""
    numbered = enumerate(_moments(cases), start=1)
    with store.write() as tx:
        _begin(tx.connection)
        while batch := list(islice(numbered, _BATCH)):
            _insert(tx.connection, "escalations", (_case(placed, number, at) for number, at in batch))
            _insert(tx.connection, "history", (row for number, at in batch for row in _events(placed, number, at)))
            _insert(tx.connection, "case_fields", (row for number, at in batch for row in _texts(placed, number, at)))
    with store.write() as tx:
        _begin(tx.connection)
        tx.connection.exec_driver_sql("ANALYZE")


def _begin(connection: sa.Connection) -> None:
    """Begin a transaction, beside which SQLite's driver would commit each row, that may take as long as it takes."""
    patient = connection.dialect.name == "postgresql"
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0" if patient else "SELECT 1")


def _moments(cases: int) -> Iterator[int]:
    """Say when each is raised, in microseconds."""
    end = _micro(MONDAY + timedelta(weeks=2))
    sparse_from = end - SPARSE_WEEKS * 7 * 86_400_000_000
    older = cases - SPARSE * SPARSE_WEEKS
    whole = (WEEKS - SPARSE_WEEKS) * 7 * 86_400_000_000
    yield from (sparse_from - whole + whole * n // older for n in range(older))
    spare = SPARSE * SPARSE_WEEKS
    yield from (sparse_from + (end - sparse_from) * n // spare for n in range(spare))


def _case(placed: Placed, number: int, at: int) -> tuple[Any, ...]:
    """Give its row: closed, but for the newest, which still wait for the agent's word."""
    ended = at + (40 + number % 400) * _MINUTE
    closes = ended + 7 * 86_400_000_000
    is_over = closes < _micro(MONDAY + timedelta(weeks=2))
    state, next_at = ("closed", None) if is_over else ("resolved", closes)
    return (
        *(placed.workspace_id, f"e{number:020}", number, 6, state, ("low", "normal", "high", "urgent")[number % 4]),
        *(("Billing", "Technical", "Other")[number % 3], placed.policy_version, "support", f"U{number % 50}", at),
        *(1, number % 2, "raised", at, at, 0, True, 0, 1, 0, next_at, ended),
    )


def _events(placed: Placed, number: int, at: int) -> Iterator[tuple[Any, ...]]:
    name, taken = f"e{number:020}", at + (5 + number * 7 % 180) * _MINUTE
    ended = max(taken, at + (40 + number % 400) * _MINUTE)
    told: Sequence[tuple[int, int, int, str, str]] = (
        (1, 0, at, "raised", _PARAMS["raised"]),
        (1, 1, at, "entered", _ENTERED[number % 2]),
        (2, 0, min(taken, at + 10 * _MINUTE), "pinged", _PARAMS["pinged"]),
        (3, 0, taken, "acknowledged", _PARAMS["acknowledged"]),
        (4, 0, (taken + ended) // 2, "answered", _PARAMS["answered"]),
        (5, 0, ended, "resolved", _PARAMS["resolved"]),
    )
    for version, ordinal, when, code, params in told:
        yield (placed.workspace_id, name, version, ordinal, when, None, code, params)


def _texts(placed: Placed, number: int, at: int) -> Iterator[tuple[Any, ...]]:
    texts = {"customer": f"Customer {number % 400}", "why": ("complex", "other")[number % 2]}
    for name, value in texts.items():
        yield (placed.workspace_id, f"e{number:020}", name, value, False, "U1", at)


def _insert(connection: sa.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Load rows the fastest way an engine has."""
    columns = _COLUMNS[table]
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608 our own names
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _micro(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000
