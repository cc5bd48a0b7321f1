"""Whatever people write, what is drawn stays within Slack's limits and calls nobody it must not."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.events import Pinged
from slackbot.core.model import Source
from slackbot.core.policy import Category, Notify, Rules
from slackbot.slack.render import Renderer
from tests.templates.cases import FIELDS, RULES, SITUATIONS, renamed, story, with_notes
from tests.templates.everything import (
    SOURCES,
    called,
    calls,
    intake,
    messages,
    outsiders,
    said,
    sentences,
    strangers,
    views,
    wrong_with,
    wrong_with_view,
)
from tests.templates.hostile import NAMES, TEXTS

FIELD_NAMES = (
    *FIELDS,
    *(f"{note}.{visit}" for note in ("reason", "resolution", "prevention") for visit in (1, 2)),
)
ANY_FIELDS = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELD_NAMES, TEXTS))


def _crowded(rules: Rules) -> Rules:
    """Let every tier name as many as a policy may."""
    crowd = tuple(Notify(f"S0GROUP{n:04}", is_group=True) for n in range(100))
    policies = {
        key: replace(policy, tiers=tuple(replace(tier, notify=crowd) for tier in policy.tiers))
        for key, policy in rules.policies.items()
    }
    return replace(rules, policies=policies)


@settings(max_examples=30, deadline=None)
@given(fields=ANY_FIELDS, situation=st.sampled_from(sorted(SITUATIONS)))
def test_any_text_stays_within_the_limits(renderer: Renderer, fields: dict[str, str], situation: str) -> None:
    """Every message and every modal is taken by Slack, whatever stands in the fields."""
    view = story(situation).view(fields)
    assert [wrong for payload in messages(renderer, view) for wrong in wrong_with(payload)] == []
    assert [wrong for drawn in views(renderer, view) for wrong in wrong_with_view(drawn)] == []


@settings(max_examples=30, deadline=None)
@given(fields=ANY_FIELDS, situation=st.sampled_from(sorted(SITUATIONS)))
def test_any_text_calls_nobody(renderer: Renderer, fields: dict[str, str], situation: str) -> None:
    """A message calls nobody but those the policy names, the owner and the agent, whatever stands in the fields."""
    view = story(situation).view(fields)
    for payload in calls(renderer, view):
        assert outsiders(view, called(payload)) == set()
    for payload in messages(renderer, view):
        assert strangers(view, called(payload)) == set()
    for sentence in sentences(renderer, view):
        assert strangers(view, said(sentence)) == set()


@settings(max_examples=20, deadline=None)
@given(fields=ANY_FIELDS, name=NAMES, situation=st.sampled_from(sorted(SITUATIONS)), crowded=st.booleans())
def test_any_policy_stays_within_the_limits(
    renderer: Renderer, fields: dict[str, str], name: str, situation: str, *, crowded: bool
) -> None:
    """The longest names, the strangest ones and a hundred people to call fit as well."""
    rules = renamed(RULES, name)
    rules = replace(rules, categories=(*rules.categories, Category(name, ())))
    told = story(situation, _crowded(rules) if crowded else rules)
    told.case = replace(told.case, category=name)
    view = told.view(fields)
    for payload in messages(renderer, view):
        assert wrong_with(payload) == []
        assert strangers(view, called(payload)) == set()
    assert [wrong for drawn in views(renderer, view) for wrong in wrong_with_view(drawn)] == []


@settings(max_examples=20, deadline=None)
@given(values=ANY_FIELDS, source=st.sampled_from(SOURCES), category=st.sampled_from(("Billing", "Other", "")))
def test_any_draft_opens_as_a_form(
    renderer: Renderer, values: dict[str, str], source: Source | None, category: str
) -> None:
    """The form opens with whatever was typed so far."""
    assert wrong_with_view(intake(renderer, RULES, values | {"category": category}, source)) == []


def test_every_situation_is_drawn(renderer: Renderer) -> None:
    """In every situation every message and modal about it is sound."""
    for situation in SITUATIONS:
        told = story(situation)
        view = told.view(with_notes(told))
        for payload in messages(renderer, view):
            assert wrong_with(payload) == [], situation
        for drawn in views(renderer, view):
            assert wrong_with_view(drawn) == [], situation


def test_a_long_history_is_told_within_the_limits(renderer: Renderer) -> None:
    """A case that was called a hundred times still tells why: the beginning, the newest, and that some are left out."""
    payload = renderer.why(story("last tier").wait(120).view())
    assert wrong_with(payload) == []
    assert "raised it" in payload.blocks[1]["text"]["text"]
    assert "entries in between" in payload.blocks[1]["text"]["text"]


def test_a_long_history_can_be_read_to_its_beginning(renderer: Renderer) -> None:
    """Page by page every call is told once, the newest first, each page within the limits."""
    view = story("last tier").wait(120).view()
    told, before = [], None
    for _ in range(9):
        payload = renderer.why(view, before)
        assert wrong_with(payload) == []
        told += re.findall(r"\(call (\d+)\)", str(payload.blocks))
        more = [each["value"] for block in payload.blocks for each in block.get("elements", ()) if "value" in each]
        if not more:
            break
        before = int(more[0].partition("|")[2])
    assert before is not None
    called_at = [each.event.ordinal + 1 for each in view.history if isinstance(each.event, Pinged)]
    assert sorted(map(int, told)) == sorted(called_at)


def test_a_call_names_whom_the_policy_names(renderer: Renderer) -> None:
    """Every call to the tier reaches everybody it names, even when there are a hundred of them."""
    view = story("waiting", _crowded(RULES)).view(dict.fromkeys(FIELDS, "x" * 3000))
    card, ping, broadcast, *_ = calls(renderer, view)
    for payload in (card, ping, broadcast):
        assert len(called(payload).groups) == 100
