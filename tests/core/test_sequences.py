"""Every command sequence up to a length keeps the invariants."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core import commands as c
from slackbot.core.decide import LEGAL, decide
from slackbot.core.decision import Decision
from slackbot.core.messages import LEVEL_TRIGGERED, Wanted
from slackbot.core.model import Escalation, State
from slackbot.core.policy import Rules
from slackbot.core.raising import begin
from tests.core.builders import DAY, NOW, SOURCE, new_case, raised, rules_with
from tests.core.invariants import Step
from tests.core.replay import Line, as_told, replay
from tests.core.sequences import LETTERS, MORE_LETTERS, Letter, check, walk_all

_LADDERS = pytest.mark.parametrize("tiers", [1, 2, 3])


def test_every_sequence_of_six_keeps_the_invariants() -> None:
    """Whatever six of the everyday commands come in whatever order, every invariant holds after each."""
    rules = rules_with(2)
    assert len(walk_all(raised(rules), rules, LETTERS, 6)) > 10_000


@pytest.mark.parametrize("tiers", [1, 2])
@pytest.mark.parametrize("verified", [True, False])
def test_every_command_at_odd_times_keeps_the_invariants(tiers: int, verified: bool) -> None:  # noqa: FBT001 - a case of the table
    """Every command there is, on posted and on pending cases, with clocks that stand anywhere, keeps the invariants."""
    rules = rules_with(tiers)
    met = walk_all(raised(rules, verified=verified), rules, MORE_LETTERS, 4)
    assert {case.state for case, _ in met} >= set(State) - ({State.PENDING} if verified else set())


@pytest.mark.proof
@_LADDERS
def test_every_sequence_of_seven_keeps_the_invariants(tiers: int) -> None:
    """As every day, one command longer, on every ladder."""
    rules = rules_with(tiers)
    assert len(walk_all(raised(rules), rules, LETTERS, 7)) > 30_000


@pytest.mark.proof
@_LADDERS
@pytest.mark.parametrize("verified", [True, False])
def test_every_command_up_to_six_keeps_the_invariants(tiers: int, verified: bool) -> None:  # noqa: FBT001 - a case of the table
    """All nineteen letters, sequences of six, from a posted and from a pending case."""
    rules = rules_with(tiers)
    assert len(walk_all(raised(rules, verified=verified), rules, MORE_LETTERS, 6)) > 30_000


def test_the_letters_hold_every_command() -> None:
    """No command is left out of the proof, and no letter is one that never does anything."""
    case = raised(rules_with())
    commands = {type(letter(case, NOW)[0]) for letter in MORE_LETTERS.values()}
    assert commands == set(LEGAL)


@_LADDERS
@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.sampled_from(sorted(MORE_LETTERS)), min_size=5, max_size=40),
    verified=st.booleans(),
)
def test_a_long_life_is_told_by_its_history(tiers: int, names: list[str], *, verified: bool) -> None:
    """However long its life, a case keeps the invariants, is told by its history, and wants no message twice."""
    rules = rules_with(tiers)
    case, history, messages = _live(rules, names, MORE_LETTERS, verified=verified)
    blank = raised(rules, verified=False, source=SOURCE)
    assert as_told(replay(blank, history, rules)) == as_told(case)
    keys = [(w.kind, w.visit, w.ordinal, w.destination) for w in messages if w.kind not in LEVEL_TRIGGERED]
    assert len(keys) == len(set(keys))


def _live(
    rules: Rules, names: list[str], letters: Mapping[str, Letter], *, verified: bool
) -> tuple[Escalation, list[Line], list[Wanted]]:
    """Live through a sequence from the very beginning, and keep all that was written and said."""
    first = begin(new_case(verified=verified, source=SOURCE), rules, NOW)
    case, now = first.escalation, NOW
    history, messages = [Line(NOW, None, event) for event in first.events], list(first.messages)
    for name in names:
        command, now = letters[name](case, now)
        outcome = decide(case, rules, command, now)
        check(Step(case, command, now, outcome), rules, tuple(names))
        if isinstance(outcome, Decision):
            case = outcome.escalation
            history += [Line(now, getattr(command, "actor", None), event) for event in outcome.events]
            messages += outcome.messages
    return case, history, messages


@_LADDERS
def test_a_case_left_alone_goes_on_for_ever(tiers: int) -> None:
    """With nobody there, time alone carries a case through every tier to the last, where it calls on without end."""
    rules = rules_with(tiers)
    case, now, visited = raised(rules), NOW, [0]
    while now < NOW + 60 * DAY:
        assert case.next_at is not None
        now = case.next_at
        outcome = decide(case, rules, c.Due(), now)
        check(Step(case, c.Due(), now, outcome), rules, ("time alone",))
        assert isinstance(outcome, Decision)
        case = outcome.escalation
        visited += [case.visit.tier] if case.visit.tier != visited[-1] else []
    assert visited == list(range(tiers))
    assert case.state is State.WAITING
    assert case.visit.caught == 60
