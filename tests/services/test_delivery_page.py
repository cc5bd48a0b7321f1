"""`docs/delivery.md` says what the code does about every failure of every kind of message."""

from __future__ import annotations

import pytest

from slackbot.services.reactions import Do
from tests.services.delivery_page import COLUMNS, Rows, codes, grid, kinds, table_after, written


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("What is done about a failure", grid()),
        ("How each kind is treated", kinds()),
        ("What Slack's codes mean", codes()),
    ],
)
def test_the_page_has_the_tables_of_the_code(heading: str, expected: Rows) -> None:
    """Each table stands on the page as the code would write it; where this fails, it says what to paste there."""
    assert table_after(heading)[1:] == expected, f"should be:\n{written(expected)}"


def test_the_columns_are_the_classes() -> None:
    """The head of the first table names the classes in the order of its cells."""
    assert table_after("What is done about a failure")[0] == ["kind", *(each.__name__ for each in COLUMNS)]


def test_every_word_is_explained() -> None:
    """What stands in a cell is explained below it, and nothing else is."""
    explained = [row[0] for row in table_after("What is done about a failure", 1)[1:]]
    assert explained == [each.value for each in Do]
