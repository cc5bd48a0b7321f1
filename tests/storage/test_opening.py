"""SQLite alone: files, locks and schemas."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from slackbot.core.model import Person
from slackbot.errors import StorageError
from storage.engine import open_store
from storage.errors import CorruptError, DiskFullError, LockedError, ReadOnlyError, SchemaError
from storage.migrate import current, upgrade
from storage.revisions import HEAD
from storage.unit_of_work import Transaction
from tests.storage.house import NOW, furnish

HOLD = """
import sys
from storage.engine import open_store
store = open_store(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A URL whose file is not there yet."""
    return f"sqlite:///{tmp_path}/rung.db"


@pytest.fixture
def held(url: str) -> Iterator[int]:
    """Another process that holds the database; its process id."""
    upgrade(url)
    command = [sys.executable, "-c", HOLD, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process.pid
        process.kill()


def test_a_second_process_is_refused(url: str, held: int) -> None:
    """While one process writes, another can neither open nor migrate, and is told which process it is."""
    with pytest.raises(LockedError, match=rf"another rung process \(pid {held}\) holds .*rung\.db"):
        open_store(url)
    with pytest.raises(LockedError, match=f"pid {held}"):
        upgrade(url)


def test_a_reader_beside_the_writer_reads_and_never_writes(url: str, held: int) -> None:
    """Opened without the lock, the store can be read beside the running process; a write is refused."""
    assert held
    assert current(url) == HEAD
    store = open_store(url, exclusive=False)
    with store.read() as tx:
        assert tx.workspaces.all() == []
    with pytest.raises(StorageError, match="read only"), store.write():
        pytest.fail("a write began")
    store.close()


def test_the_lock_goes_with_the_store(url: str) -> None:
    """After closing, twice even, the next one may have the database, and finds what was stored."""
    upgrade(url)
    store = open_store(url)
    with pytest.raises(LockedError):
        open_store(url)
    furnish(store)
    store.close()
    store.close()
    again = open_store(url, exclusive=False)
    with again.read() as tx:
        assert [workspace.team_id for workspace in tx.workspaces.all()] == ["T1"]
    again.close()


def test_a_lock_is_let_go_when_opening_fails(url: str, tmp_path: Path) -> None:
    """A refused schema leaves the file free to be migrated."""
    sqlite3.connect(tmp_path / "rung.db").close()
    with pytest.raises(SchemaError, match=r"empty.*rung db upgrade"):
        open_store(url)
    assert upgrade(url) == HEAD


def test_a_database_that_is_not_there_is_not_made(url: str, tmp_path: Path) -> None:
    """Opening makes nothing; the message says what does."""
    with pytest.raises(SchemaError, match="rung db upgrade"):
        open_store(url)
    assert current(url) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("stored", "cure"), [("0999", "a newer Rung wrote it"), ("0000", "a newer Rung"), (HEAD, None)]
)
def test_a_schema_this_release_does_not_know_is_refused(
    url: str, tmp_path: Path, stored: str, cure: str | None
) -> None:
    """A revision out of the future is neither opened nor migrated; ours is opened."""
    upgrade(url)
    with sqlite3.connect(tmp_path / "rung.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (stored,))
    connection.close()
    if cure is None:
        open_store(url).close()
        return
    with pytest.raises(SchemaError, match=cure):
        open_store(url)
    with pytest.raises(SchemaError, match="newer Rung"):
        upgrade(url)


def test_an_older_schema_says_how_to_migrate(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision this release knows as an old one is not opened, and the cure is named."""
    upgrade(url)
    monkeypatch.setattr("storage.engine.HEAD", "0002")
    with pytest.raises(SchemaError, match="needs 0002; run `rung db upgrade`"):
        open_store(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://x/y", "not in mysql"),
        ("rung.db", "DATABASE_URL"),
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
        ("nosuch://x", "not in nosuch"),
    ],
)
def test_a_url_we_cannot_use_is_refused(url: str, said: str) -> None:
    """Other databases, databases in memory and plain nonsense get a message with the cure."""
    with pytest.raises(StorageError, match=said):
        open_store(url)


def test_commits_are_on_the_disk_and_the_log_is_on(url: str) -> None:
    """The settings that the promises rest on are what SQLite itself reports, for writers and readers."""
    upgrade(url)
    store = open_store(url)
    for transaction in (store.write, store.read):
        with transaction() as tx:
            pragma = {
                name: tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "query_only")
            }
        only_read = 1 if transaction == store.read else 0
        assert pragma == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "mmap_size": 0,
            "query_only": only_read,
        }
    assert store.engine == f"SQLite {sqlite3.sqlite_version}"
    store.close()


def test_an_error_tells_nothing_a_customer_wrote(url: str) -> None:
    """Errors end in logs, so a failed statement does not show what was to be stored."""
    upgrade(url)
    store = open_store(url)
    with pytest.raises(IntegrityError) as failed, store.write() as tx:
        tx.fields.write(404, "no case", {"summary": "my card number is 4000"}, "U1", NOW)
    assert "4000" not in str(failed.value)
    store.close()


@pytest.mark.skipif(os.name != "posix", reason="rights of a file are told otherwise there")
def test_only_its_owner_reads_the_file(url: str, tmp_path: Path) -> None:
    """Nobody else on the machine may read the database, its log or its lock."""
    upgrade(url)
    store = open_store(url)
    furnish(store)
    rights = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    assert set(rights) == {"rung.db", "rung.db-wal", "rung.db-shm", "rung.db.lock"}
    assert set(rights.values()) == {0o600}
    store.close()


def test_a_write_holds_the_file_from_its_first_reading(url: str, tmp_path: Path) -> None:
    """What a write reads can't be changed by anybody before it is done: its lock is taken at the beginning."""
    upgrade(url)
    store = open_store(url)
    intruder = sqlite3.connect(tmp_path / "rung.db", timeout=0, isolation_level=None)
    with store.write() as tx:
        assert tx.workspaces.all() == []
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            intruder.execute("BEGIN IMMEDIATE")
    intruder.execute("BEGIN IMMEDIATE")
    intruder.close()
    store.close()


def test_a_full_disk_stores_nothing_and_loses_nothing(url: str) -> None:
    """A transaction that finds no room is undone whole, says so, and the store goes on working."""
    upgrade(url)
    store = open_store(url)
    house = furnish(store)
    with store.write() as tx:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    crowd = [Person(f"U{n}" * 50, "T1") for n in range(1000)]
    with pytest.raises(DiskFullError, match="Make room"), store.write() as tx:
        tx.people.learn_many(house.workspace_id, crowd, NOW)
    with store.write() as tx:
        assert tx.people.next_refresh() is None
        tx.connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        tx.people.meet(house.workspace_id, "U1", "T1", NOW)
    store.close()


def test_a_damaged_file_says_so(url: str, tmp_path: Path) -> None:
    """A file that is no database is told from one that is empty."""
    (tmp_path / "rung.db").write_bytes(b"not a database, " * 400)
    with pytest.raises(CorruptError, match="backup"):
        open_store(url)


def test_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    """Migrating into a missing folder names the folder instead of failing deep inside."""
    with pytest.raises(ReadOnlyError, match="nowhere"):
        upgrade(f"sqlite:///{tmp_path}/nowhere/rung.db")


def _add_and_fail(tx: Transaction) -> None:
    tx.workspaces.add_or_refresh("T1", None, "U", "n", NOW)
    raise KeyError("ours")


def test_what_fails_leaves_nothing(url: str) -> None:
    """An exception of any kind undoes the whole transaction and comes out unchanged."""
    upgrade(url)
    store = open_store(url)
    with pytest.raises(KeyError, match="ours"), store.write() as tx:
        _add_and_fail(tx)
    with store.read() as tx:
        assert tx.workspaces.all() == []
    store.close()
