"""What can be asked of an escalation: presses, commands and the passing of time go the same way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slackbot.core.outages import Cause


class Action(StrEnum):
    """What a person can do; the subject of `authorise`."""

    RAISE = "raise"
    LOOK = "look"
    ACKNOWLEDGE = "acknowledge"
    CHANGE_PROMISE = "change_promise"
    ANSWER = "answer"
    ESCALATE = "escalate"
    RESOLVE = "resolve"
    CLOSE = "close"
    NOT_SOLVED = "not_solved"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Due:
    """The moment an escalation waited for has come; also asked after a restart, however late."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Rung is back after an outage that began at `since`, for this `cause`: minutes in which nobody could answer.

    `call_waits`: a call of the case's visit that was wanted before is still to leave, so it needs no other.
    """

    since: datetime
    cause: Cause
    call_waits: bool = False


@dataclass(frozen=True, slots=True)
class Admit:
    """Slack confirmed that the person who raised a pending case is an insider."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Slack told that the person who raised a pending case is none: guest, stranger, deactivated or bot."""

    reason: str


@dataclass(frozen=True, slots=True)
class TierUnreachable:
    """The card of a visit could not be posted anywhere at its tier; `error` is Slack's code."""

    visit: int
    error: str


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Somebody takes it and promises a first answer by `until`."""

    actor: str
    until: datetime


@dataclass(frozen=True, slots=True)
class ChangePromise:
    """The owner moves the promised time."""

    actor: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The customer's side got a first answer."""

    actor: str


@dataclass(frozen=True, slots=True)
class EscalateNow:
    """Somebody sends it to the next tier by hand; `note` names the field with the reason."""

    actor: str
    visit: int
    note: str


@dataclass(frozen=True, slots=True)
class Resolve:
    """Somebody gives the solution; the texts are stored as fields beside it."""

    actor: str


@dataclass(frozen=True, slots=True)
class Close:
    """The agent confirms that it is solved."""

    actor: str


@dataclass(frozen=True, slots=True)
class ReportNotSolved:
    """The agent says that it is not solved."""

    actor: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The agent takes it back."""

    actor: str


Command = (
    Due
    | Resume
    | Admit
    | Refuse
    | TierUnreachable
    | Acknowledge
    | ChangePromise
    | Answer
    | EscalateNow
    | Resolve
    | Close
    | ReportNotSolved
    | Withdraw
)


def note_of_escalating(visit: int) -> str:
    """Name the field that holds why a visit was ended by hand."""
    return f"reason.{visit}"


def note_of_resolving(visit: int) -> str:
    """Name the field that holds what to tell the customer."""
    return f"resolution.{visit}"


def note_of_preventing(visit: int) -> str:
    """Name the field that holds what the agent could do next time."""
    return f"prevention.{visit}"
