"""PostgreSQL alone: what its sessions are told, what its errors mean, and that it comes back from anything."""

from __future__ import annotations

import logging
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.config import Config
from sqlalchemy.exc import IntegrityError

from slackbot.errors import StorageError
from slackbot.runtime.watchdog import PATIENCE
from storage import retrying
from storage.engine import open_store
from storage.errors import BusyError, LostError, ReadOnlyError, SchemaError
from storage.migrate import current, upgrade
from storage.postgresql import CONNECT_TIMEOUT, IDLE_TIMEOUT, LOCK_TIMEOUT, SILENCE_TIMEOUT, STATEMENT_TIMEOUT
from storage.retrying import within_a_press
from storage.revisions import HEAD
from storage.tables.cases import case_fields
from storage.unit_of_work import Store, Transaction
from tests.cluster import Cluster, started
from tests.engines import SQLITE, Databases
from tests.storage.house import NOW, furnish

END_OTHERS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    """A migrated, empty database."""
    with cluster.database() as made:
        yield made


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store on it."""
    opened = open_store(url)
    yield opened
    opened.close()


def test_a_session_is_told_how_long_it_may_take(store: Store) -> None:
    """Timeouts for statements, locks and idle transactions are what the server itself reports, for all sessions."""
    for transaction in (store.write, store.read):
        with transaction() as tx:
            shown = {
                name: tx.connection.exec_driver_sql(f"SHOW {name}").scalar()
                for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "timezone")
            }
        assert shown == {
            "statement_timeout": f"{STATEMENT_TIMEOUT:.0f}s",
            "lock_timeout": f"{LOCK_TIMEOUT:.0f}s",
            "idle_in_transaction_session_timeout": f"{IDLE_TIMEOUT:.0f}s",
            "timezone": "UTC",
        }


def test_a_silent_server_is_noticed_before_a_loop_counts_as_hung(store: Store) -> None:
    """What libpq is told: the silence of a session and a try to connect anew together outlast no watchdog."""
    with store.read() as tx:
        driver: Any = tx.connection.connection.driver_connection
        told = {each.keyword.decode(): (each.val or b"").decode() for each in driver.pgconn.info}
    silence = int(told["tcp_user_timeout"]) / 1000
    idle, interval, connect = (
        int(told[f"{name}"]) for name in ("keepalives_idle", "keepalives_interval", "connect_timeout")
    )
    assert (silence, connect) == (SILENCE_TIMEOUT, CONNECT_TIMEOUT)
    assert silence + connect < PATIENCE
    assert idle + interval + connect < PATIENCE


def test_a_statement_that_takes_too_long_is_ended(store: Store) -> None:
    """Past the statement timeout the database is said to be busy, and the session goes on."""
    with pytest.raises(BusyError, match="statement timeout"), store.write() as tx:
        tx.connection.exec_driver_sql("SET LOCAL statement_timeout = '50ms'; SELECT pg_sleep(10)")
    with store.write() as tx:
        assert tx.workspaces.all() == []


def test_nobody_waits_for_a_row_for_ever(store: Store) -> None:
    """Behind somebody who holds a row and does not let go, a write gives up after the lock timeout."""
    house = furnish(store)
    with store.write() as holder:
        holder.workspaces.take_number(house.workspace_id)
        began = monotonic()
        with pytest.raises(BusyError, match="lock timeout"), store.write() as tx:
            tx.workspaces.take_number(house.workspace_id)
    assert monotonic() - began >= LOCK_TIMEOUT


def test_a_transaction_that_idles_lets_go(store: Store) -> None:
    """A process that hangs in the middle of a transaction loses it: others get its rows, and it is told."""
    house = furnish(store)

    def hangs(hanging: Transaction) -> None:
        hanging.connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '100ms'")
        hanging.workspaces.take_number(house.workspace_id)
        with store.write() as tx:
            tx.workspaces.take_number(house.workspace_id)
        hanging.workspaces.all()

    with pytest.raises(LostError, match="idle-in-transaction"), store.write() as tx:
        hangs(tx)
    with store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT last_number FROM workspaces").scalar() == 1


def test_a_deadlock_is_undone_and_tried_again(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Of two that wait for each other one is undone, and gets through when it is tried again by itself."""
    first, second = furnish(store, "T1").workspace_id, furnish(store, "T2").workspace_id
    both = threading.Barrier(2)
    meetings = {first: both.wait, second: both.wait}

    @within_a_press
    def take(mine: int, other: int) -> None:
        with store.write() as tx:
            tx.connection.exec_driver_sql("SET LOCAL deadlock_timeout = '50ms'")
            tx.workspaces.take_number(mine)
            if meet := meetings.pop(mine, None):
                meet(10)
            tx.workspaces.take_number(other)

    with caplog.at_level(logging.WARNING, retrying.__name__), ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(take, first, second), pool.submit(take, second, first)]:
            each.result(10)
    assert "deadlock detected" in caplog.text
    with store.read() as tx:
        assert tx.connection.exec_driver_sql("SELECT sum(last_number) FROM workspaces").scalar() == 4


def test_a_session_that_was_ended_is_replaced(store: Store) -> None:
    """Ended between two transactions nobody notices; ended in the middle of one, that one is undone and says so."""
    end_others(store)
    with store.read() as tx:
        assert tx.workspaces.all() == []
    for after in (Transaction.time, lambda _: None):
        with pytest.raises(LostError, match="try again"), store.write() as tx:
            _add_and_lose(tx, store, after)
        with store.read() as tx:
            assert tx.workspaces.all() == []


def _add_and_lose(tx: Transaction, store: Store, after: Callable[[Transaction], object]) -> None:
    tx.workspaces.add_or_refresh("T1", None, "UBOT", "Acme", NOW)
    end_others(store)
    after(tx)


def end_others(store: Store) -> None:
    """End every session of the database but one's own."""
    with store.read() as tx:
        assert all(ended for (ended,) in tx.connection.exec_driver_sql(END_OTHERS))


@pytest.mark.parametrize("said", [{"workspace_id": 404}, {"name": None}], ids=["a reference", "a whole row"])
def test_what_customers_wrote_is_in_no_error(store: Store, said: dict[str, Any]) -> None:
    """PostgreSQL would show keys and whole rows in an error; errors end in logs, so ours don't."""
    house, secret = furnish(store), "-".join("4000")
    values = {"workspace_id": house.workspace_id, "escalation_id": secret, "name": "summary", "value": secret, **said}
    row = {**values, "sensitive": False, "written_by": "U1", "written_at": NOW}
    with pytest.raises(IntegrityError) as refused, store.write() as tx:
        tx.connection.execute(sa.insert(case_fields), row)
    shown = "".join(traceback.format_exception(refused.value))
    assert "case_fields" in shown
    assert secret not in shown


def test_a_reader_can_not_write(url: str) -> None:
    """A store opened to be read refuses a write, and so does the database itself."""
    reader = open_store(url, exclusive=False)
    with pytest.raises(StorageError, match="read only"), reader.write():
        pytest.fail("a write began")
    with pytest.raises(ReadOnlyError), reader.read() as tx:
        tx.workspaces.add_or_refresh("T1", None, "UBOT", "Acme", NOW)
    reader.close()


def test_replicas_share_it(url: str) -> None:
    """Two stores write to one database at the same time: no lock keeps the second one out."""
    stores = [open_store(url), open_store(url)]
    for n, each in enumerate(stores):
        furnish(each, f"T{n}")
    with stores[0].read() as tx:
        assert [workspace.team_id for workspace in tx.workspaces.all()] == ["T0", "T1"]
    for each in stores:
        each.close()


def test_the_database_tells_the_time(store: Store) -> None:
    """It goes on within a transaction, unlike `now()`, and is aware, in UTC."""
    with store.read() as tx:
        first, second = tx.time(), tx.time()
    assert first is not None
    assert second is not None
    assert first < second
    assert first.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - first) < timedelta(minutes=1)


def test_sqlite_has_no_time_of_its_own(databases: Databases) -> None:
    """A file has no clock."""
    with databases.fresh(SQLITE) as url:
        store = open_store(url)
        with store.read() as tx:
            assert tx.time() is None
        store.close()


@pytest.mark.parametrize("stored", ["0999", "0000"])
def test_a_newer_schema_is_refused(url: str, stored: str) -> None:
    """An old binary neither opens nor migrates what a newer one has changed, and leaves it as it is."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :stored"), {"stored": stored})
    engine.dispose()
    with pytest.raises(SchemaError, match="a newer Rung wrote it"):
        open_store(url)
    with pytest.raises(SchemaError, match="newer Rung"):
        upgrade(url)
    assert current(url) == stored


def test_an_older_schema_says_how_to_migrate(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision this release knows as an old one is not opened, and the cure is named."""
    monkeypatch.setattr("storage.engine.HEAD", "0002")
    with pytest.raises(SchemaError, match="needs 0002; run `rung db upgrade`"):
        open_store(url)


def test_replicas_that_start_together_upgrade_once(cluster: Cluster) -> None:
    """Of several that find an empty database one makes the tables, and the others find them made."""
    with cluster.database(migrated=False) as url:
        with pytest.raises(SchemaError, match="empty"):
            open_store(url)
        with ThreadPoolExecutor(3) as pool:
            assert list(pool.map(upgrade, [url] * 3)) == [HEAD] * 3
        open_store(url).close()


def test_an_upgrade_may_take_longer_than_a_press(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No statement timeout ends a step over a large table; for a lock it waits no longer than others may."""
    shown: list[str] = []

    def look(config: Config, _: str) -> None:
        connection = config.attributes["connection"]
        shown.extend(connection.exec_driver_sql(f"SHOW {each}_timeout").scalar() for each in ("statement", "lock"))

    monkeypatch.setattr("storage.migrate.command.upgrade", look)
    upgrade(url)
    assert shown == ["0", f"{LOCK_TIMEOUT:.0f}s"]


def test_no_server_says_so(tmp_path: Path) -> None:
    """Where nothing answers, the message names the place and not the password."""
    with pytest.raises(StorageError, match="can't reach PostgreSQL") as refused:
        open_store(f"postgresql://rung:hunter2@/rung?host={tmp_path}")
    assert "hunter2" not in str(refused.value)


def test_a_restart_ends_nothing_for_good(own: Cluster) -> None:
    """Stopped in order or crashed, the store goes on as soon as the server does, and what was committed is there."""
    with own.database() as url:
        store = open_store(url)
        house = furnish(store)
        for mode in ("fast", "immediate"):
            with store.write() as tx:
                number, _ = tx.workspaces.take_number(house.workspace_id)
            own.stop(mode)
            with pytest.raises(LostError), store.read() as tx:
                tx.workspaces.all()
            own.start()
            with store.read() as tx:
                assert tx.connection.exec_driver_sql("SELECT last_number FROM workspaces").scalar() == number
        store.close()


@pytest.fixture
def own() -> Iterator[Cluster]:
    """A server that a test may stop: nobody else's."""
    with started() as running:
        yield running
