"""`rich_text` blocks as HTML.

Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from markupsafe import Markup

from slackbot.simulator.page.emoji import EMOJI
from slackbot.simulator.page.mrkdwn import Eyes, plain

Part = Mapping[str, Any]

_MARKS: Mapping[str, str] = {"code": "code", "bold": "strong", "italic": "em", "strike": "s", "underline": "u"}


def rich_to_html(block: Part, eyes: Eyes) -> Markup:
    """Show a rich text, line by line."""
    return Markup().join(_line(line, eyes) for line in block.get("elements", ()))


def _line(line: Part, eyes: Eyes) -> Markup:
    match line["type"]:
        case "rich_text_list":
            tag = "ul" if line["style"] == "bullet" else "ol"
            items = Markup().join(
                Markup("<li>{}</li>").format(_parts(each["elements"], eyes)) for each in line["elements"]
            )
            opening = Markup('<{} class="indent-{}">').format(tag, line.get("indent", 0))
            if tag == "ol":
                opening = Markup('<ol class="indent-{}" start="{}">').format(
                    line.get("indent", 0), 1 + line.get("offset", 0)
                )
            return opening + items + Markup("</{}>").format(tag)
        case "rich_text_quote":
            return Markup("<blockquote>{}</blockquote>").format(_parts(line["elements"], eyes))
        case "rich_text_preformatted":
            return Markup("<pre>{}</pre>").format(_parts(line["elements"], eyes))
        case _:
            return Markup('<p class="rich">{}</p>').format(_parts(line["elements"], eyes))


def _parts(parts: Iterable[Part], eyes: Eyes) -> Markup:
    return Markup().join(_marked(part, _part(part, eyes)) for part in parts)


def _part(part: Part, eyes: Eyes) -> Markup:
    draw = _DRAWN.get(str(part.get("type")))
    return Markup() if draw is None else draw(part, eyes)


def _marked(part: Part, shown: Markup) -> Markup:
    style = part.get("style") or {}
    for name, tag in _MARKS.items():
        if style.get(name):
            shown = Markup("<{0}>{1}</{0}>").format(tag, shown)
    return shown


def _channel(part: Part, eyes: Eyes) -> Markup:
    held = str(part["channel_id"])
    return Markup('<a class="mention" href="{}" data-nav>#{}</a>').format(eyes.lead(held), eyes.names(held) or held)


def _date(part: Part, eyes: Eyes) -> Markup:
    unix, tokens = int(part["timestamp"]), str(part["format"])
    return eyes.date(unix, tokens, str(part.get("fallback", unix)))


_DRAWN: Mapping[str, Callable[[Part, Eyes], Markup]] = {
    "text": lambda part, _eyes: plain(str(part["text"])),
    "link": lambda part, eyes: eyes.link(str(part["url"]), str(part.get("text") or part["url"])),
    "emoji": lambda part, _eyes: plain(EMOJI.get(str(part["name"]), f":{part['name']}:")),
    "color": lambda part, _eyes: plain(str(part["value"])),
    "user": lambda part, eyes: eyes.mention(str(part["user_id"])),
    "usergroup": lambda part, eyes: eyes.mention(str(part["usergroup_id"])),
    "channel": _channel,
    "team": lambda part, eyes: eyes.mention(str(part["team_id"]), ""),
    "broadcast": lambda part, _eyes: Markup('<span class="mention me">@{}</span>').format(part["range"]),
    "date": _date,
}
