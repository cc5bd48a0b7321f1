"""What goes wrong with a database, by its cure."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError

from slackbot.errors import StorageError


class BusyError(StorageError):
    """The database was busy for too long; nothing was stored. Try again."""


class DiskFullError(StorageError):
    """The disk is full; nothing was stored. Make room: what is stored already is safe and readable."""


class DiskFailedError(StorageError):
    """The disk could not be read or written; nothing was stored. Look at the disk and its free room."""


class ReadOnlyError(StorageError):
    """The database can't be written; nothing was stored. Give Rung's user write access to the file and its folder."""


class CorruptError(StorageError):
    """The database file is damaged. Stop Rung, keep the file, restore the newest backup."""


class LockedError(StorageError):
    """Another process holds the database; stop it first."""


class SchemaError(StorageError):
    """The database's schema and this release do not fit."""


_SIGNS: tuple[tuple[str, type[StorageError]], ...] = (
    ("database or disk is full", DiskFullError),
    ("no space left", DiskFullError),
    ("disk i/o error", DiskFailedError),
    ("is locked", BusyError),
    ("lock timeout", BusyError),
    ("statement timeout", BusyError),
    ("queuepool limit", BusyError),
    ("readonly database", ReadOnlyError),
    ("read-only", ReadOnlyError),
    ("malformed", CorruptError),
    ("not a database", CorruptError),
    ("corrupt", CorruptError),
    ("unable to open database file", ReadOnlyError),
)


def translated(error: DBAPIError) -> StorageError | None:
    """Find the leaf that names the cure for a database's complaint; None for one that is a fault in our code."""
    if isinstance(error, IntegrityError | DataError | ProgrammingError):
        return None
    said = str(error.orig).lower()
    for sign, leaf in _SIGNS:
        if sign in said:
            return leaf(f"{leaf.__doc__} (The database said: {error.orig})")
    if error.connection_invalidated:
        return StorageError(f"The connection to the database was lost; nothing was stored. ({error.orig})")
    return None
