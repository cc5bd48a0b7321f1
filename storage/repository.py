"""What every repository is: some statements and the connection of one transaction."""

from __future__ import annotations

import sqlalchemy as sa

from storage.statements import PerDialect


class Repository:
    """Rows of one kind, read and written within a transaction that somebody else ends."""

    __slots__ = ("_connection",)

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def _spelled(self, statement: PerDialect) -> sa.Insert:
        return statement[self._connection.dialect.name]
