"""Reads a policy file and names everything that is wrong with it at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from slackbot.policy_file.problems import PolicyFileError, Problem, one_of, path_of
from slackbot.policy_file.schema import TABLES, PolicyFile
from slackbot.policy_file.sense import sense_problems

_LATER = frozenset({"calendars", "calendar", "closed"})
_PLACE = re.compile(r" \(at (.+)\)$")
_WRONG_TYPE = {
    "list_type": ("is no list", 'write it in brackets: ["..."]'),
    "model_type": ("is no table", "write its keys under a heading such as [promise] or in { }"),
    "float_type": ("is no number", "write for example 2.0"),
    "string_type": ("is no text", "write it in quotes"),
    "finite_number": ("is no number", "write for example 2.0"),
}


def read_policy_file(text: str) -> PolicyFile:
    """Read the TOML text of a policy file.

    Raises:
        PolicyFileError: with all problems of form and of sense; a TOML mistake hides the others, being one
            that leaves nothing to check.
    """
    raw = _parse(text)
    form, file = _form(raw)
    problems = [*form, *sense_problems(raw)]
    if file is None or problems:
        raise PolicyFileError(problems)
    return file


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        where = place[1] if place else "somewhere"
        what = _PLACE.sub("", str(error))
        cure = "mend the TOML there: texts in quotes, lists in [ ], one key = value a line"
        raise PolicyFileError([Problem(where, None, f"is no TOML ({what})", cure)]) from error


def _form(raw: Mapping[str, Any]) -> tuple[list[Problem], PolicyFile | None]:
    try:
        return [], PolicyFile.model_validate(raw)
    except ValidationError as error:
        return [_problem(raw, details) for details in error.errors(include_url=False)], None


def _problem(raw: Mapping[str, Any], details: ErrorDetails) -> Problem:
    """Turn pydantic's finding into one in the words of this house."""
    kind, location = details["type"], details["loc"]
    path, ctx = path_of(location), details.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return _unknown_key(path, location)
        case "missing":
            return Problem(path, None, "is missing", _example(location))
        case "too_short":
            return Problem(path, None, "is empty", _example(location))
        case "too_long":
            return Problem(path, None, f"has {ctx['actual_length']} entries", f"keep at most {ctx['max_length']}")
        case "rule":
            message, cure = ctx["message"], ctx["cure"]
        case "greater_than_equal" | "less_than_equal":
            message, cure = "is out of range", "write 1.0 to 10.0"
        case _:
            message, cure = _WRONG_TYPE.get(kind, (details["msg"], "see docs/policy.md"))
    return Problem(path, _value_at(raw, location), message, cure)


def _value_at(raw: Mapping[str, Any], location: tuple[str | int, ...]) -> Any:
    """Take the value as the file has it: `"low"`, where the schema has already read `["low"]`."""
    value: Any = raw
    for part in location:
        if isinstance(value, str):
            break
        value = value[part]
    return value


def _unknown_key(path: str, location: tuple[str | int, ...]) -> Problem:
    key = str(location[-1])
    if key in _LATER:
        return Problem(path, None, "comes with working time", "take it out for now")
    table = TABLES[_table_of(location)]
    return Problem(path, None, "is no key of this table", one_of(key, list(table.model_fields)))


def _example(location: tuple[str | int, ...]) -> str:
    field = TABLES[_table_of(location)].model_fields[str(location[-1])]
    if field.examples:
        return f"write for example {field.examples[0]}"
    return "name at least one, or take the key out"


def _table_of(location: tuple[str | int, ...]) -> tuple[str, ...]:
    return tuple(part for part in location[:-1] if isinstance(part, str))
