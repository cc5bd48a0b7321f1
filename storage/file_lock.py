"""One process holds a database file: a lock of the operating system beside it, gone when the process is gone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from storage.errors import LockedError, ReadOnlyError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

# Windows hides a locked byte from readers; this one lies behind what we write.
_BYTE = 1 << 20


class FileLock:
    """The right to write a database file, held from construction to `release`."""

    def __init__(self, database: Path) -> None:
        """Take the lock of a database file at once.

        Raises:
            LockedError: another process has it; the message names the process.
            ReadOnlyError: the lock's file can't be made beside the database.
        """
        self._path = database.with_name(f"{database.name}.lock")
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ReadOnlyError(
                f"can't make {self._path}: {error.strerror}; make the folder, or let us write in it"
            ) from error
        try:
            _take(self._file)
        except OSError as error:
            os.lseek(self._file, 0, os.SEEK_SET)
            holder = os.read(self._file, 20)
            os.close(self._file)
            who = holder.decode(errors="replace").strip() or "unknown"
            raise LockedError(
                f"another rung process (pid {who}) holds {database}; stop it first: one process writes a SQLite file"
            ) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Let the next process have it. The file stays: removing it would let two processes lock two files."""
        os.close(self._file)


def _take(file: int) -> None:
    if sys.platform == "win32":
        os.lseek(file, _BYTE, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
