"""What a person's entry becomes in a payload, and what Slack's own client refuses before the app hears of it."""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any

from slackbot.simulator.element_state import state_key
from slackbot.simulator.hands.labels import Field, fields_of, find_option, options_of
from slackbot.simulator.hands.stage import NotPossibleError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slackbot.simulator.model import Json, View
    from slackbot.simulator.workspace import Workspace

REQUIRED = "Please complete this required field."


def entered(workspace: Workspace, field: Field, value: Any, options: list[Json]) -> Any:
    """Turn what a person enters into what the payload carries; None empties the field.

    Selects take the option's text (several: a list of texts), people and channels their names, dates their Python
    objects. Raises NotPossibleError for what the field does not offer.
    """
    single = field.type.removeprefix("multi_")
    several = single != field.type or field.type == "checkboxes"
    if value is None:
        return [] if several else None
    if single in _CHOOSING:
        choose: Callable[[Any], Any] = partial(_option, field, options)
    elif single in _NAMING:
        choose = partial(_NAMING[single], workspace)
    else:
        choose = _WRITING.get(single, str)
    if several:
        return [choose(each) for each in ([value] if isinstance(value, str) else value)]
    return choose(value)


def offered(field: Field) -> list[Json]:
    """List the options that stand in the field itself; an external select's are the app's to say."""
    return options_of(field.element)


def held(view: View, field: Field) -> Any:
    """Say what stands in a field of a view."""
    state = view.state[field.block_id][field.action_id]
    return state.get(state_key(field.type) or "")


def refused_locally(view: View) -> dict[str, str]:
    """Say, by label, what Slack's client holds against submitting: empty required fields, lengths, numbers."""
    found: dict[str, str] = {}
    for field in fields_of(view.content["blocks"]):
        problem = _problem(field, held(view, field)) if field.block["type"] == "input" else None
        if problem is not None:
            found[field.label] = problem
    return found


def _problem(field: Field, value: Any) -> str | None:
    if value in (None, "", []):
        return REQUIRED if field.is_required else None
    if field.type == "number_input":
        return _number_problem(field.element, value)
    if isinstance(value, str) and field.type == "plain_text_input":
        if len(value) < int(field.element.get("min_length") or 0):
            return f"Enter at least {field.element['min_length']} characters."
        # Slack's documented most for a plain text input is 3,000 characters.
        most = int(field.element.get("max_length") or 3000)
        if len(value) > most:
            return f"Enter at most {most} characters."
    return None


def _number_problem(element: Json, value: str) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return "Enter a number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and number < float(low):
        return f"Enter a number of at least {low}."
    if high is not None and number > float(high):
        return f"Enter a number of at most {high}."
    return None


def _option(field: Field, options: list[Json], wanted: str) -> Json:
    option = find_option(options, wanted)
    if option is None:
        offers = ", ".join(repr(each["text"]["text"]) for each in options) or "nothing"
        message = f"{field.label!r} does not offer {wanted!r}; it offers {offers}."
        raise NotPossibleError(message)
    return option


def _person_id(workspace: Workspace, name: str) -> str:
    for person in workspace.people():
        if name in (person.id, person.name, person.display_name, person.real_name):
            return person.id
    message = f"There is nobody called {name!r} to choose."
    raise NotPossibleError(message)


def _channel_id(workspace: Workspace, name: str) -> str:
    channel = workspace.channel_named(name) or workspace.channel(name)
    if channel is None:
        message = f"There is no channel {name!r} to choose."
        raise NotPossibleError(message)
    return channel.id


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _instant(value: Any) -> int:
    return int(value.timestamp()) if isinstance(value, datetime) else int(value)


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _hour(value: Any) -> str:
    return value.strftime("%H:%M") if isinstance(value, time) else str(value)


_CHOOSING = ("static_select", "external_select", "radio_buttons", "checkboxes")
_NAMING: Mapping[str, Callable[[Workspace, str], str]] = {
    "users_select": _person_id,
    "channels_select": _channel_id,
    "conversations_select": _channel_id,
}
_WRITING: Mapping[str, Callable[[Any], Any]] = {
    "rich_text_input": lambda value: _rich_text(str(value)),
    "datetimepicker": _instant,
    "datepicker": _day,
    "timepicker": _hour,
}
