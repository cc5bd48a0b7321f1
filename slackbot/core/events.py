"""History as typed events: a code and typed parameters, never words, never customer text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, ClassVar, get_type_hints

from slackbot.core.model import Arrival
from slackbot.core.outages import Cause


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an escalation."""

    code: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Raised(Event):
    """An agent raised it; `rule` is the route (from 1) that chose `policy`."""

    code: ClassVar[str] = "raised"
    rule: int
    policy: str
    pending: bool


@dataclass(frozen=True, slots=True)
class StillUnverified(Event):
    """Slack has still not told who raised it, after `checks` hours; the admins heard of it after the first."""

    code: ClassVar[str] = "still_unverified"
    checks: int


@dataclass(frozen=True, slots=True)
class Admitted(Event):
    """The person who raised it proved an insider, so the case is posted."""

    code: ClassVar[str] = "admitted"


@dataclass(frozen=True, slots=True)
class Refused(Event):
    """The person who raised it proved no insider: `reason` is guest, stranger, deactivated or bot."""

    code: ClassVar[str] = "refused"
    reason: str


@dataclass(frozen=True, slots=True)
class Entered(Event):
    """A visit began: the case stands at `tier` (from 0)."""

    code: ClassVar[str] = "entered"
    visit: int
    tier: int
    tier_name: str
    arrival: Arrival
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Pinged(Event):
    """The tier was called again; `skipped` earlier pings had come due together and were folded into this one."""

    code: ClassVar[str] = "pinged"
    visit: int
    ordinal: int
    skipped: int
    broadcast: bool


@dataclass(frozen=True, slots=True)
class PingSuppressed(Event):
    """A ping was due but no longer wanted when it would have left."""

    code: ClassVar[str] = "ping_suppressed"
    visit: int
    ordinal: int
    reason: str


@dataclass(frozen=True, slots=True)
class CatcherTold(Event):
    """Every tier stayed silent, so the catcher was told for the `ordinal`-th time."""

    code: ClassVar[str] = "catcher_told"
    visit: int
    ordinal: int


NOBODY_THERE = "nobody_there"
"""In the place of Slack's code: the channel is well, but all whom the tier names are gone."""


@dataclass(frozen=True, slots=True)
class Unreachable(Event):
    """A tier's channel could not be posted to: `error` is Slack's code, `fallback` where the call went instead."""

    code: ClassVar[str] = "unreachable"
    visit: int
    tier: int
    error: str
    fallback: str


@dataclass(frozen=True, slots=True)
class Acknowledged(Event):
    """Somebody took it and promised a first answer by `until`."""

    code: ClassVar[str] = "acknowledged"
    until: datetime


@dataclass(frozen=True, slots=True)
class PromiseChanged(Event):
    """The owner moved the promised time."""

    code: ClassVar[str] = "promise_changed"
    until: datetime


@dataclass(frozen=True, slots=True)
class PromiseMissed(Event):
    """The promised time passed without an answer; the owner was called."""

    code: ClassVar[str] = "promise_missed"
    until: datetime


@dataclass(frozen=True, slots=True)
class Reminded(Event):
    """The owner of an answered case was asked how it stands."""

    code: ClassVar[str] = "reminded"
    ordinal: int


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The customer's side got a first answer; the promise is kept."""

    code: ClassVar[str] = "answered"
    in_time: bool


@dataclass(frozen=True, slots=True)
class Resolved(Event):
    """A solution was given; `note` names the field that holds it."""

    code: ClassVar[str] = "resolved"
    note: str


@dataclass(frozen=True, slots=True)
class Closed(Event):
    """The case is over: confirmed by the agent, or the policy's days passed."""

    code: ClassVar[str] = "closed"
    confirmed: bool


@dataclass(frozen=True, slots=True)
class NotSolved(Event):
    """The agent said that it is not solved."""

    code: ClassVar[str] = "not_solved"


@dataclass(frozen=True, slots=True)
class HouseDown(Event):
    """Rung did not run between two instants, so that nobody could answer.

    `call_waited`: a call was missed, and one that had been wanted before and had not left yet served for it.
    """

    code: ClassVar[str] = "house_down"
    since: datetime
    until: datetime
    cause: Cause
    call_waited: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn(Event):
    """The agent took it back."""

    code: ClassVar[str] = "withdrawn"


EVENTS: Mapping[str, type[Event]] = {
    kind.code: kind
    for kind in (
        Raised,
        StillUnverified,
        Admitted,
        Refused,
        Entered,
        Pinged,
        PingSuppressed,
        CatcherTold,
        Unreachable,
        Acknowledged,
        PromiseChanged,
        PromiseMissed,
        Reminded,
        Answered,
        Resolved,
        Closed,
        NotSolved,
        HouseDown,
        Withdrawn,
    )
}


def event_params(event: Event) -> dict[str, Any]:
    """Turn an event's parameters into JSON values; instants become ISO 8601 text in UTC."""
    raw = {f.name: getattr(event, f.name) for f in fields(event)}
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in raw.items()}


def event_from(code: str, params: Mapping[str, Any]) -> Event:
    """Read an event back from its code and JSON values.

    Raises:
        KeyError: a newer Rung wrote a code that this one does not know.
    """
    kind = EVENTS[code]
    hints = _hints(code)
    values: dict[str, Any] = {}
    for name, value in params.items():
        hint = hints[name]
        if hint is datetime:
            values[name] = datetime.fromisoformat(value)
        elif hint in {Arrival, Cause}:
            values[name] = hint(value)
        else:
            values[name] = value
    return kind(**values)


@cache
def _hints(code: str) -> Mapping[str, Any]:
    """Read the types of an event's parameters; working them out anew for each entry of a history is dear."""
    return get_type_hints(EVENTS[code])
