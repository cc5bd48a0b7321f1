"""Whatever Slack does, in whatever order: every row ends as sent, obsolete, diverted or dead, and the case goes on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from slackbot.core.messages import Kind
from slackbot.simulator.faults import FaultScript, Predicate
from slackbot.slack.failures import FAILURES
from storage.outbox_rows import OutboxState
from storage.pace import method_of
from tests.services.conftest import REST
from tests.services.still_house import ENDS, StillHouse, still_house
from tests.services.stories import STORIES, of_kind

HOUR = 3600.0
Play = Callable[[FaultScript, str, Predicate], None]
Fault = tuple[str, str]
"""What happens, and the code where there is one."""

PLAYS: dict[str, Callable[[FaultScript, str, Predicate, str], None]] = {
    "refused": lambda script, method, when, code: script.error(method, code, when),
    "half done": lambda script, method, when, code: script.apply_then_error(method, code, when),
    "lost after": lambda script, method, when, _: script.drop_after(method, when),
    "lost before": lambda script, method, when, _: script.drop_before(method, when),
    "server error": lambda script, method, when, _: script.status(method, 503, when),
    "too many": lambda script, method, when, _: script.status(method, 429, when, retry_after=30),
}
CODES = (*FAILURES, "flux_capacitor_empty")

REFUSALS = st.tuples(st.just("refused"), st.sampled_from(CODES))
TROUBLE = st.one_of(
    REFUSALS,
    REFUSALS,
    st.tuples(st.just("half done"), st.sampled_from(("internal_error", "fatal_error"))),
    st.tuples(st.sampled_from(("lost after", "lost before", "server error", "too many")), st.just("")),
)


def play(still: StillHouse, kind: Kind, troubles: list[Fault]) -> None:
    """Have the next calls that bring messages of a kind meet these troubles, one after the other."""
    for name, code in troubles:
        PLAYS[name](still.wire.faults, method_of(kind), of_kind(still, kind), code)


def assert_ended(still: StillHouse, kind: Kind, troubles: list[Fault]) -> None:
    """Check every row, and that no case was forgotten."""
    unfinished = [(row.kind, row.state, row.error) for row in still.rows() if row.state not in ENDS]
    assert unfinished == [], (kind, troubles)
    for row in still.rows():
        case = still.case_of(row)
        assert case.state.is_over or case.next_at is not None
        if row.state is OutboxState.DEAD:
            assert row.error


LONGEST_WAIT = 1000.0
"""Seconds: a limit of the workspace's plan is waited out for a quarter of an hour."""

KINDS = [
    pytest.param(Kind.CARD, 4),
    pytest.param(Kind.PING, 4),
    *(pytest.param(kind, 20, marks=pytest.mark.proof) for kind in Kind),
]


@pytest.mark.parametrize(("kind", "examples"), KINDS)
def test_every_row_ends(template: Path, kind: Kind, examples: int) -> None:
    """For any few troubles in a row, met by messages of one kind, every message of the story comes to an end."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(troubles=st.lists(TROUBLE, min_size=1, max_size=4))
    @example(troubles=[("refused", "channel_not_found"), ("refused", "message_limit_exceeded")])
    def holds(troubles: list[Fault]) -> None:
        with tempfile.TemporaryDirectory() as folder, still_house(template, Path(folder)) as still:
            play(still, kind, troubles)
            STORIES[kind](still)
            still.runs(HOUR)
            still.wire.faults.clear()
            still.runs(LONGEST_WAIT)
            assert_ended(still, kind, troubles)

    holds()


LONG_REFUSALS = [
    "token_revoked",
    *(pytest.param(code, marks=pytest.mark.proof) for code in ("is_archived", "message_limit_exceeded", "no_code")),
    pytest.param("invalid_blocks", marks=pytest.mark.proof),
]


@pytest.mark.parametrize("code", LONG_REFUSALS)
def test_a_slack_that_refuses_everything_for_long(still: StillHouse, code: str) -> None:
    """After hours in which every post was refused alike, what is still wanted leaves, and the rest has ended."""
    still.wire.faults.error("chat.postMessage", code, times=400)
    for number in range(3):
        still.raises(f"refund {number}")
    still.runs(1.5 * HOUR)
    still.wire.faults.clear()
    still.runs(0.5 * HOUR + 100)
    assert [row for row in still.rows() if row.state not in ENDS] == []
    assert all(still.case_of(row).next_at is not None for row in still.rows(Kind.CARD))


def test_what_is_due_at_the_last_moment_takes_its_turn(still: StillHouse) -> None:
    """Cases that go up together when everything else has come to rest are no loss: their cards leave one by one."""
    for number in range(4):
        still.raises(f"refund {number}")
    still.runs(0.5 * HOUR - REST)
    assert len(still.rows(Kind.CARD)) == 4
    still.comes_to_rest(REST)
    assert len(still.rows(Kind.CARD)) == 8
