"""What people type, made fit to keep and to show: nothing invisible that deceives, nothing longer than a limit.

Lengths are UTF-16 units, the stricter reading of what Slack calls characters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import TypeAlias

Measure: TypeAlias = Callable[[str], int]
"""Says what a text weighs; the weight of a text is the sum over its characters."""

ELLIPSIS = "…"

_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
_NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MANY_BLANK_LINES = re.compile(r"\n{4,}")
_LONGEST_WORD_DROPPED = 40


def units(text: str) -> int:
    """Count the UTF-16 units of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, limit: int) -> str:
    """Make a person's text fit to store, at most `limit` units long.

    Control characters, lone surrogates and the marks that turn the direction of writing are taken out, tabs become
    blanks, more than two blank lines become two. Cleaning again changes nothing.
    """
    if text.isascii() and text.isprintable():  # most are: one line without anything to take out
        return text.strip()[:limit].rstrip()
    plain = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    lines = "\n".join(line.rstrip() for line in _NEVER.sub("", plain).split("\n"))
    tidy = _MANY_BLANK_LINES.sub("\n\n\n", lines).strip()
    return _prefix(tidy, limit, units).rstrip()


def one_line(text: str) -> str:
    """Put a text on one line."""
    return " ".join(text.split())


def excerpt(text: str, limit: int, *, measure: Measure = units, lines: int | None = None) -> str:
    """Shorten a text to a limit, and to some lines if told, at the end of a word, with an ellipsis where it was cut.

    The result weighs at most `limit` by `measure`, ellipsis included; where not even that fits, nothing is left.
    """
    short = text if lines is None else "\n".join(text.split("\n")[:lines])
    if short == text and measure(text) <= limit:
        return text
    cut = _prefix(short, limit - measure(ELLIPSIS), measure)
    if cut != short:
        cut = _at_end_of_word(cut)
    cut = cut.rstrip()
    return f"{cut}{ELLIPSIS}" if limit >= measure(ELLIPSIS) else ""


def pieces(text: str, limit: int, measure: Measure = units) -> list[str]:
    """Cut a text into pieces that weigh at most `limit` each, at blanks where there are some; nothing else is lost."""
    found = []
    rest = text.strip()
    while rest:
        piece = _prefix(rest, limit, measure) or rest[0]
        if piece != rest:
            piece = _at_end_of_word(piece)
        found.append(piece.rstrip())
        rest = rest[len(piece) :].strip()
    return found


def share(weights: list[int], room: int) -> list[int]:
    """Divide room among texts: who needs less than an even part gets all of it, the others share the rest evenly."""
    given = [0] * len(weights)
    left = room
    order = sorted(range(len(weights)), key=weights.__getitem__)
    for done, index in enumerate(order):
        given[index] = max(0, min(weights[index], left // (len(weights) - done)))
        left -= given[index]
    return given


def _prefix(text: str, limit: int, measure: Measure) -> str:
    """Take as much of the beginning as weighs at most `limit`."""
    if measure(text) <= limit:
        return text
    kept = bisect_right(range(len(text)), limit, key=lambda end: measure(text[:end]))
    return text[: max(0, kept - 1)]


def _at_end_of_word(text: str) -> str:
    """Drop a word cut in two, unless it is so long that the cut must go through it."""
    end = max(text.rfind(" "), text.rfind("\n"))
    return text[:end] if end > 0 and len(text) - end <= _LONGEST_WORD_DROPPED else text
