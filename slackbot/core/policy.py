"""The policy: who is called, where, how often, and who comes next. Slack ids only; names are for the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum


class Severity(StrEnum):
    """How badly it burns, as ticket systems name it."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """Say the order of departure: 0 leaves first."""
        return _RANKS[self]


_RANKS = {Severity.URGENT: 0, Severity.HIGH: 1, Severity.NORMAL: 2, Severity.LOW: 3}

REQUIRABLE = ("summary", "customer", "ticket", "why", "tried", "asked", "deadline")
"""Fields of the form that a category may require."""


@dataclass(frozen=True, slots=True)
class Notify:
    """Somebody to name in a call: a person (`U...`) or a user group (`S...`)."""

    id: str
    is_group: bool


@dataclass(frozen=True, slots=True)
class Timers:
    """How long a tier is given: a ping each `ping_every`, the next tier at `respond_within`."""

    ping_every: timedelta
    respond_within: timedelta


@dataclass(frozen=True, slots=True)
class Tier:
    """A level of support: its channel, whom to name, and its timers per severity (every severity is present)."""

    name: str
    channel: str
    backup_channel: str | None
    notify: tuple[Notify, ...]
    timers: Mapping[Severity, Timers]


@dataclass(frozen=True, slots=True)
class LastTier:
    """What goes on when the last tier's time is over: pings at growing distances, never none."""

    ping_every: timedelta
    growth: float
    at_most: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """An ordered list of tiers."""

    name: str
    tiers: tuple[Tier, ...]
    last_tier: LastTier


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of case and the fields it can't go without (names out of `REQUIRABLE`)."""

    name: str
    require: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Which cases take which policy. An empty set of categories or severities means all of them."""

    policy: str
    categories: frozenset[str] = frozenset()
    severities: frozenset[Severity] = frozenset()

    @property
    def is_catch_all(self) -> bool:
        """Say whether every case matches."""
        return not self.categories and not self.severities


@dataclass(frozen=True, slots=True)
class PromiseRules:
    """How long an acknowledgement may promise: the one-press default, the choices (`15m`, `today`), the grace.

    `remind` is the distance at which the owner of an answered case is asked how it stands.
    """

    default: timedelta
    choices: tuple[str, ...]
    grace: timedelta
    remind: timedelta


@dataclass(frozen=True, slots=True)
class WeeklySummary:
    """A summary that comes by itself: of a policy, or of all cases where `policy` is empty.

    `day` counts from 1 for Monday, `at` is the time there; it is about the week before the one in which it is posted.
    """

    policy: str
    day: int
    at: time
    zone: str
    channel: str


@dataclass(frozen=True, slots=True)
class CustomerTier:
    """Customers who are served alike: what they are called as a whole, and each of their names; `*` is any text."""

    name: str
    customers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A whole policy version: everything an escalation is decided by.

    `admin_channel` hears what no admin could be told.
    """

    timezone: str
    managers: tuple[str, ...]
    admins: tuple[str, ...]
    catcher: tuple[str, ...]
    promise: PromiseRules
    close_after: timedelta
    tickets: tuple[str, ...]
    categories: tuple[Category, ...]
    policies: Mapping[str, Policy]
    routes: tuple[Route, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    admin_channel: str | None = None
    summaries: tuple[WeeklySummary, ...] = ()
    customer_tiers: tuple[CustomerTier, ...] = ()

    def category(self, name: str) -> Category | None:
        """Find a category by its name, whatever its case."""
        wanted = name.casefold()
        return next((c for c in self.categories if c.name.casefold() == wanted), None)


def customer_tier(rules: Rules, customer: str) -> str | None:
    """Find the first tier that names a customer, whatever its case and the blanks in it; none where none does."""
    wanted = _folded(customer)
    if not wanted:
        return None
    tiers = (each.name for each in rules.customer_tiers if any(_fits(name, wanted) for name in each.customers))
    return next(tiers, None)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _fits(pattern: str, name: str) -> bool:
    """Say whether a name is what a pattern says; the pieces between `*` are looked for in their order."""
    first, *rest = _folded(pattern).split("*")
    if not rest:
        return name == first
    *middle, last = rest
    if len(name) < len(first) + len(last) or not (name.startswith(first) and name.endswith(last)):
        return False
    place, end = len(first), len(name) - len(last)
    for piece in middle:
        found = name.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True


@dataclass(frozen=True, slots=True)
class Routed:
    """The outcome of routing: which rule (from 1) chose which policy."""

    rule: int
    policy: Policy


def route(rules: Rules, category: str, severity: Severity) -> Routed:
    """Find the first route that matches; a valid policy's last one matches everything.

    Raises:
        LookupError: no route matches, which a checked policy rules out.
    """
    for rule, candidate in enumerate(rules.routes, start=1):
        fits_category = not candidate.categories or category in candidate.categories
        fits_severity = not candidate.severities or severity in candidate.severities
        if fits_category and fits_severity:
            return Routed(rule, rules.policies[candidate.policy])
    raise LookupError(f"no route for {category!r} with severity {severity}")
