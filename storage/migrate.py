"""Bringing a database's schema up to this release, from whatever release it comes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError

from slackbot.errors import StorageError
from storage.engine import parse_url, stored_revision
from storage.errors import SchemaError, translated
from storage.file_lock import FileLock
from storage.postgresql import LOCK_TIMEOUT, postgresql_engine
from storage.revisions import HEAD, REVISIONS
from storage.sqlite import database_file, reading_engine, writing_engine

_FOLDER = Path(__file__).parent / "migrations"
# Any number will do, as long as every Rung uses the same one.
_POSTGRESQL_LOCK = 0x52554E47
_LONGEST_UPGRADE = 600
"""Seconds that one replica waits for another one's upgrade."""


def upgrade(url: str) -> str:
    """Make or migrate the tables, all steps in one transaction, while nobody else writes; say the new revision.

    Raises:
        LockedError: a running process holds the SQLite file; stop it first.
        SchemaError: a newer Rung wrote this database.
        StorageError: the URL is of no supported database, or nothing answers there.
    """
    with _connected(url, exclusive=True) as connection:
        found = stored_revision(connection)
        if found is not None and found not in REVISIONS:
            raise SchemaError(f"the database is at revision {found}, written by a newer Rung; run that one")
        command.upgrade(configuration(connection), "head")
        connection.commit()
    return HEAD


def current(url: str) -> str | None:
    """Say a database's revision; None where there are no tables or no file yet.

    Raises:
        StorageError: the URL is of no supported database, or nothing answers there.
    """
    target = parse_url(url)
    if target.get_backend_name() == "sqlite" and not database_file(target).exists():
        return None
    with _connected(url, exclusive=False) as connection:
        return stored_revision(connection)


def configuration(connection: sa.Connection) -> Config:
    """Tell Alembic where the steps are and which connection to use; it reads no file for that and logs nowhere."""
    config = Config(attributes={"connection": connection})
    # ConfigParser reads a percent sign as the start of a name.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


@contextmanager
def _connected(url: str, *, exclusive: bool) -> Iterator[sa.Connection]:
    target = parse_url(url)
    with ExitStack() as opened:
        if target.get_backend_name() == "sqlite":
            file = database_file(target)
            if exclusive:
                opened.callback(FileLock(file).release)
                # Nobody else on this machine is to read what customers wrote.
                file.touch(mode=0o600)
            engine = writing_engine(file) if exclusive else reading_engine(file, beside_a_writer=False)
        else:
            engine = postgresql_engine(target, statement_timeout=0 if exclusive else None)
        opened.callback(engine.dispose)
        try:
            connection = opened.enter_context(engine.connect())
            if exclusive and engine.dialect.name == "postgresql":
                _wait_for_others(connection)
            yield connection
        except DBAPIError as error:
            shown = target.render_as_string(hide_password=True)
            raise translated(error) or StorageError(f"can't use {shown}: {error.orig}") from error


def _wait_for_others(connection: sa.Connection) -> None:
    """Let one replica after the other upgrade; what the steps lock they get soon or not at all."""
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LONGEST_UPGRADE}s'")
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_POSTGRESQL_LOCK)))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT:.0f}s'")
