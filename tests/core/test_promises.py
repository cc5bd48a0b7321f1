"""Promised times over zones and the nights the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.deadlines import promise_until

ZONES = (
    "UTC",
    "Europe/Madrid",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Santiago",
    "America/Asuncion",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    """Read an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "until"),
    [
        ("2026-03-02T09:00", "Europe/Madrid", "2026-03-02T17:00"),
        ("2026-03-02T16:58:59", "Europe/Madrid", "2026-03-02T17:00"),
        ("2026-03-02T16:59", "Europe/Madrid", "2026-03-02T22:59"),
        ("2026-03-02T20:00", "Europe/Madrid", "2026-03-02T22:59"),
        ("2026-03-02T22:58:30", "Europe/Madrid", "2026-03-02T22:59:30"),
        ("2026-03-02T22:59:30", "Europe/Madrid", "2026-03-02T23:00:30"),
        ("2026-03-02T23:30", "Europe/Madrid", "2026-03-03T17:00"),
        ("2026-03-02T23:30", "UTC", "2026-03-02T23:59"),
        ("2026-03-02T23:30", "Asia/Kolkata", "2026-03-03T12:30"),
        # the night the clocks go forward, and the night they go back
        ("2026-03-28T23:30", "Europe/Madrid", "2026-03-29T16:00"),
        ("2026-03-29T17:00", "Europe/Madrid", "2026-03-29T21:59"),
        ("2026-10-24T22:30", "Europe/Madrid", "2026-10-25T17:00"),
        ("2026-10-25T00:30", "Europe/Madrid", "2026-10-25T17:00"),
        ("2026-10-25T01:30", "Europe/Madrid", "2026-10-25T17:00"),
        # days whose midnight does not exist, or comes twice
        ("2026-04-23T20:00", "Africa/Cairo", "2026-04-23T21:59"),
        ("2026-11-01T02:00", "America/Havana", "2026-11-01T03:59"),
    ],
)
def test_today_ends_at_six_and_later_at_midnight(now: str, zone: str, until: str) -> None:
    """Before 17:59 `today` is 18:00 there, afterwards a minute before midnight, and never less than a minute away."""
    assert promise_until("today", at(now), zone) == at(until)


@settings(max_examples=200, deadline=None)
@given(
    now=st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001 - the zone is set below
    zone=st.sampled_from(ZONES),
)
def test_today_is_later_today(now: datetime, zone: str) -> None:
    """In every zone and season the promise lies ahead, on the same day there, save in its last two minutes."""
    instant = now.replace(tzinfo=UTC)
    until = promise_until("today", instant, zone)
    local, promised = instant.astimezone(ZoneInfo(zone)), until.astimezone(ZoneInfo(zone))
    assert until.tzinfo is UTC
    assert MINUTE <= until - instant <= timedelta(hours=25)
    if until - instant > MINUTE:
        assert promised.date() == local.date()
        assert (promised.hour, promised.minute) in {(18, 0), (23, 59)}


@pytest.mark.parametrize(("choice", "minutes"), [("15m", 15), ("1h", 60), ("1d", 1440)])
@pytest.mark.parametrize("now", ["2026-03-28T23:30", "2026-10-25T00:30"])
def test_a_duration_is_that_long_whatever_the_clocks_do(choice: str, minutes: int, now: str) -> None:
    """An hour is sixty minutes on the night the clocks change, too."""
    assert promise_until(choice, at(now), "Europe/Madrid") == at(now) + minutes * MINUTE


@pytest.mark.parametrize("choice", ["", "tomorrow", "0m", "Today"])
def test_any_other_choice_is_refused(choice: str) -> None:
    """A choice is `today` or a duration."""
    with pytest.raises(ValueError, match=r"duration|nothing"):
        promise_until(choice, at("2026-03-02T09:00"), "UTC")
