"""What a policy file means: names that exist, ladders that climb, routes that are reached."""

from __future__ import annotations

import pytest

from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.problems import PolicyFileError, Problem, nearest
from slackbot.policy_file.sense import cautions
from tests.policy.workspace import SMALL


def problems(text: str) -> list[Problem]:
    """Read a file that must be refused."""
    with pytest.raises(PolicyFileError) as caught:
        read_policy_file(text)
    return list(caught.value.problems)


def only_problem(text: str) -> Problem:
    """Read a file that must be refused for one reason."""
    (problem,) = problems(text)
    return problem


def with_routes(routes: str) -> str:
    """Give the small file other routes."""
    return SMALL[: SMALL.index("[[routes]]")] + routes


def test_a_route_names_a_policy_of_the_file() -> None:
    """An unknown policy is told with the nearest one."""
    problem = only_problem(with_routes('[[routes]]\npolicy = "suport"\n'))
    assert (problem.path, problem.value) == ("routes[0].policy", "suport")
    assert problem.cure == 'did you mean "support"?'


@pytest.mark.parametrize("category", ['"billing"', '["Other", "Biling"]'])
def test_a_route_names_a_category_of_the_file(category: str) -> None:
    """An unknown category, a spelling in another case included, is told with the nearest one."""
    problem = only_problem(SMALL.replace('category = "Billing"', f"category = {category}"))
    assert problem.path == "routes[0].when.category"
    assert problem.message == "is no category of this file"
    assert problem.cure == 'did you mean "Billing"?'


ROUTE = '[[routes]]\npolicy = "support"\n'


def test_the_catch_all_is_needed() -> None:
    """Routes that leave a case without a policy are refused even where they name every category."""
    problem = only_problem(with_routes(ROUTE + 'when = { category = ["Billing", "Other"] }\n'))
    assert (problem.path, problem.message) == ("routes", "leaves some cases without a policy")


def test_the_catch_all_comes_last() -> None:
    """Every route after the catch-all is told, since no case ever reaches it."""
    found = problems(with_routes(ROUTE + ROUTE + 'when = { severity = "low" }\n' + ROUTE))
    assert [problem.path for problem in found] == ["routes[1]"]
    assert found[0].message == "is never reached: every such case goes to routes[0]"
    found = problems(with_routes(ROUTE + ROUTE + 'when = { severity = "low" }\n'))
    assert [problem.path for problem in found] == ["routes[1]"]


def test_a_second_catch_all_in_the_last_place_is_harmless_only_after_narrow_routes() -> None:
    """Narrow routes may together take every case before the catch-all; it is still the last one."""
    both = ROUTE + 'when = { category = "Billing" }\n' + ROUTE + 'when = { category = "Other" }\n' + ROUTE
    assert len(read_policy_file(with_routes(both)).routes) == 3


def test_a_route_covered_by_two_others_is_never_reached() -> None:
    """A route is also refused where several earlier ones together take all its cases."""
    routes = (
        ROUTE
        + 'when = { category = "Billing" }\n'
        + ROUTE
        + 'when = { category = "Other", severity = ["high", "urgent"] }\n'
        + ROUTE
        + 'when = { severity = "urgent" }\n'
        + ROUTE
    )
    problem = only_problem(with_routes(routes))
    assert problem.path == "routes[2]"
    assert "routes[0] and routes[1]" in problem.message


def test_an_empty_condition_is_a_catch_all() -> None:
    """`when = {}` says as little as no `when`."""
    assert read_policy_file(with_routes(ROUTE + "when = {}\n"))


def test_names_stand_once() -> None:
    """A category or policy whose name another one has, whatever its case, is told."""
    problem = only_problem(SMALL.replace('name = "Other"', 'name = "BILLING"'))
    assert (problem.path, problem.message) == ("categories[1].name", "is also the name of categories[0]")
    again = SMALL + SMALL[SMALL.index("[[policies]]") : SMALL.index("[[routes]]")].replace("support", "Support")
    assert only_problem(again).path == "policies[1].name"


def test_a_policy_needs_a_tier() -> None:
    """A ladder without a rung is refused."""
    found = problems(SMALL + '[[policies]]\nname = "empty"\ntiers = []\n[[policies]]\nname = "none"\n')
    assert [(problem.path, problem.message) for problem in found] == [
        ("policies[1].tiers", "is empty"),
        ("policies[2].tiers", "is missing"),
    ]


def test_a_tier_name_stands_once_in_a_ladder() -> None:
    """A case never climbs to a tier it has already been at."""
    problem = only_problem(SMALL.replace('name = "Managers"', 'name = "team leads"'))
    assert problem.path == "policies[0].tiers[1].name"
    assert "climb to where it was" in problem.message


def test_a_place_stands_once_in_a_ladder() -> None:
    """Another name does not make another tier: the same channel and people are a loop, in any order."""
    text = SMALL.replace('channel = "#tier-3"', 'channel = "#tier-2"')
    assert read_policy_file(text)
    text = text.replace('notify = ["head@example.com"]', 'notify = ["lead@example.com", "@support-leads"]')
    problem = only_problem(text)
    assert problem.path == "policies[0].tiers[1].channel"
    assert "climb to where it was" in problem.message


def test_the_backup_is_another_channel() -> None:
    """A channel can't stand in for itself."""
    problem = only_problem(SMALL.replace('channel = "#tier-2"', 'channel = "#tier-2"\nbackup_channel = "#tier-2"'))
    assert problem.path == "policies[0].tiers[0].backup_channel"


@pytest.mark.parametrize(
    ("timers", "key"),
    [
        ('ping_every = "30m"', "ping_every"),
        ('ping_every = "1h"', "ping_every"),
        ('ping_every = "10m"\nurgent = { respond_within = "5m" }', "urgent.respond_within"),
        ('ping_every = "10m"\nlow = { ping_every = "30m" }', "low.ping_every"),
        ('ping_every = "10m"\nhigh = { ping_every = "5m", respond_within = "5m" }', "high.ping_every"),
    ],
)
def test_every_severity_leaves_time_for_a_ping(timers: str, key: str) -> None:
    """Timers, inherited ones included, under which no ping would ever go are told where they were written."""
    problem = only_problem(SMALL.replace('ping_every = "10m"', timers))
    assert problem.path == f"policies[0].tiers[0].{key}"
    assert "leaves no ping" in problem.message
    assert "shorter than respond_within" in problem.cure


def test_default_timers_count_too() -> None:
    """A respond_within under the default ping_every is told."""
    problem = only_problem(SMALL.replace('ping_every = "10m"\n  respond_within = "30m"', 'respond_within = "10m"'))
    assert problem.path == "policies[0].tiers[0].respond_within"


@pytest.mark.parametrize("keys", ['ping_every = "2d"', 'at_most = "10m"', 'ping_every = "2h", at_most = "1h"'])
def test_the_last_pings_never_come_closer(keys: str) -> None:
    """An at_most under ping_every, defaults included, is refused."""
    text = SMALL.replace('name = "support"', f'name = "support"\nlast_tier = {{ {keys} }}', 1)
    assert only_problem(text).path == "policies[0].last_tier.at_most"


def test_the_last_pings_may_keep_their_distance() -> None:
    """An at_most that equals ping_every is an even beat, and allowed."""
    text = SMALL.replace('name = "support"', 'name = "support"\nlast_tier = { ping_every = "1d" }', 1)
    assert read_policy_file(text)


def test_a_mistake_of_form_brings_no_false_company() -> None:
    """A duration or a condition that can't be read is one problem, not several."""
    assert only_problem(SMALL.replace('respond_within = "30m"', 'respond_within = "x"'))
    assert only_problem(SMALL.replace('severity = "urgent"', 'severty = "urgent"'))
    assert only_problem(SMALL.replace("when = { ", "when = { cat = 1, "))
    routes = ROUTE + 'when = { severty = "low" }\n' + ROUTE + 'when = { category = "Billing" }\n' + ROUTE
    assert only_problem(with_routes(routes)).path == "routes[0].when.severty"


def test_the_nearest_name_is_the_first_of_equals() -> None:
    """Of two names that differ in case only, the one that stands first is meant."""
    assert nearest("bilin", ["Billing", "billing"]) == "Billing"
    assert nearest("zzz", ["Billing"]) is None


def test_what_is_probably_not_meant_is_remarked() -> None:
    """A policy nobody uses and a house without managers are allowed, and told."""
    spare = SMALL[SMALL.index("[[policies]]") : SMALL.index("[[routes]]")].replace('"support"', '"spare"')
    file = read_policy_file(SMALL.replace('managers = ["head@example.com"]', "") + spare)
    assert [(problem.path, problem.value) for problem in cautions(file)] == [
        ("policies[1]", "spare"),
        ("managers", None),
    ]
    assert cautions(read_policy_file(SMALL)) == ()
