"""Rare situations: a simulation that never meets them proves nothing, so a run that met too few fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum


class Sight(StrEnum):
    """What a run should have met at least now and then."""

    TAKEOVER = "a lease taken over by another replica"
    FENCED = "a completion that came too late and was fenced off"
    SURPLUS = "a surplus copy deleted"
    ADOPTED = "a message found after its answer was lost"
    SENT_AGAIN = "a message sent again after its answer was lost"
    PAUSE = "a lane paused by 429"
    FALLBACK = "a tier passed over or its backup channel used"
    JOINED = "a channel joined again"
    ACK_AT_PING = "an acknowledgement within 100 ms of a ping"
    SUPPRESSED = "a ping that nobody wanted any more when it would have left"
    CONFLICT = "two at one case, one of them overtaken between reading and writing"
    RIVAL = "a second person told who has it already"
    REPEAT = "a repeated delivery recognised"
    CRASH_IN_CALL = "a process killed between Slack's answer and its commit"
    CRASH_AFTER_CLAIM = "a process killed between claim and call"
    CRASH_TWICE = "a process killed again right after its restart"
    FROZEN = "a process that slept through its lease"
    FOLDED = "many pings in one message"
    REPOSTED = "a deleted card posted anew"
    CATCH_UP = "a case taken up after everything had been down"
    AMBIGUOUS_COMMIT = "a commit that was stored though the database said it failed"
    UNDRAWABLE = "a case that can't be drawn, sent plainly"
    TOKEN_GONE = "a token that was refused for a while"
    WEEKLY_DOUBT = "a weekly summary that may not stand there, told to the admins"
    NO_CATEGORY = "a form sent in for a category that the policy no longer has"
    NOBODY_LEFT = "a tier that has nobody left to call"
    LAST_TIER = "every tier silent, the catcher told"


class Sightings:
    """Counts what was met."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def saw(self, sight: Sight) -> None:
        """Count one."""
        self.counts[sight.name] += 1


def unseen(counts: Counter[str]) -> list[str]:
    """Say what a run never met."""
    return [sight.value for sight in Sight if not counts[sight.name]]


def most_seen(counts: Iterable[Counter[str]]) -> Counter[str]:
    """Add up the sightings of several weeks."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return total
