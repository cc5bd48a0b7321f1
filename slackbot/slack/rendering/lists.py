"""Lists of cases and the help."""

from __future__ import annotations

from dataclasses import dataclass

from slackbot import ids
from slackbot.core.text import excerpt
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import spoken, standing
from slackbot.slack.rendering.buttons import page_button
from slackbot.slack.rendering.fields import summary
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView, ListView, Payload

PAGE = 10
"""How many cases a page holds at most: each takes two blocks and up to 800 characters."""
_SUMMARY = 120
_CATEGORY = 40
_LINE = 600
_SPOKEN_EACH = 250
_HELP = {ids.COMMAND_ESCALATE: "escalate", ids.COMMAND_ESCALATIONS: "escalations"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A case in a list."""

    line: Mrkdwn
    summary: str


def listing(kit: Kit, page: ListView) -> Payload:
    """Draw a page of escalations; of more than `PAGE` cases, the first ones."""
    cases = page.cases[:PAGE]
    if not cases:
        return note(kit, kit.words.mrkdwn(f"listing.none_{page.heading}"))
    heading = kit.words.mrkdwn(f"listing.{page.heading}", total=page.total)
    entries = [Entry(_line(kit, view), summary(kit, view, _SUMMARY)) for view in cases]
    more = page.total > len(cases)
    footer = kit.words.mrkdwn("listing.more", shown=len(cases), total=page.total) if more else None
    buttons = [page_button(kit, page.next_cursor)] if page.next_cursor else []
    blocks = kit.fill("messages/listing", heading=heading, entries=entries, footer=footer, buttons=buttons, label="")
    said = [f.joined([entry.line, f.inline(entry.summary)], "\n") for entry in entries]
    return Payload(spoken.limit(f.joined([heading, *(f.limited(each, _SPOKEN_EACH) for each in said)], "\n")), blocks)


def lines_of(kit: Kit, page: ListView) -> list[Mrkdwn]:
    """Say each case of a page in a few lines, for a place that is no message."""
    return [f.joined([_line(kit, view), f.inline(summary(kit, view, _SUMMARY))], "\n") for view in page.cases[:PAGE]]


def help_text(kit: Kit, command: str, nearest: str | None) -> Payload:
    """Say how a command is used; `nearest` is what was probably meant."""
    known = kit.words.mrkdwn(f"help.{_HELP[command]}")
    guess = kit.words.mrkdwn("help.nearest", nearest=f"{command} {nearest}") if nearest else Mrkdwn()
    return note(kit, f.joined([guess, Mrkdwn(known.strip())], "\n"))


def note(kit: Kit, said: Mrkdwn) -> Payload:
    """Draw a message that says one thing."""
    blocks = kit.fill("messages/note", lines=[said], passages=[], aside=None, buttons=[], label="")
    return Payload(spoken.limit(said), blocks)


def _line(kit: Kit, view: CaseView) -> Mrkdwn:
    case = view.escalation
    said = kit.words.mrkdwn(
        "listing.entry",
        label=f.link(view.links.get(case.visit.ordinal, ""), Mrkdwn(case.label)),
        severity=kit.words.plain(f"severity.{case.severity}"),
        category=excerpt(case.category, _CATEGORY),
        state=kit.words.plain(f"state.{case.state}"),
    )
    return f.limited(f.joined([said, standing.following(kit, view)], "\n"), _LINE)
