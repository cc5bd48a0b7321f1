"""Pressing and choosing: from the words on the screen to the `block_actions` the app gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slackbot.simulator.element_state import element_state, initial_state
from slackbot.simulator.hands.filling import entered, offered
from slackbot.simulator.hands.labels import (
    Control,
    Field,
    controls_of,
    fields_of,
    find_control,
    find_field,
)
from slackbot.simulator.hands.modal import ShownView
from slackbot.simulator.hands.screen import ShownMessage
from slackbot.simulator.hands.stage import PATIENCE_SECONDS, NotPossibleError, Stage
from slackbot.simulator.payloads import (
    block_suggestion,
    message_block_actions,
    view_block_actions,
)

if TYPE_CHECKING:
    from slackbot.simulator.model import Json, Person, View

KEPT_OF_BUTTONS = ("text", "value", "style")

FindView = Callable[[], "View | None"]


@dataclass(frozen=True, slots=True)
class MessagePlace:
    """A message somebody presses in, read anew each time it is asked for."""

    shown: ShownMessage
    stage: Stage = field(repr=False)

    def blocks(self) -> list[Json]:
        """Give its blocks as they are now."""
        return list(self.shown.now().blocks)

    def payload(self, person: Person, action: Json) -> Json:
        """Build what a press here sends."""
        message = self.shown.now().message
        state = initial_state(message.blocks)
        if action["block_id"] in state and action["action_id"] in state[action["block_id"]]:
            kind = str(action["type"])
            entry = {name: value for name, value in action.items() if name.startswith("selected_")}
            state[action["block_id"]][action["action_id"]] = {"type": kind, **entry}
        url = self.stage.response_url(person, message.channel, message)
        return message_block_actions(self.stage.workspace, person, message, action, state=state, response_url=url)

    def __str__(self) -> str:
        return str(self.shown.now())


@dataclass(frozen=True, slots=True)
class ViewPlace:
    """A view somebody presses in: the modal on top, or the Home tab."""

    find: FindView
    what: str
    tz: str
    stage: Stage = field(repr=False)

    def view(self) -> View:
        """Give the view as it is now, or wait for it; raises NotShownError."""
        return self.stage.wait_for(self.find, lambda: f"There is no {self.what} on the screen.")

    def blocks(self) -> list[Json]:
        """Give its blocks as they are now; none while there is no view."""
        view = self.find()
        return [] if view is None else list(view.content["blocks"])

    def payload(self, person: Person, action: Json) -> Json:
        """Build what a press here sends."""
        return view_block_actions(self.stage.workspace, person, self.view(), action)

    def __str__(self) -> str:
        view = self.find()
        return f"no {self.what}" if view is None else str(ShownView(view, self.tz, self.stage))


Place = MessagePlace | ViewPlace


def wait_for_control(stage: Stage, place: Place, wanted: str, within: float) -> Control:
    """Wait until something with these words can be pressed; raises NotShownError or NotPossibleError."""

    def dump() -> str:
        there = ", ".join(repr(each.label) for each in controls_of(place.blocks())) or "nothing"
        return f"There is no {wanted!r} to press, only {there}, in:\n{place}"

    return stage.wait_for(lambda: find_control(place.blocks(), wanted), dump, within)


def wait_for_field(stage: Stage, place: Place, wanted: str) -> Field:
    """Wait until there is a field of this label; raises NotShownError or NotPossibleError."""

    def dump() -> str:
        there = ", ".join(repr(each.label) for each in fields_of(place.blocks())) or "nothing"
        return f"There is no field {wanted!r}, only {there}, in:\n{place}"

    return stage.wait_for(lambda: find_field(place.blocks(), wanted), dump, PATIENCE_SECONDS)


def pressed(control: Control, *, confirms: bool | None) -> Json | None:
    """Write the action of a press; None when the person declines what the app asks them to confirm.

    Raises NotPossibleError when a confirmation is asked for and `confirms` is not given, or the other way round.
    """
    confirm = control.element.get("confirm")
    if bool(confirm) != (confirms is not None):
        state = "asks to confirm; pass confirms=True or False" if confirm else "asks for no confirm"
        message = f"{control.label!r} {state}."
        raise NotPossibleError(message)
    if confirms is False:
        return None
    element = control.element
    action: Json = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": control.block_id,
    }
    if control.option is not None:
        return {**action, "selected_option": control.option}
    return action | {name: element[name] for name in KEPT_OF_BUTTONS if name in element}


def chosen(field: Field, value: Any) -> Json:
    """Write the action of a choice; `value` is what the payload carries."""
    entry = element_state(field.type, value)
    named = {"action_id": field.action_id, "block_id": field.block_id}
    kept = {name: field.element[name] for name in ("placeholder",) if name in field.element}
    return {**entry, **named, **kept}


def value_for(stage: Stage, person: Person, field: Field, wanted: Any, view: View | None) -> Any:
    """Find what the payload carries for a person's entry, asking the app where options are the app's to say.

    Raises NotPossibleError for what is not offered.
    """
    options = offered(field)
    if field.type.endswith("external_select") and view is not None and wanted is not None:
        words = [wanted] if isinstance(wanted, str) else list(wanted)
        for typed in words:
            element = {**field.element, "value": typed}
            payload = block_suggestion(stage.workspace, person, view, block_id=field.block_id, element=element)
            options += stage.deliver("interactive", payload).effect.options
    return entered(stage.workspace, field, wanted, options)
