"""Triggers, the stack of modals, the Home tab, and what stands in the fields."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator.element_state import element_state, elements_of, initial_state, state_key, with_ids
from slackbot.simulator.model import Json
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.workspace import Workspace

USER = "U77"


def field(block_id: str, action_id: str, **element: object) -> Json:
    """Build a text input."""
    shown = {"type": "plain_text_input", "action_id": action_id, **element}
    return {"type": "input", "block_id": block_id, "element": shown}


def modal(*blocks: Json, **more: object) -> Json:
    """Build a modal, as far as its store cares."""
    return {"type": "modal", "blocks": list(blocks), **more}


def test_a_trigger_lives_three_seconds(clock: ManualClock, workspace: Workspace) -> None:
    """At three seconds it still opens, a moment later it does not."""
    in_time, late = workspace.issue_trigger(USER), workspace.issue_trigger(USER)
    clock.advance(timedelta(seconds=3))
    assert workspace.views.open(in_time, modal()).user == USER
    clock.advance(timedelta(milliseconds=1))
    with pytest.raises(RefusedError, match="expired_trigger_id"):
        workspace.views.open(late, modal())


def test_a_trigger_opens_one_view(workspace: Workspace) -> None:
    """A second use is refused by the name Slack has for it, and a made-up one by another."""
    trigger = workspace.issue_trigger(USER)
    workspace.views.open(trigger, modal())
    with pytest.raises(RefusedError, match="exchanged_trigger_id"):
        workspace.views.open(trigger, modal())
    with pytest.raises(RefusedError, match="invalid_trigger_id"):
        workspace.views.open("123.456.abc", modal())


def test_a_refused_opening_does_not_spend_the_trigger(workspace: Workspace) -> None:
    """Whoever sent a wrong view may send a right one with the same trigger."""
    taken = workspace.views.open(workspace.issue_trigger("U1"), modal(external_id="mine"))
    trigger = workspace.issue_trigger(USER)
    with pytest.raises(RefusedError, match="duplicate_external_id"):
        workspace.views.open(trigger, modal(external_id="mine"))
    assert workspace.views.open(trigger, modal(external_id="other")).id != taken.id


def test_three_modals_lie_on_each_other(workspace: Workspace) -> None:
    """The fourth is refused; each knows the root and the one below."""
    views = workspace.views
    root = views.open(workspace.issue_trigger(USER), modal())
    second = views.push(workspace.issue_trigger(USER, in_view=root.id), modal())
    third = views.push(workspace.issue_trigger(USER, in_view=second.id), modal())
    assert (third.root_id, third.previous_id) == (root.id, second.id)
    with pytest.raises(RefusedError, match="push_limit_reached"):
        views.push(workspace.issue_trigger(USER, in_view=third.id), modal())
    assert [each.id for each in views.stack(USER)] == [root.id, second.id, third.id]


def test_pushing_needs_an_open_modal(workspace: Workspace) -> None:
    """A trigger from outside, or from a closed modal, pushes nothing."""
    views = workspace.views
    with pytest.raises(RefusedError, match="not_found"):
        views.push(workspace.issue_trigger(USER), modal())
    root = views.open(workspace.issue_trigger(USER), modal())
    trigger = workspace.issue_trigger(USER, in_view=root.id)
    views.close(root.id)
    with pytest.raises(RefusedError, match="not_found"):
        views.push(trigger, modal())


def test_closing_takes_what_lies_above_along(workspace: Workspace) -> None:
    """Closing the second of three leaves the first; clearing leaves none."""
    views = workspace.views
    root = views.open(workspace.issue_trigger(USER), modal())
    second = views.push_onto(root, modal())
    third = views.push_onto(second, modal())
    assert [each.id for each in views.close(second.id)] == [third.id, second.id]
    assert [each.id for each in views.stack(USER)] == [root.id]
    assert [each.id for each in views.clear(USER)] == [root.id]
    assert views.stack(USER) == []
    assert views.get(root.id) is None


def test_a_new_modal_takes_the_place_of_the_old_stack(workspace: Workspace) -> None:
    """A person looks at one stack at a time."""
    old = workspace.views.open(workspace.issue_trigger(USER), modal())
    new = workspace.views.open(workspace.issue_trigger(USER), modal())
    assert [each.id for each in workspace.views.stack(USER)] == [new.id]
    assert workspace.views.get(old.id) is None


def test_an_update_keeps_what_was_typed_under_the_same_ids(workspace: Workspace) -> None:
    """Changing a block id, an action id or the kind of element empties the field."""
    views = workspace.views
    view = views.open(workspace.issue_trigger(USER), modal(*(field(b, "a") for b in "wxyz")))
    for block_id in "wxyz":
        views.set_field(view.id, block_id, "a", "typed")
    other_kind = field("z", "a") | {"element": {"type": "datepicker", "action_id": "a"}}
    after = views.update(
        view.id, modal(field("w", "a", initial_value="not this"), field("x2", "a"), field("y", "a2"), other_kind)
    )
    assert after.state == {
        "w": {"a": element_state("plain_text_input", "typed")},
        "x2": {"a": element_state("plain_text_input", None)},
        "y": {"a2": element_state("plain_text_input", None)},
        "z": {"a": element_state("datepicker", None)},
    }


def test_a_stale_hash_is_a_conflict(workspace: Workspace) -> None:
    """An update over somebody else's is refused, one over the newest is not, and typing changes no hash."""
    views = workspace.views
    view = views.open(workspace.issue_trigger(USER), modal(field("b", "a")))
    typed = views.set_field(view.id, "b", "a", "x")
    changed = views.update(view.id, modal(), expected_hash=typed.hash)
    with pytest.raises(RefusedError, match="hash_conflict"):
        views.update(view.id, modal(), expected_hash=view.hash)
    assert views.update(view.id, modal(), expected_hash=changed.hash)


def test_an_update_of_a_closed_view_finds_nothing(workspace: Workspace) -> None:
    """The user may close a form while the app still thinks about it."""
    view = workspace.views.open(workspace.issue_trigger(USER), modal())
    workspace.views.close(view.id)
    with pytest.raises(RefusedError, match="not_found"):
        workspace.views.update(view.id, modal())


def test_a_person_has_one_home(workspace: Workspace) -> None:
    """Publishing again changes the same view; it is on no stack."""
    views = workspace.views
    with pytest.raises(RefusedError, match="hash_conflict"):
        views.publish(USER, {"type": "home", "blocks": []}, expected_hash="1.1")
    first = views.publish(USER, {"type": "home", "blocks": []})
    second = views.publish(USER, {"type": "home", "blocks": []}, expected_hash=first.hash)
    assert second.id == first.id
    assert views.home(USER) == second
    assert views.stack(USER) == []


def test_filling_in_what_is_not_there_is_an_error(workspace: Workspace) -> None:
    """A scripted person can't type into a field that nobody sees."""
    view = workspace.views.open(workspace.issue_trigger(USER), modal(field("b", "a")))
    with pytest.raises(KeyError):
        workspace.views.set_field(view.id, "b", "other", "x")


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ({"type": "plain_text_input", "initial_value": "x"}, {"value": "x"}),
        ({"type": "static_select"}, {"selected_option": None}),
        ({"type": "multi_users_select", "initial_users": ["U1"]}, {"selected_users": ["U1"]}),
        ({"type": "multi_static_select"}, {"selected_options": []}),
        ({"type": "checkboxes"}, {"selected_options": []}),
        ({"type": "timepicker", "initial_time": "09:00"}, {"selected_time": "09:00"}),
        ({"type": "datetimepicker", "initial_date_time": 1}, {"selected_date_time": 1}),
    ],
)
def test_fresh_fields_hold_their_initial_value(element: Json, expected: Json) -> None:
    """Each kind of element carries its value under its own key."""
    block: Json = {"type": "input", "block_id": "b", "element": {"action_id": "a", **element}}
    assert initial_state([block]) == {"b": {"a": {"type": element["type"], **expected}}}


def test_state_covers_actions_and_accessories_but_no_buttons() -> None:
    """Selects outside inputs hold state too; a button holds none."""
    select: Json = {"type": "users_select", "action_id": "who"}
    button: Json = {"type": "button", "action_id": "go"}
    blocks: list[Json] = [
        {"type": "actions", "block_id": "row", "elements": [select, button]},
        {"type": "section", "block_id": "line", "accessory": select},
    ]
    assert initial_state(blocks) == {
        "row": {"who": {"type": "users_select", "selected_user": None}},
        "line": {"who": {"type": "users_select", "selected_user": None}},
    }
    assert [each["type"] for each in elements_of(blocks[0])] == ["users_select", "button"]
    assert state_key("button") is None
    assert state_key("checkboxes") == "selected_options"


def test_pictures_are_no_fields() -> None:
    """An image beside a text gets no action id, and what a context line holds is not interactive."""
    image: Json = {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "x"}
    blocks: list[Json] = [
        {"type": "section", "accessory": image},
        {"type": "context", "elements": [image]},
    ]
    section, context = with_ids(blocks, 1)
    assert section["accessory"] == image
    assert "element" not in section
    assert list(elements_of(context)) == []


def test_an_external_id_belongs_to_one_view_however_it_came(workspace: Workspace) -> None:
    """Pushing, updating and publishing check it too; a view may keep its own; a closed one gives it back."""
    views = workspace.views
    first = views.open(workspace.issue_trigger("U1"), modal(external_id="mine"))
    other = views.open(workspace.issue_trigger(USER), modal())
    taken = modal(external_id="mine")
    with pytest.raises(RefusedError, match="duplicate_external_id"):
        views.push_onto(other, taken)
    with pytest.raises(RefusedError, match="duplicate_external_id"):
        views.update(other.id, taken)
    with pytest.raises(RefusedError, match="duplicate_external_id"):
        views.publish(USER, {"type": "home", "blocks": [], "external_id": "mine"})
    assert views.update(first.id, taken).external_id == "mine"
    views.close(first.id)
    assert views.update(other.id, taken).external_id == "mine"


def test_reopening_with_the_same_external_id(workspace: Workspace) -> None:
    """The old stack goes first, so a person's form may come back under its own id."""
    old = workspace.views.open(workspace.issue_trigger(USER), modal(external_id="mine"))
    new = workspace.views.open(workspace.issue_trigger(USER), modal(external_id="mine"))
    assert workspace.views.by_external_id("mine") == new
    assert old.id != new.id


def test_a_push_spends_its_trigger(workspace: Workspace) -> None:
    """A trigger from inside a modal is single use as well."""
    root = workspace.views.open(workspace.issue_trigger(USER), modal())
    trigger = workspace.issue_trigger(USER, in_view=root.id)
    workspace.views.push(trigger, modal())
    with pytest.raises(RefusedError, match="exchanged_trigger_id"):
        workspace.views.push(trigger, modal())


def test_closing_what_is_not_open_closes_nothing(workspace: Workspace) -> None:
    """Neither an unknown view nor a Home tab can be closed, and other people's forms stay."""
    other = workspace.views.open(workspace.issue_trigger("U1"), modal())
    home = workspace.views.publish(USER, {"type": "home", "blocks": []})
    assert workspace.views.close("V404") == []
    assert workspace.views.close(home.id) == []
    assert workspace.views.home(USER) == home
    mine = workspace.views.open(workspace.issue_trigger(USER), modal())
    assert workspace.views.close(mine.id) == [mine]
    assert workspace.views.stack("U1") == [other]


def test_whoever_waits_hears_of_forms(workspace: Workspace) -> None:
    """Opening, updating, typing and closing each raise the revision."""
    seen = [workspace.revision]
    view = workspace.views.open(workspace.issue_trigger(USER), modal(field("b", "a")))
    seen.append(workspace.revision)
    workspace.views.set_field(view.id, "b", "a", "x")
    seen.append(workspace.revision)
    workspace.views.update(view.id, modal())
    seen.append(workspace.revision)
    workspace.views.close(view.id)
    seen.append(workspace.revision)
    assert seen == sorted(set(seen))
