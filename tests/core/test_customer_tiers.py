"""Which tier a customer has: the first that names it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbot.core.policy import CustomerTier, customer_tier
from tests.core.builders import rules_with

RULES = replace(
    rules_with(),
    customer_tiers=(
        CustomerTier("Gold", ("Nordic*", "Acme Bank")),
        CustomerTier("Silver", ("*kite*tea*", "a*a", "Nordic Sea")),
    ),
)


@pytest.mark.parametrize(
    ("customer", "tier"),
    [
        ("Nordic Outdoor", "Gold"),
        ("  NORDIC   outdoor ", "Gold"),
        ("Nordic", "Gold"),
        ("Nordic Sea", "Gold"),
        ("acme bank", "Gold"),
        ("Acme Bank Ltd", None),
        ("The Kite and Tea House", "Silver"),
        ("kitetea", "Silver"),
        ("tea and kite", None),
        ("aa", "Silver"),
        ("a", None),
        ("abca", "Silver"),
        ("Other", None),
        ("", None),
    ],
)
def test_the_first_tier_that_names_it(customer: str, tier: str | None) -> None:
    """Whatever its case and blanks; `*` is any text, none included, and nothing else is taken for a pattern."""
    assert customer_tier(RULES, customer) == tier


def test_a_last_star_takes_all_customers_but_no_blank() -> None:
    """A case without a customer has no tier."""
    rules = replace(RULES, customer_tiers=(*RULES.customer_tiers, CustomerTier("Basic", ("*",))))
    assert customer_tier(rules, "Other") == "Basic"
    assert customer_tier(rules, "  ") is None
    assert customer_tier(rules_with(), "Nordic") is None


def test_long_names_and_many_stars_take_no_time() -> None:
    """A name is gone through once for each piece."""
    many = replace(RULES, customer_tiers=(CustomerTier("Gold", ("*a" * 100 + "b",)),))
    assert customer_tier(many, "a" * 200) is None
