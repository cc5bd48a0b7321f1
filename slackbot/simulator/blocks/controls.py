"""How the things one presses, picks or fills in look as text: `[Acknowledge]`, `[v Severity]`, `____`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from slackbot.simulator.blocks.reader import Part, Reader

BLANK = "____"


def show_element(reader: Reader, element: Part) -> str:
    """Say how a block element looks to a reader."""
    kind = str(element.get("type"))
    shown = SHOWN.get(kind)
    if shown is not None:
        return shown(reader, element)
    return _menu(reader, element) if kind.endswith("_select") else _field(reader, element)


def _button(reader: Reader, element: Part) -> str:
    return f"[{reader.text(element['text'])}]"


def _feedback(reader: Reader, element: Part) -> str:
    pair = (element["positive_button"], element["negative_button"])
    return " ".join(_button(reader, button) for button in pair)


def _choices(reader: Reader, element: Part, off: str, on: str) -> str:
    chosen = [*element.get("initial_options", ()), element.get("initial_option")]
    return "  ".join(
        f"{on if option in chosen else off} {reader.text(option['text'])}" for option in element["options"]
    )


def _menu(reader: Reader, element: Part) -> str:
    chosen = [*element.get("initial_options", ())]
    if "initial_option" in element:
        chosen.append(element["initial_option"])
    said = [reader.text(option["text"]) for option in chosen]
    for name in ("user", "conversation", "channel"):
        ids = [*element.get(f"initial_{name}s", ())]
        if f"initial_{name}" in element:
            ids.append(element[f"initial_{name}"])
        said += [reader.names(held) or held for held in ids]
    return f"[v {', '.join(said) or reader.text(element.get('placeholder')) or 'Select'}]"


def _picker(initial: str) -> Callable[[Reader, Part], str]:
    def say(reader: Reader, element: Part) -> str:
        return f"[v {element.get(initial) or reader.text(element.get('placeholder')) or 'Select'}]"

    return say


def _instant(reader: Reader, element: Part) -> str:
    held = element.get("initial_date_time")
    return f"[v {'Select' if held is None else reader.at(held, '{date_short} {time}')}]"


def _field(reader: Reader, element: Part) -> str:
    held = element.get("initial_value")
    if held is None:
        return BLANK
    if isinstance(held, str):
        return held
    return " ".join(reader.rich(line.get("elements", [])) for line in held.get("elements", []))


SHOWN: Mapping[str, Callable[[Reader, Part], str]] = {
    "button": _button,
    "workflow_button": _button,
    "icon_button": _button,
    "feedback_buttons": _feedback,
    "overflow": lambda _reader, _element: "[...]",
    "image": lambda _reader, element: f"[image: {element['alt_text']}]",
    "checkboxes": lambda reader, element: _choices(reader, element, "[ ]", "[x]"),
    "radio_buttons": lambda reader, element: _choices(reader, element, "( )", "(o)"),
    "datepicker": _picker("initial_date"),
    "timepicker": _picker("initial_time"),
    "datetimepicker": _instant,
    "file_input": lambda _reader, _element: "[Choose a file]",
}
"""What is not here is a menu if its type ends so, and else a field to type in."""
