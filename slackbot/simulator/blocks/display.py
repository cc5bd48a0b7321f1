"""The lines a person would read where Slack draws blocks; for the terminal demo and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from slackbot.simulator.blocks.controls import show_element
from slackbot.simulator.blocks.reader import Part, Reader
from slackbot.simulator.text import Names

RULE = "----"
CARD_TEXTS = ("title", "subtitle", "body", "subtext")


def show_blocks(blocks: list[dict[str, Any]], *, tz: str, names: Names, now: datetime | None = None) -> list[str]:
    """Say the lines a person reads in sound blocks of a message or view.

    Args:
        blocks: Blocks that `check_message` or `check_view` found sound.
        tz: The reader's IANA zone.
        names: Looks up the names of mentioned users, channels and groups.
        now: An aware instant, for dates said as "today"; without it they are said in full.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: There is no such zone.
    """
    reader = Reader(tz, names, now)
    return [line for block in blocks for line in _lines(reader, block)]


def _lines(reader: Reader, block: Part) -> Iterator[str]:
    say = SAID.get(str(block.get("type")))
    if say is None:
        yield f"[{block.get('type')}]"
        return
    for text in say(reader, block):
        yield from text.split("\n")


def _section(reader: Reader, block: Part) -> Iterator[str]:
    if "text" in block:
        yield reader.text(block["text"])
    for field in block.get("fields", ()):
        yield reader.text(field)
    if "accessory" in block:
        yield show_element(reader, block["accessory"])


def _elements(reader: Reader, block: Part) -> Iterator[str]:
    yield " ".join(show_element(reader, element) for element in block["elements"])


def _context(reader: Reader, block: Part) -> Iterator[str]:
    yield "  ".join(
        show_element(reader, part) if part["type"] == "image" else reader.text(part) for part in block["elements"]
    )


def _input(reader: Reader, block: Part) -> Iterator[str]:
    label = reader.text(block["label"])
    optional = " (optional)" if block.get("optional") else ""
    yield f"{label}{optional}: {show_element(reader, block['element'])}"
    if "hint" in block:
        yield f"  {reader.text(block['hint'])}"


def _picture(reader: Reader, block: Part) -> Iterator[str]:
    if "title" in block:
        yield reader.text(block["title"])
    yield f"[{block['type']}: {block['alt_text']}]"


def _rich_text(reader: Reader, block: Part) -> Iterator[str]:
    for line in block["elements"]:
        match line["type"]:
            case "rich_text_list":
                indent = "  " * line.get("indent", 0)
                for index, item in enumerate(line["elements"], 1 + line.get("offset", 0)):
                    sign = "-" if line["style"] == "bullet" else f"{index}."
                    yield f"{indent}{sign} {reader.rich(item['elements'])}"
            case "rich_text_quote":
                yield f"> {reader.rich(line['elements'])}"
            case _:
                yield reader.rich(line["elements"])


def _table(reader: Reader, block: Part) -> Iterator[str]:
    if "caption" in block:
        yield block["caption"]
    for row in block["rows"]:
        yield " | ".join(_cell(reader, cell) for cell in row)


def _cell(reader: Reader, cell: Part) -> str:
    if cell["type"] == "rich_text":
        return " ".join(_rich_text(reader, cell))
    return str(cell["text"])


def _card(reader: Reader, block: Part) -> Iterator[str]:
    if "hero_image" in block:
        yield show_element(reader, block["hero_image"])
    for name in CARD_TEXTS:
        if name in block:
            yield reader.text(block[name])
    if "actions" in block:
        yield " ".join(show_element(reader, button) for button in block["actions"])


def _container(reader: Reader, block: Part) -> Iterator[str]:
    if "title" in block:
        yield reader.text(block["title"])
    else:
        yield from _rich_text(reader, block["rich_text_title"])
    if "subtitle" in block:
        yield reader.text(block["subtitle"])
    for child in block["child_blocks"]:
        yield from (f"  {line}" for line in _lines(reader, child))


def _carousel(reader: Reader, block: Part) -> Iterator[str]:
    for card in block["elements"]:
        yield from _card(reader, card)


def _task(_reader: Reader, block: Part) -> Iterator[str]:
    yield f"[{block['status']}] {block['title']}"


def _plan(reader: Reader, block: Part) -> Iterator[str]:
    yield block["title"]
    for task in block.get("tasks", ()):
        yield from _task(reader, task)


def _text(reader: Reader, block: Part) -> Iterator[str]:
    yield reader.text(block["text"])


SAID: Mapping[str, Callable[[Reader, Part], Iterator[str]]] = {
    "section": _section,
    "header": _text,
    "alert": _text,
    "divider": lambda _reader, _block: iter((RULE,)),
    "context": _context,
    "actions": _elements,
    "context_actions": _elements,
    "input": _input,
    "image": _picture,
    "video": _picture,
    "markdown": lambda reader, block: iter((reader.parsed(block["text"]),)),
    "rich_text": _rich_text,
    "table": _table,
    "data_table": _table,
    "data_visualization": lambda _reader, block: iter((f"[chart: {block['title']}]",)),
    "card": _card,
    "carousel": _carousel,
    "container": _container,
    "plan": _plan,
    "task_card": _task,
}
