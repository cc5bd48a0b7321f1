"""Each text with a payload that just keeps it and one that just breaks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slackbot.simulator.blocks.check import check_message, check_view
from slackbot.simulator.blocks.rules import Problem

Payload = dict[str, Any]
Making = Callable[[int], Payload]


def plain(length: int) -> Payload:
    """Make a plain_text object of a length."""
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Payload:
    """Make a mrkdwn object of a length."""
    return {"type": "mrkdwn", "text": "x" * length}


WORD = plain(4)
URL = "https://e.co/"
OPTION = {"text": WORD, "value": "v"}
CONFIRM = {"title": WORD, "text": WORD, "confirm": WORD, "deny": WORD}


def section(**fields: Any) -> Payload:
    """Make a section."""
    return {"type": "section", **fields}


def button(**fields: Any) -> Payload:
    """Make an actions block with one button."""
    return {"type": "actions", "elements": [{"type": "button", "text": WORD, **fields}]}


def element(kind: str, **fields: Any) -> Payload:
    """Make an input block around an element."""
    return {"type": "input", "label": WORD, "element": {"type": kind, **fields}}


def select(**fields: Any) -> Payload:
    """Make an input block around a static select."""
    return element("static_select", **({"options": [OPTION]} | fields))


def modal(*blocks: Payload, **fields: Any) -> Payload:
    """Make a modal."""
    held = list(blocks) or [{"type": "divider"}]
    return {"type": "modal", "title": WORD, "submit": WORD, "blocks": held, **fields}


def pie(segments: int, label: int = 1) -> Payload:
    """Make a pie."""
    part = {"label": "x" * label, "value": 1}
    return {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "pie", "segments": [part] * segments},
    }


def container(**fields: Any) -> Payload:
    """Make a container."""
    return {"type": "container", "title": WORD, "child_blocks": [{"type": "divider"}], **fields}


def video(**fields: Any) -> Payload:
    """Make a video."""
    named = {"alt_text": "v", "title": WORD, "video_url": URL, "thumbnail_url": URL}
    return {"type": "video", **named, **fields}


def picture(length: int) -> Payload:
    """Make a context with a picture whose alternative text has a length."""
    return {"type": "context", "elements": [{"type": "image", "image_url": URL, "alt_text": "x" * length}]}


def bars(name: int = 1, x_label: int = 1, label: int = 1) -> Payload:
    """Make a bar chart."""
    data = [{"label": "x" * label, "value": 1}]
    drawn = [{"name": "x" * name, "data": data}]
    axes = {"categories": ["x" * min(max(label, 1), 20)], "x_label": "x" * x_label}
    chart = {"type": "line", "series": drawn, "axis_config": axes}
    return {"type": "data_visualization", "title": "t", "chart": chart}


MESSAGE_TEXTS: list[tuple[str, int, str, Making]] = [
    ("section text", 3000, "/text/text", lambda n: section(text=mrkdwn(n))),
    ("section field", 2000, "/fields/0/text", lambda n: section(fields=[mrkdwn(n)])),
    ("block id", 255, "/block_id", lambda n: {"type": "divider", "block_id": "x" * n}),
    ("header", 150, "/text/text", lambda n: {"type": "header", "text": plain(n)}),
    ("context", 3000, "/elements/0/text", lambda n: {"type": "context", "elements": [plain(n)]}),
    ("button text", 75, "/elements/0/text/text", lambda n: button(text=plain(n))),
    ("button value", 2000, "/elements/0/value", lambda n: button(value="x" * n)),
    ("action id", 255, "/elements/0/action_id", lambda n: button(action_id="x" * n)),
    (
        "accessibility label",
        75,
        "/elements/0/accessibility_label",
        lambda n: button(accessibility_label="x" * n),
    ),
    ("button url", 3000, "/elements/0/url", lambda n: button(url=("https://" + "x" * n)[:n])),
    ("agent prompt", 4000, "/elements/0/agent_prompt", lambda n: button(agent_prompt="x" * n)),
    (
        "confirm title",
        100,
        "/elements/0/confirm/title/text",
        lambda n: button(confirm={**CONFIRM, "title": plain(n)}),
    ),
    (
        "confirm text",
        300,
        "/elements/0/confirm/text/text",
        lambda n: button(confirm={**CONFIRM, "text": mrkdwn(n)}),
    ),
    (
        "confirm button",
        30,
        "/elements/0/confirm/confirm/text",
        lambda n: button(confirm={**CONFIRM, "confirm": plain(n)}),
    ),
    (
        "confirm deny",
        30,
        "/elements/0/confirm/deny/text",
        lambda n: button(confirm={**CONFIRM, "deny": plain(n)}),
    ),
    ("input label", 2000, "/label/text", lambda n: {**select(), "label": plain(n)}),
    ("input hint", 2000, "/hint/text", lambda n: {**select(), "hint": plain(n)}),
    (
        "option text",
        75,
        "/element/options/0/text/text",
        lambda n: select(options=[{**OPTION, "text": plain(n)}]),
    ),
    (
        "option value",
        75,
        "/element/options/0/value",
        lambda n: select(options=[{**OPTION, "value": "x" * n}]),
    ),
    (
        "option description",
        75,
        "/element/options/0/description/text",
        lambda n: select(options=[{**OPTION, "description": plain(n)}]),
    ),
    (
        "group label",
        75,
        "/element/option_groups/0/label/text",
        lambda n: element("static_select", option_groups=[{"label": plain(n), "options": [OPTION]}]),
    ),
    ("placeholder", 150, "/element/placeholder/text", lambda n: select(placeholder=plain(n))),
    (
        "initial value",
        3000,
        "/element/initial_value",
        lambda n: element("plain_text_input", initial_value="x" * n),
    ),
    (
        "alt text",
        2000,
        "/alt_text",
        lambda n: {"type": "image", "image_url": URL, "alt_text": "x" * n},
    ),
    (
        "image title",
        2000,
        "/title/text",
        lambda n: {"type": "image", "image_url": URL, "alt_text": "x", "title": plain(n)},
    ),
    ("markdown", 12_000, "/text", lambda n: {"type": "markdown", "text": "x" * n}),
    ("card title", 150, "/title/text", lambda n: {"type": "card", "title": plain(n)}),
    ("card body", 200, "/body/text", lambda n: {"type": "card", "body": plain(n)}),
    ("chart title", 50, "/title", lambda n: {**pie(1), "title": "x" * n}),
    ("pie label", 20, "/chart/segments/0/label", lambda n: pie(1, n)),
    ("series name", 20, "/chart/series/0/name", lambda n: bars(name=n)),
    ("point label", 20, "/chart/series/0/data/0/label", lambda n: bars(label=n)),
    ("card subtitle", 150, "/subtitle/text", lambda n: {"type": "card", "title": WORD, "subtitle": plain(n)}),
    ("card subtext", 200, "/subtext/text", lambda n: {"type": "card", "title": WORD, "subtext": plain(n)}),
    ("container title", 150, "/title/text", lambda n: container(title=plain(n))),
    ("container subtitle", 150, "/subtitle/text", lambda n: container(subtitle=plain(n))),
    ("video title", 199, "/title/text", lambda n: video(title=plain(n))),
    ("video description", 199, "/description/text", lambda n: video(description=plain(n))),
    ("video author", 49, "/author_name", lambda n: video(author_name="x" * n)),
    ("video alt text", 2000, "/alt_text", lambda n: video(alt_text="x" * n)),
    ("picture alt text", 2000, "/elements/0/alt_text", picture),
    ("axis label", 50, "/chart/axis_config/x_label", lambda n: bars(x_label=n)),
]
VIEW_TEXTS: list[tuple[str, int, str, Making]] = [
    ("title", 24, "/title/text", lambda n: modal(title=plain(n))),
    ("submit", 24, "/submit/text", lambda n: modal(submit=plain(n))),
    ("close", 24, "/close/text", lambda n: modal(close=plain(n))),
    ("callback id", 255, "/callback_id", lambda n: modal(callback_id="x" * n)),
    ("external id", 255, "/external_id", lambda n: modal(external_id="x" * n)),
    (
        "alert",
        200,
        "/blocks/0/text/text",
        lambda n: modal({"type": "alert", "text": plain(n)}),
    ),
]


def first(case: tuple[str, int, str, Making]) -> str:
    """Name a case for the test report."""
    return case[0]


@pytest.mark.parametrize("case", MESSAGE_TEXTS, ids=first)
def test_a_text_in_a_message_keeps_its_limits(case: tuple[str, int, str, Making]) -> None:
    """A text as long as allowed is taken; one character more, or none at all, is refused there."""
    _, most, pointer, make = case
    assert check_message([make(most)], text=None) == []
    longer = Problem(f"must be less than {most + 1} characters", f"/blocks/0{pointer}")
    assert check_message([make(most + 1)], text=None) == [longer]
    empty = Problem("must be more than 0 characters", f"/blocks/0{pointer}")
    assert check_message([make(0)], text=None) == [empty]


@pytest.mark.parametrize("case", VIEW_TEXTS, ids=first)
def test_a_text_in_a_view_keeps_its_limits(case: tuple[str, int, str, Making]) -> None:
    """A text as long as allowed is taken; one character more, or none at all, is refused there."""
    _, most, pointer, make = case
    assert check_view(make(most)) == []
    longer = Problem(f"must be less than {most + 1} characters", f"/view{pointer}")
    assert check_view(make(most + 1)) == [longer]
    empty = Problem("must be more than 0 characters", f"/view{pointer}")
    assert check_view(make(0)) == [empty]


def test_private_metadata_may_be_empty_and_is_limited() -> None:
    """3,000 characters are kept, 3,001 are not; none is fine."""
    assert check_view(modal(private_metadata="")) == []
    assert check_view(modal(private_metadata="x" * 3000)) == []
    assert check_view(modal(private_metadata="x" * 3001)) == [
        Problem("must be less than 3001 characters", "/view/private_metadata")
    ]


NUMBERS: list[tuple[str, int, int, Making]] = [
    ("min length", 0, 3000, lambda n: element("plain_text_input", min_length=n)),
    ("max length", 1, 3000, lambda n: element("plain_text_input", max_length=n)),
    ("instant", 1_000_000_000, 9_999_999_999, lambda n: element("datetimepicker", initial_date_time=n)),
    ("files", 1, 10, lambda n: element("file_input", max_files=n)),
    ("min lines", 1, 100, lambda n: element("rich_text_input", min_lines=n)),
    ("max lines", 1, 100, lambda n: element("rich_text_input", max_lines=n)),
    ("header level", 1, 4, lambda n: {"type": "header", "text": WORD, "level": n}),
]


@pytest.mark.parametrize("case", NUMBERS, ids=lambda case: case[0])
def test_a_number_keeps_its_bounds(case: tuple[str, int, int, Making]) -> None:
    """The smallest and the largest number are taken, the ones beyond them are refused."""
    _, least, most, make = case
    assert [check_view(modal(make(number))) for number in (least, most)] == [[], []]
    assert all(check_view(modal(make(number))) for number in (least - 1, most + 1))


def test_a_datetime_is_a_whole_number_of_seconds() -> None:
    """An instant in milliseconds, as text or with a fraction is no initial date and time."""
    for wrong in (1_628_633_820_000, "1628633820", 1_628_633_820.5, True):
        assert check_message([element("datetimepicker", initial_date_time=wrong)], text=None)


def test_characters_are_counted_as_utf16() -> None:
    """A face takes two of a header's 150 characters."""
    header = {"type": "header", "text": {"type": "plain_text", "text": "\N{GRINNING FACE}" * 75}}
    assert check_message([header], text=None) == []
    header["text"] = {"type": "plain_text", "text": "\N{GRINNING FACE}" * 76}
    assert check_message([header], text=None)
