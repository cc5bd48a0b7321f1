"""What a summary counts.

Each case counts once in `raised`, `acknowledged` (its first acknowledgement) and `resolved` (its first solution), at
the instant of that event: what is counted by the day adds up to the week. docs/summaries.md defines every figure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_FRIDAY = 5

OVERLONG = timedelta(days=30)
"""Support literature's goal: nothing takes longer to solve."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time (UTC), from `start` up to, not including, `end`; `cause` says why it is left out."""

    start: datetime
    end: datetime
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took in `count` cases: the median and the 90th percentile, by nearest rank."""

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of the cases that share something; at a tier `raised` counts the visits that began there."""

    raised: int = 0
    acknowledged: int = 0
    resolved: int = 0
    open_at_end: int = 0
    to_acknowledge: timedelta | None = None
    pings: int = 0
    pings_out_of_hours: int = 0


class Dimension(StrEnum):
    """By what cases are parted."""

    TIER = "tier"
    CATEGORY = "category"
    SEVERITY = "severity"
    CUSTOMER_TIER = "customer_tier"
    REASON = "reason"


Groups = Mapping[Dimension, Mapping[str, Group]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is counted in a stretch of time; `open_at_end` alone is what stands at its end."""

    raised: int = 0
    acknowledged: int = 0
    resolved: int = 0
    open_at_end: int = 0
    to_acknowledge: Times = Times()
    to_resolve: Times = Times()
    in_time: int = 0
    promises_kept: int = 0
    promises_broken: int = 0
    pings: int = 0
    jumps: int = 0
    withdrawn: int = 0
    not_solved: int = 0
    over_30_days: int = 0
    groups: Groups = field(default_factory=dict)


def nearest_rank(ordered: Sequence[timedelta], percent: int) -> timedelta | None:
    """Give the smallest value that `percent` of all do not exceed: the one at rank ceil(percent x n / 100)."""
    return ordered[math.ceil(percent * len(ordered) / 100) - 1] if ordered else None


def times_of(spans: Iterable[timedelta]) -> Times:
    """Sum up spans."""
    ordered = sorted(spans)
    return Times(len(ordered), nearest_rank(ordered, 50), nearest_rank(ordered, 90))


def merged(windows: Iterable[Window]) -> list[Window]:
    """Join what overlaps or touches, in order: windows apart from each other that cover the same time.

    They have no cause: several may lie in one.
    """
    found: list[Window] = []
    for each in sorted(windows, key=lambda window: window.start):
        if found and each.start <= found[-1].end:
            found[-1] = Window(found[-1].start, max(found[-1].end, each.end))
        elif each.start < each.end:
            found.append(Window(each.start, each.end))
    return found


def counted(start: datetime, end: datetime, left_out: Iterable[Window]) -> timedelta:
    """Measure the wall time between two instants, without the windows that are left out; `merged` sets them apart.

    Working time will be measured beside it, here and in the statement that does the same in the database.
    """
    outside = (min(end, each.end) - max(start, each.start) for each in left_out)
    return end - start - sum((max(timedelta(), span) for span in outside), timedelta())


DAY_BEGINS, DAY_ENDS = time(8), time(18)
"""A ping outside these hours, or on a Saturday or Sunday, is out of hours, until calendars say it better."""


def office_hours(start: datetime, end: datetime, zone: str) -> list[Window]:
    """Give the hours (UTC) between two instants in which a call disturbs nobody: Monday to Friday, 08:00 to 18:00."""
    place = ZoneInfo(zone)
    day, last = start.astimezone(place).date(), end.astimezone(place).date()
    found = []
    while day <= last:
        if day.isoweekday() <= _FRIDAY:
            opens, closes = (datetime.combine(day, at, place).astimezone(UTC) for at in (DAY_BEGINS, DAY_ENDS))
            found.append(Window(opens, closes))
        day += timedelta(1)
    return found


class Behind(StrEnum):
    """Figures whose cases can be listed."""

    RAISED = "raised"
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_TIME = "in_time"
    LATE = "late"
    RESOLVED = "resolved"
    OVERLONG = "overlong"
    KEPT = "kept"
    BROKEN = "broken"
    PINGS = "pings"
    JUMPS = "jumps"
    WITHDRAWN = "withdrawn"
    NOT_SOLVED = "not_solved"


@dataclass(frozen=True, slots=True)
class Part:
    """The cases that share something: those of a tier, a category, a severity."""

    dimension: Dimension
    name: str

    @property
    def figures(self) -> tuple[Behind, ...]:
        """Say which figures are counted of it; of reasons only how often they came."""
        of_all = (Behind.RAISED, Behind.ACKNOWLEDGED, Behind.RESOLVED, Behind.OPEN)
        match self.dimension:
            case Dimension.REASON:
                return (Behind.RAISED,)
            case Dimension.TIER:
                return (*of_all, Behind.PINGS)
            case _:
                return of_all

    @property
    def key(self) -> str:
        """Write it as the value of a choice; `summary_request.read_behind` reads it."""
        return f"{self.dimension}:{self.name}"


class Rule(StrEnum):
    """Why a case is worth a look, in the order in which they are asked; each names one case that none before did."""

    WAITED = "waited"
    CLIMBED = "climbed"
    BROKEN = "broken"
    PINGED = "pinged"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Named:
    """A case that a rule or a figure names; `weight` is microseconds or a count, as the rule has it."""

    id: str
    number: int
    weight: int


LESSON_AT_LEAST = 3
"""So often must the same advice for the first level come up to be told."""


def review(named: Mapping[Rule, Sequence[Named]]) -> list[tuple[Rule, Named]]:
    """Choose at most one case by each rule, none twice."""
    chosen: list[tuple[Rule, Named]] = []
    for rule in Rule:
        taken = {each.id for _, each in chosen}
        first = next((each for each in named.get(rule, ()) if each.id not in taken), None)
        if first is not None:
            chosen.append((rule, first))
    return chosen
