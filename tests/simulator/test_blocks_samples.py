"""One full, sound sample of each block, element and view; and that breaking any of them is noticed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from slackbot.simulator.blocks.check import check_message, check_view
from slackbot.simulator.blocks.display import show_blocks
from slackbot.simulator.blocks.elements import ELEMENTS
from slackbot.simulator.blocks.layout import BLOCKS

PLAIN = {"type": "plain_text", "text": "Words", "emoji": True}
MRKDWN = {"type": "mrkdwn", "text": "*Words*", "verbatim": True}
CONFIRM = {"title": PLAIN, "text": MRKDWN, "confirm": PLAIN, "deny": PLAIN, "style": "danger"}
OPTION = {"text": PLAIN, "value": "a", "description": PLAIN}
CHOICE = {"text": MRKDWN, "value": "a", "description": MRKDWN}
URL = "https://example.com/a?b=c"
RICH = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Hello ", "style": {"bold": True}},
                {"type": "user", "user_id": "U1"},
                {"type": "usergroup", "usergroup_id": "S1"},
                {"type": "channel", "channel_id": "C1"},
                {"type": "broadcast", "range": "here"},
                {"type": "emoji", "name": "wave"},
                {"type": "link", "url": URL, "text": "there"},
                {"type": "date", "timestamp": 1_720_710_212, "format": "{date_short}"},
                {"type": "color", "value": "#F405B3"},
                {"type": "team", "team_id": "T1"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "offset": 2,
            "border": 0,
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
    ],
}
FEEDBACK = {"text": PLAIN, "value": "good", "accessibility_label": "Good"}
CONVERSATION_FILTER = {"include": ["private", "im"], "exclude_bot_users": True}

ELEMENT_SAMPLES: dict[str, dict[str, Any]] = {
    "button": {
        "text": PLAIN,
        "action_id": "a",
        "value": "1",
        "url": "https://example.com",
        "style": "primary",
        "accessibility_label": "More",
        "confirm": CONFIRM,
    },
    "workflow_button": {"text": PLAIN, "workflow": {"trigger": {"url": URL}}},
    "icon_button": {"icon": "trash", "text": PLAIN, "visible_to_user_ids": ["U1"]},
    "feedback_buttons": {"positive_button": FEEDBACK, "negative_button": FEEDBACK},
    "overflow": {"options": [{**OPTION, "url": URL}], "confirm": CONFIRM},
    "image": {"image_url": URL, "alt_text": "A chart"},
    "datepicker": {"initial_date": "2026-11-21", "placeholder": PLAIN, "focus_on_load": True},
    "timepicker": {"initial_time": "23:59", "timezone": "Europe/Madrid"},
    "datetimepicker": {"initial_date_time": 1_628_633_820, "action_id": "when"},
    "checkboxes": {"options": [CHOICE], "initial_options": [CHOICE]},
    "radio_buttons": {"options": [CHOICE], "initial_option": CHOICE},
    "static_select": {"options": [OPTION], "initial_option": OPTION, "placeholder": PLAIN},
    "external_select": {"initial_option": OPTION, "min_query_length": 0},
    "users_select": {"initial_user": "U1"},
    "conversations_select": {"filter": CONVERSATION_FILTER, "initial_conversation": "C1"},
    "channels_select": {"initial_channel": "C1"},
    "multi_static_select": {
        "option_groups": [{"label": PLAIN, "options": [OPTION]}],
        "initial_options": [OPTION],
        "max_selected_items": 1,
    },
    "multi_external_select": {"initial_options": [OPTION]},
    "multi_users_select": {"initial_users": ["U1", "W2"]},
    "multi_conversations_select": {"default_to_current_conversation": True},
    "multi_channels_select": {"initial_channels": ["C1"]},
    "plain_text_input": {
        "multiline": True,
        "min_length": 0,
        "max_length": 3000,
        "initial_value": "so far",
        "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
    },
    "email_text_input": {"initial_value": "a@example.com"},
    "url_text_input": {"initial_value": URL},
    "number_input": {"is_decimal_allowed": False, "min_value": "1", "initial_value": "2.5"},
    "file_input": {"filetypes": ["png"], "max_files": 10},
    "rich_text_input": {"initial_value": RICH, "min_lines": 1, "max_lines": 100},
}
SERIES = {"name": "P1", "data": [{"label": "Mon", "value": -3}]}
CHART = {
    "type": "bar",
    "series": [SERIES],
    "axis_config": {"categories": ["Mon"], "x_label": "Day", "y_label": "Count"},
}
CARD = {
    "title": PLAIN,
    "body": MRKDWN,
    "slack_icon": {"type": "icon", "name": "sparkle"},
    "hero_image": {"type": "image", "image_url": URL, "alt_text": "A chart"},
    "actions": [{"type": "button", "text": PLAIN}],
}
TASK = {"task_id": "1", "title": "Look", "status": "complete", "details": RICH}
BLOCK_SAMPLES: dict[str, dict[str, Any]] = {
    "section": {
        "text": MRKDWN,
        "fields": [PLAIN, MRKDWN],
        "accessory": {"type": "button", "text": PLAIN},
        "expand": True,
        "block_id": "b",
    },
    "header": {"text": PLAIN, "level": 1},
    "divider": {},
    "context": {"elements": [MRKDWN, {"type": "image", "image_url": URL, "alt_text": "Face"}]},
    "context_actions": {
        "elements": [{"type": "icon_button", **ELEMENT_SAMPLES["icon_button"]}],
    },
    "actions": {"elements": [{"type": "button", "text": PLAIN, "action_id": "a"}]},
    "input": {
        "label": PLAIN,
        "hint": PLAIN,
        "element": {"type": "plain_text_input"},
        "optional": True,
        "dispatch_action": True,
    },
    "image": {"slack_file": {"id": "F12345678"}, "alt_text": "A chart", "title": PLAIN},
    "video": {"alt_text": "v", "title": PLAIN, "video_url": URL, "thumbnail_url": URL},
    "markdown": {"text": "**Words**"},
    "rich_text": {"elements": RICH["elements"]},
    "table": {
        "rows": [[{"type": "raw_text", "text": "A"}, RICH]],
        "column_settings": [{"align": "right", "is_wrapped": True}],
    },
    "data_table": {
        "caption": "Load",
        "rows": [
            [{"type": "raw_text", "text": "A"}],
            [{"type": "raw_number", "value": 1.5, "text": "1.5"}],
        ],
        "page_size": 5,
    },
    "data_visualization": {"title": "Escalations per day", "chart": CHART},
    "alert": {"text": PLAIN, "level": "warning"},
    "card": CARD,
    "carousel": {"elements": [{"type": "card", **CARD}]},
    "container": {"title": PLAIN, "child_blocks": [{"type": "divider"}], "width": "wide"},
    "task_card": TASK,
    "plan": {
        "title": "Steps",
        "tasks": [{"type": "task_card", **TASK, "status": "pending"}],
    },
}
MODAL: dict[str, Any] = {
    "type": "modal",
    "title": PLAIN,
    "submit": PLAIN,
    "close": PLAIN,
    "private_metadata": "",
    "callback_id": "escalate",
    "external_id": "e-1",
    "clear_on_close": True,
    "notify_on_close": True,
    "blocks": [{"type": "input", **BLOCK_SAMPLES["input"]}],
}
HOME: dict[str, Any] = {"type": "home", "callback_id": "home", "blocks": [{"type": "divider"}]}


def in_a_block(kind: str) -> dict[str, Any]:
    """Put the sample of an element into a block that takes it."""
    element = {"type": kind, **ELEMENT_SAMPLES[kind]}
    if kind in {"icon_button", "feedback_buttons"}:
        return {"type": "context_actions", "elements": [element]}
    if kind in {"button", "workflow_button", "overflow", "image"}:
        return {"type": "section", "text": PLAIN, "accessory": element}
    return {"type": "input", "label": PLAIN, "element": element}


def on_some_surface(block: dict[str, Any]) -> bool:
    """Say whether Slack takes the block somewhere."""
    views = ({**MODAL, "blocks": [block]}, {"type": "home", "blocks": [block]})
    return not check_message([block], text="t") or not all(check_view(view) for view in views)


SOUND = [{"type": kind, **sample} for kind, sample in BLOCK_SAMPLES.items()] + [
    in_a_block(kind) for kind in ELEMENT_SAMPLES
]


def name_of(block: dict[str, Any]) -> str:
    """Name a sample for the test report."""
    inner = block.get("element") or block.get("accessory") or {}
    return f"{block['type']}-{inner.get('type', 'alone')}"


def spoiled(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Make a copy with a field nobody knows for each object in a sample, and say where."""
    if isinstance(value, dict):
        yield pointer, {**value, "no_such_field": 1}
        for name, held in value.items():
            for place, broken in spoiled(held, f"{pointer}/{name}"):
                yield place, {**value, name: broken}
    elif isinstance(value, list):
        for index, item in enumerate(value):
            for place, broken in spoiled(item, f"{pointer}/{index}"):
                yield place, [*value[:index], broken, *value[index + 1 :]]


def test_there_is_a_sample_of_everything() -> None:
    """Every block and element in the tables has a sample here."""
    assert set(BLOCK_SAMPLES) == set(BLOCKS.shapes)
    assert set(ELEMENT_SAMPLES) == set(ELEMENTS.shapes)


@pytest.mark.parametrize("block", SOUND, ids=name_of)
def test_a_sound_block_is_taken(block: dict[str, Any]) -> None:
    """Each sample passes on at least one surface, and checking leaves it as it was."""
    before = copy.deepcopy(block)
    assert on_some_surface(block)
    assert block == before


@pytest.mark.parametrize("block", SOUND, ids=name_of)
def test_an_unknown_field_is_refused_wherever_it_stands(block: dict[str, Any]) -> None:
    """A field Slack does not know is named with its place, in every object of every sample."""
    for place, broken in spoiled(block):
        found = check_view({**MODAL, "blocks": [broken]}) + check_message([broken], text=None)
        told = {(problem.message, problem.pointer) for problem in found}
        message = "invalid additional property: no_such_field"
        assert told & {(message, f"{at}/blocks/0{place}") for at in ("", "/view")}, place


@pytest.mark.parametrize("block", SOUND, ids=name_of)
def test_a_sound_block_can_be_read(block: dict[str, Any]) -> None:
    """Each sample has lines for a person, none of them a bare dump of its type."""
    lines = show_blocks([block], tz="UTC", names=lambda _id: None)
    assert lines
    assert f"[{block['type']}]" not in lines


@pytest.mark.parametrize("view", [MODAL, HOME], ids=["modal", "home"])
def test_a_sound_view_is_taken(view: dict[str, Any]) -> None:
    """A modal and a Home view with all their fields pass."""
    assert check_view(view) == []


@pytest.mark.parametrize("junk", [None, 1, "text", [], [1], {}, {"type": 1}, {"type": "nonsense"}])
def test_junk_is_refused_and_never_raises(junk: object) -> None:
    """Whatever arrives in place of a block or a view, the answer is a problem and no crash."""
    assert check_view(junk)
    assert check_message([junk], text=None)
