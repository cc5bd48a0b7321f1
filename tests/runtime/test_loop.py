"""A loop does its step when there is something to do, survives its errors, and stops when asked."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from slackbot.clock import SystemClock
from slackbot.errors import StorageError
from slackbot.runtime import loop as looping
from slackbot.runtime.alarm import Alarm
from slackbot.runtime.loop import Loop, Work

PATIENCE = 5.0
NEVER = 3600.0


class Bench:
    """A step that counts, and a loop around it that wakes by itself only every hour unless told otherwise."""

    def __init__(self, alarm: Alarm) -> None:
        self.alarm = alarm
        self.moment: datetime | None = None
        self.does: Callable[[], bool] = lambda: False
        self.steps = 0
        self.looks = 0
        self.changed = threading.Condition()
        self._loop: Loop | None = None

    def loop(self, *, tick: float = NEVER) -> Loop:
        """Start a loop."""
        self._loop = Loop(Work("test", self._step, self._next), SystemClock(), self.alarm, tick=tick)
        self._loop.start()
        self.waits(lambda: self.looks > 0)
        return self._loop

    def loop_without_rest(self) -> Loop:
        """Start a loop whose step never says that nothing is left."""
        self._loop = Loop(Work("test", self._step, self._next), SystemClock(), self.alarm, tick=NEVER)
        self._loop.start()
        self.waits(lambda: self.steps > 10)
        return self._loop

    def waits(self, until: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Wait for something about the counts."""
        with self.changed:
            assert self.changed.wait_for(until, seconds)

    def ends(self) -> None:
        """Stop the loop."""
        if self._loop is not None:
            self._loop.stop()
            assert not self._loop.is_alive

    def _step(self) -> bool:
        with self.changed:
            self.steps += 1
            self.changed.notify_all()
        return self.does()

    def _next(self) -> datetime | None:
        with self.changed:
            self.looks += 1
            self.changed.notify_all()
        return self.moment


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Give a bench on a running alarm."""
    alarm = Alarm()
    alarm.start()
    made = Bench(alarm)
    yield made
    made.ends()
    alarm.stop()


def in_(seconds: float) -> datetime:
    """Say an instant so far ahead."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def test_a_wake_up_makes_it_step(bench: Bench) -> None:
    """Something that is due when the loop is woken is done."""
    loop = bench.loop()
    before = bench.steps
    bench.moment = in_(-1)
    loop.wake()
    bench.waits(lambda: bench.steps > before)


def test_a_ring_wakes_it(bench: Bench) -> None:
    """The alarm's bell wakes every loop."""
    bench.loop()
    before = bench.looks
    bench.alarm.ring()
    bench.waits(lambda: bench.looks > before)


def test_it_steps_at_the_moment_it_named(bench: Bench) -> None:
    """The moment that the work named wakes it, long before its own tick."""
    bench.moment = in_(0.3)
    bench.loop()
    before = bench.steps
    bench.waits(lambda: bench.steps > before)
    assert datetime.now(UTC) >= bench.moment


def test_it_waits_out_the_last_stretch_itself(bench: Bench) -> None:
    """An alarm that rings early, as ours does, only makes it look: the step comes at the moment, not before."""
    bench.moment = in_(0.3)
    loop = bench.loop()
    before = bench.steps
    loop.approach()
    bench.waits(lambda: bench.steps > before)
    assert datetime.now(UTC) >= bench.moment


def test_it_goes_on_until_nothing_is_left(bench: Bench) -> None:
    """While a step says that more is waiting, the next one follows at once."""
    left = iter([True, True, True])
    bench.does = lambda: next(left, False)
    bench.loop()
    bench.waits(lambda: bench.steps >= 4)


def test_an_error_does_not_end_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A step that raises is logged with its trace, and tried again a little later."""
    monkeypatch.setattr(looping, "_AFTER_ERROR", 0.05)
    failing = iter([True, True])

    def fails() -> bool:
        if next(failing, False):
            raise ValueError("a fault of ours")
        return False

    bench.does = fails
    with caplog.at_level(logging.ERROR):
        bench.loop()
        bench.waits(lambda: bench.steps >= 3)
    assert "a fault of ours" in caplog.text


def test_a_known_trouble_is_said_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk is one line with its cure, however often it is met; once mended, the next one is said anew."""
    monkeypatch.setattr(looping, "_AFTER_ERROR", 0.02)
    failing = iter([True, True, True, False, True, True])

    def fails() -> bool:
        if next(failing, False):
            raise StorageError("The disk is full. Make room.")
        return False

    bench.does = fails
    with caplog.at_level(logging.ERROR):
        loop = bench.loop()
        bench.waits(lambda: bench.steps >= 4)
        loop.hurry()
        bench.waits(lambda: bench.steps >= 7)
    said = [record for record in caplog.records if "Make room" in record.getMessage()]
    assert len(said) == 2
    assert all(record.exc_info is None for record in said)


def test_it_wakes_by_itself(bench: Bench) -> None:
    """Though nobody wakes it and no alarm rings, it steps at every tick of its own."""
    bench.loop(tick=0.05)
    before = bench.steps
    bench.waits(lambda: bench.steps > before + 3)


def test_it_outlives_the_scheduler(bench: Bench) -> None:
    """When APScheduler's thread is dead, the loop's own tick does what is due."""
    bench.loop(tick=0.1)
    bench.alarm._scheduler.shutdown()
    bench.moment = in_(0.05)
    before = bench.steps
    bench.waits(lambda: bench.steps > before)


def test_work_left_undone_does_not_burn_the_processor(bench: Bench) -> None:
    """A moment in the past that the step leaves as it is makes it look some twenty times a second, not thousands."""
    bench.moment = in_(-3600)
    bench.loop()
    before, began = bench.looks, datetime.now(UTC)
    bench.waits(lambda: bench.looks >= before + 10)
    assert datetime.now(UTC) - began > timedelta(seconds=9 * looping._OVERDUE)


def test_what_falls_due_during_a_pass_never_waits(bench: Bench) -> None:
    """However often a moment comes while the step is at another, the next pass follows at once."""

    def meanwhile() -> bool:
        bench.moment = datetime.now(UTC)
        return False

    bench.does, bench.moment = meanwhile, in_(0)
    bench.loop()
    before, began = bench.steps, datetime.now(UTC)
    bench.waits(lambda: bench.steps >= before + 100)
    assert datetime.now(UTC) - began < timedelta(seconds=50 * looping._OVERDUE)


def test_it_stops_in_the_middle_of_much_work(bench: Bench) -> None:
    """A stop ends it after the step at hand, however much is waiting."""
    bench.does = lambda: True
    loop = bench.loop_without_rest()
    loop.stop()
    assert not loop.is_alive
    at_the_stop = bench.steps
    bench.alarm.ring()
    assert bench.steps == at_the_stop


def test_stops_are_prompt(bench: Bench) -> None:
    """A stop never has to wait for the tick, at whatever moment it comes."""
    for _ in range(30):
        loop = bench.loop()
        loop.wake()
        loop.stop(timeout=PATIENCE)
        assert not loop.is_alive


def test_it_says_when_it_last_passed(bench: Bench) -> None:
    """Whoever watches its health sees when its last pass ended."""
    began = datetime.now(UTC)
    loop = bench.loop(tick=0.05)
    bench.waits(lambda: bench.looks > 2)
    assert loop.last_pass is not None
    assert loop.last_pass >= began
    assert loop.name == "test"
