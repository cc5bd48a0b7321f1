"""What somebody asks of a summary: which days, which cases, and whether everybody is to read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slackbot.core.periods import Period, PeriodProblem, from_key, read_period
from slackbot.core.summary import Behind, Dimension, Part
from slackbot.core.text import clean, one_line

_LONGEST_LINE = 1_000
LONGEST_NAME = 75
"""Characters of a name, as long as a tier's may be: it must fit into the id of a block, with the period."""


class ScopeKind(StrEnum):
    """By what the cases of a summary are chosen."""

    ALL = "all"
    TIER = "tier"
    POLICY = "policy"
    CATEGORY = "category"
    CUSTOMER = "customer"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which cases are meant: all, or those that stood at a tier, or of a policy, category, customer or agent.

    `value` is the name as it is stored; for `mine` it is the person's id.
    """

    kind: ScopeKind = ScopeKind.ALL
    value: str = ""

    @property
    def key(self) -> str:
        """Write it so that `read_scope` reads it."""
        return f"{self.kind}|{self.value}"


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class SummaryRequest:
    """A request as it was typed; the scope's value is not yet looked up."""

    period: Period
    scope: Scope = EVERYTHING
    post: bool = False

    @property
    def key(self) -> str:
        """Write it so that `read_carried` reads it, for a button."""
        return f"{self.period.key}|{self.scope.key}"

    def moved(self, periods: int) -> SummaryRequest:
        """Ask the same of the period so many further on; nobody else reads that."""
        return SummaryRequest(self.period.moved(periods * self.period.days), self.scope)


_POST = re.compile(r"(?:^|\s)post\s*$", re.IGNORECASE)
_MINE = re.compile(r"(?:^|\s)mine(?=\s|$)", re.IGNORECASE)
_SCOPE = re.compile(r"(?:^|\s)(tier|policy|category|customer)(?:\s*:\s*|\s+)(.+)$", re.IGNORECASE)
_QUOTED = re.compile(
    r'(?:\u201c(?P<typeset>[^\u201c\u201d]+)\u201d|["\u201c\u201d](?P<typed>[^"\u201c\u201d]+)["\u201c\u201d])\s*(?P<rest>.*)'
)


def read_request(text: str, now: datetime, zone: str) -> SummaryRequest | PeriodProblem:
    """Read what follows `summary`: a period, then `tier`, `policy`, `category` or `customer` with a name, or `mine`.

    The order is free: where the name stands before the period, the words at the end that are a period are one. Within
    a name `mine` and `post` are part of it, also at the end of one without quotes: too little is shown, not too much.
    """
    found = _SCOPE.search(text)
    if found is None:
        words, post = _parted(text)
        rest = _MINE.sub(" ", words)
        return _of(read_period(rest, now, zone), EVERYTHING if rest == words else Scope(ScopeKind.MINE), post=post)
    before, wanted = _parted(text[: found.start()])
    value, behind = _split(clean(found[2], _LONGEST_LINE), now, zone, with_period=not before.strip())
    after, post = _parted(behind)
    scope = Scope(ScopeKind(found[1].casefold()), value)
    return _of(read_period(f"{before} {after}", now, zone), scope, post=wanted or post)


def read_carried(carried: str, now: datetime, zone: str) -> SummaryRequest | PeriodProblem:
    """Read what a button carried."""
    key, _, rest = carried.partition("|")
    scope = read_scope(rest)
    return PeriodProblem.UNREADABLE if scope is None else _of(from_key(key, now, zone), scope, post=False)


def read_behind(key: str) -> Behind | Part | None:
    """Read what somebody wants the cases of: a figure, or all that is counted of a part; none if it is neither."""
    if key in set(Behind):
        return Behind(key)
    dimension, colon, name = key.partition(":")
    is_part = colon and dimension in set(Dimension) and name == clean(name, LONGEST_NAME)
    return Part(Dimension(dimension), name) if is_part else None


def read_scope(carried: str) -> Scope | None:
    """Read what a button, or a row, carried; none where it is none of ours."""
    kind, _, value = carried.partition("|")
    return Scope(ScopeKind(kind), one_line(clean(value, LONGEST_NAME))) if kind in set(ScopeKind) else None


def without_post(name: str) -> str:
    """Take a `post` off the end of a name: where there is no such name otherwise, it was no part of it."""
    return _parted(name)[0]


def _parted(words: str) -> tuple[str, bool]:
    """Part words from a `post` at their end, and say whether it stood there."""
    rest = _POST.sub("", words)
    return rest, rest != words


def _split(said: str, now: datetime, zone: str, *, with_period: bool) -> tuple[str, str]:
    """Part a name from what stands behind it; quotes, or else a period, say where the name ends."""
    quoted = _QUOTED.fullmatch(said)
    if quoted is not None:
        return (quoted["typeset"] or quoted["typed"]).strip(), quoted["rest"]
    words = said.split()
    for first in range(1, len(words) if with_period else 0):
        behind = " ".join(words[first:])
        period, _ = _parted(behind)
        if period and read_period(period, now, zone) is not PeriodProblem.UNREADABLE:
            return " ".join(words[:first]), behind
    return said, ""


def _of(period: Period | PeriodProblem, scope: Scope, *, post: bool) -> SummaryRequest | PeriodProblem:
    return period if isinstance(period, PeriodProblem) else SummaryRequest(period, scope, post)
