"""The person who reads: their zone, the names they see, and how the small parts of a payload look to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slackbot.simulator.dates import show_date
from slackbot.simulator.text import Names, show

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes: an IANA zone, a look-up of names, and the instant for "today" (None: said in full)."""

    tz: str
    names: Names
    now: datetime | None = None

    def parsed(self, text: str) -> str:
        """Say how mrkdwn reads."""
        return show(text, tz=self.tz, names=self.names, now=self.now)

    def text(self, part: Part | None) -> str:
        """Say how a text object reads; `plain_text` is literal, nothing is empty."""
        if part is None:
            return ""
        held = str(part.get("text", ""))
        return self.parsed(held) if part.get("type") == "mrkdwn" else held

    def at(self, unix: int, tokens: str) -> str:
        """Say an instant in the reader's zone."""
        return show_date(unix, tokens, tz=self.tz, now=self.now) or str(unix)

    def rich(self, parts: list[Part]) -> str:
        """Say how the elements of a rich text section read, one after the other."""
        return "".join(RICH.get(str(part.get("type")), _nothing)(self, part) for part in parts)


def _nothing(_reader: Reader, _part: Part) -> str:
    return ""


def _named(field: str, sign: str) -> Callable[[Reader, Part], str]:
    def say(reader: Reader, part: Part) -> str:
        held = str(part[field])
        return sign + (reader.names(held) or held)

    return say


def _date(reader: Reader, part: Part) -> str:
    shown = show_date(int(part["timestamp"]), str(part["format"]), tz=reader.tz, now=reader.now)
    return shown or str(part.get("fallback", part["timestamp"]))


RICH: Mapping[str, Callable[[Reader, Part], str]] = {
    "text": lambda _reader, part: str(part["text"]),
    "link": lambda _reader, part: str(part.get("text") or part["url"]),
    "emoji": lambda _reader, part: f":{part['name']}:",
    "color": lambda _reader, part: str(part["value"]),
    "user": _named("user_id", "@"),
    "usergroup": _named("usergroup_id", "@"),
    "channel": _named("channel_id", "#"),
    "team": _named("team_id", ""),
    "broadcast": lambda _reader, part: f"@{part['range']}",
    "date": _date,
}
