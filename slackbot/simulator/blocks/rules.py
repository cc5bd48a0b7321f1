"""The words in which the tables describe a payload: a few kinds of rule, each plain data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias


class Surface(Enum):
    """Where blocks can stand."""

    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"


EVERYWHERE = frozenset(Surface)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing Slack would refuse: its words for it and the JSON pointer to the place."""

    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Check: TypeAlias = Callable[[Mapping[str, Any], str, Surface], Iterable[Problem]]
"""A rule over several fields of one object that is sound field by field: (object, pointer, surface)."""


@dataclass(frozen=True, slots=True)
class Words:
    """A string of `least` to `most` characters; `choices` and `form` narrow what it may say."""

    most: int | None = None
    least: int = 1
    choices: frozenset[str] = frozenset()
    form: str | None = None
    """The name of one of the forms the walk knows, such as `uri`."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number within bounds, both included."""

    least: float | None = None
    most: float | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Items:
    """An array of `least` to `most` values of one rule."""

    item: Rule
    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: its fields (no others are allowed), where it may stand, and rules over several fields."""

    required: Mapping[str, Rule] = field(default_factory=dict)
    optional: Mapping[str, Rule] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    surfaces: frozenset[Surface] = EVERYWHERE


@dataclass(frozen=True, slots=True)
class Kinds:
    """An object whose `type` picks the shape."""

    shapes: Mapping[str, Shape]

    def only(self, *names: str) -> Kinds:
        """Narrow to some of the types."""
        return Kinds({name: self.shapes[name] for name in names})


Rule: TypeAlias = Words | Number | Flag | Items | Shape | Kinds


def at_least_one(*names: str) -> Check:
    """Make a check that one of the fields is there."""

    def check(value: Mapping[str, Any], pointer: str, _surface: Surface) -> Iterable[Problem]:
        if not any(name in value for name in names):
            yield Problem(f"must define at least one of {_listed(names)}", pointer)

    return check


def at_most_one(*names: str) -> Check:
    """Make a check that no two of the fields are there."""

    def check(value: Mapping[str, Any], pointer: str, _surface: Surface) -> Iterable[Problem]:
        if sum(name in value for name in names) > 1:
            yield Problem(f"must define only one of {_listed(names)}", pointer)

    return check


def exactly_one(*names: str) -> tuple[Check, Check]:
    """Make the checks that one of the fields is there, and no other of them."""
    return at_least_one(*names), at_most_one(*names)


def one_of(*choices: str) -> Words:
    """Make the rule for a string out of a closed list."""
    return Words(choices=frozenset(choices))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
