"""How the demo's lines look: columns, wrapping to the terminal's width, and colours where they are wanted."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

_NARROWEST, _WIDEST = 60, 110
_TIME, _PLACE = 8, 13
_ASIDE = _TIME + 2 + _PLACE + 2
_BAR = " " * _ASIDE + "| "
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?![\w*])")
_BOLD, _DIM, _PERSON, _RUNG = "1", "2", "1;33", "36"


@dataclass(frozen=True, slots=True)
class Ink:
    """Writes the story to a stream, line by line; `width` is in columns."""

    out: TextIO
    width: int
    colours: bool

    def scene(self, title: str) -> None:
        """Begin a new part."""
        self._write("")
        for line in self._wrapped(title, "  "):
            self._write(self._styled("  " + line, _BOLD))

    def paragraph(self, text: str) -> None:
        """Write plain text."""
        for given in text.splitlines():
            for line in self._wrapped(given, "") or [""]:
                self._write(line)

    def line(self, at: str, place: str, what: str, *, by_hand: bool) -> None:
        """Write what somebody did (`by_hand`) or what Rung did, with the time and the place."""
        lead = f"{at:>{_TIME}}  {place:<{_PLACE}}  "
        for number, line in enumerate(self._wrapped(what, lead)):
            self._write(self._styled(" " * _ASIDE if number else lead, _DIM) + self._styled(line, _style(by_hand)))

    def aside(self, text: str) -> None:
        """Write a line of what can be seen there, beside a bar."""
        for number, line in enumerate(self._wrapped(_EMPHASIS.sub(r"\1", text), _BAR + "  ")):
            self._write(self._styled(_BAR, _DIM) + ("  " if number else "") + line)

    def _wrapped(self, text: str, lead: str) -> list[str]:
        return textwrap.wrap(text, self.width - len(lead), break_long_words=False, break_on_hyphens=False)

    def _styled(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colours else text

    def _write(self, line: str) -> None:
        print(line.rstrip(), file=self.out, flush=True)


def ink_for(out: TextIO, environment: Mapping[str, str]) -> Ink:
    """Choose colours for a terminal that wants them (no-color.org), and a width within reason."""
    plain = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    columns = shutil.get_terminal_size((100, 24)).columns
    return Ink(out, min(max(columns, _NARROWEST), _WIDEST), colours=out.isatty() and not plain)


def _style(by_hand: bool) -> str:  # noqa: FBT001 - the one thing that it depends on
    return _PERSON if by_hand else _RUNG
