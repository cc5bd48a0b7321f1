"""PostgreSQL as Rung uses it: several replicas share it, so no statement and no idle transaction may hold others up."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from slackbot.errors import StorageError
from storage.unit_of_work import Store, no_writer

_CONNECTIONS = 10
# Milliseconds, as libpq's `options` takes them; a press has three seconds, and a claim never waits.
_OPTIONS = "-c timezone=UTC -c statement_timeout=5000 -c lock_timeout=2000 -c idle_in_transaction_session_timeout=5000"


def postgresql_engine(target: sa.URL, *, read_only: bool = False) -> sa.Engine:
    """Make an engine with psycopg 3.

    Raises:
        StorageError: psycopg is not installed.
    """
    options = f"{_OPTIONS} -c default_transaction_read_only=on" if read_only else _OPTIONS
    try:
        return sa.create_engine(
            target,
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=2.5,
            pool_pre_ping=True,
            hide_parameters=True,  # they hold customer text, and errors end in logs
            connect_args={"options": options, "connect_timeout": 5, "tcp_user_timeout": 10_000},
        )
    except ModuleNotFoundError as error:
        raise StorageError("PostgreSQL needs psycopg 3: run `pip install 'psycopg[binary]'`") from error


def open_postgresql(target: sa.URL, *, writable: bool) -> Store:
    """Open a database that replicas share. Writes are READ COMMITTED and lock what they claim; reads see one state.

    Raises:
        StorageError: nothing answers there, or psycopg is not installed.
    """
    engine = postgresql_engine(target, read_only=not writable)
    try:
        with engine.connect() as connection:
            version = connection.exec_driver_sql("SHOW server_version").scalar()
    except DBAPIError as error:
        engine.dispose()
        shown = target.render_as_string(hide_password=True)
        raise StorageError(f"can't reach PostgreSQL at {shown}: {error.orig}") from error
    writer = engine.connect if writable else no_writer
    readers = engine.execution_options(isolation_level="REPEATABLE READ")
    return Store(f"PostgreSQL {version}", writer, readers.connect, engine.dispose)
