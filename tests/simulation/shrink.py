"""From a failing week to the least that still fails: fewer kinds of fault, then fewer happenings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.simulation.watch import Check
from tests.simulation.weather import Weather
from tests.simulation.week import Week

Replay = Callable[[Weather, int | None], Week]


@dataclass(frozen=True, slots=True)
class Least:
    """The least that still fails the same check: so many happenings from outside, under this weather."""

    weather: Weather
    happenings: int
    week: Week
    replays: int


def shrunk(week: Week, weather: Weather, check: Check, replay: Replay, *, most_replays: int = 40) -> Least:
    """Replay with one kind of fault less at a time, then halve the prefix that is needed.

    A shorter prefix may fail where a longer one does not; the one that is found fails for certain, though it need not
    be the very shortest.
    """
    replays, least, found = 0, weather, week

    def fails(tried: Weather, most: int | None) -> Week | None:
        nonlocal replays
        replays += 1
        again = replay(tried, most)
        return again if check in again.checks else None

    for fault in sorted(weather.faults):
        if replays >= most_replays // 2:
            break
        fewer = replace(least, faults=least.faults - {fault})
        again = fails(fewer, None)
        if again is not None:
            least, found = fewer, again
    low, high = 0, found.happened
    while low < high and replays < most_replays:
        middle = (low + high) // 2
        again = fails(least, middle)
        if again is None:
            low = middle + 1
        else:
            high, found = middle, again
    return Least(least, high, found, replays)
