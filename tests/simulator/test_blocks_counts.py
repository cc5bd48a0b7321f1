"""Each list with as many items as allowed, and one more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from slackbot.simulator.blocks.check import check_message, check_view
from slackbot.simulator.blocks.rules import Problem

Payload = dict[str, Any]
Making = Callable[[int], Payload]
WORD = {"type": "plain_text", "text": "Word"}
OPTION = {"text": WORD, "value": "v"}


def options(count: int) -> list[Payload]:
    """Make that many different options."""
    return [{"text": WORD, "value": str(index)} for index in range(count)]


def element(kind: str, **fields: Any) -> Payload:
    """Make an input block around an element."""
    return {"type": "input", "label": WORD, "element": {"type": kind, **fields}}


def modal(*blocks: Payload, **fields: Any) -> Payload:
    """Make a modal."""
    held = list(blocks) or [{"type": "divider"}]
    return {"type": "modal", "title": WORD, "submit": WORD, "blocks": held, **fields}


def table(rows: int, cells: int) -> Payload:
    """Make a table."""
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells] * rows}


def data_table(rows: int, cells: int) -> Payload:
    """Make a data table."""
    return {**table(rows, cells), "type": "data_table", "caption": "c"}


def data_table_of(length: int) -> Payload:
    """Make a data table whose cells hold that many characters in all."""
    rows = [[{"type": "raw_text", "text": "x" * size}] for size in (1, length - 2)]
    return {"type": "data_table", "caption": "c", "rows": [[{"type": "raw_text", "text": "y"}], *rows]}


def pie(segments: int) -> Payload:
    """Make a pie."""
    part = {"label": "x", "value": 1}
    return {
        "type": "data_visualization",
        "title": "t",
        "chart": {"type": "pie", "segments": [part] * segments},
    }


def bars(series: int = 1, points: int = 1) -> Payload:
    """Make a bar chart."""
    days = [str(index) for index in range(points)]
    data = [{"label": day, "value": 1} for day in days]
    drawn = [{"name": str(index), "data": data} for index in range(series)]
    axes = {"categories": days}
    chart = {"type": "line", "series": drawn, "axis_config": axes}
    return {"type": "data_visualization", "title": "t", "chart": chart}


def icon_buttons(count: int) -> Payload:
    """Make a context_actions block with icon buttons."""
    return {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": WORD}] * count}


def card() -> Payload:
    """Make a card."""
    return {"type": "card", "title": WORD}


COUNTS: list[tuple[str, int, str, Making]] = [
    ("section fields", 10, "/fields", lambda n: {"type": "section", "fields": [WORD] * n}),
    ("context", 10, "/elements", lambda n: {"type": "context", "elements": [WORD] * n}),
    (
        "actions",
        25,
        "/elements",
        lambda n: {"type": "actions", "elements": [{"type": "button", "text": WORD}] * n},
    ),
    ("select", 100, "/element/options", lambda n: element("static_select", options=options(n))),
    (
        "option groups",
        100,
        "/element/option_groups",
        lambda n: element("static_select", option_groups=[{"label": WORD, "options": [OPTION]}] * n),
    ),
    (
        "checkboxes",
        10,
        "/element/options",
        lambda n: element("checkboxes", options=options(n)),
    ),
    ("radio", 10, "/element/options", lambda n: element("radio_buttons", options=options(n))),
    (
        "overflow",
        5,
        "/elements/0/options",
        lambda n: {
            "type": "actions",
            "elements": [{"type": "overflow", "options": options(n)}],
        },
    ),
    ("icon buttons", 5, "/elements", icon_buttons),
    ("categories", 20, "/chart/axis_config/categories", lambda n: bars(points=n)),
    ("data table cells", 20, "/rows/0", lambda n: data_table(2, n)),
    ("table rows", 100, "/rows", lambda n: table(n, 1)),
    ("table cells", 20, "/rows/0", lambda n: table(1, n)),
    ("carousel", 10, "/elements", lambda n: {"type": "carousel", "elements": [card()] * n}),
    (
        "container",
        10,
        "/child_blocks",
        lambda n: {"type": "container", "title": WORD, "child_blocks": [{"type": "divider"}] * n},
    ),
    (
        "card buttons",
        3,
        "/actions",
        lambda n: {"type": "card", "actions": [{"type": "button", "text": WORD}] * n},
    ),
    ("pie", 6, "/chart/segments", pie),
    ("series", 12, "/chart/series", bars),
]


def first(case: tuple[str, int, str, Making]) -> str:
    """Name a case for the test report."""
    return case[0]


@pytest.mark.parametrize("case", COUNTS, ids=first)
def test_a_list_keeps_its_limits(case: tuple[str, int, str, Making]) -> None:
    """A list as long as allowed is taken; one item more, or none at all, is refused there."""
    _, most, pointer, make = case
    assert check_message([make(most)], text=None) == []
    longer = Problem(f"no more than {most} items allowed", f"/blocks/0{pointer}")
    assert longer in check_message([make(most + 1)], text=None)
    empty = Problem("must provide at least 1 items", f"/blocks/0{pointer}")
    assert empty in check_message([make(0)], text=None)


def test_a_message_has_at_most_50_blocks_and_a_view_100() -> None:
    """The counts of blocks hold, and a view can't be empty."""
    rule = {"type": "divider"}
    assert check_message([rule] * 50, text=None) == []
    assert check_message([rule] * 51, text=None) == [Problem("no more than 50 items allowed", "/blocks")]
    assert check_view(modal(*[rule] * 100)) == []
    assert check_view(modal(*[rule] * 101)) == [Problem("no more than 100 items allowed", "/view/blocks")]
    assert check_view(modal() | {"blocks": []}) == [Problem("must provide at least 1 items", "/view/blocks")]


def test_tables_keep_their_text_and_their_columns() -> None:
    """A table holds 10,000 characters, a data table 20,000 and 2 to 101 rows of the same length."""
    rows = [[{"type": "raw_text", "text": "x" * 10_000}]]
    assert check_message([{"type": "table", "rows": rows}], text=None) == []
    over = [[{"type": "raw_text", "text": "x" * 10_001}]]
    assert check_message([{"type": "table", "rows": over}], text=None)
    assert check_message([data_table_of(20_000)], text=None) == []
    assert check_message([data_table_of(20_001)], text=None)
    assert check_message([data_table(101, 20)], text=None) == []
    assert check_message([data_table(102, 1)], text=None)
    assert check_message([data_table(1, 1)], text=None)
    uneven = data_table(2, 2)
    uneven["rows"] = [uneven["rows"][0], uneven["rows"][0][:1]]
    assert check_message([uneven], text=None)


def test_a_chart_has_one_point_for_each_category() -> None:
    """20 points are drawn; a missing point, a doubled name and a slice of nothing are refused."""
    assert check_message([bars(points=20)], text=None) == []
    assert check_message([bars(points=21)], text=None)
    missing = bars(points=2)
    del missing["chart"]["series"][0]["data"][0]
    assert check_message([missing], text=None)
    doubled = bars(series=2)
    doubled["chart"]["series"][1]["name"] = doubled["chart"]["series"][0]["name"]
    assert check_message([doubled], text=None)
    nothing = pie(1)
    nothing["chart"]["segments"] = [{"label": "none", "value": 0}]
    assert check_message([nothing], text=None)
