"""Modals to read: all of a case's texts, and one thing said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slackbot import ids
from slackbot.core.text import pieces
from slackbot.slack import formatting as f
from slackbot.slack.rendering import standing
from slackbot.slack.rendering.fields import deadline, field, label, notes
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView

PIECE = 2_900
MOST_BLOCKS = 95
MOST_CHARACTERS = 38_000
"""A view may have 250 KB as JSON, where a UTF-16 unit takes up to 6 bytes; the rest is for the frame."""
_FRAME = ("type", "callback_id", "private_metadata", "title", "submit", "close")
"""What of a shown modal is sent again with its blocks; the rest is Slack's own."""
_TEXTS = ("summary", "customer", "ticket", "asked", "tried", "quote")
_NOTE_LABELS = ("reason", "resolution", "prevention")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A block of a page; `small` ones are labels and asides."""

    text: str
    small: bool = False


def page(kit: Kit, callback_id: str | None, title: str, blocks: list[Paragraph]) -> dict[str, Any]:
    """Draw a modal to read."""
    drawn: dict[str, Any] = kit.fill("views/page", callback_id=callback_id, title=title, blocks=blocks)
    return drawn


def notice(kit: Kit, title: str, text: str) -> dict[str, Any]:
    """Draw a modal that says one thing."""
    return page(kit, None, title, [Paragraph(text)])


def with_failure(kit: Kit, shown: Mapping[str, Any], text: str) -> dict[str, Any]:
    """Put a sentence above a modal as Slack shows it (docs.slack.dev/reference/interaction-payloads), once."""
    kept = [block for block in shown["blocks"] if block.get("block_id") != ids.BLOCK_FAILURE]
    frame = {name: shown[name] for name in _FRAME if shown.get(name)}
    return {**frame, "blocks": [*kit.fill("views/failure", said=text), *kept]}


def read_all(kit: Kit, view: CaseView) -> dict[str, Any]:
    """Draw a modal with every text of the case in full; only the oldest notes give way where it is too much."""
    chapters = [*_first(kit, view), *_notes(kit, view)]
    kept, left_out = _within_limits(chapters)
    blocks = [paragraph for chapter in kept for paragraph in chapter]
    if left_out:
        blocks.append(Paragraph(kit.words.mrkdwn("read.left_out"), small=True))
    return page(kit, ids.VIEW_READ_ALL, standing.title(kit, view), blocks)


def _first(kit: Kit, view: CaseView) -> Iterator[list[Paragraph]]:
    """Go through what the agent wrote; there is always at least one block."""
    yield [Paragraph(f.inline(standing.title(kit, view)))]
    for name in _TEXTS:
        if text := field(view, name):
            yield _chapter(label(kit, name), text)
    if why := field(view, "why"):
        key = f"why.{why}"
        yield _chapter(label(kit, "why"), kit.words.plain(key) if key in kit.words else why)
    if (at := deadline(view)) is not None:
        yield [Paragraph(label(kit, "deadline"), small=True), Paragraph(f.date(at))]
    if link := f.safe_url(field(view, "source_link")):
        yield [Paragraph(f.link(link, kit.words.mrkdwn("read.source")))]


def _notes(kit: Kit, view: CaseView) -> Iterator[list[Paragraph]]:
    for name, visit in reversed(list(notes(view))):
        key = next(key for key in _NOTE_LABELS if name.startswith(key))
        if text := field(view, name):
            yield _chapter(kit.words.mrkdwn("shown.later", label=label(kit, key), visit=visit), text)


def _chapter(heading: f.Mrkdwn, text: str) -> list[Paragraph]:
    parts = pieces(text, PIECE, f.escaped_units)
    return [Paragraph(heading, small=True), *map(Paragraph, parts)]


def _within_limits(chapters: list[list[Paragraph]]) -> tuple[list[list[Paragraph]], bool]:
    kept: list[list[Paragraph]] = []
    blocks = characters = 0
    for chapter in chapters:
        blocks += len(chapter)
        characters += sum(f.escaped_units(paragraph.text) for paragraph in chapter)
        if blocks > MOST_BLOCKS or characters > MOST_CHARACTERS:
            return kept, True
        kept.append(chapter)
    return kept, False
