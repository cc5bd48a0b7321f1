"""`views.*` through the Web API: content, size, triggers, hash, the Home tab."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator.facts import load_facts
from slackbot.simulator.model import Json, Person
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.workspace import Workspace

Caller = Callable[..., Json]


def words(text: str) -> Json:
    """Build a plain text object."""
    return {"type": "plain_text", "text": text}


def modal(**more: Any) -> Json:
    """Build a form with one field."""
    element = {"type": "plain_text_input", "action_id": "what"}
    block = {"type": "input", "block_id": "summary", "label": words("Summary"), "element": element}
    return {"type": "modal", "title": words("Escalate"), "submit": words("Send"), "blocks": [block], **more}


def home(text: str = "hello") -> Json:
    """Build a Home tab."""
    return {"type": "home", "blocks": [{"type": "section", "text": words(text)}]}


@pytest.fixture
def ana(workspace: Workspace) -> Person:
    """Give a person."""
    return workspace.add_person("ana")


def test_a_modal_opens_for_the_person_of_the_trigger(call: Caller, workspace: Workspace, ana: Person) -> None:
    """The answer carries the view with Slack's ids and the state of its fields."""
    trigger = workspace.issue_trigger(ana.id)
    view = call("views.open", trigger_id=trigger, view=modal(private_metadata="draft-7"))["view"]
    assert [each.id for each in workspace.views.stack(ana.id)] == [view["id"]]
    assert view["private_metadata"] == "draft-7"
    assert view["state"] == {"values": {"summary": {"what": {"type": "plain_text_input", "value": None}}}}
    assert view["root_view_id"] == view["id"]
    assert view["hash"]


def test_a_view_comes_as_json_or_as_text(call: Caller, workspace: Workspace, ana: Person) -> None:
    """A form carries it as text."""
    trigger = workspace.issue_trigger(ana.id)
    assert call("views.open", trigger_id=trigger, view=json.dumps(modal()))["ok"]


def test_a_late_trigger_is_refused_by_name(call: Caller, clock: ManualClock, workspace: Workspace, ana: Person) -> None:
    """The three seconds run on the workspace's clock."""
    trigger = workspace.issue_trigger(ana.id)
    clock.advance(timedelta(seconds=3, milliseconds=1))
    assert call("views.open", trigger_id=trigger, view=modal())["error"] == "expired_trigger_id"
    assert call("views.open", trigger_id="x", view=modal())["error"] == "invalid_trigger_id"
    missing = call("views.open", view=modal())
    assert missing["response_metadata"]["messages"] == ["[ERROR] invalid `trigger_id`"]


@pytest.mark.parametrize("view", ["{", "[]", 7])
def test_a_view_is_an_object(call: Caller, workspace: Workspace, ana: Person, view: object) -> None:
    """Anything else is refused as an argument."""
    answer = call("views.open", trigger_id=workspace.issue_trigger(ana.id), view=view)
    assert answer["error"] == "invalid_arguments"
    assert "json-pointer:/view" in answer["response_metadata"]["messages"][0]


def test_a_wrong_view_is_explained_and_spends_no_trigger(call: Caller, workspace: Workspace, ana: Person) -> None:
    """The messages point into the view; the same trigger then opens the right one."""
    trigger = workspace.issue_trigger(ana.id)
    wrong = call("views.open", trigger_id=trigger, view=modal(title=words("x" * 25)))
    assert wrong["error"] == "invalid_arguments"
    assert "json-pointer:/view/title" in wrong["response_metadata"]["messages"][0]
    assert call("views.open", trigger_id=trigger, view=home())["error"] == "invalid_arguments"
    assert call("views.open", trigger_id=trigger, view=modal())["ok"]


def test_a_view_has_a_size(call: Caller, workspace: Workspace, ana: Person) -> None:
    """A quarter of a megabyte of JSON is too much whatever it says."""
    trigger = workspace.issue_trigger(ana.id)
    answer = call("views.open", trigger_id=trigger, view=modal(private_metadata="x" * 250_001))
    assert answer["error"] == "view_too_large"


def test_an_update_finds_its_view_by_either_id(call: Caller, workspace: Workspace, ana: Person) -> None:
    """Slack's id, the app's own id, or nothing."""
    trigger = workspace.issue_trigger(ana.id)
    view = call("views.open", trigger_id=trigger, view=modal(external_id="form-1"))["view"]
    again = modal(external_id="form-1")
    assert call("views.update", view_id=view["id"], view=again)["view"]["id"] == view["id"]
    assert call("views.update", external_id="form-1", view=again)["view"]["id"] == view["id"]
    assert call("views.update", external_id="form-2", view=again)["error"] == "not_found"
    assert call("views.update", view=again)["error"] == "invalid_arguments"
    assert call("views.update", view_id=view["id"], view=home())["error"] == "invalid_arguments"


def test_an_update_keeps_what_was_typed_and_minds_the_hash(call: Caller, workspace: Workspace, ana: Person) -> None:
    """Nothing typed is lost; a stale hash is a conflict."""
    view = call("views.open", trigger_id=workspace.issue_trigger(ana.id), view=modal())["view"]
    workspace.views.set_field(view["id"], "summary", "what", "typed")
    after = call("views.update", view_id=view["id"], hash=view["hash"], view=modal())["view"]
    assert after["state"]["values"]["summary"]["what"]["value"] == "typed"
    stale = call("views.update", view_id=view["id"], hash=view["hash"], view=modal())
    assert stale["error"] == "hash_conflict"


def test_pushing_through_the_api(call: Caller, workspace: Workspace, ana: Person) -> None:
    """Only from inside a modal, and three high."""
    top = call("views.open", trigger_id=workspace.issue_trigger(ana.id), view=modal())["view"]["id"]
    outside = call("views.push", trigger_id=workspace.issue_trigger(ana.id), view=modal())
    assert outside["error"] == "not_found"
    for expected in (None, None, "push_limit_reached"):
        trigger = workspace.issue_trigger(ana.id, in_view=top)
        answer = call("views.push", trigger_id=trigger, view=modal())
        assert answer.get("error") == expected
        top = answer.get("view", {}).get("id", top)


def test_a_home_is_published_to_people(call: Caller, workspace: Workspace, ana: Person) -> None:
    """One home each; not to bots, the departed or nobody; no modal in its place."""
    first = call("views.publish", user_id=ana.id, view=home())["view"]
    second = call("views.publish", user_id=ana.id, view=home("again"), hash=first["hash"])["view"]
    assert second["id"] == first["id"]
    assert call("views.publish", user_id=ana.id, view=home(), hash=first["hash"])["error"] == "hash_conflict"
    assert call("views.publish", user_id=ana.id, view=modal())["error"] == "invalid_arguments"
    workspace.deactivate(ana.id)
    for user_id in (ana.id, workspace.app.bot_user_id, "U404"):
        assert call("views.publish", user_id=user_id, view=home())["error"] == "invalid_arguments"


def test_without_home_tab_nothing_is_published(clock: ManualClock) -> None:
    """The manifest decides."""
    workspace = Workspace(clock, manifest={})
    args = {"user_id": workspace.add_person("ana").id, "view": home()}
    reply = WebApi(workspace, load_facts()).call("views.publish", token=workspace.app.bot_token, args=args)
    assert reply.body["error"] == "not_enabled"
