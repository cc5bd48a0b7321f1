"""Reads from parsed TOML without trusting its form; what has the wrong form is another check's finding."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from slackbot.core.durations import parse_duration


def table(parent: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Read a table; empty if there is none of that form."""
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}


def tables(parent: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Read a list of tables with their places; what is no table is left out."""
    value = parent.get(key)
    entries = value if isinstance(value, list) else []
    return [(index, entry) for index, entry in enumerate(entries) if isinstance(entry, Mapping)]


def text(parent: Mapping[str, Any], key: str) -> str | None:
    """Read a text; None if there is none of that form."""
    value = parent.get(key)
    return value if isinstance(value, str) else None


def texts(parent: Mapping[str, Any], key: str) -> list[str] | None:
    """Read a list of texts, or a single one; None if anything in it is no text."""
    value = parent.get(key)
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        return None
    return value


def span(parent: Mapping[str, Any], key: str, default: timedelta) -> timedelta | None:
    """Read a duration; the default if the key is absent, None if it is no duration."""
    value = parent.get(key)
    if value is None:
        return default
    try:
        return parse_duration(value) if isinstance(value, str) else None
    except ValueError:
        return None
