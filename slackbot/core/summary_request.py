"""What somebody asks of a summary: which days, which cases, and whether everybody is to read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slackbot.core.periods import Period, PeriodProblem, from_key, read_period
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
_QUOTED = re.compile(r'["\u201c\u201d]([^"\u201c\u201d]+)["\u201c\u201d]\s*(.*)')


def read_request(text: str, now: datetime, zone: str) -> SummaryRequest | PeriodProblem:
    """Read what follows `summary`: a period, then `tier`, `policy`, `category` or `customer` with a name, or `mine`.

    The order is free: where the name stands before the period, the words at the end that are a period are one.
    """
    rest = _POST.sub("", text)
    post = rest != text
    without_mine = _MINE.sub(" ", rest)
    if without_mine != rest:
        return _of(read_period(without_mine, now, zone), Scope(ScopeKind.MINE), post=post)
    found = _SCOPE.search(rest)
    if found is None:
        return _of(read_period(rest, now, zone), EVERYTHING, post=post)
    value, words = _split(clean(found[2], _LONGEST_LINE), rest[: found.start()], now, zone)
    return _of(read_period(words, now, zone), Scope(ScopeKind(found[1].casefold()), value), post=post)


def read_carried(carried: str, now: datetime, zone: str) -> SummaryRequest | PeriodProblem:
    """Read what a button carried."""
    key, _, rest = carried.partition("|")
    scope = read_scope(rest)
    return PeriodProblem.UNREADABLE if scope is None else _of(from_key(key, now, zone), scope, post=False)


def read_scope(carried: str) -> Scope | None:
    """Read what a button, or a row, carried; none where it is none of ours."""
    kind, _, value = carried.partition("|")
    return Scope(ScopeKind(kind), one_line(clean(value, LONGEST_NAME))) if kind in set(ScopeKind) else None


def _split(said: str, before: str, now: datetime, zone: str) -> tuple[str, str]:
    """Part a name from a period behind it; quotes say where the name ends."""
    quoted = _QUOTED.fullmatch(said)
    if quoted is not None:
        return quoted[1].strip(), f"{before} {quoted[2]}"
    words = said.split()
    if not before.strip():
        for first in range(1, len(words)):
            behind = " ".join(words[first:])
            if read_period(behind, now, zone) is not PeriodProblem.UNREADABLE:
                return " ".join(words[:first]), behind
    return said, before


def _of(period: Period | PeriodProblem, scope: Scope, *, post: bool) -> SummaryRequest | PeriodProblem:
    return period if isinstance(period, PeriodProblem) else SummaryRequest(period, scope, post)
