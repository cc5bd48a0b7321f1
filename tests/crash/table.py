"""Which play comes by which site: a new transaction or call of Slack needs a play, or a reason for none."""

from __future__ import annotations

from collections.abc import Mapping

from tests.crash import plays_of_delivery, plays_of_people, plays_of_places, plays_of_summaries, plays_of_time
from tests.crash.play import Play, Played
from tests.crash.points import AFTER, BEFORE

PLAYS: Played = {
    **plays_of_people.PLAYS,
    **plays_of_delivery.PLAYS,
    **plays_of_places.PLAYS,
    **plays_of_time.PLAYS,
    **plays_of_summaries.PLAYS,
}
"""Each play with the sites it is played for; those of `EVERY_DAY` are on the way of every case."""

POINTS = tuple(f"{when} {site}" for _, theirs in PLAYS.values() for site in theirs for when in (BEFORE, AFTER))

UNPLAYED: Mapping[str, str] = {
    "call services.deliver:Sender._take_back": "an answer that comes after its lease is over: see test_lost_answers",
    "commit services.recording:take_back": "the same",
    "commit services.folding:Folding._let_go": "a press between the lease and the drawing of a call: test_many_calls",
    "commit services.folding:Folding._want_anew": "calls leased together that stand in two channels: test_many_calls",
    "call slack.outside:Interactions.write": "word of a failure, wanted by no row: who hears nothing presses again",
}
"""Sites that no play comes by, and why: two things would have to meet in one millisecond."""

EVERY_DAY = (
    "before commit services.intake:_submit_line",
    "after commit services.intake:_submit_line",
    "after commit services.deliver:Sender.step",
    "before call services.deliver:Sender._dispatch",
    "after call services.deliver:Sender._dispatch",
    "after commit services.recording:settle_post",
)

_LOOKED_FOR = (
    "commit services.reconcile:Reconciler.step",
    "call services.histories:Histories._copies",
)
_SENT = (
    "commit services.deliver:Sender.step",
    "call services.deliver:Sender._dispatch",
    "commit services.recording:settle_post",
)
_UNHEARD = (*_LOOKED_FOR, "commit services.reconcile:Reconciler._resolve", *_SENT)
_HEARD = (*_LOOKED_FOR, "commit services.reconcile:Reconciler._settle", *_SENT)

IN_HAND: Mapping[str, tuple[str, ...]] = {
    "after commit services.intake:_submit_line": _SENT,
    "after commit services.deliver:Sender.step": _UNHEARD,
    "before call services.deliver:Sender._dispatch": _UNHEARD,
    "after call services.deliver:Sender._dispatch": _HEARD,
    "before commit services.recording:settle_post": _HEARD,
    "after commit services.mishaps:Mishaps._look_first": _HEARD,
    "before commit services.reconcile:Reconciler._settle": _HEARD,
    "after commit services.reconcile:Reconciler._resolve": _SENT,
}
"""Where a death leaves work half done, each with the sites that whoever picks it up comes by and dies at as well."""


def played_for(point: str) -> Play:
    """Find the play that comes by a point.

    Raises:
        StopIteration: none does.
    """
    return next(play for play, sites in PLAYS.values() if point.split(" ", 1)[1] in sites)
