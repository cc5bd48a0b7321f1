"""Who may do what: every reason against every action."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbot.core.authorise import Denial, authorise, standing
from slackbot.core.commands import Action
from slackbot.core.model import Person
from tests.core.builders import AGENT, ANA, WORKSPACE, insider, raised, rules_with

PEOPLE: dict[Denial, Person] = {
    Denial.STRANGER: Person(AGENT, "T_ELSEWHERE", verified=True),
    Denial.DEACTIVATED: replace(insider(AGENT), deactivated=True),
    Denial.BOT: replace(insider(AGENT), bot=True),
    Denial.GUEST: replace(insider(AGENT), guest=True),
    Denial.UNKNOWN: Person(AGENT, WORKSPACE.team_id),
    Denial.NOT_YOURS: insider(ANA),
}
"""Somebody for each reason: all but the last raised the case themselves."""

ONLY_THE_AGENT = {Action.WITHDRAW, Action.CLOSE, Action.NOT_SOLVED}


def expected(denial: Denial, action: Action) -> Denial | None:
    """Say what must come out, by the words of the rule."""
    if denial is Denial.NOT_YOURS:
        return denial if action in ONLY_THE_AGENT else None
    if denial is Denial.UNKNOWN and action is Action.RAISE:
        return None
    return denial


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("denial", PEOPLE)
def test_who_may_what(denial: Denial, action: Action) -> None:
    """Each reason against each action: insiders only, some things for the agent only, raising for the unknown too."""
    case = raised(rules_with())
    assert authorise(PEOPLE[denial], action, case, WORKSPACE) == expected(denial, action)


@pytest.mark.parametrize("action", Action)
def test_the_agent_may_everything(action: Action) -> None:
    """An insider may do all with a case they raised, whoever has it."""
    assert authorise(insider(AGENT), action, raised(rules_with()), WORKSPACE) is None


@pytest.mark.parametrize("action", Action)
def test_without_a_case_only_standing_counts(action: Action) -> None:
    """Where no case is meant yet an insider may ask."""
    assert authorise(insider(), action, None, WORKSPACE) is None


def test_somebody_of_the_same_enterprise_is_an_insider() -> None:
    """A person of another team of the enterprise belongs; without an enterprise nobody else does."""
    cousin = replace(insider(), team_id="E_HOME")
    assert standing(cousin, WORKSPACE) is None
    assert standing(cousin, replace(WORKSPACE, enterprise_id=None)) is Denial.STRANGER


def test_a_stranger_stays_one_under_our_team_s_name() -> None:
    """Slack's word that somebody is a stranger counts more than the team written beside it."""
    assert standing(replace(insider(), stranger=True), WORKSPACE) is Denial.STRANGER


@pytest.mark.parametrize("flaw", ["guest", "deactivated", "bot", "stranger"])
def test_who_is_known_to_be_none_may_not_even_raise(flaw: str) -> None:
    """Raising is open to those of whom we know nothing, never to those known to be no insiders."""
    flawed = {
        "guest": Person(AGENT, WORKSPACE.team_id, guest=True),
        "deactivated": Person(AGENT, WORKSPACE.team_id, deactivated=True),
        "bot": Person(AGENT, WORKSPACE.team_id, bot=True),
        "stranger": Person(AGENT, WORKSPACE.team_id, stranger=True),
    }[flaw]
    assert authorise(flawed, Action.RAISE, None, WORKSPACE) is Denial(flaw)
