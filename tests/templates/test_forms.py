"""The forms: what is asked first, and that nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from slackbot import ids
from slackbot.core.model import Source
from slackbot.slack.render import Renderer
from tests.templates.cases import FIELDS, LEADS, MANAGERS, RULES, story, with_notes
from tests.templates.everything import intake, strings

BILLING = {**FIELDS, "category": "Billing", "severity": "urgent"}


def _inputs(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def _by_id(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {block["block_id"]: block for block in _inputs(view)}


def test_category_and_severity_come_first_and_report(renderer: Renderer) -> None:
    """Choosing them tells us at once; each is its own action, so that listeners can tell them apart."""
    first, second, *others = _inputs(intake(renderer, RULES, {}))
    assert (first["block_id"], second["block_id"]) == (ids.FIELD_CATEGORY, ids.FIELD_SEVERITY)
    for block in (first, second):
        assert block["dispatch_action"] is True
        assert block["element"]["action_id"] == block["block_id"]
    for block in others:
        assert "dispatch_action" not in block
        assert block["element"]["action_id"] == ids.INPUT


def test_required_fields_come_before_optional_ones(renderer: Renderer) -> None:
    """What the category requires comes first and can't be left out; the rest is marked optional."""
    _, _, *blocks = _inputs(intake(renderer, RULES, {"category": "Billing"}))
    required = [block["block_id"] for block in blocks if not block["optional"]]
    assert required == [ids.FIELD_SUMMARY, ids.FIELD_CUSTOMER, ids.FIELD_TRIED, ids.FIELD_ASKED]
    assert [block["optional"] for block in blocks] == sorted(block["optional"] for block in blocks)


def test_another_category_keeps_every_block(renderer: Renderer) -> None:
    """Slack keeps what was typed as long as the block ids stay; no choice takes one away."""
    known = {frozenset(_by_id(intake(renderer, RULES, {"category": name}))) for name in ("", "Billing", "Other")}
    assert len(known) == 1


def test_what_was_typed_is_filled_in(renderer: Renderer) -> None:
    """A form opened again shows every value it was given."""
    drawn = _by_id(intake(renderer, RULES, BILLING))
    assert drawn[ids.FIELD_CATEGORY]["element"]["initial_option"]["value"] == "Billing"
    assert drawn[ids.FIELD_SEVERITY]["element"]["initial_option"]["value"] == "urgent"
    assert drawn[ids.FIELD_WHY]["element"]["initial_option"]["value"] == "dissatisfied"
    assert drawn[ids.FIELD_SUMMARY]["element"]["initial_value"] == FIELDS["summary"]
    assert drawn[ids.FIELD_QUOTE]["element"]["initial_value"] == FIELDS["quote"]
    assert drawn[ids.FIELD_DEADLINE]["element"]["initial_date_time"] == 1795424400


@pytest.mark.parametrize("deadline", ["soon", "0001-01-01T00:00:00", "9999-12-31T23:59:59+00:00", "2026-13-01"])
def test_a_deadline_that_can_not_be_picked_is_left_empty(renderer: Renderer, deadline: str) -> None:
    """Slack's picker would refuse the whole form."""
    drawn = _by_id(intake(renderer, RULES, {"deadline": deadline}))
    held = drawn[ids.FIELD_DEADLINE]["element"].get("initial_date_time", 10**9)
    assert len(str(held)) == 10


def test_the_route_is_shown(renderer: Renderer) -> None:
    """Before it is sent, the agent reads who gets it and who comes next."""
    shown = list(strings(intake(renderer, RULES, BILLING)))
    assert f"Goes to *Team leads* in <#{LEADS}>. No answer in 30 min: *Department managers*." in shown
    assert any(
        "the catcher is told" in text
        for text in strings(intake(renderer, RULES, {"category": "Other", "severity": "low"}))
    )
    assert "Choose a category to see who gets it." in list(strings(intake(renderer, RULES, {})))


def test_the_quote_says_who_will_read_it(renderer: Renderer) -> None:
    """The message from the shortcut can be edited under the name of the channel where it will be seen."""
    block = _by_id(intake(renderer, RULES, BILLING))[ids.FIELD_QUOTE]
    assert block["hint"]["text"] == "Will be visible in #tier-2."
    private = Source("G0SECRET", "1.1", None, private=True)
    drawn = intake(renderer, RULES, BILLING, private)
    assert "is not named" in _by_id(drawn)[ids.FIELD_QUOTE]["hint"]["text"]
    assert "G0SECRET" not in str(drawn)
    assert ids.FIELD_QUOTE not in _by_id(intake(renderer, RULES, {"category": "Billing"}))


def test_metadata_is_the_draft_and_nothing_else(renderer: Renderer) -> None:
    """Drafts are rows; the form carries only their id."""
    assert intake(renderer, RULES, BILLING)["private_metadata"] == "d0123456789abcdef0123"


def test_inputs_take_no_more_than_is_stored(renderer: Renderer) -> None:
    """Slack stops people at the length we keep."""
    drawn = _by_id(intake(renderer, RULES, BILLING))
    longest = {name: drawn[name]["element"].get("max_length") for name in drawn}
    assert longest[ids.FIELD_SUMMARY] == 300
    assert longest[ids.FIELD_CUSTOMER] == longest[ids.FIELD_TICKET] == 200
    assert longest[ids.FIELD_TRIED] == longest[ids.FIELD_ASKED] == longest[ids.FIELD_QUOTE] == 3000


def test_promises_can_be_chosen(renderer: Renderer) -> None:
    """The policy's choices are offered in words, the first one chosen; what comes back is as the policy writes it."""
    taking = renderer.promise_form(story("waiting").view(), change=False)
    changing = renderer.promise_form(story("acknowledged").view(), change=True)
    assert (taking["callback_id"], changing["callback_id"]) == (ids.VIEW_OTHER_TIME, ids.VIEW_CHANGE_TIME)
    options = _by_id(taking)[ids.FIELD_PROMISE]["element"]["options"]
    assert [(o["text"]["text"], o["value"]) for o in options] == [
        ("15 min", "15m"),
        ("1 h", "1h"),
        ("4 h", "4h"),
        ("Today", "today"),
    ]


def test_small_forms_carry_what_the_button_did(renderer: Renderer) -> None:
    """A form opened from a card says for which case and visit."""
    told = story("promise broken")
    value = ids.press_value(told.case.id, 2)
    for drawn in (renderer.escalate_form(told.view()), renderer.resolve_form(told.view())):
        assert drawn["private_metadata"] == value
    assert any(
        f"*Department managers* in <#{MANAGERS}>" in text for text in strings(renderer.escalate_form(told.view()))
    )


def test_resolving_asks_for_two_things(renderer: Renderer) -> None:
    """The answer to the customer is required, the lesson is not."""
    drawn = _by_id(renderer.resolve_form(story("acknowledged").view()))
    assert {name: block["optional"] for name, block in drawn.items()} == {
        ids.FIELD_RESOLUTION: False,
        ids.FIELD_PREVENTION: True,
    }


def test_read_all_shows_all(renderer: Renderer) -> None:
    """Whatever was cut on the card stands whole in the modal, over as many blocks as it takes."""
    told = story("not solved")
    long = " ".join(f"word{n}" for n in range(1200))
    fields = {**with_notes(told), "tried": long, "summary": "s" * 700}
    shown = [block["text"]["text"] for block in renderer.read_all(told.view(fields))["blocks"] if "text" in block]
    assert long == " ".join(text for text in shown if text.startswith("word"))
    assert {"s" * 700, "Text of resolution.1", "Text of reason.2"} <= set(shown)


def test_read_all_drops_old_notes_first(renderer: Renderer) -> None:
    """A modal holds only so much: what gives way is what was written long ago, and that is said."""
    told = story("waiting")
    told.case = replace(told.case, visit=replace(told.case.visit, ordinal=20))
    fields = {f"{name}.{n}": f"{n}:" + "x" * 2900 for n in range(1, 20) for name in ("resolution", "prevention")}
    shown = str(renderer.read_all(told.view({**FIELDS, **fields})))
    assert "19:xxx" in shown
    assert "'1:xxx" not in shown
    assert "Older notes are left out" in shown
