"""Stretches of whole days that a summary is about: read from words, in a time zone, weeks as ISO 8601 counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

WEEK = 7
LONGEST_DAYS = 92
"""A quarter: the most days a summary takes."""

_ISO_WEEK = re.compile(r"(\d{4})-?w(\d{1,2})")
_LAST_DAYS = re.compile(r"(?:last )?(\d{1,3}) (day|week)s?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*\.?"
_DAYS = re.compile(rf"(\d{{1,2}})(?: {_MONTH})?(?: (\d{{4}}))?(?: ?- ?(\d{{1,2}}) {_MONTH}(?: (\d{{4}}))?)?")
_ISO_DAYS = re.compile(r"(\d{4}-\d\d-\d\d)(?:(?: ?- ?| ?\.\. ?| to | )(\d{4}-\d\d-\d\d))?")
_DASHES = re.compile("[\u2010-\u2015]")
_NAMED_DAYS = {"today": 0, "yesterday": 1}


class PeriodProblem(StrEnum):
    """Why words are no period that can be summed up."""

    UNREADABLE = "unreadable"
    FUTURE = "future"
    TOO_LONG = "too_long"
    BACKWARDS = "backwards"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` up to, not including, `after`, as a time zone (IANA) has them."""

    first: date
    after: date
    zone: str

    @property
    def start(self) -> datetime:
        """Say when it begins (UTC): the first day's midnight."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """Say when it is over (UTC); a day on which the clocks change has 23 or 25 hours."""
        return midnight(self.after, self.zone)

    @property
    def days(self) -> int:
        """Count its days."""
        return (self.after - self.first).days

    @property
    def is_week(self) -> bool:
        """Say whether it is a week from Monday to Sunday."""
        return self.days == WEEK and self.first.isoweekday() == 1

    @property
    def week(self) -> str:
        """Name the ISO week in which it begins: `2026-W46`."""
        year, number, _ = self.first.isocalendar()
        return f"{year}-W{number:02}"

    @property
    def key(self) -> str:
        """Write it so that `from_key` reads it, for a button."""
        return f"{self.first.isoformat()}:{self.days}"

    def moved(self, days: int) -> Period:
        """Give the same days earlier or later."""
        return Period(self.first + timedelta(days), self.after + timedelta(days), self.zone)

    def is_running(self, now: datetime) -> bool:
        """Say whether it is not over yet."""
        return now < self.end

    def up_to(self, now: datetime) -> datetime:
        """Say up to when there is anything to count (UTC)."""
        return max(self.start, min(self.end, now))


def midnight(day: date, zone: str) -> datetime:
    """Say when a day begins in a time zone (UTC); where clocks skip midnight, when they do so."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def week_of(now: datetime, zone: str) -> Period:
    """Give the week that an instant lies in."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return _days(today - timedelta(today.isoweekday() - 1), WEEK, zone)


def from_key(key: str, now: datetime, zone: str) -> Period | PeriodProblem:
    """Read what a button carried; a tampered one is a problem like any other."""
    first, _, days = key.partition(":")
    try:
        return _checked(_days(date.fromisoformat(first), int(days), zone), now)
    except (ValueError, OverflowError):
        return PeriodProblem.UNREADABLE


def read_period(words: str, now: datetime, zone: str) -> Period | PeriodProblem:
    """Read `this week`, `last week`, `2026-W46`, `1-15 nov`, `30 days` and the like; nothing means this week.

    A date without a year is the newest such date that is not ahead. N days end with today.
    """
    said = _DASHES.sub("-", " ".join(words.casefold().split()))
    today = now.astimezone(ZoneInfo(zone)).date()
    try:
        found = _named(said, now, zone) or _by_week(said, zone) or _by_dates(said, today, zone)
    except (ValueError, OverflowError):
        return PeriodProblem.UNREADABLE
    return PeriodProblem.UNREADABLE if found is None else _checked(found, now)


def _checked(period: Period, now: datetime) -> Period | PeriodProblem:
    if period.days <= 0:
        return PeriodProblem.BACKWARDS
    if period.start > now:
        return PeriodProblem.FUTURE
    return PeriodProblem.TOO_LONG if period.days > LONGEST_DAYS else period


def _days(first: date, days: int, zone: str) -> Period:
    return Period(first, first + timedelta(days), zone)


def _named(said: str, now: datetime, zone: str) -> Period | None:
    today = now.astimezone(ZoneInfo(zone)).date()
    if said in {"", "this week", "week"}:
        return week_of(now, zone)
    if said == "last week":
        return week_of(now, zone).moved(-WEEK)
    if said in _NAMED_DAYS:
        return _days(today - timedelta(_NAMED_DAYS[said]), 1, zone)
    counted = _LAST_DAYS.fullmatch(said)
    if counted is None:
        return None
    days = int(counted[1]) * (WEEK if counted[2] == "week" else 1)
    return _days(today - timedelta(days - 1), days, zone)


def _by_week(said: str, zone: str) -> Period | None:
    week = _ISO_WEEK.fullmatch(said)
    return None if week is None else _days(date.fromisocalendar(int(week[1]), int(week[2]), 1), WEEK, zone)


def _by_dates(said: str, today: date, zone: str) -> Period | None:
    iso = _ISO_DAYS.fullmatch(said)
    if iso is not None:
        first = date.fromisoformat(iso[1])
        return Period(first, (date.fromisoformat(iso[2]) if iso[2] else first) + timedelta(1), zone)
    written = _DAYS.fullmatch(said)
    if written is None:
        return None
    day, month, year, last_day, last_month, last_year = written.groups()
    month, year = month or last_month, year or last_year
    if month is None:
        return None
    first = _date(day, month, year, today)
    if last_day is None:
        return _days(first, 1, zone)
    last = _date(last_day, last_month, last_year or str(first.year), today)
    if last < first and last_year is None:
        last = _date(last_day, last_month, str(first.year + (last.month < first.month)), today)
    return Period(first, last + timedelta(1), zone)


def _date(day: str, month: str, year: str | None, today: date) -> date:
    number = _MONTHS.index(month) + 1
    if year is not None:
        return date(int(year), number, int(day))
    this_year = date(today.year, number, int(day))
    return this_year if this_year <= today else date(today.year - 1, number, int(day))
