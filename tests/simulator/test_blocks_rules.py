"""What may stand where, what excludes what, and what must be unique in a whole payload."""

from __future__ import annotations

from typing import Any

import pytest

from slackbot.simulator.blocks.check import check_message, check_view
from slackbot.simulator.blocks.rules import Problem
from slackbot.simulator.blocks.size import summed_text, view_bytes

Payload = dict[str, Any]
WORD = {"type": "plain_text", "text": "Word"}
URL = "https://example.com"
DIVIDER = {"type": "divider"}
CHART = {
    "type": "data_visualization",
    "title": "t",
    "chart": {"type": "pie", "segments": [{"label": "P1", "value": 1}]},
}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "A"}]]}
INPUT = {"type": "input", "label": WORD, "element": {"type": "plain_text_input"}}
OPTIONS = [{"text": WORD, "value": "a"}, {"text": WORD, "value": "b"}]


def modal(*blocks: Payload, **fields: Any) -> Payload:
    """Make a modal with a submit button."""
    return {"type": "modal", "title": WORD, "submit": WORD, "blocks": list(blocks), **fields}


def home(*blocks: Payload) -> Payload:
    """Make a Home view."""
    return {"type": "home", "blocks": list(blocks)}


def field(kind: str, **fields: Any) -> Payload:
    """Make an input block around an element."""
    return {"type": "input", "label": WORD, "element": {"type": kind, **fields}}


def pressed(**fields: Any) -> Payload:
    """Make a button."""
    return {"type": "button", "text": WORD, **fields}


def actions(*elements: Payload, **fields: Any) -> Payload:
    """Make an actions block."""
    return {"type": "actions", "elements": list(elements), **fields}


@pytest.mark.parametrize(
    ("block", "surfaces"),
    [
        (DIVIDER, "message modal home"),
        (CHART, "message"),
        (TABLE, "message"),
        ({"type": "markdown", "text": "m"}, "message"),
        ({"type": "alert", "text": WORD}, "modal"),
        ({"type": "container", "title": WORD, "child_blocks": [DIVIDER]}, "message home"),
        (field("datetimepicker"), "message modal"),
        (field("plain_text_input"), "message modal home"),
        (field("rich_text_input"), "modal home"),
        (field("number_input", is_decimal_allowed=True), "modal"),
        (field("file_input"), "modal"),
        (field("channels_select", response_url_enabled=True), "modal"),
        ({"type": "file", "external_id": "x", "source": "remote"}, ""),
        (actions({"type": "plain_text_input"}), ""),
        (field("button", text=WORD), ""),
        ({"type": "section", "text": WORD, "accessory": INPUT["element"]}, ""),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else None,
)
def test_a_block_stands_only_where_slack_takes_it(block: Payload, surfaces: str) -> None:
    """A block or element is taken on its surfaces and in its blocks, and nowhere else."""
    answers = {
        "message": check_message([block], text=None),
        "modal": check_view(modal(block)),
        "home": check_view(home(block)),
    }
    assert " ".join(name for name, found in answers.items() if not found) == surfaces


def test_the_words_and_the_place_are_slacks() -> None:
    """A problem reads as in Slack's own answers."""
    (problem,) = check_message([{"type": "nonsense"}], text="t")
    assert str(problem) == "unsupported type: nonsense [json-pointer:/blocks/0/type]"
    found = check_view({"type": "modal"})
    assert [str(problem) for problem in found] == [
        "missing required field: title [json-pointer:/view]",
        "missing required field: blocks [json-pointer:/view]",
    ]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section"},
        {"type": "section", "text": "bare"},
        {"type": "header", "text": {"type": "mrkdwn", "text": "m"}},
        {"type": "image", "alt_text": "a"},
        {"type": "image", "image_url": URL},
        {"type": "image", "alt_text": "a", "image_url": URL, "slack_file": {"id": "F12345678"}},
        {"type": "image", "alt_text": "a", "slack_file": {"id": "F1"}},
        {"type": "image", "alt_text": "a", "image_url": "chart.png"},
        {"type": "divider", "block_id": None},
        actions(pressed(style="default")),
        actions(pressed(text={"type": "plain_text", "text": "x", "verbatim": True})),
        field("static_select"),
        field("static_select", options=OPTIONS, option_groups=[{"label": WORD, "options": OPTIONS}]),
        field("static_select", options=OPTIONS, initial_option={"text": WORD, "value": "c"}),
        field("static_select", options=[{**OPTIONS[0], "url": URL}]),
        field("multi_static_select", options=OPTIONS, initial_options=OPTIONS, max_selected_items=1),
        field("radio_buttons", options=OPTIONS, initial_option={"text": WORD, "value": "c"}),
        field("plain_text_input", min_length=5, max_length=4),
        field("plain_text_input", max_length=4, initial_value="12345"),
        field("datepicker", initial_date="21.11.2026"),
        field("timepicker", initial_time="24:00"),
        {"type": "card", "subtitle": WORD},
        {"type": "card", "title": "bare"},
        {"type": "plan", "title": WORD},
        {"type": "task_card", "task_id": "1", "title": "t", "status": "pending"},
        {"type": "container", "title": WORD, "child_blocks": [{"type": "markdown", "text": "m"}]},
    ],
    ids=lambda block: block["type"],
)
def test_a_block_at_odds_with_itself_is_refused(block: Payload) -> None:
    """Fields that exclude each other, miss each other or hold the wrong kind of thing are refused."""
    assert check_message([block], text=None)


def test_a_message_needs_an_array_of_blocks_and_a_text_of_characters() -> None:
    """Blocks as JSON text, and a text that is none, are refused."""
    assert check_message("[]", text=None) == [Problem("must provide an array", "/blocks")]
    assert check_message(None, text="only text") == []
    assert check_message([], text="only text") == []


def test_a_block_id_is_used_once_in_a_payload() -> None:
    """The second block with the same id is refused, inside a container too."""
    twice = [{**DIVIDER, "block_id": "a"}, {**DIVIDER, "block_id": "a"}]
    expected = '`block_id` "a" already exists'
    assert check_message(twice, text=None) == [Problem(expected, "/blocks/1/block_id")]
    assert check_view(home(*twice)) == [Problem(expected, "/view/blocks/1/block_id")]
    nested = [twice[0], {"type": "container", "title": WORD, "child_blocks": [twice[1]]}]
    assert check_message(nested, text=None) == [Problem(expected, "/blocks/1/child_blocks/0/block_id")]


def test_an_action_id_is_used_once_in_a_block() -> None:
    """Two buttons of one block can't share an action id; two blocks can."""
    one = pressed(action_id="ack")
    assert check_message([actions(one), actions(one)], text=None) == []
    assert check_message([actions(one, one)], text=None) == [
        Problem('`action_id` "ack" already exists', "/blocks/0/elements/1/action_id")
    ]


def test_a_modal_with_an_input_needs_submit() -> None:
    """Without `submit` an input in a modal is refused; a Home tab needs none."""
    asked = modal(DIVIDER, INPUT)
    assert check_view(asked) == []
    del asked["submit"]
    assert check_view(asked) == [
        Problem("must define `submit` to use an `input` block in modals", "/view/blocks/1/input")
    ]
    assert check_view(home(INPUT)) == []


def test_only_one_element_takes_the_focus() -> None:
    """A second `focus_on_load` in a view is refused; one that is false does not count."""
    focused = field("plain_text_input", focus_on_load=True)
    assert check_view(modal(focused, field("datepicker", focus_on_load=False))) == []
    (problem,) = check_view(modal(focused, focused))
    assert problem.pointer == "/view/blocks/1/element/focus_on_load"


def test_a_home_view_has_no_title_and_no_buttons() -> None:
    """What belongs to a modal is unknown to a Home tab."""
    for name in ("title", "submit", "close"):
        assert check_view(home(DIVIDER) | {name: WORD}) == [Problem(f"invalid additional property: {name}", "/view")]


def test_a_message_has_few_charts_and_one_table() -> None:
    """Two charts and one table of either kind are the most."""
    assert check_message([CHART, CHART, TABLE], text=None) == []
    assert check_message([CHART, CHART, CHART], text=None)
    assert check_message([TABLE, TABLE], text=None)


def test_markdown_is_limited_over_the_whole_message() -> None:
    """12,000 characters of markdown in all blocks together."""
    half = {"type": "markdown", "text": "x" * 6000}
    assert check_message([half, half], text=None) == []
    assert check_message([half, half, {"type": "markdown", "text": "x"}], text=None)


def test_summed_text_counts_what_people_read() -> None:
    """Labels count and ids don't; `&`, `<` and `>` count as entities, but not those of a mention."""
    block = {
        "type": "section",
        "block_id": "not counted",
        "text": {"type": "mrkdwn", "text": "<@U1> a & b"},
        "accessory": pressed(value="not counted", action_id="nor this"),
    }
    assert summed_text([block]) == len("<@U1> a &amp; b") + len("Word")
    assert summed_text([{"type": "header", "text": {"type": "plain_text", "text": "<&>"}}]) == 13
    assert summed_text([CHART]) == len("t") + len("P1")
    assert summed_text(None) == 0


def test_a_view_weighs_its_json() -> None:
    """The bytes are those of the JSON, whatever it holds."""
    assert view_bytes({}) == 2
    assert view_bytes(modal(DIVIDER, private_metadata="x" * 3000)) > 3000
