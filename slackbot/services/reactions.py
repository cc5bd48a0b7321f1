"""What is done about each way a message can fail, by kind: one table that a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from slackbot.core.messages import Kind


class Blind(StrEnum):
    """What to do after a lost answer when no history can be read."""

    RESEND = "resend"
    LET_GO = "let_go"


class Broken(StrEnum):
    """What to do when the destination is broken for good."""

    PASS_OVER = "pass_over"  # noqa: S105 - no password: the tier is passed over
    TELL_ADMINS = "tell_admins"
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class Reaction:
    """How a kind of message is treated when its sending went wrong.

    After a lost answer: `look` is when history is first read, and an absent message is sent again from `resend` on,
    both counted from the attempt; `recheck` is when a message that was sent again is looked for once more, so that the
    surplus copy can be deleted. `blind` is for when no history can be read.
    """

    look: timedelta
    resend: timedelta
    recheck: timedelta | None
    blind: Blind
    broken: Broken


_FIRST_POST = Reaction(
    look=timedelta(seconds=3),
    resend=timedelta(seconds=3),
    recheck=timedelta(seconds=60),
    blind=Blind.RESEND,
    broken=Broken.PASS_OVER,
)
_CALL = Reaction(
    look=timedelta(seconds=30),
    resend=timedelta(seconds=30),
    recheck=None,
    blind=Blind.LET_GO,
    broken=Broken.PASS_OVER,
)
_TO_THE_AGENT = Reaction(
    look=timedelta(seconds=3),
    resend=timedelta(seconds=3),
    recheck=timedelta(seconds=60),
    blind=Blind.RESEND,
    broken=Broken.TELL_ADMINS,
)
_NOTICE = Reaction(
    look=timedelta(seconds=30),
    resend=timedelta(seconds=30),
    recheck=None,
    blind=Blind.RESEND,
    broken=Broken.TELL_ADMINS,
)
_BEST_EFFORT = Reaction(
    look=timedelta(seconds=30),
    resend=timedelta(seconds=30),
    recheck=None,
    blind=Blind.LET_GO,
    broken=Broken.LET_GO,
)

REACTIONS: Mapping[Kind, Reaction] = MappingProxyType(
    {
        Kind.CARD: _FIRST_POST,
        Kind.CARD_EDIT: _BEST_EFFORT,
        Kind.PING: _CALL,
        Kind.PING_BROADCAST: _CALL,
        Kind.OWNER_PING: _NOTICE,
        Kind.CASE: _TO_THE_AGENT,
        Kind.CASE_EDIT: _BEST_EFFORT,
        Kind.NEWS: _TO_THE_AGENT,
        Kind.SOURCE_REPLY: _BEST_EFFORT,
        Kind.CATCHER: _NOTICE,
        Kind.ADMIN_NOTICE: _BEST_EFFORT,
    }
)

LEASE = timedelta(seconds=30)
AUTH_PAUSE = timedelta(seconds=60)
PLAN_PAUSE = timedelta(minutes=15)
_LONGEST_BACKOFF = timedelta(seconds=60)
_DOUBLINGS = 6


def backoff(attempt: int) -> timedelta:
    """Say how long to wait after the `attempt`-th failure (from 1) that was certainly not applied: 1, 2, 4 ... 60 s."""
    doublings = min(max(attempt - 1, 0), _DOUBLINGS)
    return min(timedelta(seconds=2**doublings), _LONGEST_BACKOFF)
