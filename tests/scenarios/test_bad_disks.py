"""The disk is full, the file can't be written, somebody else holds it: people hear the cure, and nothing is lost."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from storage.unit_of_work import Transaction
from tests.house import House

LONG = "x" * 2500
LINE = '/escalate {} category:Account customer:"Nordic"'


def on_the_writer(acme_house: House, statement: str) -> None:
    """Say something to SQLite on the connection that writes, outside any transaction."""
    with acme_house.rung.engine.ctx.store.writer() as connection:
        writer = connection.connection.driver_connection
        assert writer is not None
        writer.execute(statement).fetchall()


@contextmanager
def no_room(acme_house: House) -> Iterator[None]:
    """Have no page left to write on."""
    with acme_house.rung.engine.ctx.store.read() as tx:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar()
    on_the_writer(acme_house, f"PRAGMA max_page_count={pages}")
    yield
    with acme_house.rung.engine.ctx.store.read() as tx:
        assert tx.connection.exec_driver_sql("PRAGMA quick_check").scalar() == "ok"
    on_the_writer(acme_house, "PRAGMA max_page_count=1000000")


@contextmanager
def no_right(acme_house: House) -> Iterator[None]:
    """Have no right to write."""
    on_the_writer(acme_house, "PRAGMA query_only=ON")
    yield
    on_the_writer(acme_house, "PRAGMA query_only=OFF")


def raised_until_it_fails(acme_house: House, cure: str) -> int:
    """Raise cases until one can't be stored, and check what its agent reads; says how many could be."""
    for fitted in range(40):
        answer = acme_house.person("ana").types(LINE.format(f"{fitted} {LONG}"), in_="#support").text
        if cure in answer:
            assert "ESC-" not in answer
            return fitted
    raise AssertionError("it never failed")


def stored(acme_house: House) -> int:
    """Count the cases."""
    with acme_house.rung.engine.ctx.store.read() as tx:
        return tx.escalations.count_open(acme_house.rung.workspace.id)


@pytest.mark.parametrize(
    ("trouble", "cure"),
    [(no_room, "The disk is full; nothing was stored. Make room"), (no_right, "Give Rung's user write access")],
)
def test_who_writes_is_told_the_cure_and_the_rest_goes_on(
    acme_house: House,
    caplog: pytest.LogCaptureFixture,
    trouble: Callable[[House], object],
    cure: str,
) -> None:
    """Nobody hears "escalated" of what is not stored; once mended, old and new cases go on as if nothing had been."""
    acme_house.escalates()
    acme_house.comes_to_rest()
    with trouble(acme_house):  # type: ignore[attr-defined]
        fitted = raised_until_it_fails(acme_house, cure)
        assert "ESC-1" in acme_house.person("ana").types("/escalations open", in_="#support").text
    caplog.clear()
    assert stored(acme_house) == 1 + fitted
    acme_house.person("ana").types(LINE.format("second refund"), in_="#support")
    acme_house.channel("#tier-2").shows(f"ESC-{fitted + 2}", "second refund")
    acme_house.passes("11m")
    acme_house.comes_to_rest()
    caplog.clear()
    assert stored(acme_house) == fitted + 2


@contextmanager
def held(folder: Path) -> Iterator[sqlite3.Connection]:
    """Have another program hold the file to itself."""
    with closing(sqlite3.connect(folder / "rung.db", isolation_level=None, check_same_thread=False)) as intruder:
        intruder.execute("PRAGMA journal_mode=WAL")
        intruder.execute("BEGIN IMMEDIATE")
        yield intruder


def test_a_file_held_for_a_moment_is_waited_for(acme_house: House, tmp_path: Path) -> None:
    """Another program writes for a second: the case is raised all the same, within Slack's three."""
    with held(tmp_path) as intruder:
        release = threading.Timer(1.0, intruder.execute, ("ROLLBACK",))
        release.start()
        acme_house.person("ana").types(LINE.format("refund stuck"), in_="#support")
        release.join()
    acme_house.channel("#tier-2").shows("refund stuck")


def test_a_file_held_for_long_is_said_to_be_busy(
    acme_house: House, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Another program does not let go: the answer says busy in time, the loops wait, and afterwards all is done."""
    acme_house.escalates()
    acme_house.comes_to_rest()
    with held(tmp_path) as intruder:
        answer = acme_house.person("ana").types(LINE.format("second refund"), in_="#support")
        assert "busy for too long; nothing was stored. Try again." in answer.text
        acme_house.clock.advance(timedelta(minutes=11))
        acme_house.rung.wake()
        intruder.execute("ROLLBACK")

    def is_called(tx: Transaction) -> bool:
        return tx.escalations.count_open(acme_house.rung.workspace.id) == 1 and "pinged" in [
            entry.event.code
            for case in tx.escalations.open_page(acme_house.rung.workspace.id, None, None, 9)
            for entry in tx.history.of(case.workspace_id, case.id)
        ]

    acme_house.waits_until(is_called)
    acme_house.comes_to_rest()
    caplog.clear()
    assert stored(acme_house) == 1
