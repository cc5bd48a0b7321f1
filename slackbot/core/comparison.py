"""Figures beside their like in the four weeks before: what changed, for better or worse, and where that is unknown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from statistics import mean, median

from slackbot.core.periods import WEEK, Period
from slackbot.core.summary import Figures, Times, Window

WEEKS_BEFORE = 4
ENOUGH = 10
"""So many cases (or promises) a comparison must rest on, in the period and in the four weeks before; fewer: no word."""

NOTABLE = Fraction(1, 10)
"""A change below a tenth is none."""


class Measure(StrEnum):
    """A figure that is compared with the weeks before, in the order in which it is told."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    OPEN = "open"
    ACKNOWLEDGE_MEDIAN = "acknowledge_median"
    ACKNOWLEDGE_P90 = "acknowledge_p90"
    RESOLVE_MEDIAN = "resolve_median"
    RESOLVE_P90 = "resolve_p90"
    IN_TIME = "in_time"
    KEPT = "kept"
    PINGS = "pings"
    JUMPS = "jumps"
    WITHDRAWN = "withdrawn"
    NOT_SOLVED = "not_solved"
    OVER_30_DAYS = "over_30_days"


class Form(StrEnum):
    """How a figure is written."""

    COUNT = "count"
    SPAN = "span"
    SHARE = "share"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure as a number: of seconds, of cases, or a part of one; `base` is how many cases or promises it rests on.

    None where there is nothing to say: no case, no median.
    """

    number: Fraction | None
    base: int


class Trend(StrEnum):
    """How a figure stands beside the four weeks before."""

    BETTER = "better"
    WORSE = "worse"
    MORE = "more"
    LESS = "less"
    SAME = "same"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure and its like in the four weeks before; `change` is the part by which it grew (-0.25: a quarter less)."""

    measure: Measure
    value: Value
    usual: Value
    trend: Trend
    change: Fraction | None


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a measure is read out of the figures; `low_is_good` None: neither more nor less of it is good."""

    form: Form
    read: Callable[[Figures], Value]
    low_is_good: bool | None
    adds_up: bool = False


def _count(read: Callable[[Figures], int], *, low_is_good: bool | None = None, adds_up: bool = True) -> _Kind:
    return _Kind(Form.COUNT, lambda f: Value(Fraction(read(f)), read(f)), low_is_good, adds_up)


def _span(times: Callable[[Figures], Times], which: Callable[[Times], timedelta | None]) -> _Kind:
    def value(figures: Figures) -> Value:
        span = which(times(figures))
        number = None if span is None else Fraction(span // timedelta(microseconds=1), 1_000_000)
        return Value(number, times(figures).count)

    return _Kind(Form.SPAN, value, low_is_good=True)


def _share(part: Callable[[Figures], int], whole: Callable[[Figures], int]) -> _Kind:
    return _Kind(Form.SHARE, lambda f: ratio(part(f), whole(f)), low_is_good=False)


def ratio(part: int, whole: int) -> Value:
    """Give a part of a whole; of nothing there is none."""
    return Value(Fraction(part, whole) if whole else None, whole)


_KINDS: Mapping[Measure, _Kind] = {
    Measure.RAISED: _count(lambda f: f.raised),
    Measure.ACKNOWLEDGED: _count(lambda f: f.acknowledged),
    Measure.RESOLVED: _count(lambda f: f.resolved),
    Measure.OPEN: _count(lambda f: f.open_at_end, low_is_good=True, adds_up=False),
    Measure.ACKNOWLEDGE_MEDIAN: _span(lambda f: f.to_acknowledge, lambda t: t.median),
    Measure.ACKNOWLEDGE_P90: _span(lambda f: f.to_acknowledge, lambda t: t.p90),
    Measure.RESOLVE_MEDIAN: _span(lambda f: f.to_resolve, lambda t: t.median),
    Measure.RESOLVE_P90: _span(lambda f: f.to_resolve, lambda t: t.p90),
    Measure.IN_TIME: _share(lambda f: f.in_time, lambda f: f.acknowledged),
    Measure.KEPT: _share(lambda f: f.promises_kept, lambda f: f.promises_kept + f.promises_broken),
    Measure.PINGS: _Kind(Form.RATE, lambda f: ratio(f.pings, f.raised), low_is_good=True),
    Measure.JUMPS: _count(lambda f: f.jumps, low_is_good=True),
    Measure.WITHDRAWN: _count(lambda f: f.withdrawn),
    Measure.NOT_SOLVED: _count(lambda f: f.not_solved, low_is_good=True),
    Measure.OVER_30_DAYS: _count(lambda f: f.over_30_days, low_is_good=True),
}

TELLING = (Measure.ACKNOWLEDGE_MEDIAN, Measure.IN_TIME, Measure.KEPT, Measure.RESOLVE_MEDIAN)
"""The figures by which a week is called better or worse."""


def form_of(measure: Measure) -> Form:
    """Say how a figure is written."""
    return _KINDS[measure].form


def weeks_before(period: Period, now: datetime) -> list[Window]:
    """Give the four weeks before a period. Beside a week that still runs stand as many hours of each."""
    if period.is_running(now) and period.days <= WEEK:
        reached = [period.moved(-WEEK * n) for n in range(WEEKS_BEFORE, 0, -1)]
        return [Window(each.start, min(each.end, each.start + (now - period.start))) for each in reached]
    whole = Period(period.first, period.first, period.zone)
    starts = [whole.moved(-WEEK * n).start for n in range(WEEKS_BEFORE, -1, -1)]
    return [Window(start, end) for start, end in pairwise(starts)]


def compare(now_figures: Figures, before: Sequence[Figures], scale: Fraction) -> list[Compared]:
    """Set every figure beside the four weeks before.

    Usual is: of what adds up the mean of the weeks times `scale` (the period's length in weeks); of a share the share
    over all four; of a time, and of what stands open, the median of the weeks' figures.
    """
    return [_compared(measure, now_figures, before, scale) for measure in Measure]


def _compared(measure: Measure, figures: Figures, before: Sequence[Figures], scale: Fraction) -> Compared:
    kind = _KINDS[measure]
    value, usual = kind.read(figures), _usual(kind, before, scale)
    if value.number is None or usual.number is None or min(_weight(kind, value, usual)) < ENOUGH:
        return Compared(measure, value, usual, Trend.TOO_FEW, None)
    change = (value.number - usual.number) / usual.number if usual.number else None
    if value.number == usual.number or (change is not None and abs(change) < NOTABLE):
        return Compared(measure, value, usual, Trend.SAME, change)
    grew = value.number > usual.number
    if kind.low_is_good is None:
        trend = Trend.MORE if grew else Trend.LESS
    else:
        trend = Trend.WORSE if grew == kind.low_is_good else Trend.BETTER
    return Compared(measure, value, usual, trend, change)


def _usual(kind: _Kind, before: Sequence[Figures], scale: Fraction) -> Value:
    values = [kind.read(each) for each in before]
    known = [value.number for value in values if value.number is not None]
    base = sum(value.base for value in values)
    if not known:
        return Value(None, base)
    if kind.form in {Form.SHARE, Form.RATE}:
        parts = sum((value.number * value.base for value in values if value.number is not None), Fraction())
        return Value(parts / base, base)
    if kind.adds_up:
        return Value(Fraction(mean(known)) * scale, base)
    return Value(Fraction(median(known)), base)


def _weight(kind: _Kind, value: Value, usual: Value) -> tuple[int, int]:
    """Say on how much either side rests; a count may well have fallen to nothing, if it was enough before."""
    if kind.form is Form.COUNT:
        return (max(value.base, math.floor(usual.number or 0)), usual.base)
    return (value.base, usual.base)


def verdict(compared: Iterable[Compared]) -> Trend:
    """Say in one word how the period stands: better or worse by the telling figures, the same where they disagree."""
    trends = [each.trend for each in compared if each.measure in TELLING and each.trend is not Trend.TOO_FEW]
    if not trends:
        return Trend.TOO_FEW
    balance = trends.count(Trend.BETTER) - trends.count(Trend.WORSE)
    if balance == 0:
        return Trend.SAME
    return Trend.BETTER if balance > 0 else Trend.WORSE
