"""What a policy file means: names that must exist, ladders that must climb, routes that must be reached.

Works on the raw TOML and skips what has the wrong form, so that one run names every problem of both kinds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from slackbot.core.policy import Severity
from slackbot.policy_file.ladder import ladder_problems
from slackbot.policy_file.problems import Problem, one_of, path_of
from slackbot.policy_file.raw import tables, text, texts
from slackbot.policy_file.schema import PolicyFile

Raw = Mapping[str, Any]
Case = tuple[str, str]


def sense_problems(raw: Raw) -> list[Problem]:
    """Find everything in a file of the right form that still makes no sense."""
    categories = _names(raw, "categories")
    problems = [each for key in ("categories", "policies", "customer_tiers") for each in _duplicates(raw, key)]
    for index, policy in tables(raw, "policies"):
        problems += ladder_problems(path_of(("policies", index)), policy)
    problems += _unknown_names(raw, categories, _names(raw, "policies"))
    problems += _summaries(raw, _names(raw, "policies"))
    if routes := tables(raw, "routes"):
        problems += _unreached(routes, categories)
        problems += _no_catch_all(routes)
    return problems


def cautions(file: PolicyFile) -> tuple[Problem, ...]:
    """Name what is allowed and yet probably not meant."""
    used = {route.policy for route in file.routes}
    found = [
        Problem(
            path_of(("policies", index)),
            policy.name,
            "is never used",
            f'add a route with policy = "{policy.name}", or take it out',
        )
        for index, policy in enumerate(file.policies)
        if policy.name not in used
    ]
    if not file.managers and not file.admins:
        message = "and admins are empty: nobody gets summaries or hears of trouble with the policy"
        found.append(Problem("managers", None, message, "name at least one person"))
    return tuple(found)


def _names(raw: Raw, key: str) -> list[str]:
    named = (text(table, "name") for _, table in tables(raw, key))
    return [name for name in named if name is not None]


def _duplicates(raw: Raw, key: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, table in tables(raw, key):
        name = text(table, "name")
        if name is None:
            continue
        first = seen.setdefault(name.casefold(), index)
        if first != index:
            path = path_of((key, index, "name"))
            yield Problem(path, name, f"is also the name of {key}[{first}]", "rename one of them")


def _summaries(raw: Raw, policies: list[str]) -> Iterator[Problem]:
    """Find summaries of policies that there are not, and two of the same."""
    seen: dict[str, int] = {}
    for index, summary in tables(raw, "summaries"):
        policy = text(summary, "policy") or ""
        path = path_of(("summaries", index, "policy"))
        if policy and policy not in policies:
            yield Problem(path, policy, "is no policy of this file", one_of(policy, policies))
        if (first := seen.setdefault(policy, index)) != index:
            yield Problem(path, policy or None, f"is the subject of summaries[{first}] too", "take one of them out")


def _unknown_names(raw: Raw, categories: list[str], policies: list[str]) -> Iterator[Problem]:
    for index, route in tables(raw, "routes"):
        policy = text(route, "policy")
        if policy is not None and policy not in policies:
            path = path_of(("routes", index, "policy"))
            yield Problem(path, policy, "is no policy of this file", one_of(policy, policies))
        for category in texts(_when(route), "category") or []:
            if category not in categories:
                path = path_of(("routes", index, "when", "category"))
                cure = one_of(category, categories)
                yield Problem(path, category, "is no category of this file", cure)


def _unreached(routes: Sequence[tuple[int, Raw]], categories: list[str]) -> Iterator[Problem]:
    """Find routes whose cases are all taken by earlier ones; the catch-all in the last place may be one."""
    taken: dict[Case, int] = {}
    for index, route in routes:
        cases = _cases(route, categories)
        fresh = [case for case in cases if case not in taken]
        last_catch_all = index == routes[-1][0] and _is_catch_all(route)
        if cases and not fresh and not last_catch_all:
            before = sorted({taken[case] for case in cases})
            earlier = " and ".join(path_of(("routes", one)) for one in before)
            cure = f"move it above {path_of(('routes', before[0]))}, or take it out"
            message = f"is never reached: every such case goes to {earlier}"
            yield Problem(path_of(("routes", index)), None, message, cure)
        taken |= dict.fromkeys(fresh, index)


def _no_catch_all(routes: Sequence[tuple[int, Raw]]) -> Iterator[Problem]:
    if not any(_is_catch_all(route) for _, route in routes):
        cure = 'end with [[routes]] that has a policy and no "when"'
        yield Problem("routes", None, "leaves some cases without a policy", cure)


def _when(route: Raw) -> Raw:
    when = route.get("when", {})
    return when if isinstance(when, Mapping) else {"category": None}


def _is_catch_all(route: Raw) -> bool:
    return not _when(route)


def _cases(route: Raw, categories: list[str]) -> list[Case]:
    """List the category and severity of every case a route takes; none where the route is malformed."""
    when = _when(route)
    if not when.keys() <= {"category", "severity"}:
        return []
    known = [severity.value for severity in Severity]
    wanted = texts(when, "category") if "category" in when else categories
    severities = texts(when, "severity") if "severity" in when else known
    return [
        case for case in itertools.product(wanted or [], severities or []) if case[0] in categories and case[1] in known
    ]
