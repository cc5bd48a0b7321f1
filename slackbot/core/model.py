"""What an escalation is: plain frozen values, no behaviour beyond reading themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from slackbot.core.policy import Severity


class State(StrEnum):
    """Where an escalation stands in its life."""

    PENDING = "pending"
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will happen by itself."""
        return self in {State.CLOSED, State.WITHDRAWN}


class Why(StrEnum):
    """Why a case is escalated."""

    COMPLEX = "complex"
    DISSATISFIED = "dissatisfied"
    EXCEPTION = "exception"
    TIME_CRITICAL = "time_critical"
    OTHER = "other"


class Arrival(StrEnum):
    """Why a visit began."""

    RAISED = "raised"
    NO_ANSWER = "no_answer"
    BY_HAND = "by_hand"
    UNREACHABLE = "unreachable"
    PROMISE_BROKEN = "promise_broken"
    NOT_SOLVED = "not_solved"


@dataclass(frozen=True, slots=True)
class Timer:
    """A visit's clock: what ran before `anchor` is in `consumed`; `pings_done` counts the slots already used.

    `ahead` says by how much the calls run ahead of the tier's time: minutes in which Rung was down are no time of the
    tier's, and yet it was called in or right after them.
    """

    anchor: datetime
    consumed: timedelta = timedelta()
    running: bool = True
    pings_done: int = 0
    ahead: timedelta = timedelta()

    def elapsed(self, now: datetime) -> timedelta:
        """Say how much time the tier has had so far."""
        if not self.running:
            return self.consumed
        return self.consumed + max(timedelta(), now - self.anchor)


@dataclass(frozen=True, slots=True)
class Visit:
    """One stay at a tier: `ordinal` counts visits from 1, `tier` counts tiers from 0.

    `caught` counts how often the catcher was told.
    """

    ordinal: int
    tier: int
    arrival: Arrival
    began_at: datetime
    timer: Timer
    caught: int = 0


@dataclass(frozen=True, slots=True)
class Promise:
    """What the owner promised: a first answer by `until`; `reminders` counts the owner's pings since."""

    until: datetime
    answered_at: datetime | None = None
    reminders: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """The message a case came from; `private` withholds the place's name from readers elsewhere."""

    channel: str
    message_ts: str | None
    thread_ts: str | None
    private: bool


@dataclass(frozen=True, slots=True)
class Escalation:
    """One case on its way up. Customer text is not here: it lives in `case_fields`.

    `owner` has it now; `previous_owner` had it before it went back to waiting and is named first.
    """

    id: str
    workspace_id: int
    number: int
    version: int
    state: State
    severity: Severity
    category: str
    policy_version: int
    policy: str
    raised_by: str
    raised_at: datetime
    visit: Visit
    next_at: datetime | None
    owner: str | None = None
    previous_owner: str | None = None
    acknowledged_at: datetime | None = None
    promise: Promise | None = None
    resolved_at: datetime | None = None
    source: Source | None = None

    @property
    def label(self) -> str:
        """Say the name people use: `ESC-142`."""
        return f"ESC-{self.number}"


@dataclass(frozen=True, slots=True)
class Person:
    """What we know of somebody. `verified` is false until Slack has told us who it is."""

    id: str
    team_id: str
    verified: bool = False
    guest: bool = False
    stranger: bool = False
    deactivated: bool = False
    bot: bool = False
    zone: str | None = None
    name: str = ""
    primary_owner: bool = False


@dataclass(frozen=True, slots=True)
class Workspace:
    """A team (or enterprise) Rung is installed in; `url` is where its permalinks begin (`https://acme.slack.com/`)."""

    id: int
    team_id: str
    enterprise_id: str | None
    bot_user_id: str
    name: str = ""
    url: str = ""
