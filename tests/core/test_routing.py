"""Which case takes which policy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.policy import Route, Severity, route
from tests.core.builders import rules_with

POLICIES = ("billing", "night", "support")
RULES = replace(
    rules_with(),
    policies={name: replace(rules_with().policies["support"], name=name) for name in POLICIES},
    routes=(
        Route("billing", categories=frozenset({"Billing"}), severities=frozenset({Severity.HIGH, Severity.URGENT})),
        Route("night", severities=frozenset({Severity.URGENT})),
        Route("billing", categories=frozenset({"Billing", "Refund"})),
        Route("support"),
    ),
)


@pytest.mark.parametrize(
    ("category", "severity", "rule", "policy"),
    [
        ("Billing", Severity.URGENT, 1, "billing"),
        ("Billing", Severity.HIGH, 1, "billing"),
        ("Billing", Severity.LOW, 3, "billing"),
        ("Refund", Severity.URGENT, 2, "night"),
        ("Refund", Severity.HIGH, 3, "billing"),
        ("Other", Severity.URGENT, 2, "night"),
        ("Other", Severity.NORMAL, 4, "support"),
    ],
)
def test_the_first_route_that_fits_decides(category: str, severity: Severity, rule: int, policy: str) -> None:
    """Category and severity both have to fit; the rule's place, from 1, is told."""
    found = route(RULES, category, severity)
    assert (found.rule, found.policy.name) == (rule, policy)


_ROUTES = st.builds(
    Route,
    st.sampled_from(POLICIES),
    st.frozensets(st.sampled_from(["Billing", "Refund", "Other"])),
    st.frozensets(st.sampled_from(Severity)),
)


@settings(deadline=None)
@given(st.lists(_ROUTES), st.sampled_from(["Billing", "Refund", "Other"]), st.sampled_from(Severity))
def test_a_catch_all_leaves_no_case_out(routes: list[Route], category: str, severity: Severity) -> None:
    """With a catch-all at the end every case finds a policy, and no rule before the chosen one fits."""
    rules = replace(RULES, routes=(*routes, Route("support")))
    found = route(rules, category, severity)
    chosen = rules.routes[found.rule - 1]
    assert chosen.policy == found.policy.name
    for earlier in rules.routes[: found.rule - 1]:
        assert not earlier.is_catch_all
        assert (earlier.categories and category not in earlier.categories) or (
            earlier.severities and severity not in earlier.severities
        )


def test_no_route_is_an_error() -> None:
    """Rules that were never checked fail loudly, with the case named."""
    with pytest.raises(LookupError, match="Other"):
        route(replace(RULES, routes=RULES.routes[:3]), "Other", Severity.LOW)


def test_severities_leave_by_their_rank() -> None:
    """Urgent leaves first."""
    assert sorted(Severity, key=lambda severity: severity.rank) == ["urgent", "high", "normal", "low"]


@pytest.mark.parametrize("name", ["billing", "BILLING", "Billing"])
def test_a_category_is_found_whatever_its_case(name: str) -> None:
    """People write it as they like; the policy's spelling comes back."""
    found = RULES.category(name)
    assert found is not None
    assert found.name == "Billing"
    assert RULES.category(f"{name}s") is None
