"""Slack's message text: what in it is a control sequence, whom it calls, how it is stored, how it reads.

Source: docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from slackbot.simulator.dates import show_date

Names: TypeAlias = Callable[[str], str | None]
"""Say the name a person sees for a user, channel or group id, without `@` or `#`; None if unknown."""

BETWEEN_BRACKETS = re.compile(r"<([^<>]+)>")
BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
PLAIN_BROADCAST = re.compile(r"(?<![\w@])@(here|channel|everyone)\b", re.IGNORECASE)


class Kind(Enum):
    """What a control sequence stands for."""

    USER = "user"
    GROUP = "group"
    BROADCAST = "broadcast"
    CHANNEL = "channel"
    DATE = "date"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Control:
    """A control sequence: what it stands for, its target, the text given for it, and itself as written."""

    kind: Kind
    target: str
    label: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a text calls: user ids, user group ids, and `here`, `channel` or `everyone`."""

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    broadcasts: frozenset[str] = frozenset()

    def __or__(self, other: Mentions) -> Mentions:
        return Mentions(
            self.users | other.users,
            self.groups | other.groups,
            self.broadcasts | other.broadcasts,
        )

    def __bool__(self) -> bool:
        return bool(self.users or self.groups or self.broadcasts)


FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    (Kind.USER, re.compile(r"@([UW][A-Z0-9]+)(?:\|(.*))?", re.DOTALL)),
    (Kind.CHANNEL, re.compile(r"#([CGD][A-Z0-9]+)(?:\|(.*))?", re.DOTALL)),
    (Kind.GROUP, re.compile(r"!subteam\^(S[A-Z0-9]+)(?:\|(.*))?", re.DOTALL)),
    (Kind.BROADCAST, re.compile(r"!(here|channel|everyone)(?:\|(.*))?", re.DOTALL | re.IGNORECASE)),
    (Kind.DATE, re.compile(r"!date\^(-?\d{1,15}\^[^|]+)\|(.*)", re.DOTALL)),
    (Kind.LINK, re.compile(r"((?:https?://|mailto:|tel:|slack://)[^\s|]+)(?:\|(.*))?", re.DOTALL)),
)


def utf8_length(text: str) -> int:
    """Count the bytes of a text in UTF-8; `chat.update` measures its 4,000 so."""
    return len(text.encode("utf-8", "surrogatepass"))


def utf16_length(text: str) -> int:
    """Count the UTF-16 units of a text: the stricter reading of Slack's "characters" in block limits."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """Turn `&`, `<` and `>` into entities, so that nothing in the text is a control sequence."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Turn Slack's three entities back into characters."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def sanitise(text: str) -> str:
    """Say how Slack stores a text: `&`, `<` and `>` that belong to no control sequence become entities."""
    return "".join(
        BARE_AMPERSAND.sub("&amp;", part.source) if isinstance(part, Control) else _stored(part) for part in parts(text)
    )


def mentions(text: str, *, verbatim: bool) -> Mentions:
    """Say whom a text calls.

    With `verbatim=False`, as mrkdwn is by default, a plain `@here`, `@channel` or `@everyone` calls too. Top-level
    text is verbatim unless posted with `parse=full` or `link_names`.
    """
    found: dict[Kind, set[str]] = {Kind.USER: set(), Kind.GROUP: set(), Kind.BROADCAST: set()}
    for part in parts(text):
        if isinstance(part, Control):
            if part.kind in found:
                found[part.kind].add(part.target)
        elif not verbatim:
            plain = PLAIN_BROADCAST.findall(part)
            found[Kind.BROADCAST].update(word.lower() for word in plain)
    return Mentions(
        frozenset(found[Kind.USER]),
        frozenset(found[Kind.GROUP]),
        frozenset(found[Kind.BROADCAST]),
    )


def show(text: str, *, tz: str, names: Names, now: datetime | None = None) -> str:
    """Say what a person reads where the text is parsed: mrkdwn and top-level text.

    Args:
        text: The text as sent or stored. Emphasis characters stay as they are.
        tz: The reader's IANA zone, in which dates are shown.
        names: Looks up the names of mentioned users, channels and groups.
        now: An aware instant, for dates said as "today" or "3 minutes ago"; without it they are said in full.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: There is no such zone.
    """
    return "".join(
        _shown(part, tz, names, now) if isinstance(part, Control) else unescape(part) for part in parts(text)
    )


def parts(text: str) -> Iterator[str | Control]:
    """Cut a text into literal stretches and control sequences, in order; nothing is lost."""
    done = 0
    for match in BETWEEN_BRACKETS.finditer(text):
        control = _control(match.group(1), match.group(0))
        if control is not None:
            yield text[done : match.start()]
            yield control
            done = match.end()
    yield text[done:]


def _control(inside: str, source: str) -> Control | None:
    for kind, form in FORMS:
        match = form.fullmatch(inside)
        if match:
            target = match.group(1)
            if kind is Kind.BROADCAST:
                target = target.lower()
            return Control(kind, target, match.group(2) or None, source)
    return None


def _stored(literal: str) -> str:
    bare = BARE_AMPERSAND.sub("&amp;", literal)
    return bare.replace("<", "&lt;").replace(">", "&gt;")


def _shown(control: Control, tz: str, names: Names, now: datetime | None) -> str:
    label = unescape(control.label) if control.label else None
    target = control.target
    match control.kind:
        case Kind.USER | Kind.GROUP:
            return "@" + (names(target) or (label or target).removeprefix("@"))
        case Kind.CHANNEL:
            return "#" + (names(target) or (label or target).removeprefix("#"))
        case Kind.BROADCAST:
            return f"@{target}"
        case Kind.DATE:
            unix, tokens, *_link = target.split("^")
            shown = show_date(int(unix), unescape(tokens), tz=tz, now=now)
            return label or control.source if shown is None else shown
        case Kind.LINK:
            return label or unescape(target).removeprefix("mailto:")
