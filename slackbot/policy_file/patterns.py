"""Ticket patterns: regular expressions that can't make Rung hang on somebody's long text."""

from __future__ import annotations

import re
import warnings

from slackbot.policy_file.problems import Problem

LONGEST = 200
_MOST_WAYS = 1_000
_OPEN_ENDED = 100  # the weight of `+` and `*`: one passes; two, one after the other, take a text's length squared

_TOKEN = re.compile(
    r"""
      (?P<inert> \\. | \[\^?\]?(?:\\.|[^\]\\])*\] | \(\?[aimsu]+\) | \(\?P=\w+\) | \(\?\#[^)]*\) )
    | (?P<open> \( (?: \?(?: P<\w+> | <?[=!] | [aimsu]*(?:-[ims]+)?: | > ) | (?!\?) ) )
    | (?P<odd> \(\? )
    | (?P<close> \) )
    | (?P<bar> \| )
    | (?P<repeat> (?: [*+?] | \{ (?: (?P<low>\d*),(?P<high>\d*) | (?P<exact>\d+) ) \} ) [?+]? )
    | (?P<plain> . )
    """,
    re.VERBOSE | re.DOTALL,
)

_UNKNOWN = ("uses a (?...) form that Rung can't judge", "write it with (?:...) or plain groups")
_NESTED = (
    "repeats a group that itself repeats or chooses, which can take for ever on a long text",
    "write it without the outer repetition, as in '[A-Z]{2,5}-\\d{1,8}'",
)
_TOO_MANY = (
    "can match in too many ways, which can take very long on a long text",
    "give bounds in place of + and *, as in '[A-Z]{2,5}-\\d{1,8}'",
)


def pattern_problem(path: str, pattern: str) -> Problem | None:
    """Check one pattern: it compiles, matches something, and can't backtrack badly; None if it is good."""
    found = _form_problem(pattern) or _risk(pattern)
    return found and Problem(path, pattern[:LONGEST], *found)


def _form_problem(pattern: str) -> tuple[str, str] | None:
    if len(pattern) > LONGEST:
        return f"is longer than {LONGEST} characters", "write several short patterns"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(pattern)
    except (re.error, OverflowError, Warning) as error:
        return f"is no regular expression ({error})", "write for example '#?\\d{4,8}' in single quotes"
    if compiled.match(""):
        return "matches an empty text", "ask for at least one character, as in '\\d{4,8}'"
    return None


def _risk(pattern: str) -> tuple[str, str] | None:
    """Refuse what Python could try in so many ways that one text stops the program ("catastrophic backtracking").

    Each choice multiplies the ways to match from one place. A group that leaves a choice may not be repeated,
    because there the ways grow with a power of the text's length.
    """
    ways, last, outer = 1, 1, list[int]()
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        if kind == "odd":
            return _UNKNOWN
        if kind == "repeat":
            low, high = _bounds(token)
            if last > 1 and high != 1:
                return _NESTED
            ways *= _OPEN_ENDED if high is None else high - low + 1
        elif kind == "close":
            last = ways
            ways *= outer.pop()
        else:
            last = 1
        if kind == "open":
            outer.append(ways)
            ways = 1
        elif kind == "bar":
            ways *= 2
    return _TOO_MANY if ways > _MOST_WAYS else None


def _bounds(token: re.Match[str]) -> tuple[int, int | None]:
    """Read how often a repetition may repeat; the upper bound None is open."""
    if token["exact"]:
        return int(token["exact"]), int(token["exact"])
    if token["repeat"][0] == "{":
        return int(token["low"] or 0), int(token["high"]) if token["high"] else None
    return (1 if token["repeat"][0] == "+" else 0), (1 if token["repeat"][0] == "?" else None)
