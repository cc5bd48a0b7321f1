"""Statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps in two dialects.

Each is built once, when its module is loaded: SQLAlchemy then finds its compiled text without computing a key anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

PerDialect = Mapping[str, sa.Insert]
"""The same statement, by the name of the dialect that understands it."""


def insert_or_nothing(table: sa.Table, on: Sequence[str], *, returning: sa.Column[Any] | None = None) -> PerDialect:
    """Insert a row; where one with the same `on` columns stands, leave it alone. `returning` tells which happened."""
    made: dict[str, sa.Insert] = {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(index_elements=on),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(index_elements=on),
    }
    if returning is None:
        return made
    return {name: statement.returning(returning) for name, statement in made.items()}


def upsert(table: sa.Table, on: Sequence[str], changes: Callable[[Any], Mapping[str, Any]]) -> PerDialect:
    """Insert a row, or change the one with the same `on` columns; `changes` reads the row that was to be inserted."""
    for_sqlite = sqlite.insert(table)
    for_postgresql = postgresql.insert(table)
    return {
        "sqlite": for_sqlite.on_conflict_do_update(index_elements=on, set_=changes(for_sqlite.excluded)),
        "postgresql": for_postgresql.on_conflict_do_update(index_elements=on, set_=changes(for_postgresql.excluded)),
    }


def takeover(
    table: sa.Table,
    on: Sequence[str],
    taken: Sequence[str],
    *,
    where: sa.ColumnElement[bool],
    returning: sa.Column[Any],
) -> PerDialect:
    """Insert a row, or take over the one with the same `on` columns if `where` holds for it.

    `returning` tells whether either happened.
    """
    made: dict[str, sa.Insert] = {}
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert)):
        statement = insert(table)
        changes = {column: statement.excluded[column] for column in taken}
        whole = statement.on_conflict_do_update(index_elements=on, set_=changes, where=where)
        made[name] = whole.returning(returning)
    return made


def constant(value: str) -> sa.ColumnElement[str]:
    """Write a word of ours into the statement itself: a partial index is found by constants, not by parameters."""
    return sa.literal_column(f"'{value}'", sa.Text)


def one_of(column: sa.ColumnElement[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """Ask whether a column holds one of our words, written as constants in this order."""
    return column.in_([constant(value) for value in values])
