"""Every rule of Block Kit, asked of the Web API as an app meets it: one payload that keeps it, one that breaks it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from slackbot.simulator.model import Json
from slackbot.simulator.workspace import Workspace
from tests.simulator.kit import Ask, KitRule, modal
from tests.simulator.kit_blocks import CLASSIC_RULES
from tests.simulator.kit_data import DATA_RULES, NESTING_RULES
from tests.simulator.kit_elements import BUTTON_RULES, CHOICE_RULES, INPUT_RULES
from tests.simulator.kit_payloads import MESSAGE_RULES, VIEW_RULES

RULES = [
    *MESSAGE_RULES,
    *VIEW_RULES,
    *CLASSIC_RULES,
    *DATA_RULES,
    *NESTING_RULES,
    *BUTTON_RULES,
    *CHOICE_RULES,
    *INPUT_RULES,
]
Call = Callable[..., Json]


@pytest.fixture
def ask(workspace: Workspace, call: Call) -> Callable[[Ask], Json]:
    """Give a function that makes a call at a fresh place and says what came back."""
    person = workspace.add_person("ana").id
    channel = workspace.add_channel("support", members=[person]).id
    workspace.installation.set_scopes({*workspace.app.scopes, "links.embed:write"})

    def made(asked: Ask) -> Json:
        if asked.method == "views.open":
            return call(asked.method, **asked.args, trigger_id=workspace.issue_trigger(person))
        if asked.method == "views.publish":
            return call(asked.method, **asked.args, user_id=person)
        if asked.method == "chat.update":
            ts = call("chat.postMessage", channel=channel, text="Before")["ts"]
            return call(asked.method, **asked.args, channel=channel, ts=ts)
        return call(asked.method, **asked.args, channel=channel)

    return made


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_payload_that_keeps_the_rule_is_taken_and_one_that_breaks_it_refused(
    ask: Callable[[Ask], Json], rule: KitRule
) -> None:
    """What just keeps a rule is shown; what just breaks it is refused by Slack's code, in Slack's words."""
    taken = ask(rule.good)
    assert taken["ok"], taken
    refused = ask(rule.bad)
    assert (refused["ok"], refused["error"]) == (False, rule.code)
    assert rule.says in json.dumps(refused)


def test_each_rule_has_a_name_of_its_own() -> None:
    """The table names each rule once, so that a red line says which."""
    names = [rule.name for rule in RULES]
    assert sorted(names) == sorted(set(names))


def test_an_external_id_belongs_to_one_view(ask: Callable[[Ask], Json], workspace: Workspace, call: Call) -> None:
    """A second person's view can't take the same external_id; once the first is closed it can."""
    assert ask(modal(external_id="mine"))["ok"]
    lea = workspace.add_person("lea").id
    second = modal(external_id="mine").args
    assert call("views.open", **second, trigger_id=workspace.issue_trigger(lea))["error"] == "duplicate_external_id"
    workspace.views.clear(workspace.people()[1].id)
    assert call("views.open", **second, trigger_id=workspace.issue_trigger(lea))["ok"]


def test_a_fourth_modal_is_too_high(ask: Callable[[Ask], Json], workspace: Workspace, call: Call) -> None:
    """Three modals lie on each other, not four."""
    top = ask(modal())["view"]["id"]
    person = workspace.people()[1].id
    for _ in range(2):
        trigger = workspace.issue_trigger(person, in_view=top)
        top = call("views.push", **modal().args, trigger_id=trigger)["view"]["id"]
    trigger = workspace.issue_trigger(person, in_view=top)
    assert call("views.push", **modal().args, trigger_id=trigger)["error"] == "push_limit_reached"


def test_a_text_beyond_40000_characters_is_cut_with_a_warning(ask: Callable[[Ask], Json]) -> None:
    """What is longer is posted shortened, and the answer says so."""
    whole = ask(Ask("chat.postMessage", {"text": "x" * 40_000}))
    assert "warning" not in whole
    cut = ask(Ask("chat.postMessage", {"text": "x" * 40_001}))
    assert cut["warning"] == "message_truncated"
    assert len(cut["message"]["text"]) == 40_000


def test_a_video_needs_its_scope(ask: Callable[[Ask], Json], workspace: Workspace) -> None:
    """Without `links.embed:write` no video is shown."""
    (rule,) = [each for each in RULES if each.name == "video title"]
    assert ask(rule.good)["ok"]
    workspace.installation.set_scopes(workspace.app.scopes - {"links.embed:write"})
    refused = ask(rule.good)
    assert (refused["error"], refused["needed"]) == ("missing_scope", "links.embed:write")
