"""What is wrong with a policy file: the place, the value, what is the matter, the cure; one line each."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slackbot.errors import PolicyError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `value` is what stands there now, None where nothing stands or it says nothing."""

    path: str
    value: object
    message: str
    cure: str

    def __str__(self) -> str:
        value = "" if self.value is None else f"{_shown(self.value)} "
        return f"{self.path}: {value}{self.message}; {self.cure}"


class PolicyFileError(PolicyError):
    """The policy file has problems; each is on a line of its own in the message."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems for whoever shows them differently."""
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"The policy file has {count}:", *map(str, self.problems)]))


def path_of(location: Iterable[str | int]) -> str:
    """Write a location as people read it: `policies[0].tiers[1].ping_every` (counted from 0)."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
            continue
        key = part if _BARE_KEY.fullmatch(part) else json.dumps(part, ensure_ascii=False)
        path += f".{key}" if path else key
    return path


def nearest(text: str, known: Iterable[str]) -> str | None:
    """Find the known word that was probably meant, whatever its case; None where none is near."""
    by_fold = {word.casefold(): word for word in reversed(list(known))}
    found = difflib.get_close_matches(text.casefold(), by_fold, n=1)
    return by_fold[found[0]] if found else None


def one_of(text: str, known: Sequence[str]) -> str:
    """Word the cure for an unknown name: the nearest one, or all there are."""
    near = nearest(text, known)
    if near is not None:
        return f'did you mean "{near}"?'
    return f"write one of: {', '.join(known)}" if known else "there is none to choose from"


def _shown(value: object) -> str:
    """Write a value on one line, short."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
