"""Where `now` comes from: case time for deadlines, wire time for leases, pacing and Slack's limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """A source of the present instant, always aware and in UTC."""

    def now(self) -> datetime:
        """Say what time it is."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Say what time it is on this machine."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved; for tests and the simulation."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Say where the clock was left."""
        with self._lock:
            return self._now

    def advance(self, by: timedelta) -> datetime:
        """Move the clock by a span and say the new instant."""
        with self._lock:
            self._now += by
            return self._now

    def set(self, to: datetime) -> None:
        """Put the clock at an instant."""
        with self._lock:
            self._now = to


def machine_ticks() -> float:
    """Count seconds on this machine, from no particular instant, whatever its clock is set to meanwhile.

    Where the system can, the time it slept counts too.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class CorrectedClock:
    """The time that somebody else's clock shows, told again from time to time and carried on by ticks in between.

    So a step of the machine's own clock moves it nowhere.
    """

    def __init__(self, ticks: Callable[[], float], told: datetime) -> None:
        self._ticks = ticks
        self._lock = threading.Lock()
        self._told, self._at = told, ticks()

    def now(self) -> datetime:
        """Say what the other clock shows by our count."""
        with self._lock:
            return self._told + timedelta(seconds=self._ticks() - self._at)

    def correct(self, told: datetime, at: float) -> None:
        """Note what the other clock showed at a tick of ours."""
        with self._lock:
            self._told, self._at = told, at


class ScaledClock:
    """Another clock's time at a pace of its own, which can be changed, and moved on; for the demo.

    It begins where the other one stands. At rate 0 it stands still.
    """

    def __init__(self, base: Clock, rate: float) -> None:
        self._base = base
        self._lock = threading.Lock()
        self._since = self._from = base.now()
        self._rate = rate

    @property
    def rate(self) -> float:
        """How many of its seconds pass in one of the other clock's."""
        return self._rate

    @property
    def anchor(self) -> tuple[datetime, datetime]:
        """Where the other clock stood, and where this one did, when its pace was last set."""
        with self._lock:
            return self._since, self._from

    def now(self) -> datetime:
        """Say the scaled instant."""
        with self._lock:
            return self._from + (self._base.now() - self._since) * self._rate

    def set(self, to: datetime, rate: float) -> None:
        """Go on from an instant at a pace."""
        with self._lock:
            self._since, self._from, self._rate = self._base.now(), to, rate


@dataclass(frozen=True, slots=True)
class Clocks:
    """The two clocks of the house.

    `case` drives deadlines (the demo scales it); `wire` drives leases, pacing and everything Slack measures.
    """

    case: Clock
    wire: Clock

    @property
    def rate(self) -> float:
        """How many case seconds pass in a wire second; 1 as well where the case clock stands still."""
        return (self.case.rate if isinstance(self.case, ScaledClock) else 1.0) or 1.0

    def to_wire(self, moment: datetime | None) -> datetime | None:
        """Say at which wire time the case clock will show `moment`; None where it never will, standing still."""
        if moment is None or (isinstance(self.case, ScaledClock) and not self.case.rate):
            return None
        return self.wire.now() + (moment - self.case.now()) / self.rate
