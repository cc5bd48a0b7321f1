"""A policy is changed while cases are under way."""

from __future__ import annotations

import pytest

from slackbot.cli.acme import shipped
from slackbot.errors import PolicyError
from slackbot.services.policies import apply_text
from tests.house import House

GOOD = (
    shipped("rung.toml")
    .replace('name = "Team leads"', 'name = "Second line"')
    .replace('name = "Other"', 'name = "Rest"')
)


def applies(house: House, text: str, after: int) -> None:
    """Put a policy text in force, as one exported from a version."""
    marked = f"# Rung policy, exported from version {after}.\n{text}"
    apply_text(house.rung.engine.ctx, house.rung.engine.gateway, house.rung.workspace, marked, "dana")


def test_new_cases_take_the_new_policy_and_old_ones_keep_theirs(acme_house: House) -> None:
    """The ladder of a case under way stays as it was; the form and the next case follow the new version."""
    ana = acme_house.person("ana")
    acme_house.escalates(summary="old one")
    ana.types("/escalate", in_="#support")
    ana.chooses("Category", "Other")
    ana.fills(Summary="typed while it changed")
    applies(acme_house, GOOD.replace('respond_within = "30m"', 'respond_within = "20m"'), after=1)

    assert dict(ana.submits().errors) == {"Category": "This category is no longer in the policy. Choose another one."}
    new = acme_house.escalates(who="ben", summary="new one")
    assert new.says("With *Second line* since")
    acme_house.passes("20m")
    acme_house.channel("#tier-3").shows("new one", "Came from *Second line*")
    assert acme_house.channel("#tier-3").matching("old one") == []
    acme_house.passes("10m")
    acme_house.channel("#tier-3").shows("old one", "Came from *Team leads*")


def test_a_bad_version_is_refused_whole(acme_house: House) -> None:
    """Every problem is named, and the last good version goes on."""
    bad = GOOD.replace('"#tier-3"', '"#nowhere"').replace('ping_every = "15m"', 'ping_every = "soon"')
    with pytest.raises(PolicyError) as refused:
        applies(acme_house, bad, after=1)
    assert "soon" in str(refused.value)
    with pytest.raises(PolicyError, match="nowhere"):
        applies(acme_house, GOOD.replace('"#tier-3"', '"#nowhere"'), after=1)
    card = acme_house.escalates(summary="as before")
    assert card.says("With *Team leads* since")


def test_a_version_made_from_an_older_one_is_refused(acme_house: House) -> None:
    """Two admins change the same version: the second one is told to look at the first one's change."""
    applies(acme_house, GOOD, after=1)
    with pytest.raises(PolicyError, match="version 2, but this file was made from version 1"):
        applies(acme_house, GOOD.replace("Second line", "Third line"), after=1)
    assert acme_house.escalates(summary="a case").says("With *Second line* since")
