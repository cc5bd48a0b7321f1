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

    After a lost answer, and `quiet` later, history is read: a message that is absent then is sent again. `blind` is for
    when no history can be read.
    """

    quiet: timedelta
    blind: Blind
    broken: Broken


# The loss of a first call is worst: a twin for a minute is the lesser evil.
_SOON = timedelta(seconds=3)
# An abandoned request may still arrive; after half a minute it hardly does.
_SAFE = timedelta(seconds=30)

_FIRST_POST = Reaction(_SOON, Blind.RESEND, Broken.PASS_OVER)
_CALL = Reaction(_SAFE, Blind.LET_GO, Broken.PASS_OVER)
_TO_THE_AGENT = Reaction(_SOON, Blind.RESEND, Broken.TELL_ADMINS)
_NOTICE = Reaction(_SAFE, Blind.RESEND, Broken.TELL_ADMINS)
_BEST_EFFORT = Reaction(_SAFE, Blind.LET_GO, Broken.LET_GO)

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

LEASE = timedelta(seconds=25)
"""More than two calls of Slack's may take; what a process that was killed held is seen again within half a minute."""
AFTER_LEASE = timedelta(seconds=3)
"""From the end of a lease to the first look."""
RECHECK = timedelta(seconds=60)
"""From an attempt whose answer was lost to the last look for a second copy, where it was sent again."""
EARLIER = timedelta(seconds=60)
"""How far before a message was wanted its history is read: Slack's clock is not ours."""
LOOK_LATER = timedelta(seconds=10)
AUTH_PAUSE = timedelta(seconds=60)
PLAN_PAUSE = timedelta(minutes=15)
_LONGEST_BACKOFF = timedelta(seconds=60)
_DOUBLINGS = 6


def backoff(attempt: int) -> timedelta:
    """Say how long to wait after the `attempt`-th failure (from 1) that was certainly not applied: 1, 2, 4 ... 60 s."""
    doublings = min(max(attempt - 1, 0), _DOUBLINGS)
    return min(timedelta(seconds=2**doublings), _LONGEST_BACKOFF)


def quiet_after(kind: Kind, attempt: int) -> timedelta:
    """Say when to look for the `attempt`-th copy of a message: later each time, so that an outage is not prolonged."""
    return max(REACTIONS[kind].quiet, backoff(attempt))
