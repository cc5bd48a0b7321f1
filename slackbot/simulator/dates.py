"""Slack's date tokens, as the reader's client shows them.

Source: docs.slack.dev/messaging/formatting-message-text#date-formatting.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

TOKEN = re.compile(r"\{(\w+)\}")
NAMED_DAYS: Mapping[int, str] = {-1: "yesterday", 0: "today", 1: "tomorrow"}
YEAR_LEFT_OUT_WITHIN = timedelta(days=183)
SPANS: tuple[tuple[int, str], ...] = (
    (86_400, "day"),
    (3_600, "hour"),
    (60, "minute"),
    (1, "second"),
)
LAST_DAYS_OF_TEENS = (11, 12, 13)

Saying: TypeAlias = Callable[[datetime, datetime | None], str]


def show_date(unix: int, tokens: str, *, tz: str, now: datetime | None = None) -> str | None:
    """Fill date tokens with an instant, or None if it is out of range or a token is unknown (show the fallback).

    Args:
        unix: The instant in seconds since 1970, UTC.
        tokens: Text with tokens such as `{date_short}`; the rest of it stays.
        tz: The reader's IANA zone.
        now: An aware instant. Without it, days are never "today", years are never left out and `{ago}` is a date.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: There is no such zone.
    """
    zone = ZoneInfo(tz)
    try:
        at = datetime.fromtimestamp(unix, UTC).astimezone(zone)
    except (OverflowError, OSError, ValueError):
        return None
    here = None if now is None else now.astimezone(zone)
    if not set(TOKEN.findall(tokens)) <= SAYINGS.keys():
        return None
    return TOKEN.sub(lambda match: SAYINGS[match.group(1)](at, here), tokens)


def _year(at: datetime, now: datetime | None) -> str:
    near = now is not None and abs(at - now) < YEAR_LEFT_OUT_WITHIN
    return "" if near else f", {at.year}"


def _ordinal(day: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{'th' if day in LAST_DAYS_OF_TEENS else ending}"


def _num(at: datetime, _now: datetime | None) -> str:
    return f"{at.year:04}-{at.month:02}-{at.day:02}"


def _date(at: datetime, now: datetime | None) -> str:
    return f"{at:%B} {_ordinal(at.day)}{_year(at, now)}"


def _short(at: datetime, now: datetime | None) -> str:
    return f"{at:%b} {at.day}{_year(at, now)}"


def _long(at: datetime, now: datetime | None) -> str:
    return f"{at:%A}, {_date(at, now)}"


def _pretty(saying: Saying) -> Saying:
    def say(at: datetime, now: datetime | None) -> str:
        if now is None:
            return saying(at, now)
        return NAMED_DAYS.get((at.date() - now.date()).days) or saying(at, now)

    return say


def _time(at: datetime, _now: datetime | None) -> str:
    return f"{at.hour % 12 or 12}:{at:%M %p}"


def _time_secs(at: datetime, _now: datetime | None) -> str:
    return f"{at.hour % 12 or 12}:{at:%M:%S %p}"


def _ago(at: datetime, now: datetime | None) -> str:
    if now is None:
        return f"{_short(at, now)} {_time(at, now)}"
    seconds = round((now - at).total_seconds())
    for span, word in SPANS:
        count = abs(seconds) // span
        if count:
            said = f"{count} {word}{'' if count == 1 else 's'}"
            return f"{said} ago" if seconds > 0 else f"in {said}"
    return "now"


SAYINGS: Mapping[str, Saying] = {
    "date_num": _num,
    "date": _date,
    "date_short": _short,
    "date_long": _long,
    "date_pretty": _pretty(_date),
    "date_short_pretty": _pretty(_short),
    "date_long_pretty": _pretty(_long),
    "time": _time,
    "time_secs": _time_secs,
    "ago": _ago,
}
