from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier, Event, Thread
from typing import TypeVar

import pytest

from slackbot.core.model import Escalation
from storage.engine import open_store
from storage.errors import BusyError
from storage.fair_lock import FairLock
from storage.outbox_rows import OutboxRow
from storage.unit_of_work import Store
from tests.engines import SQLITE, Databases
from tests.storage.house import LEASE, NOW, House, acknowledged, at, card, furnish

THREADS = 8
Answer = TypeVar("Answer")


def at_once(work: Callable[[int], Answer], threads: int = THREADS) -> list[Answer]:
    """Run something in several threads that start together."""
    start = Barrier(threads)

    def run(number: int) -> Answer:
        start.wait(10)
        return work(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def test_no_update_is_lost(house: House) -> None:
    """Of many threads that read and save one case, every success is in the version it ends with."""
    case = house.stored()

    def work(_: int) -> int:
        stored = 0
        for _attempt in range(10):
            with house.store.read() as tx:
                found = tx.escalations.get(case.workspace_id, case.id)
            assert found is not None
            with house.store.write() as tx:
                stored += tx.escalations.save(replace(found, version=found.version + 1), found.version)
        return stored

    saved = sum(at_once(work))
    with house.store.read() as tx:
        last = tx.escalations.get(case.workspace_id, case.id)
    assert last is not None
    assert last.version == 1 + saved
    assert saved >= 10


def test_the_first_acknowledgement_wins(house: House) -> None:
    """Of many who take the same case at once exactly one gets it."""
    case = house.stored()

    def take(number: int) -> Escalation | None:
        mine = replace(acknowledged(case, f"U{number}"), version=2)
        with house.store.write() as tx:
            return mine if tx.escalations.save(mine, 1) else None

    (winner,) = [taken for taken in at_once(take) if taken]
    with house.store.read() as tx:
        assert tx.escalations.get(case.workspace_id, case.id) == winner


def test_numbers_are_taken_once(house: House) -> None:
    """Threads that raise cases at once get different numbers without gaps."""

    def take(_: int) -> list[int]:
        taken = []
        for _attempt in range(5):
            with house.store.write() as tx:
                taken.append(tx.workspaces.take_number(house.workspace_id)[0])
        return taken

    taken = [number for numbers in at_once(take) for number in numbers]
    assert sorted(taken) == list(range(1, 5 * THREADS + 1))


def test_a_message_is_claimed_once(house: House) -> None:
    """Threads that claim at once never get the same row, and keep the pace of a channel together."""
    for n in range(40):
        house.want(house.stored(), card(f"C{n % 20}"))

    def take(_: int) -> list[OutboxRow]:
        rows = []
        for second in (0, 5):
            with house.store.write() as tx:
                rows += tx.outbox.claim(at(second), lease=LEASE, limit=4).rows
        return rows

    rows = [row for rows in at_once(take) for row in rows]
    assert len({row.id for row in rows}) == len(rows)
    assert {row.token for row in rows} == {1}
    for second in (0, 5):
        channels = [row.destination for row in rows if row.attempt_started_at == at(second)]
        assert len(channels) == len(set(channels))


def test_a_reader_sees_one_state(house: House) -> None:
    """What is committed while somebody reads does not show before their next reading."""
    case = house.stored()
    with house.store.read() as tx:
        assert tx.escalations.get(case.workspace_id, case.id) == case
        house.save(case)
        assert tx.escalations.get(case.workspace_id, case.id) == case


@contextmanager
def _long_write(store: Store) -> Iterator[None]:
    began, done = Event(), Event()

    def hold() -> None:
        with store.write():
            began.set()
            done.wait(10)

    thread = Thread(target=hold)
    thread.start()
    assert began.wait(10)
    yield
    done.set()
    thread.join(10)


def test_a_write_gives_up_before_slack_does(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a write that does not end, the next one to the file says so instead of waiting for ever."""
    monkeypatch.setattr("storage.sqlite.WRITE_PATIENCE", 0.05)
    with databases.fresh(SQLITE) as url:
        store = open_store(url)
        house = furnish(store)
        with _long_write(store):
            with pytest.raises(BusyError, match="Try again"), store.write():
                pytest.fail("two writes at once")
            with store.read() as tx:
                assert tx.workspaces.all()
        with store.write() as tx:
            tx.people.meet(house.workspace_id, "U1", "T1", NOW)
        store.close()


def test_the_lock_serves_in_the_order_of_asking() -> None:
    """Whoever has waited longest is next; one who gave up is passed over."""
    lock = FairLock()
    assert lock.acquire(0)
    served: list[int] = []
    threads = []
    for number in range(5):
        thread = Thread(target=_be_served, args=(lock, number, served))
        thread.start()
        threads.append(thread)
        while len(lock._waiting) <= number:
            thread.join(0.001)
    assert not lock.acquire(0.01)
    lock.release()
    for thread in threads:
        thread.join(10)
    assert served == [0, 1, 2, 3, 4]
    assert lock.acquire(0)


def _be_served(lock: FairLock, number: int, served: list[int]) -> None:
    if lock.acquire(10):
        served.append(number)
        lock.release()
