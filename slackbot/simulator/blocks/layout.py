"""Blocks: what may stand in a message, a modal or a Home tab, with fields, limits and surfaces.

Source: docs.slack.dev/reference/block-kit/blocks; where pages disagree, the smaller limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slackbot.simulator.blocks import composition as parts
from slackbot.simulator.blocks import elements
from slackbot.simulator.blocks.composition import TEXT, URL, either, plain
from slackbot.simulator.blocks.data import DATA_TABLE, DATA_VISUALIZATION, TABLE
from slackbot.simulator.blocks.richtext import RICH_TEXT, RICH_TEXT_BLOCK
from slackbot.simulator.blocks.rules import (
    EVERYWHERE,
    Check,
    Flag,
    Items,
    Kinds,
    Number,
    Problem,
    Rule,
    Shape,
    Surface,
    Words,
    at_least_one,
    at_most_one,
    exactly_one,
    one_of,
)

MARKDOWN_TEXT = 12_000
MESSAGES = frozenset({Surface.MESSAGE})
MODALS = frozenset({Surface.MODAL})
MESSAGES_AND_HOME = frozenset({Surface.MESSAGE, Surface.HOME})


def _block(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule],
    *checks: Check,
    surfaces: frozenset[Surface] = EVERYWHERE,
) -> Shape:
    return Shape(required, {"block_id": Words(255), **optional}, checks, surfaces)


def _no_dispatch_for_files(block: Mapping[str, Any], pointer: str, _surface: Surface) -> Iterable[Problem]:
    if block.get("dispatch_action") and block["element"]["type"] == "file_input":
        yield Problem("invalid additional property: dispatch_action", pointer)


def _divider_or_collapsible(block: Mapping[str, Any], pointer: str, _surface: Surface) -> Iterable[Problem]:
    if block.get("is_collapsible") and block.get("has_header_divider"):
        yield Problem("invalid additional property: has_header_divider", pointer)


def _task_card(*statuses: str) -> Shape:
    source = Kinds({"url": Shape({"url": Words(URL, form="uri"), "text": Words()})})
    return _block(
        {"task_id": Words(), "title": Words(), "status": one_of(*statuses)},
        {
            "details": RICH_TEXT,
            "output": RICH_TEXT,
            "sources": Items(source),
            "icon": parts.SLACK_ICON,
        },
        surfaces=MESSAGES_AND_HOME,
    )


CLASSIC: dict[str, Shape] = {
    "section": _block(
        {},
        {
            "text": either(TEXT),
            "fields": Items(either(2000), most=10),
            "accessory": elements.ACCESSORIES,
            "expand": Flag(),
        },
        at_least_one("text", "fields"),
    ),
    "header": _block({"text": plain(150)}, {"level": Number(1, 4)}),
    "divider": _block({}, {}),
    "context": _block(
        {"elements": Items(Kinds({**either(TEXT).shapes, **elements.ELEMENTS.only("image").shapes}), most=10)},
        {},
    ),
    "context_actions": _block({"elements": Items(elements.CONTEXT_ACTIONS, most=5)}, {}, surfaces=MESSAGES),
    "actions": _block({"elements": Items(elements.ACTIONS, most=25)}, {}),
    "input": _block(
        {"label": plain(2000), "element": elements.INPUT_ELEMENTS},
        {"hint": plain(2000), "optional": Flag(), "dispatch_action": Flag()},
        _no_dispatch_for_files,
    ),
    "image": _block(
        {"alt_text": Words(2000)},
        {**parts.PICTURE, "title": plain(2000)},
        *exactly_one("image_url", "slack_file"),
    ),
    "video": _block(
        {
            "alt_text": Words(2000),
            "title": plain(199),
            "video_url": Words(URL, form="web uri"),
            "thumbnail_url": Words(URL, form="web uri"),
        },
        {
            "title_url": Words(URL, form="web uri"),
            "description": plain(199),
            "author_name": Words(49),
            "provider_name": Words(),
            "provider_icon_url": Words(URL, form="web uri"),
        },
    ),
    "markdown": _block({"text": Words(MARKDOWN_TEXT)}, {}, surfaces=MESSAGES),
    "rich_text": RICH_TEXT_BLOCK,
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "alert": _block(
        {"text": either(200)},
        {"level": one_of("default", "info", "warning", "error", "success")},
        surfaces=MODALS,
    ),
}

CARD = _block(
    {},
    {
        "hero_image": elements.ELEMENTS.only("image"),
        "icon": elements.ELEMENTS.only("image"),
        "slack_icon": parts.SLACK_ICON,
        "title": either(150),
        "subtitle": either(150),
        "body": either(200),
        "subtext": either(200),
        "actions": Items(elements.ELEMENTS.only("button"), most=3),
    },
    at_least_one("hero_image", "title", "actions", "body"),
    at_most_one("icon", "slack_icon"),
)
CHILDREN = ("actions", "context", "divider", "header", "image", "input", "rich_text", "section")

NESTING: dict[str, Shape] = {
    "card": CARD,
    "carousel": _block({"elements": Items(Kinds({"card": CARD}), most=10)}, {}, surfaces=MESSAGES_AND_HOME),
    "container": _block(
        {"child_blocks": Items(Kinds(CLASSIC).only(*CHILDREN, "table", "video"), most=10)},
        {
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": plain(150),
            "icon": elements.ELEMENTS.only("image"),
            "width": one_of("narrow", "standard", "wide", "full"),
            "is_collapsible": Flag(),
            "default_collapsed": Flag(),
            "has_header_divider": Flag(),
        },
        *exactly_one("title", "rich_text_title"),
        _divider_or_collapsible,
        surfaces=MESSAGES_AND_HOME,
    ),
    "task_card": _task_card("in_progress", "complete", "error"),
    "plan": _block(
        {"title": Words()},
        {"tasks": Items(Kinds({"task_card": _task_card("pending", "in_progress", "complete", "error")}))},
        surfaces=MESSAGES_AND_HOME,
    ),
}
"""Blocks that hold other blocks, or are held."""

NESTED_UNDER: Mapping[str, str] = {
    "container": "child_blocks",
    "carousel": "elements",
    "plan": "tasks",
}
"""The field in which a block keeps further blocks."""

BLOCKS = Kinds({**CLASSIC, **NESTING})
