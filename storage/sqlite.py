"""SQLite as Rung uses it: write-ahead log, every commit on the disk, one writing connection, a small pool of readers.

`BEGIN` is ours: Python's sqlite3 would begin late and without the write lock, so that a transaction which reads and
then writes could fail at once, whatever the busy timeout (sqlite.org/lang_transaction.html).

One connection writes and moves the log into the file: before SQLite 3.51.3 two that do so at once can damage it
(sqlite.org/wal.html#walresetbug).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from slackbot.errors import StorageError
from storage.errors import BusyError, CorruptError
from storage.fair_lock import FairLock
from storage.unit_of_work import Store, no_writer

WRITE_PATIENCE = 2.5
"""Seconds a write waits for its turn; Slack gives a press three (docs.slack.dev/interactivity)."""

READERS = 8

READER_CACHE = 500
"""Kilobytes of pages each reader keeps: eight times SQLite's usual 2 MB would weigh more than the rest of Rung's data,
and the system keeps the file's pages anyway.
"""

# mmap_size=0: with a memory-mapped file a stray write or an I/O error is a crash, not an error.
_ON_CONNECT = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA synchronous=FULL",
    "PRAGMA mmap_size=0",
    "PRAGMA temp_store=MEMORY",
    f"PRAGMA busy_timeout={int(WRITE_PATIENCE * 1000)}",
)


def database_file(target: sa.URL) -> Path:
    """Find the file of a SQLite URL.

    Raises:
        StorageError: the URL names a database in memory, which would be gone with the process.
    """
    if not target.database or target.database == ":memory:" or target.database.startswith("file:"):
        raise StorageError("a database in memory forgets; give DATABASE_URL a file, as in sqlite:///rung.db")
    return Path(target.database).absolute()


def writing_engine(file: Path) -> sa.Engine:
    """Make the engine of the one writing connection; it makes the file if there is none."""
    engine = _engine(file, mode="rwc", size=1)
    sa.event.listen(engine, "connect", _keep_a_log)
    sa.event.listen(engine, "begin", _begin_writing)
    return engine


def reading_engine(file: Path, *, beside_a_writer: bool) -> sa.Engine:
    """Make an engine that can't write; `beside_a_writer` is false where this process holds no lock on the file."""
    engine = _engine(file, mode="rw" if beside_a_writer else "ro", size=READERS)
    sa.event.listen(engine, "connect", _only_read)
    sa.event.listen(engine, "begin", _begin_reading)
    return engine


def open_sqlite(file: Path, *, writable: bool) -> Store:
    """Open an existing file. Nothing is written by opening it read-only, its write-ahead log included."""
    readers = reading_engine(file, beside_a_writer=writable)
    version = f"SQLite {sqlite3.sqlite_version}"
    if not writable:
        return Store(version, no_writer, readers.connect, readers.dispose)
    writers = writing_engine(file)
    turns = FairLock()

    @contextmanager
    def writer() -> Iterator[sa.Connection]:
        if not turns.acquire(WRITE_PATIENCE):
            raise BusyError
        try:
            with writers.connect() as connection:
                yield connection
        finally:
            turns.release()

    def close() -> None:
        # The writer goes last: whoever closes last moves the log into the file, and only it may.
        readers.dispose()
        writers.dispose()

    return Store(version, writer, readers.connect, close)


def check_whole(store: Store) -> None:
    """Read every page of the file and check that it hangs together; some five seconds for a gigabyte.

    Raises:
        CorruptError: it does not; the message says what to do.
    """
    with store.read() as transaction:
        found = transaction.connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if found != "ok":
        raise CorruptError(f"{CorruptError.__doc__} (SQLite says: {found})")


def _engine(file: Path, *, mode: str, size: int) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=file.as_uri(), query={"mode": mode, "uri": "true"}),
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=WRITE_PATIENCE,
        hide_parameters=True,  # they hold customer text, and errors end in logs
        connect_args={"isolation_level": None, "check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _know_all_letters)
    return engine


def lower(text: str | None) -> str | None:
    """Write in small letters as PostgreSQL does, each letter by itself; SQLite's own knows A to Z only."""
    if text is None or text.isascii():
        return text and text.lower()
    return "".join(letter.lower()[0] for letter in text)


def _know_all_letters(connection: Any, _record: Any) -> None:
    connection.create_function("lower", 1, lower, deterministic=True)


def _run(connection: Any, *statements: str) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()


def _keep_a_log(connection: Any, _record: Any) -> None:
    _run(connection, "PRAGMA journal_mode=WAL", *_ON_CONNECT)


def _only_read(connection: Any, _record: Any) -> None:
    _run(connection, *_ON_CONNECT, f"PRAGMA cache_size=-{READER_CACHE}", "PRAGMA query_only=ON")


def _begin_writing(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN")
