"""Replicas go by the database's clock, whatever their own machines show."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from slackbot.clock import CorrectedClock, ManualClock, SystemClock
from slackbot.runtime.alarm import Alarm
from slackbot.services import timekeeping
from slackbot.services.timekeeping import EVERY, Timekeeper, time_of, timekeeper_of
from storage.engine import open_store
from storage.unit_of_work import Store
from tests.engines import POSTGRESQL, SQLITE, Databases

CLOSE = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def store(databases: Databases) -> Iterator[Store]:
    """An open store on a real PostgreSQL, whose clock is this machine's."""
    with databases.fresh(POSTGRESQL) as url:
        opened = open_store(url)
        yield opened
        opened.close()


def test_a_file_has_no_clock(databases: Databases) -> None:
    """On SQLite nobody keeps the time: the machine's clock is the only one."""
    with databases.fresh(SQLITE) as url:
        opened = open_store(url)
        assert timekeeper_of(opened) is None
        machine = ManualClock(SystemClock().now() + HOUR)
        assert time_of(opened, machine) == machine.now()
        opened.close()


@pytest.mark.parametrize("off", [HOUR, -HOUR], ids=["ahead", "behind"])
def test_a_command_goes_by_the_databases_clock(store: Store, off: timedelta) -> None:
    """What an admin sends again from a machine whose clock is an hour off leaves now, not in an hour."""
    machine = ManualClock(SystemClock().now() + off)
    assert abs(time_of(store, machine) - SystemClock().now()) < CLOSE


@pytest.mark.parametrize("off", [HOUR, -HOUR], ids=["ahead", "behind"])
def test_the_database_is_right(store: Store, off: timedelta, caplog: pytest.LogCaptureFixture) -> None:
    """A machine whose clock is an hour off goes by the database's, and the log says so, once."""
    machine = ManualClock(SystemClock().now() + off)
    with caplog.at_level(logging.WARNING, timekeeping.__name__):
        keeper = timekeeper_of(store, machine)
        assert keeper is not None
        keeper.step()
    assert abs(keeper.clock.now() - SystemClock().now()) < CLOSE
    (said,) = caplog.messages
    assert re.search(r"(3600\.|3599\.9)\d* s " + ("ahead of" if off > timedelta(0) else "behind"), said)


def test_a_clock_that_is_right_is_no_news(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Within two seconds nothing is said; once off, right and off again, it is said twice."""
    machine = ManualClock(SystemClock().now())
    keeper = timekeeper_of(store, machine)
    assert keeper is not None
    assert caplog.messages == []
    for off in (HOUR, timedelta(0), HOUR):
        machine.set(SystemClock().now() + off)
        keeper.step()
    assert len(caplog.messages) == 2


def test_it_carries_the_time_on(store: Store) -> None:
    """Between two answers time goes on by ticks: a step of the machine's clock moves nothing."""
    ticks = [100.0]
    machine = ManualClock(SystemClock().now())
    clock = CorrectedClock(lambda: ticks[0], machine.now())
    keeper = Timekeeper(store, clock, machine, lambda: ticks[0])
    keeper.step()
    first = clock.now()
    machine.advance(HOUR)
    ticks[0] += 7.5
    assert clock.now() - first == timedelta(seconds=7.5)
    assert keeper.next_moment() - first == EVERY


def test_a_slow_answer_says_nothing(store: Store) -> None:
    """What was more than a second under way is not believed; it is asked again at the usual time."""
    ticks = iter(range(0, 1000, 5))
    clock = CorrectedClock(lambda: float(next(ticks)), SystemClock().now() - HOUR)
    before = clock._told
    Timekeeper(store, clock, SystemClock(), lambda: float(next(ticks))).step()
    assert clock._told == before


def test_of_several_answers_the_quickest_counts(store: Store) -> None:
    """The time is taken for the middle of the quickest of three questions."""
    reads = iter([10.0, 10.4, 20.0, 20.2, 30.0, 30.9])
    clock = CorrectedClock(lambda: 40.0, SystemClock().now() - HOUR)
    Timekeeper(store, clock, SystemClock(), lambda: next(reads)).step()
    assert clock._at == pytest.approx(20.1)


def test_the_alarm_goes_off_by_the_wire_clock() -> None:
    """Where wire time is an hour ahead of the machine's, the alarm is set an hour earlier by APScheduler's clock."""
    wire = ManualClock(SystemClock().now() + HOUR)
    alarm = Alarm(wire)
    alarm.at("test", wire.now() + timedelta(seconds=5), lambda: None)
    (job,) = alarm._scheduler.get_jobs()
    assert abs(job.trigger.run_date - SystemClock().now() - timedelta(seconds=5)) < CLOSE
