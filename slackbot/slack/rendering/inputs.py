"""What a form asks, as plain values that the templates draw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slackbot import ids

LONG = 3_000
"""The most a text input takes (docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element)."""


class Asking(StrEnum):
    """How a field is asked for."""

    CHANNEL = "channel"
    CHOICE = "choice"
    INSTANT = "instant"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose: what is read, and what comes back."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Options under a heading."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class GroupedSelect:
    """A select beside nothing else, of groups of options."""

    action_id: str
    placeholder: str
    groups: tuple[OptionGroup, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a form.

    `options` and `chosen` belong to a choice, `at` (unix seconds) to an instant, the rest of the optional ones to text;
    `initial` also to a channel, whose id it is.
    A field that `dispatches` has itself as action id, so that its listener can be told from others.
    """

    kind: Asking
    block_id: str
    label: str
    optional: bool = False
    hint: str | None = None
    placeholder: str | None = None
    options: tuple[Option, ...] = ()
    chosen: Option | None = None
    at: int | None = None
    initial: str | None = None
    multiline: bool = False
    most: int = LONG
    dispatches: bool = False

    @property
    def action_id(self) -> str:
        """Say under which action id the input reports."""
        return self.block_id if self.dispatches else ids.INPUT


def chosen_of(options: tuple[Option, ...], value: str | None) -> Option | None:
    """Find the option with a value."""
    return next((option for option in options if option.value == value), None)
