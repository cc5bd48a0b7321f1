"""Tables and charts.

Source: docs.slack.dev/reference/block-kit/blocks (table, data table, data visualization) and refusals seen live.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slackbot.simulator.blocks.richtext import RICH_TEXT
from slackbot.simulator.blocks.rules import (
    Flag,
    Items,
    Kinds,
    Number,
    Problem,
    Rule,
    Shape,
    Surface,
    Words,
    one_of,
)
from slackbot.simulator.blocks.size import summed_text

TABLE_TEXT = 10_000
DATA_TABLE_TEXT = 20_000

BLOCK_ID: dict[str, Rule] = {"block_id": Words(255)}
CELLS = Kinds(
    {
        "raw_text": Shape({"text": Words()}),
        # Seen live: a number without its text is refused, though the reference calls the text optional.
        "raw_number": Shape({"value": Number(whole=False), "text": Words()}),
        **RICH_TEXT.shapes,
    }
)


def _table_fits(block: Mapping[str, Any], pointer: str, _surface: Surface) -> Iterable[Problem]:
    if summed_text(block["rows"]) > TABLE_TEXT:
        yield Problem(f"must be less than {TABLE_TEXT + 1} characters", f"{pointer}/rows")


def _data_table_fits(block: Mapping[str, Any], pointer: str, _surface: Surface) -> Iterable[Problem]:
    rows = block["rows"]
    if summed_text(rows) > DATA_TABLE_TEXT:
        yield Problem(f"must be less than {DATA_TABLE_TEXT + 1} characters", f"{pointer}/rows")
    for index, row in enumerate(rows):
        if len(row) != len(rows[0]):
            yield Problem("must have as many cells as the header", f"{pointer}/rows/{index}")
    for index, cell in enumerate(rows[0]):
        if cell["type"] == "rich_text":
            yield Problem("unsupported type: rich_text", f"{pointer}/rows/0/{index}/type")


def _above_zero(segment: Mapping[str, Any], pointer: str, _surface: Surface) -> Iterable[Problem]:
    if segment["value"] <= 0:
        yield Problem("must be greater than 0", f"{pointer}/value")


def _points_match(chart: Mapping[str, Any], pointer: str, _surface: Surface) -> Iterable[Problem]:
    categories = chart["axis_config"]["categories"]
    seen: set[str] = set()
    for index, series in enumerate(chart["series"]):
        place = f"{pointer}/series/{index}"
        if series["name"] in seen:
            yield Problem(f'`name` "{series["name"]}" already exists', f"{place}/name")
        seen.add(series["name"])
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            yield Problem("must have exactly one point for each category", f"{place}/data")


TABLE = Shape(
    {"rows": Items(Items(CELLS, most=20), most=100)},
    {
        **BLOCK_ID,
        "column_settings": Items(
            Shape(optional={"align": one_of("left", "center", "right"), "is_wrapped": Flag()}),
            most=20,
        ),
    },
    (_table_fits,),
    frozenset({Surface.MESSAGE}),
)
DATA_TABLE = Shape(
    {"caption": Words(), "rows": Items(Items(CELLS, most=20), least=2, most=101)},
    {**BLOCK_ID, "page_size": Number(1, 100), "row_header_column_index": Number(0, 19)},
    (_data_table_fits,),
    frozenset({Surface.MESSAGE, Surface.HOME}),
)

POINT = Shape({"label": Words(20), "value": Number(whole=False)})
SEGMENT = Shape({"label": Words(20), "value": Number(whole=False)}, checks=(_above_zero,))
AXES = Shape({"categories": Items(Words(20), most=20)}, {"x_label": Words(50), "y_label": Words(50)})
PLOT = Shape(
    {
        "series": Items(Shape({"name": Words(20), "data": Items(POINT, most=20)}), most=12),
        "axis_config": AXES,
    },
    checks=(_points_match,),
)
CHART = Kinds(
    {
        "pie": Shape({"segments": Items(SEGMENT, most=6)}),
        "bar": PLOT,
        "area": PLOT,
        "line": PLOT,
    }
)
DATA_VISUALIZATION = Shape({"title": Words(50), "chart": CHART}, BLOCK_ID, surfaces=frozenset({Surface.MESSAGE}))
