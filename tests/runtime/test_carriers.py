"""Carriers bear several messages at once, report back, and survive an errand that fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from slackbot.runtime.carriers import CarrierPool

PATIENCE = 5.0


@pytest.fixture
def freed() -> threading.Semaphore:
    """Count how often a carrier came back."""
    return threading.Semaphore(0)


@pytest.fixture
def carriers(freed: threading.Semaphore) -> Iterator[CarrierPool]:
    """Give two carriers."""
    pool = CarrierPool(2, freed.release)
    yield pool
    pool.stop()


def test_they_go_side_by_side(carriers: CarrierPool, freed: threading.Semaphore) -> None:
    """Two errands are under way at the same time, and while they are nobody is free."""
    meeting = threading.Barrier(3)

    def meet() -> None:
        meeting.wait(PATIENCE)

    for _ in range(2):
        carriers.carry(meet)
    assert carriers.free() == 0
    meeting.wait(PATIENCE)
    assert freed.acquire(timeout=PATIENCE)
    assert freed.acquire(timeout=PATIENCE)
    assert carriers.free() == 2


def test_a_failed_errand_frees_its_carrier(
    carriers: CarrierPool, freed: threading.Semaphore, caplog: pytest.LogCaptureFixture
) -> None:
    """An errand that raises is logged, and its carrier is free again."""

    def fails() -> None:
        raise ValueError("a fault of ours")

    with caplog.at_level(logging.ERROR):
        carriers.carry(fails)
        assert freed.acquire(timeout=PATIENCE)
    assert carriers.free() == 2
    assert "a fault of ours" in caplog.text


def test_stopping_waits_for_those_under_way(freed: threading.Semaphore) -> None:
    """What is under way at a stop is carried to its end."""
    pool = CarrierPool(2, freed.release)
    may_end, done = threading.Event(), threading.Event()

    def slow() -> None:
        may_end.wait(PATIENCE)
        done.set()

    pool.carry(slow)
    threading.Timer(0.05, may_end.set).start()
    assert pool.stop()
    assert done.is_set()


def test_stopping_waits_no_longer_than_it_is_told(carriers: CarrierPool) -> None:
    """Of an errand that hangs the stop says that it is not back, and leaves it."""
    may_end = threading.Event()

    def hangs() -> None:
        may_end.wait(PATIENCE)

    carriers.carry(hangs)
    assert not carriers.stop(0.05)
    may_end.set()
    assert carriers.stop()
