"""PostgreSQL as Rung uses it: several replicas share it, so no statement and no idle transaction may hold others up."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from slackbot.errors import StorageError
from storage.unit_of_work import Store, no_writer

_CONNECTIONS = 10

STATEMENT_TIMEOUT = 5.0
LOCK_TIMEOUT = 2.0
"""Seconds; a press has three, and a claim never waits."""
IDLE_TIMEOUT = 5.0
"""Seconds a transaction may do nothing: a process that hangs, or is cut off, lets go of its rows by then."""

CONNECT_TIMEOUT = 5
SILENCE_TIMEOUT = 5
"""Seconds after which a server whose machine answers no more counts as gone: what was sent stays unconfirmed.

With the try to connect anew a step takes eleven seconds to fail, which a loop's watchdog has to outlast; see PATIENCE.
"""

# By libpq's names. The user timeout also cuts the keepalives short: seven seconds where an answer is waited for.
_PATIENCE = {
    "connect_timeout": CONNECT_TIMEOUT,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": SILENCE_TIMEOUT * 1000,
}


def postgresql_engine(target: sa.URL, *, read_only: bool = False, statement_timeout: float | None = None) -> sa.Engine:
    """Make an engine with psycopg 3; `statement_timeout` in seconds, 0 for none."""
    timeouts = {
        "statement_timeout": STATEMENT_TIMEOUT if statement_timeout is None else statement_timeout,
        "lock_timeout": LOCK_TIMEOUT,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT,
    }
    settings = {"timezone": "UTC", **{name: f"{seconds * 1000:.0f}" for name, seconds in timeouts.items()}}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    engine = sa.create_engine(
        target,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=2.5,
        pool_pre_ping=True,
        hide_parameters=True,  # they hold customer text, and errors end in logs
        connect_args={"options": options, **_PATIENCE},
    )
    sa.event.listen(engine, "handle_error", _without_details)
    return engine


def open_postgresql(target: sa.URL, *, writable: bool) -> Store:
    """Open a database that replicas share. Writes are READ COMMITTED and lock what they claim; reads see one state.

    Raises:
        StorageError: nothing answers there.
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


def _without_details(context: sa.engine.ExceptionContext) -> BaseException | None:
    """Leave out what PostgreSQL adds to an error: whole rows, with what customers wrote."""
    said, raised = context.original_exception, context.sqlalchemy_exception
    diagnosis = getattr(said, "diag", None)
    if diagnosis is None or diagnosis.message_detail is None or not isinstance(raised, DBAPIError):
        return None
    said.args = (diagnosis.message_primary,)
    return type(raised)(
        context.statement, None, said, hide_parameters=True, connection_invalidated=context.is_disconnect
    )
