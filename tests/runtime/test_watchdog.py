"""A loop that is dead is noticed by what it does; slow loops, idle ones and frozen processes are not taken for dead."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from queue import SimpleQueue

import pytest

from slackbot.clock import SystemClock
from slackbot.runtime.alarm import Alarm
from slackbot.runtime.loop import Loop, Work
from slackbot.runtime.watchdog import LOOK_EVERY, PATIENCE, Watchdog


@dataclass(slots=True)
class Heart:
    """Something watched that beats when it is told to."""

    name: str = "deadlines"
    is_alive: bool = True
    beat_at: float = 0.0
    patience: float = PATIENCE


class Watch:
    """A watchdog whose time is moved by hand."""

    def __init__(self, *hearts: Heart) -> None:
        self.hearts = hearts
        self.cried: list[str] = []
        self.dog = Watchdog(hearts, self.cried.append)
        self.now = self.dog._looked_at

    def looks(self, seconds: float, *, beating: tuple[Heart, ...] = ()) -> None:
        """Let it look every second for a while; some hearts beat meanwhile."""
        for _ in range(int(seconds / LOOK_EVERY)):
            self.now += LOOK_EVERY
            for heart in beating:
                heart.beat_at = self.now
            self.dog.look(self.now)


def test_silence_is_death_after_fifteen_seconds() -> None:
    """One loop is silent and the other beats: fifteen seconds are borne, then it is told once, by name."""
    silent, beating = Heart("deadlines"), Heart("sender")
    watch = Watch(silent, beating)
    watch.looks(16, beating=(beating,))
    assert watch.cried == []
    watch.looks(30, beating=(beating,))
    assert watch.cried == ["the deadlines loop has stood still for 16 s"]


def test_an_idle_loop_is_alive() -> None:
    """A beat every five seconds, as an idle loop gives, is enough for ever."""
    heart = Heart()
    watch = Watch(heart)
    for _ in range(20):
        watch.looks(5)
        heart.beat_at = watch.now
    assert watch.cried == []


def test_a_dead_thread_is_noticed_at_once() -> None:
    """A thread that has ended is told at the next look, however patient one is with it."""
    heart = Heart(patience=600)
    watch = Watch(heart)
    watch.looks(3, beating=(heart,))
    heart.is_alive = False
    watch.looks(1, beating=(heart,))
    assert watch.cried == ["the deadlines loop has ended"]


def test_a_loop_that_asks_slack_may_take_its_time() -> None:
    """A step with more patience is left alone for longer."""
    heart = Heart(patience=60)
    watch = Watch(heart)
    watch.looks(60)
    assert watch.cried == []
    watch.looks(5)
    assert len(watch.cried) == 1


def test_a_frozen_process_kills_no_loop() -> None:
    """After the whole process stood still for an hour its loops have their fifteen seconds anew."""
    heart = Heart()
    watch = Watch(heart)
    watch.looks(2, beating=(heart,))
    watch.now += 3600
    watch.looks(10)
    assert watch.cried == []


def test_what_is_dead_stays_dead() -> None:
    """A loop that comes round after it was given up does not make the verdict undone: the process is about to end."""
    heart = Heart()
    watch = Watch(heart)
    watch.looks(20)
    watch.looks(5, beating=(heart,))
    assert watch.dog.trouble() is not None


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    """Give a running alarm."""
    made = Alarm()
    made.start()
    yield made
    made.stop()


def test_a_loop_that_fails_at_every_step_beats(alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in each step, such as of a database that is away, is no death: the loop goes round."""
    monkeypatch.setattr("slackbot.runtime.loop._AFTER_ERROR", 0.01)
    rounds = threading.Semaphore(0)

    def fails() -> bool:
        rounds.release()
        raise ValueError("a fault of ours")

    loop = Loop(Work("test", fails, lambda: None), SystemClock(), alarm, tick=0.01)
    began = time.monotonic()
    loop.start()
    for _ in range(3):
        assert rounds.acquire(timeout=5)
    assert loop.is_alive
    assert loop.beat_at > began
    loop.stop()


def test_a_dead_scheduler_is_no_death(alarm: Alarm) -> None:
    """APScheduler says nothing of our loops: with its thread ended they go round by their own tick."""
    beats: SimpleQueue[float] = SimpleQueue()

    def goes_round() -> bool:
        beats.put(loop.beat_at)
        return False

    loop = Loop(Work("test", goes_round, lambda: None), SystemClock(), alarm, tick=0.01)
    alarm._scheduler.shutdown()
    loop.start()
    heard = [beats.get(timeout=5) for _ in range(5)]
    assert heard[-1] > heard[0]
    loop.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_whose_thread_dies_is_told(alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no step may raise ends the thread; the watchdog's own thread tells it, though the scheduler still runs."""
    monkeypatch.setattr("slackbot.runtime.watchdog.LOOK_EVERY", 0.01)

    def dies() -> bool:
        raise SystemExit

    loop = Loop(Work("deadlines", dies, lambda: None), SystemClock(), alarm, tick=0.01)
    cried: list[str] = []
    told = threading.Event()

    def cries(what: str) -> None:
        cried.append(what)
        told.set()

    dog = Watchdog([loop], cries)
    loop.start()
    dog.start()
    assert told.wait(5)
    assert cried == ["the deadlines loop has ended"]
    assert dog.trouble() == cried[0]
    assert alarm._scheduler.running
    dog.stop()


def test_a_watchdog_that_looks_no_more_is_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Health does not stay green because nobody looks."""
    monkeypatch.setattr("slackbot.runtime.watchdog.LOOK_EVERY", 3600.0)
    dog = Watchdog([Heart()], lambda _: None)
    assert dog.trouble() is None
    dog.start()
    assert dog.trouble() is None
    dog._looked_at -= PATIENCE + 1
    assert "nobody has watched" in str(dog.trouble())
    dog.stop()
