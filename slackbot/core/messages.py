"""What a decision wants said: kinds of messages and where they go, never their words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Every kind of message Rung sends."""

    CARD = "card"
    CARD_EDIT = "card_edit"
    PING = "ping"
    PING_BROADCAST = "ping_broadcast"
    PING_EDIT = "ping_edit"
    OWNER_PING = "owner_ping"
    CASE = "case"
    CASE_EDIT = "case_edit"
    NEWS = "news"
    SOURCE_REPLY = "source_reply"
    CATCHER = "catcher"
    ADMIN_NOTICE = "admin_notice"


class Guard(StrEnum):
    """What must still be true when a message leaves; asked in the statement that claims it."""

    NONE = "none"
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    POSTED = "posted"


class News(StrEnum):
    """Occasions of which the agent is told by a new message; its value is the outbox ordinal's meaning in words."""

    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    NOBODY_LEFT = "nobody_left"
    BACK_TO_WAITING = "back_to_waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message a decision wants: unique by kind, visit, ordinal and destination.

    `destination` is a channel or a person (empty for an edit: it goes where the post is); a ping goes into the
    thread of its visit's card there. `topic` tells kinds with several wordings apart (news, owner pings, notices).
    """

    kind: Kind
    visit: int
    destination: str = ""
    ordinal: int = 0
    topic: str = ""

    @property
    def guard(self) -> Guard:
        """Say what must still hold when it leaves."""
        if self.kind in {Kind.PING, Kind.PING_BROADCAST, Kind.CATCHER}:
            return Guard.WAITING
        if self.kind is Kind.OWNER_PING:
            return Guard.ACKNOWLEDGED
        if self.kind in {Kind.CARD_EDIT, Kind.CASE_EDIT}:
            return Guard.POSTED
        return Guard.NONE

    @property
    def stream(self) -> str:
        """Say which messages of one escalation keep their order: those at one card, those to the agent, and so on."""
        if self.kind in LEVEL_TRIGGERED:
            return f"edit:{self.kind}:{self.visit}"
        if self.kind in {Kind.CASE, Kind.NEWS}:
            return "agent"
        if self.kind in {Kind.CATCHER, Kind.ADMIN_NOTICE}:
            return f"{self.kind}:{self.destination}"
        return "source" if self.kind is Kind.SOURCE_REPLY else f"visit:{self.visit}"


LEVEL_TRIGGERED = frozenset({Kind.CARD_EDIT, Kind.CASE_EDIT, Kind.PING_EDIT})
"""Kinds of which one row says "this message must match the state"; wanting them again re-arms it."""

FOLDABLE = frozenset({Kind.PING, Kind.PING_BROADCAST})
"""Kinds that become one message when too many of them are due in one channel."""

FOLD_ABOVE = 5
"""Up to so many calls in one channel go each into its own thread; more would drown it (docs/decisions/0007)."""

FOLD_AT_MOST = 30
"""So many cases fit into one message of 9,000 characters with severity, waiting time, link and a line about each."""
