"""Slack's texts as HTML: mentions, links, dates in the reader's zone, emphasis; nothing else gets through.

Source: docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from slackbot.simulator.dates import show_date
from slackbot.simulator.model import Person
from slackbot.simulator.page.emoji import EMOJI
from slackbot.simulator.text import Control, Kind, Names, parts, unescape

_KEPT = re.compile("\ue000(\\d+)\ue001")
_FENCE = re.compile(r"```(.+?)```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_EMOJI = re.compile(r"(?<![\w:]):([a-z0-9_+-]+):(?![\w:])")
_MARKS = tuple(
    (re.compile(rf"(?<![\w{sign}]){sign}(?=\S)([^{sign}\n]+?)(?<=\S){sign}(?![\w{sign}])"), tag)
    for sign, tag in ((r"\*", "strong"), ("_", "em"), ("~", "s"))
)
_QUOTED = re.compile(r"^&gt; ?")


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who reads, and what a text looks like to them.

    `called` are the ids by which a mention means them. `lead` turns a web address of the workspace, or a channel's id,
    into one on the page; it gives the address back where it leads elsewhere.
    """

    person: Person
    called: frozenset[str]
    names: Names
    now: datetime
    lead: Callable[[str], str]

    def mention(self, some_id: str, sign: str = "@") -> Markup:
        """Show a mention, highlighted where it means the reader."""
        kind = "mention me" if some_id in self.called else "mention"
        name = self.names(some_id) or some_id
        return Markup('<span class="{}">{}{}</span>').format(kind, sign, name)

    def link(self, url: str, label: str) -> Markup:
        """Show a link; one that leaves the page opens beside it."""
        address = self.lead(url)
        if address != url:
            return Markup('<a href="{}" data-nav>{}</a>').format(address, label)
        return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(url, label)

    def date(self, unix: int, tokens: str, fallback: str) -> Markup:
        """Show an instant in the reader's zone."""
        shown = show_date(unix, tokens, tz=self.person.tz, now=self.now)
        return Markup('<time title="{}">{}</time>').format(self.person.tz, fallback if shown is None else shown)


def to_html(text: str, eyes: Eyes) -> Markup:
    """Show a text that Slack parses: mrkdwn, or the top-level text of a message."""
    kept: list[Markup] = []

    def keep(shown: Markup) -> str:
        kept.append(shown)
        return f"\ue000{len(kept) - 1}\ue001"

    pieces = parts(text.replace("\ue000", "").replace("\ue001", ""))
    flat = "".join(
        keep(_control(piece, eyes)) if isinstance(piece, Control) else str(escape(unescape(piece))) for piece in pieces
    )
    flat = _FENCE.sub(lambda match: keep(Markup(f"<pre>{match[1].strip(chr(10))}</pre>")), flat)  # noqa: S704 escaped
    flat = _CODE.sub(lambda match: keep(Markup(f"<code>{match[1]}</code>")), flat)  # noqa: S704 escaped above
    for pattern, tag in _MARKS:
        flat = pattern.sub(rf"<{tag}>\1</{tag}>", flat)
    flat = _lines(_EMOJI.sub(lambda match: EMOJI.get(match[1], match[0]), flat))
    while _KEPT.search(flat):
        flat = _KEPT.sub(lambda match: str(kept[int(match[1])]), flat)
    return Markup(flat)  # noqa: S704 every literal stretch was escaped, every control sequence drawn by us


def plain(text: str) -> Markup:
    """Show a text as it is, with its line breaks and emoji."""
    shown = _EMOJI.sub(lambda match: EMOJI.get(match[1], match[0]), str(escape(text)))
    return Markup(shown.replace("\n", "<br>"))  # noqa: S704 escaped above


def _lines(flat: str) -> str:
    shown: list[str] = []
    quoted: list[str] = []
    for line in [*flat.split("\n"), None]:
        if line is not None and _QUOTED.match(line):
            quoted.append(_QUOTED.sub("", line))
            continue
        if quoted:
            shown.append(f"<blockquote>{'<br>'.join(quoted)}</blockquote>")
            quoted = []
        if line is not None:
            shown.append(line)
    return "<br>".join(shown).replace("</blockquote><br>", "</blockquote>").replace("<br><blockquote>", "<blockquote>")


def _control(control: Control, eyes: Eyes) -> Markup:
    label = unescape(control.label) if control.label else ""
    match control.kind:
        case Kind.USER | Kind.GROUP:
            return eyes.mention(control.target)
        case Kind.CHANNEL:
            address = eyes.lead(control.target)
            name = eyes.names(control.target) or label or control.target
            return Markup('<a class="mention" href="{}" data-nav>#{}</a>').format(address, name)
        case Kind.BROADCAST:
            return Markup('<span class="mention me">@{}</span>').format(control.target)
        case Kind.DATE:
            unix, tokens, *link = control.target.split("^")
            shown = eyes.date(int(unix), unescape(tokens), label or control.source)
            return Markup('<a href="{}">{}</a>').format(link[0], shown) if link else shown
        case Kind.LINK:
            url = unescape(control.target)
            return eyes.link(url, label or url.removeprefix("mailto:"))
