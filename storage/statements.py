"""Statements that SQLite and PostgreSQL spell alike but SQLAlchemy keeps in two dialects.

Each is built once, when it is first used: SQLAlchemy then finds its compiled text without computing a key anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_Insert = Callable[[sa.Table], Any]


class PerDialect:
    """The same statement, by the name of the dialect that understands it; only the one in use is ever in memory."""

    def __init__(self, write: Callable[[_Insert], sa.Insert]) -> None:
        self._write = write
        self._written: dict[str, sa.Insert] = {}

    def __getitem__(self, dialect: str) -> sa.Insert:
        written = self._written.get(dialect)
        if written is None:
            # The engine has loaded its dialect; the other one would cost two megabytes for nothing.
            insert: _Insert = sys.modules[f"sqlalchemy.dialects.{dialect}"].insert
            written = self._written[dialect] = self._write(insert)
        return written


def insert_or_nothing(table: sa.Table, on: Sequence[str]) -> PerDialect:
    """Insert a row; where one with the same `on` columns stands, leave it alone."""
    return PerDialect(lambda insert: insert(table).on_conflict_do_nothing(index_elements=on))


def upsert(table: sa.Table, on: Sequence[str], changes: Callable[[Any], Mapping[str, Any]]) -> PerDialect:
    """Insert a row, or change the one with the same `on` columns; `changes` reads the row that was to be inserted."""

    def write(insert: _Insert) -> sa.Insert:
        statement = insert(table)
        made: sa.Insert = statement.on_conflict_do_update(index_elements=on, set_=changes(statement.excluded))
        return made

    return PerDialect(write)


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

    def write(insert: _Insert) -> sa.Insert:
        statement = insert(table)
        changes = {column: statement.excluded[column] for column in taken}
        made: sa.Insert = statement.on_conflict_do_update(index_elements=on, set_=changes, where=where)
        return made.returning(returning)

    return PerDialect(write)


def constant(value: str) -> sa.ColumnElement[str]:
    """Write a word of ours into the statement itself: a partial index is found by constants, not by parameters."""
    return sa.literal_column(f"'{value}'", sa.Text)


def one_of(column: sa.ColumnElement[Any], values: Sequence[str]) -> sa.ColumnElement[bool]:
    """Ask whether a column holds one of our words, written as constants in this order."""
    return column.in_([constant(value) for value in values])


class Unrolled(FunctionElement[Any]):
    """The items of a JSON list as rows of one column, `value`."""

    name = "json_each"
    inherit_cache = True


@compiles(Unrolled)
def _on_sqlite(element: Unrolled, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_each{compiler.process(element.clause_expr, **how)}"


@compiles(Unrolled, "postgresql")
def _on_postgresql(element: Unrolled, compiler: SQLCompiler, **how: Any) -> str:
    return f"json_array_elements{compiler.process(element.clause_expr, **how)}"
