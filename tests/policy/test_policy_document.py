"""The stored form of a policy version."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given, settings

from slackbot.core.policy import Route, Rules, Severity
from slackbot.core.policy_document import SCHEMA, from_document, to_document
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.resolve import resolve
from tests.policy.rules_strategy import rules
from tests.policy.workspace import SMALL, workspace_for


def small_rules() -> Rules:
    """Make rules to store."""
    file = read_policy_file(SMALL)
    return resolve(file, workspace_for(file))


@settings(max_examples=50, deadline=None)
@given(rules())
def test_rules_come_back_from_json(written: Rules) -> None:
    """What is stored as JSON is read back as the same rules."""
    stored = json.dumps(to_document(written), sort_keys=True)
    assert from_document(json.loads(stored)) == written


@settings(max_examples=25, deadline=None)
@given(rules())
def test_equal_rules_have_equal_documents(written: Rules) -> None:
    """The order in which mappings were filled leaves no trace, so versions can be compared as text."""
    turned = dataclasses.replace(
        written,
        policies=dict(reversed(list(written.policies.items()))),
        names=dict(reversed(list(written.names.items()))),
    )
    assert json.dumps(to_document(turned)) == json.dumps(to_document(written))


def test_the_document_is_as_promised() -> None:
    """Durations stand as text, sets as sorted lists, and the schema's number is inside."""
    document = to_document(small_rules())
    assert document["schema"] == SCHEMA == 1
    assert document["close_after"] == "7d"
    assert document["policies"][0]["tiers"][0]["timers"]["low"] == {"ping_every": "10m", "respond_within": "30m"}
    assert document["routes"][0] == {"policy": "support", "categories": ["Billing"], "severities": ["urgent"]}


def test_sets_stand_in_one_order() -> None:
    """Categories by name and severities from low to urgent, in whatever order a set holds them."""
    wide = Route("support", frozenset("hgfedcba"), frozenset(reversed(Severity)))
    document = to_document(dataclasses.replace(small_rules(), routes=(wide,)))
    assert document["routes"][0]["categories"] == list("abcdefgh")
    assert document["routes"][0]["severities"] == ["low", "normal", "high", "urgent"]


@pytest.mark.parametrize("schema", [None, 0, 2, "1"])
def test_another_schema_is_refused(schema: object) -> None:
    """A document of an unknown schema is not guessed at; the message names both numbers."""
    document = to_document(small_rules()) | {"schema": schema}
    with pytest.raises(ValueError, match=r"has schema .* reads 1"):
        from_document(document)


@pytest.mark.parametrize("key", ["timezone", "promise", "policies", "routes", "names"])
def test_a_damaged_document_says_so(key: str) -> None:
    """A key that is gone is reported as damage, with its name."""
    document = to_document(small_rules())
    del document[key]
    with pytest.raises(ValueError, match=rf"damaged: KeyError\('{key}'\)"):
        from_document(document)


def test_a_damaged_value_says_so() -> None:
    """A value of another kind is reported as damage."""
    document = to_document(small_rules()) | {"close_after": "soon"}
    with pytest.raises(ValueError, match="damaged"):
        from_document(document)
