"""The catalogue of words: every sentence people read, by key, in one language."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from slackbot.core.durations import format_duration
from slackbot.slack.formatting import Mrkdwn, inline

_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


class Words:
    """Says things. A key is a path such as `state.waiting`; its sentence names its values as `{tier}`."""

    def __init__(self, catalogue: Mapping[str, Any]) -> None:
        self._said = dict(_flat("", catalogue))

    def __contains__(self, key: str) -> bool:
        return key in self._said

    def keys(self) -> frozenset[str]:
        """Name every sentence of the catalogue."""
        return frozenset(self._said)

    def plain(self, key: str, **values: object) -> str:
        """Say a sentence for a place that shows text as it is.

        Raises:
            KeyError: the catalogue has no such sentence, or the sentence wants a value that was not given.
        """
        return self._said[key].format(**values)

    def mrkdwn(self, key: str, **values: object) -> Mrkdwn:
        """Say a sentence for mrkdwn or a message's text; a value that is no `Mrkdwn` is made harmless.

        Raises:
            KeyError: as `plain`.
        """
        safe = {name: value if isinstance(value, Mrkdwn) else inline(str(value)) for name, value in values.items()}
        return Mrkdwn(self._said[key].format(**safe))

    def span(self, length: timedelta) -> str:
        """Say a duration: `30 min`, `1 h 30 min`, `2 days`."""
        said = []
        for part in format_duration(length).split():
            unit = "day" if part == "1d" else _UNITS[part[-1]]
            said.append(self.plain(f"span.{unit}", count=part[:-1]))
        return " ".join(said)

    def local(self, at: datetime, zone: str) -> str:
        """Say an instant in a time zone, for text that leaves Slack; an unknown zone is UTC."""
        try:
            here = at.astimezone(ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            here = at.astimezone(ZoneInfo("UTC"))
        name = here.tzname() or ""
        return self.plain(
            "time.local",
            weekday=self.plain(f"weekday.{here.isoweekday()}"),
            day=here.day,
            month=self.plain(f"month.{here.month}"),
            time=f"{here:%H:%M}",
            zone=name if name.isalpha() else f"UTC{here:%z}",
        )


def read_words(language: str) -> Words:
    """Read the catalogue of a language (`en`).

    Raises:
        FileNotFoundError: there is none.
    """
    text = resources.files("templates").joinpath("words", f"{language}.toml").read_text(encoding="utf-8")
    return Words(tomllib.loads(text))


def _flat(prefix: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(f"{prefix}{key}.", value)
        else:
            yield f"{prefix}{key}", value
