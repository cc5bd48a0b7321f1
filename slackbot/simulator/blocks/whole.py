"""Rules that span a whole payload: ids used once, totals over a message, one focus, the submit button."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slackbot.simulator.blocks.layout import MARKDOWN_TEXT, NESTED_UNDER
from slackbot.simulator.blocks.rules import Problem
from slackbot.simulator.text import utf16_length

MAX_CHARTS = 2
MAX_TABLES = 1
ONLY_ONE_TABLE = "only_one_table_allowed"
"""Slack's words for a second table; it comes as `invalid_attachments` (docs.slack.dev/reference/block-kit/blocks)."""

Block = dict[str, Any]


def message_problems(blocks: list[Block], pointer: str) -> Iterator[Problem]:
    """Say what is wrong with a message's blocks taken together; each block alone must be sound."""
    yield from _ids_used_once(blocks, pointer)
    for place in _beyond(blocks, pointer, MAX_CHARTS, frozenset({"data_visualization"})):
        yield Problem(f"no more than {MAX_CHARTS} data_visualization blocks allowed", place)
    for place in _beyond(blocks, pointer, MAX_TABLES, frozenset({"table", "data_table"})):
        yield Problem(ONLY_ONE_TABLE, place)
    markdown = sum(utf16_length(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > MARKDOWN_TEXT:
        yield Problem(f"must be less than {MARKDOWN_TEXT + 1} characters", pointer)


def view_problems(view: dict[str, Any], pointer: str) -> Iterator[Problem]:
    """Say what is wrong with a view taken as a whole; each block alone must be sound."""
    blocks, place = view["blocks"], f"{pointer}/blocks"
    yield from _ids_used_once(blocks, place)
    yield from _one_focus(blocks, place)
    for index, block in enumerate(blocks):
        if block["type"] == "input" and view["type"] == "modal" and "submit" not in view:
            yield Problem("must define `submit` to use an `input` block in modals", f"{place}/{index}/input")


def slack_files(blocks: object, pointer: str) -> Iterator[tuple[Block, str]]:
    """List the `slack_file` objects in blocks with their places; whether the files are there is not asked here."""
    if isinstance(blocks, list):
        for index, item in enumerate(blocks):
            yield from slack_files(item, f"{pointer}/{index}")
    elif isinstance(blocks, dict):
        for name, held in blocks.items():
            if name == "slack_file" and isinstance(held, dict):
                yield held, f"{pointer}/{name}"
            else:
                yield from slack_files(held, f"{pointer}/{name}")


def _each(blocks: list[Block], pointer: str) -> Iterator[tuple[Block, str]]:
    """Go through blocks and the blocks inside them."""
    for index, block in enumerate(blocks):
        place = f"{pointer}/{index}"
        yield block, place
        inner = NESTED_UNDER.get(block["type"])
        if inner is not None:
            yield from _each(block.get(inner, []), f"{place}/{inner}")


def _objects(value: object, pointer: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Go through the objects of one block, without the blocks inside it."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _objects(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        yield value, pointer
        inner = NESTED_UNDER.get(str(value.get("type")))
        for name, held in value.items():
            if name != inner:
                yield from _objects(held, f"{pointer}/{name}")


def _ids_used_once(blocks: list[Block], pointer: str) -> Iterator[Problem]:
    block_ids: set[str] = set()
    for block, place in _each(blocks, pointer):
        yield from _once("block_id", block, place, block_ids)
        action_ids: set[str] = set()
        for part, spot in _objects(block, place):
            yield from _once("action_id", part, spot, action_ids)


def _once(name: str, part: dict[str, Any], pointer: str, seen: set[str]) -> Iterator[Problem]:
    held = part.get(name)
    if held in seen:
        yield Problem(f'`{name}` "{held}" already exists', f"{pointer}/{name}")
    elif isinstance(held, str):
        seen.add(held)


def _one_focus(blocks: list[Block], pointer: str) -> Iterator[Problem]:
    focused = [place for part, place in _objects(blocks, pointer) if part.get("focus_on_load")]
    for place in focused[1:]:
        yield Problem("only one element can set `focus_on_load`", f"{place}/focus_on_load")


def _beyond(blocks: list[Block], pointer: str, most: int, types: frozenset[str]) -> list[str]:
    return [place for block, place in _each(blocks, pointer) if block["type"] in types][most:]
