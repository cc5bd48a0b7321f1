# ruff: noqa: INP001 - a script on its own, no package
"""Draws the picture of a card for the README: `python docs/pictures/draw_card.py` writes card.svg beside this file.

The card is the real one: the policy of examples/rung.toml, a case raised by the core, the blocks of the templates. The
same code gives the same bytes; no font is embedded, so the widths of characters are near enough to any sans-serif's.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))  # so that it runs where nothing is installed but the dependencies

from slackbot.core.decision import Decision  # noqa: E402 - after the path above
from slackbot.core.model import Workspace  # noqa: E402
from slackbot.core.policy import Severity  # noqa: E402
from slackbot.core.raising import NewCase, begin  # noqa: E402
from slackbot.policy_file.check import read_policy_file  # noqa: E402
from slackbot.policy_file.directory import ChannelFact, GroupFact, PersonFact  # noqa: E402
from slackbot.policy_file.resolve import resolve  # noqa: E402
from slackbot.simulator.text import show  # noqa: E402
from slackbot.slack.render import build_renderer  # noqa: E402
from slackbot.slack.views import CaseView  # noqa: E402

PICTURE = Path(__file__).with_name("card.svg")
NOW = datetime(2026, 11, 23, 8, 41, tzinfo=UTC)
ZONE = "Europe/Madrid"
AGENT = "UANA"
FIELDS = {
    "summary": "Checkout refuses every card since 9:30",
    "customer": "Nordic Outdoor, Business plan",
    "tried": "Cleared the cache, tried two cards, read the status page: nothing.",
    "asked": "Find out why the payment page refuses cards, and tell us a workaround.",
}

TITLE = "A card in the channel #tier-2: who is called, what happened, what is needed, what comes next, what to press"
WIDTH, LEFT, RIGHT = 720, 84, 24
TEXT, INK, GREY, LINK, GREEN = "#1d1c1d", "#1d1c1d", "#616061", "#1264a3", "#007a5a"
_MARKED = re.compile(r"\*([^*\n]+)\*|((?<![\w@#])[@#][\w.-]+)")
_NARROW, _WIDE = frozenset("ilj.,:;'|!()[]ftr "), frozenset("mwMW@")


class Acme:
    """The demo's workspace, as far as the policy names it."""

    def channels(self) -> Mapping[str, ChannelFact]:
        """List the channels."""
        names = ("support", "support-managers", "tier-2", "tier-3", "tier-4")
        return {name: ChannelFact(f"C{_as_id(name)}", name, is_member=True) for name in names}

    def groups(self) -> Mapping[str, GroupFact]:
        """List the groups."""
        return {"support-leads": GroupFact("SLEADS", "support-leads", members=("ULENA",))}

    def person_by_email(self, email: str) -> str | None:
        """Find a person."""
        return f"U{_as_id(email.partition('@')[0])}"

    def person(self, user_id: str) -> PersonFact | None:
        """Look a person up."""
        return PersonFact(user_id, user_id[1:].lower())


def blocks() -> list[dict[str, Any]]:
    """Render the card of a case that was just raised."""
    rules = resolve(read_policy_file((ROOT / "examples" / "rung.toml").read_text("utf-8")), Acme())
    case = NewCase("case", 1, 142, "Technical", Severity.URGENT, AGENT, verified=True, policy_version=1)
    raised: Decision = begin(case, rules, NOW)
    workspace = Workspace(1, "T1", None, "URUNG", "Acme", "https://acme.slack.com/")
    view = CaseView(raised.escalation, rules, FIELDS, NOW, workspace)
    return list(build_renderer().card(view, 1).blocks)


def _as_id(name: str) -> str:
    return name.upper().replace("-", "")


def _name_of(some_id: str) -> str | None:
    channels = {fact.id: name for name, fact in Acme().channels().items()}
    return {"SLEADS": "support-leads", **channels}.get(some_id, some_id[1:].lower())


@dataclass(frozen=True, slots=True)
class Word:
    """A word with the style it is drawn in."""

    text: str
    style: str = ""

    def drawn(self) -> str:
        """Write it as SVG."""
        text = escape(self.text, quote=False)
        return f"<tspan{self.style}>{text}</tspan>" if self.style else text

    def wide(self, size: float) -> float:
        """Estimate its width in pixels."""
        units = sum(0.3 if c in _NARROW else 0.87 if c in _WIDE else 0.68 if c.isupper() else 0.56 for c in self.text)
        return size * units * (1.06 if "bold" in self.style else 1.0)


@dataclass(slots=True)
class Sheet:
    """The drawing so far, and how far down it goes."""

    parts: list[str] = field(default_factory=list)
    y: float = 0.0

    def words(self, words: list[Word], size: int, *, left: float, room: float, colour: str = INK) -> None:
        """Draw words in as many lines as they need."""
        for line in _lines(words, size, room):
            self.y += size * 1.47
            spans = " ".join(word.drawn() for word in line)
            self.parts.append(f'<text x="{left:g}" y="{self.y:g}" font-size="{size}" fill="{colour}">{spans}</text>')

    def button(self, label: str, left: float, *, primary: bool) -> float:
        """Draw a button at this height; says where the next one may begin."""
        wide = Word(label, ' font-weight="bold"').wide(14) + 34
        fill, ink, edge = (GREEN, "#ffffff", GREEN) if primary else ("#ffffff", TEXT, "#bbbabb")
        self.parts.append(
            f'<rect x="{left:g}" y="{self.y:g}" width="{wide:g}" height="34" rx="5" fill="{fill}" stroke="{edge}"/>'
            f'<text x="{left + wide / 2:g}" y="{self.y + 22:g}" font-size="14" font-weight="bold" fill="{ink}" '
            f'text-anchor="middle">{escape(label)}</text>'
        )
        return left + wide + 8


def _lines(words: list[Word], size: int, room: float) -> Iterator[list[Word]]:
    line: list[Word] = []
    used = 0.0
    for word in words:
        wide = word.wide(size) + size * 0.28
        if line and (used + wide > room or word.text == "\n"):
            yield line
            line, used = [], 0.0
        if word.text != "\n":
            line, used = [*line, word], used + wide
    if line:
        yield line


def _words(text: Mapping[str, Any]) -> list[Word]:
    if text["type"] == "plain_text":
        return [Word(each) for each in _cut(str(text["text"]))]
    shown = show(str(text["text"]), tz=ZONE, names=_name_of, now=NOW)
    found: list[Word] = []
    end = 0
    for match in _MARKED.finditer(shown):
        found += [Word(each) for each in _cut(shown[end : match.start()])]
        bold, mention = match.groups()
        style = f' fill="{LINK}"' if mention else ' font-weight="bold"'
        found += [Word(each, style) for each in _cut(bold or mention)]
        end = match.end()
    return _glued([*found, *(Word(each) for each in _cut(shown[end:]))])


def _cut(text: str) -> list[str]:
    return text.replace("\n", " \n ").split(" ") if text.strip(" ") else []


def _glued(words: list[Word]) -> list[Word]:
    """Put a full stop or comma back to the word it follows."""
    done: list[Word] = []
    for word in words:
        if word.text in {".", ",", ":", "?"} and done:
            done[-1] = Word(done[-1].text + word.text, done[-1].style)
        elif word.text:
            done.append(word)
    return done


def _block(sheet: Sheet, block: Mapping[str, Any]) -> None:
    room = 0.9 * (WIDTH - LEFT - RIGHT)  # readers have other fonts, some of them wider
    match block["type"]:
        case "header":
            sheet.y += 6
            words = [Word(word.text, ' font-weight="bold"') for word in _words(block["text"])]
            sheet.words(words, 18, left=LEFT, room=room)
        case "section" if "text" in block:
            sheet.words(_words(block["text"]), 15, left=LEFT, room=room)
        case "section":
            _columns(sheet, block["fields"], room)
        case "context":
            sheet.y += 2
            for each in block["elements"]:
                sheet.words(_words(each), 13, left=LEFT, room=room, colour=GREY)
        case "actions":
            sheet.y += 14
            left: float = LEFT
            for each in block["elements"]:
                left = sheet.button(each["text"]["text"], left, primary=each.get("style") == "primary")
            sheet.y += 30
    sheet.y += 4


def _columns(sheet: Sheet, fields: list[Mapping[str, Any]], room: float) -> None:
    """Draw Slack's two columns: labels and values alternate, two to a row."""
    for start in range(0, len(fields), 2):
        top = lowest = sheet.y
        for column, each in enumerate(fields[start : start + 2]):
            sheet.y = top
            sheet.words(_words(each), 15, left=LEFT + column * room / 2, room=room / 2 - 12)
            lowest = max(lowest, sheet.y)
        sheet.y = lowest


def draw() -> str:
    """Draw the card as it stands in its channel."""
    sheet = Sheet(y=74)
    sheet.parts += [
        '<rect x="36" y="58" width="36" height="36" rx="6" fill="#1f3a5f"/>',
        '<path d="M48 64v24M60 64v24M48 70h12M48 76h12M48 82h12" stroke="#ffffff" stroke-width="2.5"/>',
        f'<text x="24" y="31" font-size="16" font-weight="bold" fill="{INK}"># tier-2</text>',
        f'<path d="M0 46h{WIDTH}" stroke="#dddddd"/>',
        f'<text x="{LEFT}" y="72" font-size="15" font-weight="bold" fill="{INK}">Rung</text>',
        f'<rect x="{LEFT + 46}" y="60" width="30" height="15" rx="2" fill="#dddddd"/>',
        f'<text x="{LEFT + 61}" y="71" font-size="10" fill="{GREY}" text-anchor="middle">APP</text>',
        f'<text x="{LEFT + 84}" y="72" font-size="12" fill="{GREY}">9:41 AM</text>',
    ]
    for block in blocks():
        _block(sheet, block)
    height = round(sheet.y + 24)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"',
            '    role="img" font-family="Lato, Helvetica, Arial, sans-serif">',
            f"<title>{TITLE}</title>",
            f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8" fill="#ffffff" stroke="#dddddd"/>',
            *sheet.parts,
            "</svg>",
            "",
        ]
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8", newline="\n")
