"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slackbot.core.durations import format_duration, parse_duration

YEAR = 366 * 86400


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("2h", 7200),
        ("3d", 259_200),
        ("1h 30m", 5400),
        ("1h30m", 5400),
        (" 10 m ", 600),
        ("366d", YEAR),
        ("0h 1s", 1),
    ],
)
def test_durations_are_read(text: str, seconds: int) -> None:
    """Seconds, minutes, hours and days, alone or together, with or without blanks."""
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    ["", " ", "10", "m", "10 min", "1.5h", "-5m", "0m", "0s 0d", "367d", "366d 1s", "today", "10M", f"{10**30}d"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Anything else, nothing, and more than a year are refused with the text in the message."""
    with pytest.raises(ValueError, match=r"10m|year"):
        parse_duration(text)


@given(st.integers(min_value=1, max_value=YEAR))
def test_what_is_written_reads_the_same(seconds: int) -> None:
    """Every whole number of seconds up to a year survives writing and reading."""
    assert parse_duration(format_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (-5, "0s"), (59, "59s"), (60, "1m"), (5400, "1h 30m"), (90_061, "1d 1h 1m 1s")]
)
def test_durations_are_written_short(seconds: int, text: str) -> None:
    """Units that are nothing are left out; nothing at all is `0s`."""
    assert format_duration(timedelta(seconds=seconds)) == text


@given(st.text(alphabet="0123456789smhd .x", max_size=12))
def test_reading_gives_a_span_or_a_value_error(text: str) -> None:
    """No text makes it fail in another way, and no span is nothing or beyond a year."""
    try:
        span = parse_duration(text)
    except ValueError:
        return
    assert timedelta() < span <= timedelta(seconds=YEAR)
