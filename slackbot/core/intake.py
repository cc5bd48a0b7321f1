"""One line read: what stands in the text of `/escalate ...`, and what the case still lacks. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from hashlib import sha256
from zoneinfo import ZoneInfo

from slackbot.core.model import Why
from slackbot.core.policy import Rules, Severity
from slackbot.core.problems import Problem, ProblemCode

KEYS = ("category", "severity", "customer", "ticket", "why", "deadline", "tried", "asked")
"""The keys that are read out of a line, whatever their case; any other `word:word` stays in the text."""

DEFAULT_SEVERITY = Severity.NORMAL
"""What a case burns at that does not say."""

_PAIR = re.compile(
    rf"(?<!\S)(?P<key>(?ai:{'|'.join(KEYS)})):(?:[\"“”„](?P<quoted>[^\"“”„]*)[\"“”„]|(?P<bare>\S+))[ \t]?"
)
_DETACHED = re.compile(r"(?<!\S)(?ai:category|severity|why):(?!\S)")
_SENT = re.compile(r"<(?P<token>[^<>]+)>|&(?P<entity>amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_SHOWN = 50  # characters of a pair that a problem repeats
_NAMED = 10  # known values that a problem names


class _NotTakenError(Exception):
    """A pair whose value can't be taken."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says by field name, and what it tries to say and we can't take.

    In `values` a category, severity and why are spelled as the policy and the model do, a deadline is ISO 8601 in UTC.
    """

    values: dict[str, str]
    problems: tuple[Problem, ...]


def read_line(text: str, rules: Rules) -> Reading:
    """Read a line as its writer sees it (after `unescape`): the pairs of `KEYS`, a ticket number, the rest as summary.

    Pairs that can't be taken are left out of the summary too, and named among the problems.
    """
    given, problems = _pairs(text)
    summary = _PAIR.sub("", text).strip()
    problems += [Problem(ProblemCode.DETACHED, {"name": found[0]}) for found in _DETACHED.finditer(summary)]
    values = {"summary": summary} if summary else {}
    for key, value in given.items():
        try:
            values[key] = _READERS[key](value, rules) if key in _READERS else value
        except _NotTakenError as error:
            problems.append(error.problem)
    if len(rules.categories) == 1:
        values["category"] = rules.categories[0].name
    ticket = _ticket(summary, rules.tickets)
    if ticket and "ticket" not in values:
        values["ticket"] = ticket
    return Reading(values, tuple(problems))


def missing(rules: Rules, values: Mapping[str, str]) -> tuple[str, ...]:
    """Name the fields without which a case can't be raised: its category, then what that category requires.

    The severity is never missing: it is `DEFAULT_SEVERITY` where nothing was said.
    """
    category = rules.category(values.get("category", ""))
    if category is None:
        return ("category",)
    return tuple(name for name in category.require if not values.get(name, "").strip())


def line_digest(person: str, text: str) -> str:
    """Digest a person's line, to know the same one again: SHA-256 in hex, blind to case and blanks."""
    same = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    return sha256(f"{person}\0{same}".encode(errors="backslashreplace")).hexdigest()


def unescape(text: str) -> str:
    """Turn text as Slack sends it into what its writer sees: links their address, mentions `@name`, entities signs.

    A mention without a name shows its id. All in one pass, so that what somebody wrote as `&lt;` stays that
    (docs.slack.dev/messaging/formatting-message-text).
    """
    return _SENT.sub(_as_seen, text)


def _as_seen(sent: re.Match[str]) -> str:
    if sent["entity"]:
        return _ENTITIES[sent["entity"]]
    target, _, label = unescape(sent["token"]).partition("|")
    if target.startswith(("@", "#")):
        return target[0] + (label or target[1:]).removeprefix(target[0])
    if target.startswith("!date^"):
        return label
    if target.startswith("!"):
        name, _, group = target[1:].partition("^")
        return "@" + (label or group or name).removeprefix("@")
    if target.startswith(("mailto:", "tel:")):
        return target.partition(":")[2]
    return target


def _pairs(text: str) -> tuple[dict[str, str], list[Problem]]:
    """Take the pairs out of a line; where a key stands twice the first one counts."""
    given: dict[str, str] = {}
    problems: list[Problem] = []
    for pair in _PAIR.finditer(text):
        key = pair["key"].lower()
        value = (pair["bare"] or pair["quoted"]).strip()
        if key in given:
            problems.append(Problem(ProblemCode.TWICE, {"name": key, "first": _shown(given[key])}))
        elif value:
            given[key] = value
        else:
            problems.append(Problem(ProblemCode.EMPTY, {"name": key}))
    return given, problems


def _ticket(summary: str, patterns: Iterable[str]) -> str | None:
    """Find the first ticket number; a part of a longer word or number is none."""
    found = [match for pattern in patterns for match in re.finditer(pattern, summary) if _stands_alone(match)]
    return min(found, key=lambda match: match.start())[0] if found else None


def _stands_alone(match: re.Match[str]) -> bool:
    before = match.string[match.start() - 1 : match.start()]
    after = match.string[match.end() : match.end() + 1]
    return not (_in_word(before) and _in_word(match[0][:1])) and not (_in_word(match[0][-1:]) and _in_word(after))


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _category(value: str, rules: Rules) -> str:
    known = rules.category(value)
    if known is None:
        raise _NotTakenError(_unknown("category", value, [category.name for category in rules.categories]))
    return known.name


def _severity(value: str, _rules: Rules) -> str:
    return _one_of("severity", value, [severity.value for severity in Severity])


def _why(value: str, _rules: Rules) -> str:
    return _one_of("why", value, [why.value for why in Why])


def _deadline(value: str, rules: Rules) -> str:
    """Read an instant; one without an offset is meant in the policy's zone."""
    try:
        told = datetime.fromisoformat(value)
        aware = told if told.tzinfo else told.replace(tzinfo=ZoneInfo(rules.timezone))
        instant = aware.astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise _NotTakenError(Problem(ProblemCode.NO_TIME, {"pair": _shown(f"deadline:{value}")})) from None
    if "T" not in value.upper() and " " not in value:
        raise _NotTakenError(Problem(ProblemCode.NO_HOUR, {"pair": _shown(f"deadline:{value}")}))
    return instant


_READERS: Mapping[str, Callable[[str, Rules], str]] = {
    "category": _category,
    "severity": _severity,
    "why": _why,
    "deadline": _deadline,
}


def _one_of(key: str, value: str, known: list[str]) -> str:
    wanted = value.casefold().replace(" ", "_").replace("-", "_")
    if wanted not in known:
        raise _NotTakenError(_unknown(key, value, known))
    return wanted


def _unknown(key: str, value: str, known: list[str]) -> Problem:
    spelled = {name.casefold(): name for name in known}
    near = get_close_matches(value.casefold(), spelled, n=1)
    pair = _shown(f"{key}:{value}")
    if near:
        return Problem(ProblemCode.MISSPELT, {"pair": pair, "near": spelled[near[0]]})
    return Problem(ProblemCode.UNKNOWN, {"pair": pair, "known": ", ".join(known[:_NAMED])})


def _shown(value: str) -> str:
    return value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
