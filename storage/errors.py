"""What goes wrong with a database, by its cure."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError, ProgrammingError

from slackbot.errors import StorageError


class BusyError(StorageError):
    """The database was busy for too long; nothing was stored. Try again."""


class LostError(StorageError):
    """The database ended the connection or the transaction. Nothing is wrong with what was asked: try again."""


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


# PostgreSQL's error codes, whole or their class (postgresql.org/docs/current/errcodes-appendix.html).
_CODES: Mapping[str, type[StorageError]] = {
    "08": LostError,  # connection exceptions
    "25P03": LostError,  # idle in a transaction for too long
    "25006": ReadOnlyError,
    "40": LostError,  # rolled back: a deadlock, or a conflict of transactions
    "53100": DiskFullError,
    "53": BusyError,  # too many connections, no memory
    "55P03": BusyError,  # lock timeout
    "57014": BusyError,  # statement timeout
    "57P": LostError,  # shut down, crashed, starting up
    "58030": DiskFailedError,
    "XX001": CorruptError,
    "XX002": CorruptError,
}
# What SQLite says, which has no such codes.
_SIGNS: tuple[tuple[str, type[StorageError]], ...] = (
    ("database or disk is full", DiskFullError),
    ("no space left", DiskFullError),
    ("disk i/o error", DiskFailedError),
    ("is locked", BusyError),
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
    leaf = _leaf(error)
    return None if leaf is None else leaf(f"{leaf.__doc__} (The database said: {str(error.orig).strip()})")


def _leaf(error: DBAPIError) -> type[StorageError] | None:
    code = getattr(error.orig, "sqlstate", None)
    if code is not None:
        return next((_CODES[key] for key in (code, code[:3], code[:2]) if key in _CODES), None)
    said = str(error.orig).lower()
    found = next((leaf for sign, leaf in _SIGNS if sign in said), None)
    # psycopg has a code in mind and none to give where no server gave it one.
    is_lost = isinstance(error, OperationalError | InterfaceError) and hasattr(error.orig, "sqlstate")
    return found or (LostError if is_lost or error.connection_invalidated else None)
