"""When a summary that comes by itself is due: weekly instants on the wall clock of a place, summer time included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from slackbot.core.outages import Cause
from slackbot.core.periods import WEEK, Period, week_of
from slackbot.core.policy import WeeklySummary
from slackbot.core.summary_request import EVERYTHING, Scope, ScopeKind

SHARED = frozenset({ScopeKind.ALL, ScopeKind.TIER, ScopeKind.POLICY, ScopeKind.CATEGORY})
"""What a summary may be about that comes by itself: a customer's name is not kept, and `mine` is for one person."""

_POLICYS = "policy"


@dataclass(frozen=True, slots=True)
class Schedule:
    """A summary that comes by itself: which cases, where, and when: `day` from 1 for Monday, `at` on the clocks there.

    `since` (UTC) is when it was set up; `by` is who did it, none where the policy has it.
    """

    scope: Scope
    day: int
    at: time
    zone: str
    channel: str
    since: datetime
    by: str | None = None

    @property
    def name(self) -> str:
        """Tell it from others: under one name it comes once a week, however often day and hour are changed."""
        return f"{_POLICYS if self.by is None else self.channel}|{self.scope.key}"


@dataclass(frozen=True, slots=True)
class Occasion:
    """One coming of a weekly summary: when (UTC), and which week it is about, the one before."""

    at: datetime
    period: Period


@dataclass(frozen=True, slots=True)
class Missed:
    """Weeks in a row whose summaries did not come, from the first to the last (`2026-W47`), and why not."""

    first: str
    last: str
    cause: Cause


def of_policy(summary: WeeklySummary, since: datetime) -> Schedule:
    """Give what a policy sets up, that holds since then (UTC)."""
    scope = Scope(ScopeKind.POLICY, summary.policy) if summary.policy else EVERYTHING
    return Schedule(scope, summary.day, summary.at, summary.zone, summary.channel, since)


def by_hand(week: str, scope: Scope) -> str:
    """Write the command with which a manager posts the summary of a week (`2026-W47`) where it is typed."""
    # A quote in a name would end it, but not where the quotes around it are typeset ones.
    name = f"\u201c{scope.value}\u201d" if '"' in scope.value else f'"{scope.value}"'
    cases = f" {scope.kind} {name}" if scope.value else ""
    return f"/escalations summary {week}{cases} post"


def latest(schedule: Schedule, now: datetime) -> Occasion:
    """Give the newest occasion that is not ahead."""
    this_week = week_of(now, schedule.zone)
    occasion = _in_week(schedule, this_week)
    return occasion if occasion.at <= now else _in_week(schedule, this_week.moved(-WEEK))


def of_week_before(schedule: Schedule, period: Period) -> Occasion:
    """Give the occasion before the one that is about a week."""
    return _in_week(schedule, period)


def following(schedule: Schedule, now: datetime) -> datetime:
    """Say when the next occasion comes (UTC)."""
    this_week = week_of(now, schedule.zone)
    at = _in_week(schedule, this_week).at
    return at if at > now else _in_week(schedule, this_week.moved(WEEK)).at


def _in_week(schedule: Schedule, week: Period) -> Occasion:
    """Give the occasion of a week; a time that the clocks skip is as much later as they skip."""
    day = week.first + timedelta(schedule.day - 1)
    at = datetime.combine(day, schedule.at, ZoneInfo(schedule.zone)).astimezone(UTC)
    return Occasion(at, week.moved(-WEEK))
