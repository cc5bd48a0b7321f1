"""Slack's mrkdwn, written safely: what people typed can neither format, link nor call anybody.

Source: docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from slackbot.core.policy import Notify
from slackbot.core.text import one_line, units

ZERO_WIDTH = "\u200b"
DATE_TOKENS = "{date_short_pretty} at {time}"
AGO = "{ago}"


class Mrkdwn(str):
    """Text that may be read as mrkdwn: made by this module or out of the catalogue, never by a person directly."""

    __slots__ = ()


_FORMATTING = re.compile(r"[*~`]|(?<!\w)_|_(?!\w)|@(?=here|channel|everyone)", re.IGNORECASE)
_BROADCAST = re.compile(r"@(?=here|channel|everyone)", re.IGNORECASE)
_SAFE_URL = re.compile(r"https?://[^\s<>|]{1,2000}")
_ID = re.compile(r"[A-Z0-9]+")
_WHOLE_PARTS = re.compile(r"<[^<>]*>|&\w+;|[\s\S]")


def entities(text: str) -> str:
    """Write `&`, `<` and `>` as Slack wants them in mrkdwn and top-level text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def inline(text: str) -> Mrkdwn:
    """Put what a person typed into mrkdwn: on one line, and without any effect."""
    return Mrkdwn(entities(_FORMATTING.sub(lambda found: found[0] + ZERO_WIDTH, one_line(text))))


def code(text: str) -> Mrkdwn:
    """Show what is to be typed as it is, on one line; a backtick, which would end it, becomes an apostrophe."""
    safe = entities(_BROADCAST.sub("@" + ZERO_WIDTH, one_line(text).replace("`", "'")))
    return Mrkdwn(f"`{safe}`")


def escaped_units(text: str) -> int:
    """Count the UTF-16 units of a text once `&`, `<` and `>` are entities: how Slack weighs plain text too."""
    return units(text) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def inline_bytes(text: str) -> int:
    """Say how many UTF-8 bytes a text may have after `inline`; never too few."""
    marks = sum(map(text.count, "*~`_@"))
    return len(text.encode("utf-8", "replace")) + 3 * marks + escaped_units(text) - units(text)


def inline_units(text: str) -> int:
    """Say how many UTF-16 units a text may have after `inline`; never too few."""
    return escaped_units(text) + sum(map(text.count, "*~`_@"))


def user(user_id: str) -> Mrkdwn:
    """Mention a person."""
    return _control("@", user_id)


def channel(channel_id: str) -> Mrkdwn:
    """Name a channel; this calls nobody."""
    return _control("#", channel_id)


def place(destination: str) -> Mrkdwn:
    """Name a channel, or mention a person, by what the id says it is."""
    return user(destination) if destination.startswith(("U", "W")) else channel(destination)


def call(who: Notify) -> Mrkdwn:
    """Mention a person or a user group that a tier names."""
    return _control("!subteam^" if who.is_group else "@", who.id)


def date(at: datetime) -> Mrkdwn:
    """Write an instant so that every reader sees it in their own time zone; the fallback is in UTC."""
    return _date(at, DATE_TOKENS)


def ago(at: datetime) -> Mrkdwn:
    """Say how long ago an instant was, as seen when it is read: `10 minutes ago`."""
    return _date(at, AGO)


def safe_url(url: str) -> str | None:
    """Say whether an address can be linked: http(s), and nothing in it that ends Slack's link syntax."""
    return url if _SAFE_URL.fullmatch(url) else None


def link(url: str, label: Mrkdwn) -> Mrkdwn:
    """Link an address under a label; the label alone where the address can't be linked."""
    safe = safe_url(url)
    return Mrkdwn(f"<{entities(safe)}|{label}>") if safe else label


def joined(parts: list[Mrkdwn], by: str = " ") -> Mrkdwn:
    """Join texts that may be read as mrkdwn; empty ones are left out."""
    return Mrkdwn(by.join(part for part in parts if part))


def limited(text: Mrkdwn, units_at_most: int, bytes_at_most: int | None = None) -> Mrkdwn:
    """Cut mrkdwn to a length, never within a mention, link, date or entity."""
    if units(text) <= units_at_most and (bytes_at_most is None or len(text.encode()) <= bytes_at_most):
        return text
    kept: list[str] = []
    weight, size = 1, 3
    for part in _WHOLE_PARTS.findall(text):
        weight, size = weight + units(part), size + len(part.encode())
        if weight > units_at_most or (bytes_at_most is not None and size > bytes_at_most):
            break
        kept.append(part)
    return Mrkdwn("".join(kept).rstrip() + "…")


def _date(at: datetime, tokens: str) -> Mrkdwn:
    fallback = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{tokens}|{fallback}>")


def _control(sigil: str, target: str) -> Mrkdwn:
    return Mrkdwn(f"<{sigil}{target}>") if _ID.fullmatch(target) else inline(target)
