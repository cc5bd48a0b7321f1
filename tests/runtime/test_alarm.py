"""The alarm rings at the earliest moment that was named, also while it is ringing, and never goes silent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from slackbot.runtime.alarm import Alarm

PATIENCE = 5.0


def soon(seconds: float = 0.05) -> datetime:
    """Say an instant a little ahead."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    """Give a running alarm."""
    running = Alarm()
    running.start()
    yield running
    running.stop()


def test_it_wakes_whom_it_was_set_for(alarm: Alarm) -> None:
    """At the moment that a loop named this loop is woken, and no other."""
    rung, other = threading.Event(), threading.Event()
    alarm.at("other", soon(60), other.set)
    alarm.at("this", soon(), rung.set)
    assert rung.wait(PATIENCE)
    assert not other.is_set()


def test_an_earlier_moment_comes_first(alarm: Alarm) -> None:
    """Of many moments, named in any order, each wakes its loop in its turn."""
    order: list[int] = []
    done = threading.Event()

    def wakes(number: int) -> None:
        order.append(number)
        if len(order) == 20:
            done.set()

    base = soon(0.2)
    for number in (*range(10, 20), *range(10)):
        moment = base + timedelta(milliseconds=20 * number)
        alarm.at(f"loop {number}", moment, lambda number=number: wakes(number))  # type: ignore[misc]
    assert done.wait(PATIENCE)
    assert order == sorted(order)


def test_it_can_be_set_while_it_rings(alarm: Alarm) -> None:
    """A loop that names its next moment while it is being woken is woken again; a hundred times over."""
    count = 0
    done = threading.Event()

    def again() -> None:
        nonlocal count
        count += 1
        if count == 100:
            done.set()
        else:
            alarm.at("loop", datetime.now(UTC), again)

    alarm.at("loop", soon(), again)
    assert done.wait(PATIENCE)


def test_a_moment_that_passed_rings_at_once(alarm: Alarm) -> None:
    """A moment long gone is not dropped as missed, as a date job would be by default."""
    rung = threading.Event()
    alarm.at("loop", datetime.now(UTC) - timedelta(days=3), rung.set)
    assert rung.wait(PATIENCE)


def test_a_moment_can_be_taken_back(alarm: Alarm) -> None:
    """Whoever needs no waking any more is left alone, and the next one is not forgotten over it."""
    taken, kept = threading.Event(), threading.Event()
    alarm.at("taken", soon(0.1), taken.set)
    alarm.at("kept", soon(0.3), kept.set)
    alarm.at("taken", None, taken.set)
    assert kept.wait(PATIENCE)
    assert not taken.is_set()


def test_moments_named_before_the_start_count() -> None:
    """What is named before the alarm runs rings once it does."""
    alarm, rung = Alarm(), threading.Event()
    alarm.at("loop", soon(), rung.set)
    alarm.at("loop", soon(0.01), rung.set)
    alarm.start()
    try:
        assert rung.wait(PATIENCE)
    finally:
        alarm.stop()


def test_ringing_wakes_everybody(alarm: Alarm) -> None:
    """A ring by hand wakes all who enrolled, whatever moments they named."""
    woken: list[str] = []
    alarm.wakes(lambda: woken.append("one"))
    alarm.wakes(lambda: woken.append("two"))
    alarm.ring()
    assert woken == ["one", "two"]


def test_many_threads_set_it_at_once(alarm: Alarm) -> None:
    """Moments named by several threads at the same time are all rung."""
    barrier = threading.Barrier(8)
    rung = [threading.Event() for _ in range(8)]

    def names(number: int) -> None:
        barrier.wait()
        for _ in range(20):
            alarm.at(f"loop {number}", soon(), rung[number].set)

    threads = [threading.Thread(target=names, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(event.wait(PATIENCE) for event in rung)
