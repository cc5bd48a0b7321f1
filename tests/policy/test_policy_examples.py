"""The shipped examples are used as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from slackbot.core.policy import Severity, route
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.resolve import resolve
from slackbot.policy_file.sense import cautions
from tests.policy.workspace import workspace_for

FOLDER = Path(__file__).parents[2] / "examples"
EXAMPLES = {
    "five-tier-house": [5],
    "four-steps": [3],
    "product-experts": [3, 3, 2, 2],
    "rung": [3, 3],
    "small-team": [2],
}


def test_no_example_is_forgotten() -> None:
    """Every file of the folder is tested here."""
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_passes_as_it_stands(name: str) -> None:
    """Each has no problem and no remark, resolves, has the tiers it promises and routes every case."""
    file = read_policy_file((FOLDER / f"{name}.toml").read_text("utf-8"))
    assert cautions(file) == ()
    rules = resolve(file, workspace_for(file))
    assert [len(policy.tiers) for policy in rules.policies.values()] == EXAMPLES[name]
    for category in rules.categories:
        for severity in Severity:
            assert route(rules, category.name, severity).policy.tiers


def test_the_demo_has_the_house_it_shows() -> None:
    """The demo's workspace is built with these categories, tiers and channels."""
    file = read_policy_file((FOLDER / "rung.toml").read_text("utf-8"))
    assert [category.name for category in file.categories] == ["Billing", "Technical", "Shipping", "Account", "Other"]
    assert [policy.name for policy in file.policies] == ["support", "billing"]
    for policy in file.policies:
        assert [(tier.name, tier.channel) for tier in policy.tiers] == [
            ("Team leads", "#tier-2"),
            ("Department managers", "#tier-3"),
            ("Chief customer service officer", "#tier-4"),
        ]


def test_the_small_team_needs_no_paid_plan() -> None:
    """User groups exist on paid plans only; one example does without."""
    assert '"@' not in (FOLDER / "small-team.toml").read_text("utf-8")
