"""Statements on the way to an ack, brought to SQLite without detour.

SQLAlchemy takes longer to bring one of these to SQLite than SQLite takes to carry it out, and Slack waits meanwhile. So
SQLAlchemy writes the statement once, and the driver gets that text ever after. To any other database it is brought as
usual: there the network costs more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

from storage.statements import PerDialect

Values: TypeAlias = Mapping[str, Any]
Statement: TypeAlias = sa.Select[Any] | sa.Insert | sa.Update
_Convert: TypeAlias = Callable[[Any], Any] | None


class Prepared:
    """A statement, or the same one in two dialects. Values, rows and errors are as SQLAlchemy's.

    The transaction must have begun, as those of a `Store` have.
    """

    def __init__(self, statement: Statement | PerDialect) -> None:
        self._statement = statement
        self._spelled: dict[tuple[str, ...], _Spelled] = {}

    def first(self, connection: sa.Connection, values: Values) -> Sequence[Any] | None:
        """Execute it and give the first row of its answer."""
        if connection.dialect.name != "sqlite":
            return connection.execute(self._of(connection), values).first()
        spelled = self._for_sqlite(connection, values)
        try:
            row = _driver(connection).execute(spelled.text, spelled.arguments(values)).fetchone()
        except sqlite3.Error as error:
            raise _as_usual(spelled.text, error, connection.dialect) from error
        return None if row is None else spelled.read(row)

    def change(self, connection: sa.Connection, rows: Sequence[Values]) -> int:
        """Execute it once for each of `rows`, at least one and with the same keys; say how many rows it changed.

        Inserts are not counted by every database.
        """
        if connection.dialect.name != "sqlite":
            return connection.execute(self._of(connection), rows).rowcount
        spelled = self._for_sqlite(connection, rows[0])
        try:
            return _driver(connection).executemany(spelled.text, [spelled.arguments(row) for row in rows]).rowcount
        except sqlite3.Error as error:
            raise _as_usual(spelled.text, error, connection.dialect) from error

    def _of(self, connection: sa.Connection) -> Statement:
        return self._statement[connection.dialect.name] if isinstance(self._statement, PerDialect) else self._statement

    def _for_sqlite(self, connection: sa.Connection, values: Values) -> _Spelled:
        """Find its text for just these values: an insert names the columns that it is given."""
        given = tuple(values)
        spelled = self._spelled.get(given)
        if spelled is None:
            spelled = self._spelled[given] = _Spelled(self._of(connection), given, connection.dialect)
        return spelled


class _Spelled:
    """A statement in SQLite's words, and how values become its arguments and its answer becomes values."""

    def __init__(self, statement: Statement, given: Sequence[str], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(given))
        binds = [compiled.binds[name] for name in compiled.positiontup or ()]
        self.text = str(compiled)
        self._arguments: list[tuple[str, _Convert]] = [
            (bind.key, bind.type.dialect_impl(dialect).bind_processor(dialect)) for bind in binds
        ]
        self._own = {bind.key: bind.value for bind in binds if not bind.required}
        columns = statement.exported_columns
        self._answer: list[_Convert] = [
            each.type.dialect_impl(dialect).result_processor(dialect, None) for each in columns
        ]
        self._plain = not any(self._answer)

    def arguments(self, values: Values) -> tuple[Any, ...]:
        all_values = self._own | values if self._own else values  # type: ignore[operator]  # a mapping that is a dict
        return tuple(
            [all_values[name] if convert is None else convert(all_values[name]) for name, convert in self._arguments]
        )

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        if self._plain:
            return row
        return [value if convert is None else convert(value) for value, convert in zip(row, self._answer, strict=True)]


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


def _as_usual(text: str, error: sqlite3.Error, dialect: Dialect) -> BaseException:
    """Make of the driver's error what SQLAlchemy makes of it, so that one place finds the cure for both."""
    return DBAPIError.instance(text, None, error, sqlite3.Error, hide_parameters=True, dialect=dialect)
