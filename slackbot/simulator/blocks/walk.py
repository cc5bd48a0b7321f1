"""Hold a payload against a rule and say each thing that is wrong, in Slack's own wording.

The wording is that of Slack's published schema validator (github.com/slackhq/hack-json-schema) and of refusals seen
from the Web API.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from slackbot.simulator.blocks.rules import (
    Flag,
    Items,
    Kinds,
    Number,
    Problem,
    Rule,
    Shape,
    Surface,
    Words,
)
from slackbot.simulator.text import utf16_length

FORMS: Mapping[str, re.Pattern[str]] = {
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+"),
    "web uri": re.compile(r"https?://\S+"),
    "date": re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"),
    "time": re.compile(r"([01]\d|2[0-3]):[0-5]\d"),
    "number": re.compile(r"-?\d+(\.\d+)?"),
    "file id": re.compile(r"F[A-Z0-9]{8,}"),
    "user id": re.compile(r"[UW][A-Z0-9]+"),
    "channel id": re.compile(r"[CG][A-Z0-9]+"),
    "conversation id": re.compile(r"[CGDUW][A-Z0-9]+"),
    "usergroup id": re.compile(r"S[A-Z0-9]+"),
}


def problems(rule: Rule, value: object, pointer: str, surface: Surface) -> Iterator[Problem]:
    """Say everything that is wrong with `value`, which stands at `pointer` on `surface`."""
    match rule:
        case Words():
            yield from _words(rule, value, pointer)
        case Number():
            yield from _number(rule, value, pointer)
        case Flag():
            if not isinstance(value, bool):
                yield Problem("must be a boolean", pointer)
        case Items():
            yield from _items(rule, value, pointer, surface)
        case Shape():
            yield from _shape(rule, value, pointer, surface, frozenset())
        case Kinds():
            yield from _kinds(rule, value, pointer, surface)
        case _:
            assert_never(rule)


def _words(rule: Words, value: object, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem("must provide a string", pointer)
        return
    length = utf16_length(value)
    if rule.choices and value not in rule.choices:
        yield Problem("must be a valid enum value", pointer)
    elif length < rule.least:
        yield Problem(f"must be more than {rule.least - 1} characters", pointer)
    elif rule.most is not None and length > rule.most:
        yield Problem(f"must be less than {rule.most + 1} characters", pointer)
    elif rule.form and not FORMS[rule.form].fullmatch(value):
        yield Problem(f"input must be a valid: {rule.form}", pointer)


def _number(rule: Number, value: object, pointer: str) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield Problem("must provide a number", pointer)
    elif rule.whole and not isinstance(value, int):
        yield Problem("must provide an integer", pointer)
    elif rule.least is not None and value < rule.least:
        yield Problem(f"must be greater than {rule.least:g}", pointer)
    elif rule.most is not None and value > rule.most:
        yield Problem(f"must be less than {rule.most:g}", pointer)


def _items(rule: Items, value: object, pointer: str, surface: Surface) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem("must provide an array", pointer)
        return
    if len(value) < rule.least:
        yield Problem(f"must provide at least {rule.least} items", pointer)
    if rule.most is not None and len(value) > rule.most:
        yield Problem(f"no more than {rule.most} items allowed", pointer)
        return
    for index, item in enumerate(value):
        yield from problems(rule.item, item, f"{pointer}/{index}", surface)


def _kinds(rule: Kinds, value: object, pointer: str, surface: Surface) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem("must provide an object", pointer)
        return
    if "type" not in value:
        yield Problem("missing required field: type", pointer)
        return
    name = value["type"]
    if not isinstance(name, str):
        yield Problem("must provide a string", f"{pointer}/type")
        return
    shape = rule.shapes.get(name)
    if shape is None or surface not in shape.surfaces:
        yield Problem(f"unsupported type: {name}", f"{pointer}/type")
        return
    yield from _shape(shape, value, pointer, surface, frozenset({"type"}))


def _shape(rule: Shape, value: object, pointer: str, surface: Surface, known: frozenset[str]) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem("must provide an object", pointer)
        return
    found = list(_fields(rule, value, pointer, surface, known))
    yield from found
    if not found:
        for check in rule.checks:
            yield from check(value, pointer, surface)


def _fields(
    rule: Shape, value: dict[str, Any], pointer: str, surface: Surface, known: frozenset[str]
) -> Iterator[Problem]:
    for name in rule.required:
        if name not in value:
            yield Problem(f"missing required field: {name}", pointer)
    for name, held in value.items():
        wanted = rule.required.get(name) or rule.optional.get(name)
        if wanted is not None:
            yield from problems(wanted, held, f"{pointer}/{name}", surface)
        elif name not in known:
            yield Problem(f"invalid additional property: {name}", pointer)
