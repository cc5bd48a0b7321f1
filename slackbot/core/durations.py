"""Durations as people write them in a policy: `90s`, `10m`, `2h`, `3d`."""

from __future__ import annotations

import re
from datetime import timedelta

_PART = re.compile(r"(\d+)\s*(s|m|h|d)")
_WHOLE = re.compile(r"\s*(?:\d+\s*[smhd]\s*)+")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=366)


def parse_duration(text: str) -> timedelta:
    """Read a duration such as `10m` or `1h 30m`.

    Raises:
        ValueError: it is not of that form, is nothing, or is longer than a year.
    """
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text!r} is no duration; write for example 90s, 10m, 2h or 3d")
    try:
        span = sum((timedelta(**{_UNITS[u]: int(n)}) for n, u in _PART.findall(text)), timedelta())
    except OverflowError:
        span = timedelta.max
    if not timedelta() < span <= _LONGEST:
        raise ValueError(f"{text!r} must be longer than nothing and at most a year")
    return span


def format_duration(span: timedelta) -> str:
    """Write a duration in the form that `parse_duration` reads; the shortest that loses nothing above a second."""
    rest = max(0, round(span.total_seconds()))
    parts = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"
