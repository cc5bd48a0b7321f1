"""The arguments of a call, read by type: forms carry everything as text, JSON bodies carry values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from slackbot.simulator.facts import MethodFact
from slackbot.simulator.model import Json
from slackbot.simulator.refusals import RefusedError, invalid_arguments

_TRUE = ("1", "true")
_FALSE = ("", "0", "false", "none", "null")
# Bolt's client adds the team to every call, and the token may come as a form field.
_ALWAYS_ALLOWED = frozenset({"token", "team_id"})


class Arguments:
    """What was sent with a call; an argument that is null or an empty text counts as absent."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = {name: value for name, value in raw.items() if value is not None}

    def check(self, fact: MethodFact, *, unknown_allowed: bool) -> None:
        """Raise `invalid_arguments` for what is missing or not known to the method."""
        missing = [f"missing required field: {name}" for name in fact.required if not self.sent(name)]
        known = {*fact.required, *fact.optional, *_ALWAYS_ALLOWED}
        unknown = [f"unknown field: {name}" for name in self._raw if name not in known]
        problems = missing if unknown_allowed else missing + unknown
        if problems:
            raise invalid_arguments(*problems)

    def sent(self, name: str) -> bool:
        """Say whether an argument was sent at all; an empty list or object was."""
        return name in self._raw and self._raw[name] != ""

    def text(self, name: str, default: str = "") -> str:
        """Read a text; a number is taken as its digits. Raises `invalid_arguments` for anything else."""
        value = self._raw.get(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise invalid_arguments(f"must be a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Read a switch, as JSON or as `1`, `true`, `0`, `false`; raises `invalid_arguments`."""
        if name not in self._raw:
            return default
        written = str(self._raw[name]).lower()
        if written in _TRUE:
            return True
        if written in _FALSE:
            return False
        raise invalid_arguments(f"must be a boolean [json-pointer:/{name}]")

    def number(self, name: str, default: int) -> int:
        """Read a whole number; raises `invalid_arguments`."""
        if not self.sent(name):
            return default
        try:
            return int(str(self._raw[name]))
        except ValueError as error:
            raise invalid_arguments(f"must be an integer [json-pointer:/{name}]") from error

    def listed(self, name: str) -> list[str]:
        """Read a list of ids, as a JSON list or separated by commas."""
        value = self._raw.get(name, "")
        items = value if isinstance(value, list) else str(value).split(",")
        return [str(item).strip() for item in items if str(item).strip()]

    def objects(self, name: str, error: str) -> tuple[Json, ...]:
        """Read a list of objects, as JSON or as text that holds JSON; raises `RefusedError` with `error`."""
        value = self._parsed(name, error)
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise RefusedError(error, f"{name} must be a list of objects")
        return tuple(value)

    def object(self, name: str, error: str) -> Json:
        """Read an object, as JSON or as text that holds JSON; raises `RefusedError` with `error`."""
        value = self._parsed(name, error)
        if not isinstance(value, dict):
            raise RefusedError(error, f"{name} must be an object")
        return value

    def _parsed(self, name: str, error: str) -> Any:
        value = self._raw.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError as wrong:
            raise RefusedError(error, f"{name} is not JSON: {wrong}") from wrong
