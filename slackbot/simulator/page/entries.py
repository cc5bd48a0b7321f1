"""From what a browser sends for a field to what Slack's payloads carry for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from slackbot.simulator.hands.filling import held
from slackbot.simulator.hands.labels import Field, fields_of, options_of

if TYPE_CHECKING:
    from slackbot.simulator.model import Json, View
    from slackbot.simulator.workspace import Workspace

Entries = Mapping[str, Mapping[str, Any]]
"""What stands in the fields of a view, by block and action id, as the browser has it."""


def fill_in(workspace: Workspace, view: View, entries: Entries, zone: str) -> View:
    """Put what the browser has into the fields of a view; unknown fields are left out. `zone` is the person's."""
    for field in fields_of(view.content["blocks"]):
        given = entries.get(field.block_id, {})
        if field.action_id in given:
            value = carried(field, given[field.action_id], zone)
            if (value or None) == (held(view, field) or None):
                continue
            view = workspace.views.set_field(view.id, field.block_id, field.action_id, value)
    return view


def carried(field: Field, given: Any, zone: str) -> Any:
    """Say what the payload carries for what the browser sent; empty is None, or an empty list."""
    kind = field.type
    if kind == "file_input":
        return [{"id": f"F{at:04d}", "name": str(name)} for at, name in enumerate(given or ())]
    if kind.startswith("multi_") or kind == "checkboxes":
        found = [_one(field, each, zone) for each in given or ()]
        return [each for each in found if each is not None]
    return None if given in (None, "", []) else _one(field, given, zone)


def field_in(blocks: list[Json], block_id: str, action_id: str) -> Field | None:
    """Find a field by its ids."""
    both = (block_id, action_id)
    return next((each for each in fields_of(blocks) if (each.block_id, each.action_id) == both), None)


def _one(field: Field, given: Any, zone: str) -> Any:
    kind = field.type.removeprefix("multi_")
    if kind in ("static_select", "radio_buttons", "checkboxes"):
        return next((each for each in options_of(field.element) if each["value"] == given), None)
    turn = _TURNED.get(kind)
    return str(given) if turn is None else turn(given, zone)


def _option(given: Any, _zone: str) -> Json | None:
    if not isinstance(given, dict) or "value" not in given:
        return None
    text = str((given.get("text") or {}).get("text", ""))
    return {"text": {"type": "plain_text", "text": text, "emoji": True}, "value": str(given["value"])}


def _instant(given: Any, zone: str) -> int:
    return int(datetime.fromisoformat(str(given)).replace(tzinfo=ZoneInfo(zone)).timestamp())


def _rich(given: Any, _zone: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": str(given)}]}
    return {"type": "rich_text", "elements": [section]}


_TURNED: Mapping[str, Callable[[Any, str], Any]] = {
    "external_select": _option,
    "datetimepicker": _instant,
    "rich_text_input": _rich,
}
