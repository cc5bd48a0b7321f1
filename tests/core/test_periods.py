"""Periods read from words, and what was asked of a summary."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from slackbot.core.periods import LONGEST_DAYS, Period, PeriodProblem, from_key, midnight, read_period, week_of
from slackbot.core.summary_request import Scope, ScopeKind, SummaryRequest, read_request

MADRID = "Europe/Madrid"
NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
"""A Wednesday in week 48."""


def of(first: str, after: str) -> Period:
    """Make a period of days in Madrid."""
    return Period(date.fromisoformat(first), date.fromisoformat(after), MADRID)


READ = {
    "": of("2026-11-23", "2026-11-30"),
    "this week": of("2026-11-23", "2026-11-30"),
    " Last  WEEK ": of("2026-11-16", "2026-11-23"),
    "2026-W46": of("2026-11-09", "2026-11-16"),
    "2026w46": of("2026-11-09", "2026-11-16"),
    "2020-W53": of("2020-12-28", "2021-01-04"),
    "1-15 nov": of("2026-11-01", "2026-11-16"),
    "1\u201315 November": of("2026-11-01", "2026-11-16"),
    "28 oct - 3 nov": of("2026-10-28", "2026-11-04"),
    "28 dec - 3 jan": of("2025-12-28", "2026-01-04"),
    "28 dec 2024 - 3 jan 2025": of("2024-12-28", "2025-01-04"),
    "28 nov": of("2025-11-28", "2025-11-29"),
    "15 nov 2026": of("2026-11-15", "2026-11-16"),
    "2026-11-01 - 2026-11-15": of("2026-11-01", "2026-11-16"),
    "2026-11-01..2026-11-15": of("2026-11-01", "2026-11-16"),
    "2026-11-01": of("2026-11-01", "2026-11-02"),
    "30 days": of("2026-10-27", "2026-11-26"),
    "last 2 weeks": of("2026-11-12", "2026-11-26"),
    "today": of("2026-11-25", "2026-11-26"),
    "yesterday": of("2026-11-24", "2026-11-25"),
    "2026-W49": PeriodProblem.FUTURE,
    "1-15 dec 2026": PeriodProblem.FUTURE,
    "400 days": PeriodProblem.TOO_LONG,
    "0 days": PeriodProblem.BACKWARDS,
    "15-1 nov": PeriodProblem.BACKWARDS,
    "whenever": PeriodProblem.UNREADABLE,
    "2026-W54": PeriodProblem.UNREADABLE,
    "2021-W53": PeriodProblem.UNREADABLE,
    "31 feb": PeriodProblem.UNREADABLE,
    "32 nov": PeriodProblem.UNREADABLE,
    "1-15": PeriodProblem.UNREADABLE,
    "2026-13-01": PeriodProblem.UNREADABLE,
}


@pytest.mark.parametrize(("words", "period"), READ.items(), ids=[f"'{words}'" for words in READ])
def test_words_are_read(words: str, period: Period | PeriodProblem) -> None:
    """What the help names is understood, what lies ahead or is no period is told apart."""
    assert read_period(words, NOW, MADRID) == period


def test_the_day_is_the_one_of_the_zone() -> None:
    """Late on a Sunday evening in UTC it is Monday in Madrid, and the week is the new one."""
    sunday = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert week_of(sunday, MADRID).week == "2026-W48"
    assert week_of(sunday, "UTC").week == "2026-W47"
    assert week_of(datetime(2027, 1, 1, 12, tzinfo=UTC), MADRID).week == "2026-W53"


def test_a_week_in_which_the_clocks_change_has_another_length() -> None:
    """Days begin at midnight where the people are."""
    autumn, spring = of("2026-10-19", "2026-10-26"), of("2026-03-23", "2026-03-30")
    assert autumn.end - autumn.start == timedelta(days=7, hours=1)
    assert spring.end - spring.start == timedelta(days=7, hours=-1)
    assert autumn.moved(7).start == autumn.end


def test_where_midnight_is_skipped_the_day_begins_when_the_clocks_do() -> None:
    """In Santiago the clocks go from 24:00 to 01:00 on 6 September 2026."""
    assert midnight(date(2026, 9, 6), "America/Santiago") == datetime(2026, 9, 6, 4, 0, tzinfo=UTC)


def test_a_button_carries_a_period_there_and_back() -> None:
    """Tampered ones are refused like typed ones."""
    for period in READ.values():
        if isinstance(period, Period):
            assert from_key(period.key, NOW, MADRID) == period
    assert from_key("2026-11-30:7", NOW, MADRID) is PeriodProblem.FUTURE
    assert from_key(f"2026-01-01:{LONGEST_DAYS + 1}", NOW, MADRID) is PeriodProblem.TOO_LONG
    for key in ("", "x", "2026-11-23", "2026-11-23:", "2026-11-23:x", "9999-12-31:9", "2026-11-23:99999999999"):
        assert from_key(key, NOW, MADRID) is PeriodProblem.UNREADABLE
    assert from_key("2026-11-23:-7", NOW, MADRID) is PeriodProblem.BACKWARDS


ASKED = {
    "": ("", Scope(), False),
    "post": ("", Scope(), True),
    "last week mine": ("last week", Scope(ScopeKind.MINE), False),
    "mine 30 days": ("30 days", Scope(ScopeKind.MINE), False),
    "2026-W46 tier Team leads": ("2026-W46", Scope(ScopeKind.TIER, "Team leads"), False),
    "tier Team leads last week post": ("last week", Scope(ScopeKind.TIER, "Team leads"), True),
    'customer:"Nordic Post" 1-15 nov': ("1-15 nov", Scope(ScopeKind.CUSTOMER, "Nordic Post"), False),
    'customer "last week"': ("", Scope(ScopeKind.CUSTOMER, "last week"), False),
    "customer Nordic Post": ("", Scope(ScopeKind.CUSTOMER, "Nordic Post"), False),
    "customer: nordic post ": ("", Scope(ScopeKind.CUSTOMER, "nordic post"), False),
    "last week customer Nordic Post": ("last week", Scope(ScopeKind.CUSTOMER, "Nordic Post"), False),
    "customer Nordic Post last week": ("last week", Scope(ScopeKind.CUSTOMER, "Nordic Post"), False),
    "customer Nordic Post last week post": ("last week", Scope(ScopeKind.CUSTOMER, "Nordic Post"), True),
    'customer "Nordic Post"': ("", Scope(ScopeKind.CUSTOMER, "Nordic Post"), False),
    'last week customer "Nordic Post" POST': ("last week", Scope(ScopeKind.CUSTOMER, "Nordic Post"), True),
    'customer "Nordic" post': ("", Scope(ScopeKind.CUSTOMER, "Nordic"), True),
    "customer \u201cNordic\u201d 1-15 nov post": ("1-15 nov", Scope(ScopeKind.CUSTOMER, "Nordic"), True),
    "last week post customer Nordic": ("last week", Scope(ScopeKind.CUSTOMER, "Nordic"), True),
    "post customer Nordic last week": ("last week", Scope(ScopeKind.CUSTOMER, "Nordic"), True),
    "customer post": ("", Scope(ScopeKind.CUSTOMER, "post"), False),
    'customer "Gold Mine Ltd"': ("", Scope(ScopeKind.CUSTOMER, "Gold Mine Ltd"), False),
    "last week customer Gold Mine Ltd": ("last week", Scope(ScopeKind.CUSTOMER, "Gold Mine Ltd"), False),
    'customer "post mine" today': ("today", Scope(ScopeKind.CUSTOMER, "post mine"), False),
    "tier Mine": ("", Scope(ScopeKind.TIER, "Mine"), False),
    "mine last week post": ("last week", Scope(ScopeKind.MINE), True),
    "last week MINE post": ("last week", Scope(ScopeKind.MINE), True),
    "category: Billing": ("", Scope(ScopeKind.CATEGORY, "Billing"), False),
    "last week policy support": ("last week", Scope(ScopeKind.POLICY, "support"), False),
}


@pytest.mark.parametrize(("text", "asked"), ASKED.items(), ids=[f"'{text}'" for text in ASKED])
def test_a_request_is_read(text: str, asked: tuple[str, Scope, bool]) -> None:
    """Period, scope and `post` in the orders in which people write them."""
    words, scope, post = asked
    period = read_period(words, NOW, MADRID)
    assert isinstance(period, Period)
    assert read_request(text, NOW, MADRID) == SummaryRequest(period, scope, post)


def test_a_request_with_a_bad_period_is_refused() -> None:
    """The problem is the period's."""
    assert read_request("next month mine", NOW, MADRID) is PeriodProblem.UNREADABLE
    assert read_request("2026-W50 tier Team leads", NOW, MADRID) is PeriodProblem.FUTURE
    assert read_request("mine tier Team leads", NOW, MADRID) is PeriodProblem.UNREADABLE
    assert read_request('customer "Nordic" whenever post', NOW, MADRID) is PeriodProblem.UNREADABLE
