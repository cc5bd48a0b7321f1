"""When a summary that comes by itself is due: weekly instants on the wall clock of a place, summer time included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from slackbot.core.periods import WEEK, Period, week_of
from slackbot.core.policy import WeeklySummary


@dataclass(frozen=True, slots=True)
class Occasion:
    """One coming of a weekly summary: when (UTC), and which week it is about, the one before."""

    at: datetime
    period: Period


def latest(summary: WeeklySummary, now: datetime) -> Occasion:
    """Give the newest occasion that is not ahead."""
    this_week = week_of(now, summary.zone)
    occasion = _in_week(summary, this_week)
    return occasion if occasion.at <= now else _in_week(summary, this_week.moved(-WEEK))


def following(summary: WeeklySummary, now: datetime) -> datetime:
    """Say when the next occasion comes (UTC)."""
    this_week = week_of(now, summary.zone)
    at = _in_week(summary, this_week).at
    return at if at > now else _in_week(summary, this_week.moved(WEEK)).at


def _in_week(summary: WeeklySummary, week: Period) -> Occasion:
    """Give the occasion of a week; a time that the clocks skip is as much later as they skip."""
    day = week.first + timedelta(summary.day - 1)
    at = datetime.combine(day, summary.at, ZoneInfo(summary.zone)).astimezone(UTC)
    return Occasion(at, week.moved(-WEEK))
