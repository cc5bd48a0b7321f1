"""Figures in words: spans, shares, counts, periods, and what is said of them beside the weeks before."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from slackbot.core.comparison import Compared, Form, Trend, Value, form_of
from slackbot.core.digest import Digest, Growth, Pick
from slackbot.core.periods import Period
from slackbot.core.summary import Dimension, Figures, Part, Rule
from slackbot.core.summary_request import ScopeKind
from slackbot.core.text import excerpt
from slackbot.slack.words import Words

_NAME = 40
_WORDS_OF = {Dimension.SEVERITY: "severity", Dimension.REASON: "why"}
_SPANS = frozenset({Rule.WAITED, Rule.SILENT})
_MICROSECOND = timedelta(microseconds=1)
_ROUNDED = ((timedelta(days=2), timedelta(hours=1)), (timedelta(minutes=1), timedelta(minutes=1)))


def title(words: Words, digest: Digest) -> str:
    """Name the period and whose cases are meant."""
    request = digest.request
    said = period_name(words, request.period)
    if digest.is_running:
        said = words.plain("summary.so_far", title=said)
    if request.scope.kind is ScopeKind.ALL:
        return said
    return words.plain(f"summary.of_{request.scope.kind}", title=said, name=request.scope.value)


def period_name(words: Words, period: Period) -> str:
    """Name a period: a week by its number, other days by their dates."""
    first, last = _date(words, period.first), _date(words, period.after - timedelta(1))
    if period.is_week:
        return words.plain("summary.week", week=period.week, first=first, last=last)
    return words.plain("summary.day" if period.days == 1 else "summary.days", first=first, last=last)


def short_span(words: Words, span: timedelta) -> str:
    """Say a duration as exactly as somebody wants to know: hours from two days on, else minutes."""
    step = next((step for least, step in _ROUNDED if span >= least), timedelta(seconds=1))
    return words.span(round(span / step) * step)


def number(words: Words, form: Form, value: Fraction | None) -> str:
    """Write a figure in its form."""
    if value is None:
        return words.plain("summary.none")
    match form:
        case Form.SPAN:
            return short_span(words, timedelta(microseconds=round(value * 1_000_000)))
        case Form.SHARE:
            return f"{round(value * 100)} %"
        case Form.COUNT | Form.RATE:
            return f"{float(value):.1f}".removesuffix(".0")


def measured(words: Words, each: Compared) -> tuple[str, str, str, str]:
    """Give a figure as a row: its name, its value, what is usual, how it changed."""
    form = form_of(each.measure)
    too_few = each.trend is Trend.TOO_FEW
    unsaid = too_few and each.usual.number is None
    usual = words.plain("summary.unsaid") if unsaid else number(words, form, each.usual.number)
    return (words.plain(f"measure.{each.measure}"), _valued(words, form, each.value), usual, change(words, each))


def _valued(words: Words, form: Form, value: Value) -> str:
    said = number(words, form, value.number)
    return f"{said} ({value.base})" if form is Form.SHARE and value.number is not None else said


def change(words: Words, each: Compared) -> str:
    """Say how a figure stands beside the weeks before: `worse (+25 %)`."""
    said = words.plain(f"trend.{each.trend}")
    if each.change is None or each.trend is Trend.SAME:
        return said
    return f"{said} ({round(each.change * 100):+} %)"


def moved(words: Words, each: Compared) -> str:
    """Name a figure with how far it moved: `Promises kept -12 %`."""
    name = words.plain(f"measure.{each.measure}")
    return name if each.change is None else f"{name} {round(each.change * 100):+} %"


def line(words: Words, each: Compared) -> str:
    """Say a figure in one line, for text that is listened to."""
    name, value, usual, changed = measured(words, each)
    key = "summary.usual_unsaid" if each.trend is Trend.TOO_FEW else "summary.usual"
    return words.plain("summary.line", name=name, value=value, usual=words.plain(key, usual=usual, trend=changed))


def reason(words: Words, pick: Pick) -> str:
    """Say why a case is to be looked at."""
    span = short_span(words, pick.weight * _MICROSECOND) if pick.rule in _SPANS else ""
    return words.plain(f"look.{pick.rule}", span=span, times=times(words, pick.weight))


def times(words: Words, count: int) -> str:
    """Say how often."""
    return words.plain("summary.once") if count == 1 else words.plain("summary.times", count=count)


def grown(words: Words, each: Growth) -> tuple[str, str, str]:
    """Give what grew: by what it is parted, its name, what is usual."""
    part = Part(each.dimension, each.name)
    return (words.plain(f"dimension.{each.dimension}"), part_name(words, part), number(words, Form.COUNT, each.usual))


def part_name(words: Words, part: Part) -> str:
    """Say by which name people know the cases that share something."""
    family = _WORDS_OF.get(part.dimension)
    if family is not None and (key := f"{family}.{part.name}") in words:
        return words.plain(key)
    return excerpt(part.name, _NAME) or words.plain("summary.unnamed")


def points(words: Words, digest: Digest) -> list[tuple[str, Figures]]:
    """Name the weeks before and the period itself, for a chart, the oldest first."""
    period = digest.request.period
    weeks = [(point(words, window.start, period.zone), found) for window, found in digest.weeks]
    return [*weeks, (point(words, period.start, period.zone), digest.figures)]


def point(words: Words, at: datetime, zone: str) -> str:
    """Name a stretch of time in a chart by the day on which it begins."""
    day = at.astimezone(ZoneInfo(zone))
    return words.plain("summary.chart_point", day=day.day, month=words.plain(f"month.{day.month}"))


def _date(words: Words, day: date) -> str:
    return words.plain("summary.date", day=day.day, month=words.plain(f"month.{day.month}"), year=day.year)
