"""What is done about each way a message can fail, by kind: one table that a person can read.

docs/delivery.md shows it in words and is tested against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from slackbot.core.messages import Kind
from slackbot.slack import failures as f


class Do(StrEnum):
    """What is done; the values are the words of docs/delivery.md."""

    PAUSE_LANE = "wait"
    TRY_AGAIN = "again"
    LOOK_FIRST = "look"
    REPEAT = "repeat"
    TRUST_NO_CODE = "look, then other place"
    DOUBT_A_WHILE = "repeat, then let go"
    GO_ELSEWHERE = "other place"
    LET_GO = "let go"
    STOP_WORKSPACE = "stop"
    SAY_PLAINLY = "plain"
    BACK_OFF = "15 min"
    POST_ANEW = "post anew"
    SETTLE = "done"
    DIE = "dead"


class Link(StrEnum):
    """A place that a message goes to when its own is broken; the values are the words of docs/delivery.md."""

    JOIN = "the channel itself, joined if public"
    BACKUP = "the tier's backup channel"
    MEMBERS = "the tier's members, by direct message"
    NEXT_TIER = "the next tier at once; above the last one the catcher"
    OWNER = "the owner, by direct message"
    ADMIN_CHANNEL = "the admins' channel"
    ADMINS = "the admins, by direct message"
    INSTALLER = "the workspace's primary owner, by direct message"


class Blind(StrEnum):
    """What to do after a lost answer when no history can be read; the values are the words of docs/delivery.md."""

    RESEND = "send again after 10 s, and say so"
    LET_GO = "let go"


@dataclass(frozen=True, slots=True)
class Reaction:
    """How a kind of message is treated when its sending went wrong.

    `to` says what each class of failure asks for. After a lost answer, and `quiet` later, history is read: a message
    that is absent then is sent again; `blind` is for when no history can be read. `links` are tried in their order
    where the destination is broken; after the last one the message is dead, loudly.
    """

    to: Mapping[type[f.SlackFailure], Do]
    quiet: timedelta
    blind: Blind
    links: tuple[Link, ...] = ()


# The loss of a first call is worst: a twin for a minute is the lesser evil.
_SOON = timedelta(seconds=3)
# An abandoned request may still arrive; after half a minute it hardly does.
_SAFE = timedelta(seconds=30)

_POST: dict[type[f.SlackFailure], Do] = {
    f.RateLimited: Do.PAUSE_LANE,
    f.NotApplied: Do.TRY_AGAIN,
    f.Ambiguous: Do.LOOK_FIRST,
    f.UnknownCode: Do.TRUST_NO_CODE,
    f.DestinationBroken: Do.GO_ELSEWHERE,
    f.AuthBroken: Do.STOP_WORKSPACE,
    f.PayloadBroken: Do.SAY_PLAINLY,
    f.PlanLimit: Do.BACK_OFF,
    f.TargetGone: Do.DIE,
    f.AlreadyDone: Do.LOOK_FIRST,
    f.InteractionExpired: Do.DIE,
}
# Nobody was called by it: what can't be said there is not said elsewhere.
_COURTESY = _POST | {f.DestinationBroken: Do.LET_GO}
_EDIT = _POST | {
    f.Ambiguous: Do.REPEAT,
    f.UnknownCode: Do.DOUBT_A_WHILE,
    f.DestinationBroken: Do.LET_GO,
    f.TargetGone: Do.POST_ANEW,
    f.AlreadyDone: Do.SETTLE,
}

# A call that nobody can see any more needs no mark.
_MARK = _EDIT | {f.TargetGone: Do.LET_GO}

_UP = (Link.JOIN, Link.BACKUP, Link.MEMBERS, Link.NEXT_TIER)
_TO_ADMINS = (Link.ADMIN_CHANNEL, Link.ADMINS, Link.INSTALLER)

_CALL = Reaction(_POST, _SAFE, Blind.LET_GO, _UP)
_TO_THE_AGENT = Reaction(_POST, _SOON, Blind.RESEND)

REACTIONS: Mapping[Kind, Reaction] = MappingProxyType(
    {
        Kind.CARD: Reaction(_POST, _SOON, Blind.RESEND, _UP),
        Kind.CARD_EDIT: Reaction(_EDIT, _SAFE, Blind.RESEND),
        Kind.PING: _CALL,
        Kind.PING_BROADCAST: _CALL,
        Kind.PING_EDIT: Reaction(_MARK, _SAFE, Blind.RESEND),
        Kind.OWNER_PING: Reaction(_POST, _SAFE, Blind.RESEND, (Link.JOIN, Link.OWNER)),
        Kind.CASE: _TO_THE_AGENT,
        Kind.CASE_EDIT: Reaction(_EDIT, _SAFE, Blind.RESEND),
        Kind.NEWS: _TO_THE_AGENT,
        Kind.SOURCE_REPLY: Reaction(_COURTESY, _SAFE, Blind.LET_GO),
        Kind.CATCHER: Reaction(_POST, _SAFE, Blind.RESEND, (Link.JOIN, *_TO_ADMINS)),
        Kind.ADMIN_NOTICE: Reaction(_POST, _SAFE, Blind.RESEND, (Link.ADMIN_CHANNEL, Link.INSTALLER)),
    }
)

LEASE = timedelta(seconds=25)
"""More than two calls of Slack's may take; what a process that was killed held is seen again within half a minute."""
LONGEST_CALL = timedelta(seconds=10)
"""After which a call to Slack is given up; none begins when less of its lease is left."""
AFTER_LEASE = timedelta(seconds=3)
"""From the end of a lease to the first look."""
RECHECK = timedelta(seconds=60)
"""From the moment that something is sent again, its answer being lost, to the last look for a second copy."""
RIGHTS_RETURN = timedelta(minutes=15)
"""So long after its last attempt a message that was sent is looked for though Slack refuses to show the place."""
EARLIER = timedelta(minutes=65)
"""How far before a message was wanted its history is read: ours may be an hour fast against Slack's clock."""
BLIND_AFTER = timedelta(seconds=10)
"""From an attempt whose answer was lost to the next one, where no history can be read."""
LOOK_LATER = timedelta(seconds=10)
AUTH_PAUSE = timedelta(seconds=60)
PLAN_PAUSE = timedelta(minutes=15)
LOUD_AT_ATTEMPT = 15
"""After ten minutes of attempts, 1, 2, 4 ... 60 seconds apart, the log and somebody outside Slack are told."""
DOUBTED = 8
"""So many attempts, two minutes of them, is an edit worth that Slack answers with a code nobody knows."""
TOLD_EVERY = timedelta(hours=1)
"""The same trouble is told at most so often."""
_LONGEST_BACKOFF = timedelta(seconds=60)
_DOUBLINGS = 6


def backoff(attempt: int) -> timedelta:
    """Say how long to wait after the `attempt`-th failure (from 1) that was certainly not applied: 1, 2, 4 ... 60 s."""
    doublings = min(max(attempt - 1, 0), _DOUBLINGS)
    return min(timedelta(seconds=2**doublings), _LONGEST_BACKOFF)


def quiet_after(kind: Kind, attempt: int) -> timedelta:
    """Say when to look for the `attempt`-th copy of a message: later each time, so that an outage is not prolonged."""
    return max(REACTIONS[kind].quiet, backoff(attempt))
