"""Finding what people can press or fill in by the words they see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from slackbot.simulator.element_state import elements_of, state_key
from slackbot.simulator.hands.stage import NotPossibleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slackbot.simulator.model import Json

Thing = TypeVar("Thing")

TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")
OPTIONAL_MARK = " (optional)"


@dataclass(frozen=True, slots=True)
class Control:
    """Something to press: a button, or one entry of an overflow menu; `spoken` is for screen readers."""

    label: str
    spoken: str
    block_id: str
    element: Json
    option: Json | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Something to fill in or choose from; `names` are the words people may know it by, the best first."""

    names: tuple[str, ...]
    block: Json
    element: Json

    @property
    def label(self) -> str:
        """The words on the screen."""
        return self.names[0]

    @property
    def block_id(self) -> str:
        """The id of its block."""
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        """The id of its element."""
        return str(self.element["action_id"])

    @property
    def type(self) -> str:
        """Slack's name for the kind of element."""
        return str(self.element["type"])

    @property
    def is_required(self) -> bool:
        """Say whether the modal can't be submitted while it is empty."""
        return self.block["type"] == "input" and not self.block.get("optional")

    @property
    def tells_at_once(self) -> bool:
        """Say whether choosing tells the app before the modal is submitted; typed text waits for Enter."""
        if self.block["type"] != "input":
            return True
        return bool(self.block.get("dispatch_action")) and self.type not in TYPED


def controls_of(blocks: Iterable[Json]) -> Iterator[Control]:
    """List what can be pressed, from top to bottom."""
    for block in blocks:
        block_id = str(block.get("block_id", ""))
        for element in elements_of(block):
            if element["type"] == "button":
                spoken = str(element.get("accessibility_label") or "")
                yield Control(_text(element), spoken, block_id, element)
            elif element["type"] == "overflow":
                for option in element["options"]:
                    yield Control(_text(option), "", block_id, element, option)


def fields_of(blocks: Iterable[Json]) -> Iterator[Field]:
    """List what can be filled in or chosen from, from top to bottom."""
    for block in blocks:
        for element in elements_of(block):
            if state_key(str(element["type"])) is not None:
                yield Field(_names(block, element), block, element)


def find_control(blocks: Iterable[Json], wanted: str) -> Control | None:
    """Find the control with this text or accessible label, else the only one that begins so.

    Raises NotPossibleError where several fit.
    """
    return _only(wanted, [((each.label, each.spoken), each) for each in controls_of(blocks)])


def find_field(blocks: Iterable[Json], wanted: str) -> Field | None:
    """Find the field with this label, else the only one that begins so; raises NotPossibleError where several fit."""
    return _only(wanted, [(each.names, each) for each in fields_of(blocks)])


def find_option(options: Iterable[Json], wanted: str) -> Json | None:
    """Find the option with this text, else the only one that begins so; raises NotPossibleError where several fit."""
    return _only(wanted, [((_text(each),), each) for each in options])


def options_of(element: Json) -> list[Json]:
    """List a select's options, those in groups included."""
    grouped = [each for group in element.get("option_groups") or () for each in group["options"]]
    return [*(element.get("options") or ()), *grouped]


def _only(wanted: str, things: list[tuple[tuple[str, ...], Thing]]) -> Thing | None:
    exact = [thing for names, thing in things if wanted in names]
    begun = [thing for names, thing in things if any(name.startswith(wanted) for name in names)]
    hits = exact or begun
    if len(hits) > 1:
        names = ", ".join(repr(names[0]) for names, thing in things if thing in hits)
        message = f"{wanted!r} may be any of {names}; say more, or use the accessible label."
        raise NotPossibleError(message)
    return hits[0] if hits else None


def _names(block: Json, element: Json) -> tuple[str, ...]:
    label = str((block.get("label") or {}).get("text", ""))
    beside = str((block.get("text") or {}).get("text", ""))
    placeholder = str((element.get("placeholder") or {}).get("text", ""))
    named = (label, label.removesuffix(OPTIONAL_MARK), placeholder, beside, str(element["action_id"]))
    return tuple(dict.fromkeys(name for name in named if name))


def _text(part: Json) -> str:
    return str(part["text"]["text"])
