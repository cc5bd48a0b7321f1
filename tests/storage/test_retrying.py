"""A unit of work is tried again for so many seconds by the clock, however long each try takes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slackbot.errors import StorageError
from storage import retrying
from storage.errors import BusyError, LostError
from storage.retrying import LONGEST_ERRAND, LONGEST_PRESS, until_noted, within_a_press


class Time:
    """Seconds in the test's hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        """Say them."""
        return self.seconds

    def sleep(self, seconds: float) -> None:
        """Let them pass."""
        self.seconds += seconds


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Have the pauses pass at once."""
    made = Time()
    monkeypatch.setattr(retrying, "time", made)
    return made


def losing(time: Time, takes: float, tries: list[float], error: type[StorageError] = LostError) -> Callable[[], None]:
    """Make work that finds out after so many seconds that the database is not there, or too busy."""

    def work() -> None:
        tries.append(time.seconds)
        time.seconds += takes
        raise error

    return work


@pytest.mark.parametrize(("retried", "longest"), [(within_a_press, LONGEST_PRESS), (until_noted, LONGEST_ERRAND)])
def test_no_try_begins_after_the_longest_wait(
    time: Time, retried: Callable[[Callable[[], None]], Callable[[], None]], longest: float
) -> None:
    """Where a server is silent each try takes seconds: the last one begins while there is time, and then it is said."""
    for takes in (0.0, 0.1, 1.0, 5.0, 15.5):
        time.seconds = 0.0
        tries: list[float] = []
        with pytest.raises(LostError):
            retried(losing(time, takes, tries))()
        assert tries[-1] <= longest
        assert time.seconds <= longest + takes


def test_what_fails_quickly_is_tried_all_along(time: Time) -> None:
    """A server that refuses at once is asked ten times within the press."""
    tries: list[float] = []
    with pytest.raises(LostError):
        within_a_press(losing(time, 0.0, tries))()
    assert len(tries) == 10
    assert tries[-1] == pytest.approx(2.25)


def test_an_errand_waits_for_a_busy_database(time: Time) -> None:
    """What Slack took is noted late rather than never, as long as its lease lasts; a press has waited enough."""
    tries: list[float] = []
    with pytest.raises(BusyError):
        until_noted(losing(time, 2.5, tries, BusyError))()
    assert len(tries) == 7
    assert tries[-1] <= LONGEST_ERRAND
    tries.clear()
    with pytest.raises(BusyError):
        within_a_press(losing(time, 2.5, tries, BusyError))()
    assert len(tries) == 1
