"""The files behind a summary."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from slackbot.services import exporting
from slackbot.services.exporting import CASE_HEADINGS, TIMELINE_HEADINGS, neutral

DOCS = (Path(__file__).parents[2] / "docs" / "summaries.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["=1+1", "+49 30 1", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    """What a spreadsheet would reckon is shown as it stands."""
    assert neutral(text) == f"'{text}"


def test_other_cells_stay_as_they_are() -> None:
    """Numbers, nothing, and text with signs further in."""
    assert [neutral(each) for each in ("a=1", 5, None, "")] == ["a=1", "5", "", ""]


def test_the_columns_are_those_that_are_promised() -> None:
    """The documents name them, in this order."""
    cases, timeline = (line for line in DOCS.splitlines() if line.startswith(("| `cases-", "| `timeline-")))
    for line, headings in ((cases, CASE_HEADINGS), (timeline, TIMELINE_HEADINGS)):
        places = [line.index(f"`{name}`") for name in headings]
        assert places == sorted(places)


def test_a_file_holds_no_more_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond is left out, and said to be."""
    monkeypatch.setattr(exporting, "MOST_ROWS", 3)
    content, whole = exporting._file(("a", "b"), ((n, "=x") for n in range(5)))
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert not whole
    assert rows == [["a", "b"], ["0", "'=x"], ["1", "'=x"], ["2", "'=x"]]
    assert exporting._file(("a",), ((n,) for n in range(3)))[1]
