"""What stands in the fields of blocks: ids Slack fills in, and the `state.values` that payloads carry.

Source: docs.slack.dev/reference/interaction-payloads/view-interactions-payload and /block_actions-payload.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slackbot.simulator.model import Json

# The key under which an element's state carries what was chosen, and the property of the element it starts from.
_STATE_KEYS: Mapping[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}
_PLURAL = ("selected_options", "selected_users", "selected_conversations", "selected_channels", "files")


def state_key(element_type: str) -> str | None:
    """Say under which key an element's state carries its value; None for elements that hold none (buttons)."""
    found = _STATE_KEYS.get(element_type)
    return None if found is None else found[0]


def elements_of(block: Json) -> Iterator[Json]:
    """List the interactive places of a block: its element, elements or accessory."""
    if isinstance(block.get("element"), dict):
        yield block["element"]
    if isinstance(block.get("accessory"), dict):
        yield block["accessory"]
    if block.get("type") == "actions":
        yield from (each for each in block.get("elements", ()) if isinstance(each, dict))


def with_ids(blocks: Iterable[Json], serial: int) -> tuple[Json, ...]:
    """Copy blocks, giving a `block_id` and `action_id` to what has none, as Slack does."""
    return tuple(_block_with_ids(block, f"b{serial:x}.{at}") for at, block in enumerate(blocks))


def _block_with_ids(block: Json, fallback: str) -> Json:
    copied = {**block, "block_id": block.get("block_id") or fallback}
    for name in ("element", "accessory"):
        if isinstance(block.get(name), dict):
            copied[name] = _element_with_id(block[name], f"{fallback}.{name}")
    if block.get("type") == "actions":
        copied["elements"] = [
            _element_with_id(each, f"{fallback}.{at}") for at, each in enumerate(block.get("elements", ()))
        ]
    return copied


def _element_with_id(element: Json, fallback: str) -> Json:
    if element.get("type") == "image":
        return dict(element)
    return {**element, "action_id": element.get("action_id") or fallback}


def initial_state(blocks: Iterable[Json]) -> dict[str, dict[str, Json]]:
    """Say what the fields of freshly shown blocks hold: initial values, else null or an empty list."""
    state: dict[str, dict[str, Json]] = {}
    for block in blocks:
        for element in elements_of(block):
            entry = _initial(element)
            if entry is not None:
                state.setdefault(str(block["block_id"]), {})[str(element["action_id"])] = entry
    return state


def kept_state(blocks: Iterable[Json], before: Mapping[str, Mapping[str, Json]]) -> dict[str, dict[str, Json]]:
    """Say what the fields hold after an update: what stood there where both ids and the type are the same.

    Source: docs.slack.dev/reference/methods/views.update.
    """
    state = initial_state(blocks)
    for block_id, actions in state.items():
        for action_id, fresh in actions.items():
            old = before.get(block_id, {}).get(action_id)
            if old is not None and old.get("type") == fresh["type"]:
                actions[action_id] = dict(old)
    return state


def element_state(element_type: str, value: Any) -> Json:
    """Write an element's state with a value; raises KeyError for elements that hold none."""
    return {"type": element_type, _STATE_KEYS[element_type][0]: value}


def _initial(element: Json) -> Json | None:
    kind = str(element.get("type", ""))
    if kind not in _STATE_KEYS:
        return None
    key, source = _STATE_KEYS[kind]
    empty: Any = [] if key in _PLURAL else None
    return {"type": kind, key: element.get(source, empty)}
