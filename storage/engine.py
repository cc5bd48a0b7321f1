"""Opening a database by its URL: SQLite with one writer, PostgreSQL for several replicas."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from slackbot.errors import StorageError
from storage.errors import SchemaError
from storage.file_lock import FileLock
from storage.postgresql import open_postgresql
from storage.revisions import HEAD, REVISIONS
from storage.sqlite import check_whole, database_file, open_sqlite
from storage.unit_of_work import Store


def open_store(url: str, *, exclusive: bool = True) -> Store:
    """Open a database whose schema fits this release; it is never migrated here.

    `exclusive` takes a SQLite file for this process alone. Without it the store can only be read, beside a running
    process; a `write()` then raises. PostgreSQL needs no such lock, and is read-only without it just the same.

    Raises:
        LockedError: another process holds the SQLite file.
        SchemaError: the schema is missing, older or newer; the message says what to run.
        StorageError: the URL is of no supported database, or nothing answers there.
    """
    target = parse_url(url)
    with ExitStack() as opened:
        if target.get_backend_name() == "sqlite":
            file = existing_file(target)
            lock = FileLock(file) if exclusive else None
            if lock:
                opened.callback(lock.release)
            store = open_sqlite(file, writable=exclusive)
        else:
            store = open_postgresql(target, writable=exclusive)
        opened.callback(store.closing)
        check_schema(store)
        return Store(store.engine, store.writer, store.reader, opened.pop_all().close)


def parse_url(url: str) -> sa.URL:
    """Read a SQLAlchemy URL of a database that Rung can use; a bare `postgresql://` means psycopg 3.

    Raises:
        StorageError: it is none.
    """
    try:
        target = sa.make_url(url)
        backend = target.get_backend_name()
    except ArgumentError as error:
        raise StorageError(
            "DATABASE_URL is no database URL; write sqlite:///rung.db or postgresql://user@host/rung"
        ) from error
    if backend == "postgresql":
        return target.set(drivername="postgresql+psycopg")
    if backend == "sqlite":
        return target
    raise StorageError(f"Rung keeps its data in SQLite or PostgreSQL, not in {backend}; change DATABASE_URL")


def existing_file(target: sa.URL) -> Path:
    """Find the SQLite file of a URL.

    Raises:
        SchemaError: there is no such file yet.
    """
    file = database_file(target)
    if not file.exists():
        raise SchemaError(f"there is no database at {file}; run `rung db upgrade` to make it")
    return file


def check_file(url: str) -> None:
    """Check a SQLite file as a whole, beside whoever uses it; a server looks after its own files.

    Raises:
        CorruptError: it is damaged; the message says what to do.
        StorageError: it can't be read at all.
    """
    target = parse_url(url)
    if target.get_backend_name() != "sqlite":
        return
    store = open_sqlite(existing_file(target), writable=False)
    try:
        check_whole(store)
    finally:
        store.close()


def check_schema(store: Store) -> None:
    """Compare a database's schema with what this release knows.

    Raises:
        SchemaError: they differ; the message says what to run.
    """
    with store.read() as transaction:
        found = stored_revision(transaction.connection)
    if found == HEAD:
        return
    if found is None:
        raise SchemaError("the database is empty; run `rung db upgrade` to make its tables")
    if found in REVISIONS:
        raise SchemaError(f"the database is at revision {found} and this Rung needs {HEAD}; run `rung db upgrade`")
    raise SchemaError(
        f"the database is at revision {found}, which this Rung does not know (its newest is {HEAD}): "
        "a newer Rung wrote it; run that one, or restore the backup taken before its upgrade"
    )


def stored_revision(connection: sa.Connection) -> str | None:
    """Read the schema's revision as Alembic left it; None in an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return found
