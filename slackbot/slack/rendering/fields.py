"""What people wrote about a case, cleaned, labelled and cut to the room there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from slackbot.core.commands import note_of_escalating, note_of_preventing, note_of_resolving
from slackbot.core.model import State
from slackbot.core.text import clean, excerpt, one_line, share
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView

LONGEST = 12_000
"""More of one field is never shown; the form takes 3,000."""
SUMMARY = 300
FACT = 200
PASSAGE = 2_900
PASSAGE_LINES = 15
_NOTES = (note_of_escalating, note_of_resolving, note_of_preventing)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something short, shown beside its label; `name` is the label without emphasis."""

    name: str
    label: Mrkdwn
    value: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Something long, shown under its label in a block of its own."""

    label: Mrkdwn
    text: str


def field(view: CaseView, name: str) -> str:
    """Read a field, cleaned; empty where there is none."""
    return clean(view.fields.get(name, ""), LONGEST)


def summary(kit: Kit, view: CaseView, limit: int = SUMMARY) -> str:
    """Say what the case is about, on one line and never empty."""
    said = excerpt(one_line(field(view, "summary")), limit, measure=f.escaped_units)
    return said or kit.words.plain("shown.no_summary")


def deadline(view: CaseView) -> datetime | None:
    """Read by when the customer needs it; None where nothing readable was given."""
    return parse_instant(field(view, "deadline"))


def parse_instant(text: str) -> datetime | None:
    """Read ISO 8601; without an offset it is UTC. None where it is something else or beyond what Slack shows."""
    try:
        at = datetime.fromisoformat(text)
        unix = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
        return datetime.fromtimestamp(unix, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def facts(kit: Kit, view: CaseView) -> list[Fact]:
    """Give what is short: customer, ticket, reason and deadline, as far as they are known."""
    found: list[Fact] = []
    for name in ("customer", "ticket", "why"):
        value = excerpt(one_line(field(view, name)), FACT, measure=f.escaped_units)
        if name == "why" and f"why.{value}" in kit.words:
            value = kit.words.plain(f"why.{value}")
        if value:
            found.append(_fact(kit, name, value))
    if (at := deadline(view)) is not None:
        found.append(_fact(kit, "deadline", f.date(at)))
    return found


def passages(kit: Kit, view: CaseView, room: int) -> tuple[list[Passage], bool]:
    """Give what is long, what is newest first, cut so that all of it fits into `room` characters.

    Says also whether anything was cut or left out, so that it takes **Read all** to see everything.
    """
    shown = [(key, name) for key, name in _on_card(view) if field(view, name)]
    whole = [field(view, name) for _, name in shown]
    given = share([min(f.escaped_units(text), PASSAGE) for text in whole], room)
    texts = [
        excerpt(text, limit, measure=f.escaped_units, lines=PASSAGE_LINES)
        for text, limit in zip(whole, given, strict=True)
    ]
    found = [Passage(label(kit, key), text) for (key, _), text in zip(shown, texts, strict=True) if text]
    left_out = {name for name, _ in notes(view)} - {name for _, name in shown}
    short = any(one_line(field(view, name)) != text for name, text in _short(kit, view))
    return found, texts != whole or bool(left_out) or short


def label(kit: Kit, key: str) -> Mrkdwn:
    """Say a field's label, in bold."""
    return Mrkdwn(f"*{kit.words.mrkdwn(f'shown.{key}')}*")


def notes(view: CaseView) -> Iterator[tuple[str, int]]:
    """Go through the names of the notes that are there, with their visits, oldest first."""
    for visit in range(1, view.escalation.visit.ordinal + 1):
        for name_of in _NOTES:
            if name_of(visit) in view.fields:
                yield name_of(visit), visit


def _fact(kit: Kit, key: str, value: str) -> Fact:
    return Fact(kit.words.plain(f"shown.{key}"), label(kit, key), value)


def _on_card(view: CaseView) -> list[tuple[str, str]]:
    """Choose the long fields for a card: (label, field)."""
    case, visit = view.escalation, view.escalation.visit.ordinal
    if case.state in {State.RESOLVED, State.CLOSED}:
        first = [("resolution", note_of_resolving(visit)), ("prevention", note_of_preventing(visit))]
    else:
        first = _told_before(view)
    return [*first, ("asked", "asked"), ("tried", "tried"), ("quote", "quote")]


def _told_before(view: CaseView) -> list[tuple[str, str]]:
    """Find the newest thing a tier before wrote: why it sent the case on, or what did not solve it."""
    for visit in reversed(range(1, view.escalation.visit.ordinal)):
        for key, name in (("failed_resolution", note_of_resolving(visit)), ("reason", note_of_escalating(visit))):
            if field(view, name):
                return [(key, name)]
    return []


def _short(kit: Kit, view: CaseView) -> Iterator[tuple[str, str]]:
    if view.fields.get("summary"):
        yield "summary", summary(kit, view)
    for name in ("customer", "ticket"):
        yield name, excerpt(one_line(field(view, name)), FACT, measure=f.escaped_units)
