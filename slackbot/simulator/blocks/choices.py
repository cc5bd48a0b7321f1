"""Rules that hold several fields of one element against each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slackbot.simulator.blocks.rules import Check, Problem, Surface
from slackbot.simulator.text import utf16_length

Element = Mapping[str, Any]


def _chosen_among_options(element: Element, pointer: str, _surface: Surface) -> Iterable[Problem]:
    offered = [*element.get("options", ())]
    for group in element.get("option_groups", ()):
        offered += group["options"]
    if "initial_option" in element and element["initial_option"] not in offered:
        yield Problem("must exactly match one of the options", f"{pointer}/initial_option")
    for index, chosen in enumerate(element.get("initial_options", ())):
        if chosen not in offered:
            place = f"{pointer}/initial_options/{index}"
            yield Problem("must exactly match one of the options", place)


def _no_more_than_allowed(element: Element, pointer: str, _surface: Surface) -> Iterable[Problem]:
    most = element.get("max_selected_items")
    for name, value in element.items():
        if name.startswith("initial_") and most is not None and len(value) > most:
            yield Problem(f"no more than {most} items allowed", f"{pointer}/{name}")


def _response_url_in_modals(element: Element, pointer: str, surface: Surface) -> Iterable[Problem]:
    if "response_url_enabled" in element and surface is not Surface.MODAL:
        yield Problem("invalid additional property: response_url_enabled", pointer)


def _lengths_fit(element: Element, pointer: str, _surface: Surface) -> Iterable[Problem]:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if least > most:
        yield Problem(f"must be less than {most}", f"{pointer}/min_length")
    length = utf16_length(element.get("initial_value", ""))
    if length > most:
        yield Problem(f"must be less than {most + 1} characters", f"{pointer}/initial_value")


CHOSEN_AMONG_OPTIONS: Check = _chosen_among_options
"""What is chosen at first is one of the options, to the letter."""
NO_MORE_THAN_ALLOWED: Check = _no_more_than_allowed
"""What is chosen at first keeps `max_selected_items`."""
RESPONSE_URL_IN_MODALS: Check = _response_url_in_modals
"""`response_url_enabled` works in modals only."""
LENGTHS_FIT: Check = _lengths_fit
"""`min_length`, `max_length` and the text already there agree."""
