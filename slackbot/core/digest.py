"""A summary put together: figures, what changed, and what to look at; words come when it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from slackbot.core.comparison import ENOUGH, Compared, Trend, verdict
from slackbot.core.periods import WEEK
from slackbot.core.summary import Dimension, Figures, Group, Rule, Window
from slackbot.core.summary_request import SummaryRequest

GREW_TO = 3
GREW_BY = Fraction(3, 2)
"""A category or reason grew that came up at least three times, and half as often again as usual."""

MOST_GROWTHS = 3


@dataclass(frozen=True, slots=True)
class Pick:
    """A case to look at, why, and where it stands; `weight` is microseconds or a count, as the rule has it."""

    rule: Rule
    label: str
    weight: int
    link: str


@dataclass(frozen=True, slots=True)
class Growth:
    """A category or reason that came up more often than usual."""

    dimension: Dimension
    name: str
    count: int
    usual: Fraction


@dataclass(frozen=True, slots=True)
class Digest:
    """A summary as it stands at `now`; `weeks` are those before, the oldest first, none where there were not four."""

    request: SummaryRequest
    now: datetime
    figures: Figures
    compared: Sequence[Compared]
    weeks: Sequence[tuple[Window, Figures]]
    picks: Sequence[Pick]
    lessons: Sequence[tuple[str, int]]
    growths: Sequence[Growth]
    left_out: Sequence[Window] = ()

    @property
    def is_running(self) -> bool:
        """Say whether its period is not over yet."""
        return self.request.period.is_running(self.now)

    @property
    def verdict(self) -> Trend:
        """Say in one word how it stands."""
        return verdict(self.compared)

    def usual(self, dimension: Dimension, name: str) -> Fraction | None:
        """Say how many cases of a group usually come; None where the four weeks before had too few to say."""
        before = _raised((figures for _, figures in self.weeks), dimension, name)
        return Fraction(before, len(self.weeks)) * scale_of(self.request, self.now) if before >= ENOUGH else None


def scale_of(request: SummaryRequest, now: datetime) -> Fraction:
    """Say what a usual week is to be multiplied with to stand beside the period."""
    period = request.period
    if not period.is_running(now):
        return Fraction(period.days, WEEK)
    if period.days <= WEEK:
        return Fraction(1)
    return Fraction((now - period.start) // timedelta(seconds=1), WEEK * 86_400)


def growths(figures: Figures, weeks: Sequence[Figures], scale: Fraction) -> list[Growth]:
    """Find the categories and reasons that grew, the most grown first."""
    if not weeks:
        return []
    found = []
    for dimension in (Dimension.CATEGORY, Dimension.REASON):
        for name, group in figures.groups.get(dimension, {}).items():
            usual = Fraction(_raised(weeks, dimension, name), len(weeks)) * scale
            if name and group.raised >= GREW_TO and group.raised >= usual * GREW_BY:
                found.append(Growth(dimension, name, group.raised, usual))
    return sorted(found, key=lambda g: (g.usual - g.count, g.dimension, g.name))[:MOST_GROWTHS]


def _raised(weeks: Iterable[Figures], dimension: Dimension, name: str) -> int:
    return sum(week.groups.get(dimension, {}).get(name, Group()).raised for week in weeks)
