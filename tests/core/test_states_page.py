"""The page on states says what the code does."""

from __future__ import annotations

import re

import pytest

from slackbot.core.deadlines import Step
from slackbot.core.decide import LEGAL
from slackbot.core.decision import RefusalCode
from slackbot.core.model import State
from tests.core.states_page import PAGE, SPECIAL, arrows, outcome, outcomes, table, usual

_EVERY = table("Every command in every state")
_MORE = table("Where more than the state counts")


@pytest.mark.parametrize("row", _EVERY, ids=lambda row: row["command"])
@pytest.mark.parametrize("state", State)
def test_the_page_says_what_each_command_does(row: dict[str, str], state: State) -> None:
    """Every cell of the page's table is what the code decides."""
    assert outcome(usual(row["command"], state)) == row[state]


@pytest.mark.parametrize("row", _MORE, ids=lambda row: f"{row['state']}, {row['command']}, {row['when']}")
def test_the_page_says_where_more_counts(row: dict[str, str]) -> None:
    """Every row of the page's second table is what the code decides."""
    assert outcome(SPECIAL[row["state"], row["command"], row["when"]]()) == row["outcome"]


def test_the_page_leaves_nothing_out() -> None:
    """Every command, every state, every situation known here and every reason for a refusal stands on the page."""
    assert [row["command"] for row in _EVERY] == [command.__name__ for command in LEGAL]
    assert all(set(row) == {"command", *State} for row in _EVERY)
    assert {(row["state"], row["command"], row["when"]) for row in _MORE} == set(SPECIAL)
    assert set(re.findall(r"refused: `(\w+)`", PAGE)) == set(RefusalCode)


def test_the_diagram_shows_what_the_tables_say() -> None:
    """The diagram's arrows are those of the tables, besides the beginnings and the ends."""
    told = {(state.value, found[1]) for state, text in outcomes() if (found := re.match(r"→ (\w+)", text))}
    ends = {(state.value, "[*]") for state in State if state.is_over}
    assert arrows() == told | ends | {("[*]", "pending"), ("[*]", "waiting")}


def test_every_timer_has_its_sentence() -> None:
    """Each thing that time can do is explained, and nothing that it can't."""
    assert re.findall(r"^- `(\w+)`: ", PAGE, re.MULTILINE) == [step.value for step in Step]
