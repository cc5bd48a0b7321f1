"""Date tokens, as the reader's client shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest

from slackbot.simulator.dates import show_date
from slackbot.simulator.text import show

UNIX = 1_392_734_382  # 2014-02-18 14:39:42 UTC, the documentation's own example
AT = datetime.fromtimestamp(UNIX, UTC)


def told(token: str, *, now: datetime | None = None, tz: str = "America/Los_Angeles") -> str | None:
    """Say one token."""
    return show_date(UNIX, f"{{{token}}}", tz=tz, now=now)


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("date_num", "2014-02-18"),
        ("date", "February 18th, 2014"),
        ("date_short", "Feb 18, 2014"),
        ("date_long", "Tuesday, February 18th, 2014"),
        ("date_pretty", "February 18th, 2014"),
        ("date_short_pretty", "Feb 18, 2014"),
        ("date_long_pretty", "Tuesday, February 18th, 2014"),
        ("time", "6:39 AM"),
        ("time_secs", "6:39:42 AM"),
        ("ago", "Feb 18, 2014 6:39 AM"),
    ],
)
def test_each_token_reads_as_documented(token: str, shown: str) -> None:
    """Without a present instant, every token is said in full in the reader's zone."""
    assert told(token) == shown


@pytest.mark.parametrize(
    ("token", "now", "shown"),
    [
        ("date_pretty", datetime(2014, 2, 18, 20, tzinfo=UTC), "today"),
        ("date_short_pretty", datetime(2014, 2, 19, 20, tzinfo=UTC), "yesterday"),
        ("date_long_pretty", datetime(2014, 2, 17, 20, tzinfo=UTC), "tomorrow"),
        ("date_pretty", datetime(2014, 2, 20, 20, tzinfo=UTC), "February 18th"),
        ("date_short", datetime(2015, 2, 20, 20, tzinfo=UTC), "Feb 18, 2014"),
        ("ago", AT, "now"),
        ("ago", datetime(2014, 2, 18, 14, 40, 42, tzinfo=UTC), "1 minute ago"),
        ("ago", datetime(2014, 2, 18, 11, 39, 42, tzinfo=UTC), "in 3 hours"),
        ("ago", datetime(2014, 2, 28, 14, 39, 42, tzinfo=UTC), "10 days ago"),
    ],
)
def test_dates_near_the_present_are_said_shortly(token: str, now: datetime, shown: str) -> None:
    """Given the present instant, near days have names and the year is left out."""
    assert told(token, now=now) == shown


def test_the_day_is_the_readers() -> None:
    """The same instant is another day in another zone, and the clock runs from 12 to 11."""
    late = 1_763_767_800  # 2025-11-21 23:30 UTC
    assert show_date(late, "{date_num} {time}", tz="UTC") == "2025-11-21 11:30 PM"
    assert show_date(late, "{date_num} {time}", tz="Europe/Madrid") == "2025-11-22 12:30 AM"


@pytest.mark.parametrize(("day", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd")])
def test_days_have_their_endings(day: int, said: str) -> None:
    """English ordinals, the teens included."""
    unix = int(datetime(2026, 5, day, 12, tzinfo=UTC).timestamp())
    assert show_date(unix, "{date}", tz="UTC") == f"May {said}, 2026"


def test_the_fallback_is_shown_where_a_date_can_not_be() -> None:
    """An unknown token or an impossible instant shows the words after the bar, links are passed over."""
    shown = [
        show(text, tz="UTC", names=lambda _id: None)
        for text in (
            "<!date^0^{date_num} at {time}^https://e.co|x>",
            "<!date^0^{week}|some &amp; day>",
            "<!date^999999999999999^{date}|never>",
        )
    ]
    assert shown == ["1970-01-01 at 12:00 AM", "some & day", "never"]


def test_an_unknown_zone_is_an_error() -> None:
    """A zone that does not exist is not passed over in silence."""
    with pytest.raises(ZoneInfoNotFoundError):
        show_date(0, "{date}", tz="Europe/Nowhere")
