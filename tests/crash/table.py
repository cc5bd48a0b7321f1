"""Which play comes by which site: a new transaction or call of Slack needs a line here, or a reason for none."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tests.crash.plays import (
    HOUR,
    MINUTE,
    Play,
    a_case,
    abandoned,
    beats,
    blind,
    day,
    dead,
    deleted,
    edit_refused,
    first,
    form,
    late,
    lost,
    lost_direct,
    outage,
    parent_gone,
    picks_up,
    refused,
    sent_again,
    stops,
    stranger,
    tidies,
    two_cases,
    unknown_presser,
    unreachable,
)

PLAYS: Mapping[str, tuple[Play, tuple[str, ...]]] = {
    "first": (
        Play(first),
        (
            "call services.installing:meet_workspace",
            "commit services.installing:meet_workspace#2",
            "call slack.directory:SlackDirectory.channels",
            "call slack.directory:SlackDirectory.person_by_email",
            "call slack.directory:SlackDirectory.person",
            "call slack.directory:SlackDirectory.groups",
            "commit services.installing:put_in_force",
            "commit services.uptime:Heartbeat.begin",
            "call services.people:Acquaintance.learn_everybody",
            "commit services.people:Acquaintance.learn_everybody#2",
            "commit services.intake:_submit_line",
            "commit services.deliver:Sender.step",
            "call services.deliver:Sender._dispatch",
            "commit services.recording:settle_post",
            "commit services.recording:settle_edit",
        ),
    ),
    "day": (
        Play(day),
        (
            "commit services.transact:_once",
            "call slack.outside:Interactions.open_view",
        ),
    ),
    "form": (
        Play(form),
        (
            "commit services.intake:open_form",
            "call slack.outside:Interactions.update_view",
            "commit services.intake:_submit_form",
        ),
    ),
    "stranger": (
        Play(stranger),
        (
            "commit services.looking:_may_not_look",
            "call services.people:Acquaintance._look_up",
            "commit services.people:Acquaintance._look_up#4",
            "commit services.people:ask_anew",
        ),
    ),
    "nobody": (
        Play(partial(unknown_presser, error="user_not_found")),
        (
            "commit services.transact:rehearse",
            "commit services.people:Acquaintance._look_up#2",
        ),
    ),
    "lost": (
        Play(lost),
        (
            "commit services.mishaps:Mishaps._look_first",
            "call services.histories:Histories._copies",
            "commit services.reconcile:Reconciler._settle",
            "commit services.reconcile:Reconciler._resolve",
        ),
    ),
    "lost direct": (
        Play(lost_direct),
        ("call services.histories:Histories._channel",),
    ),
    "abandoned": (
        Play(picks_up, abandoned, MINUTE),
        (
            "commit services.reconcile:Reconciler.step",
            "commit services.reconcile:Reconciler._remove_surplus",
        ),
    ),
    "sent twice": (
        Play(tidies, partial(sent_again, arrives=True), 2 * MINUTE),
        ("call services.reconcile:Reconciler._delete",),
    ),
    "blind": (
        Play(blind, partial(sent_again, arrives=False), 2 * MINUTE),
        ("commit services.reconcile:Reconciler._give_up_looking",),
    ),
    "refused": (
        Play(refused),
        (
            "commit services.mishaps:Mishaps._pause_lane",
            "commit services.mishaps:Mishaps._again",
        ),
    ),
    "dead": (
        Play(dead, may_be_dead=True),
        ("commit services.mishaps:Mishaps._dead",),
    ),
    "edit refused": (
        Play(edit_refused),
        ("commit services.mishaps:Mishaps._finish",),
    ),
    "unreachable": (
        Play(unreachable),
        (
            "commit services.elsewhere:Elsewhere._call_elsewhere",
            "commit services.elsewhere:Elsewhere._again",
            "call services.elsewhere:Elsewhere._joined",
        ),
    ),
    "deleted": (
        Play(deleted),
        ("commit services.mishaps:Mishaps._post_anew",),
    ),
    "parent gone": (
        Play(parent_gone, a_case, 12 * MINUTE, ("--unseen",)),
        ("commit services.elsewhere:Elsewhere._parent_gone",),
    ),
    "late": (
        Play(late, a_case, 12 * MINUTE, ("--unseen",)),
        ("commit services.sweep:Sweep.step",),
    ),
    "late, one poisoned": (
        Play(late, two_cases, 12 * MINUTE, ("--unseen",)),
        (
            "commit services.sweep:Sweep._one_by_one#2",
            "commit services.sweep:Sweep._one_by_one",
        ),
    ),
    "outage": (
        Play(outage, a_case, HOUR),
        (
            "commit services.uptime:Heartbeat._take_up_all",
            "commit services.uptime:Heartbeat._settle",
        ),
    ),
    "outage, one poisoned": (
        Play(late, two_cases, HOUR),
        (
            "commit services.uptime:Heartbeat._one_by_one#2",
            "commit services.uptime:Heartbeat._one_by_one",
        ),
    ),
    "weeks": (
        Play(outage, a_case, 8 * 24 * HOUR),
        ("commit services.housekeeping:Housekeeping.step",),
    ),
    "restored": (
        Play(outage, a_case, HOUR, ("--restored",)),
        ("commit services.restoring:after_restore",),
    ),
    "stops": (
        Play(stops),
        ("commit services.uptime:Heartbeat.end",),
    ),
    "beats": (
        Play(beats, flags=("--quick-beat",)),
        ("commit services.uptime:Heartbeat.step",),
    ),
}
"""Each play with the sites it is played for; those of `EVERY_DAY` are on the way of every case."""

UNPLAYED: Mapping[str, str] = {
    "call services.deliver:Sender._take_back": "an answer that comes after its lease is over: see test_lost_answers",
    "commit services.folding:Folding._let_go": "a press between the lease and the drawing of a call: test_many_calls",
    "commit services.folding:Folding._want_anew": "calls leased together that stand in two channels: test_many_calls",
    "commit services.people:Acquaintance._look_up#3": "depends on which of two threads asks Slack first: test_calls",
    "call services.introducing:Introduction.step": "no play yet",
    "call services.reach:Reach._opened": "no play yet",
    "call services.tokens:TokenWatch._check": "no play yet: a refused token",
    "commit services.tokens:TokenWatch._look_later": "no play yet: a refused token",
    "commit services.tokens:TokenWatch._reopen": "no play yet: a refused token",
    "commit services.tokens:TokenWatch._stop_again": "no play yet: a refused token",
    "commit services.tokens:TokenWatch._tell": "no play yet: a refused token",
    "commit services.mishaps:Mishaps._stop_workspace": "no play yet: a refused token",
    "commit services.mishaps:Mishaps._alert": "no play yet: trouble that lasts ten minutes",
    "commit services.deliver:Sender.give_back": "no play yet: a stop with messages in hand",
    "commit services.elsewhere:Elsewhere._tell_elsewhere": "no play yet: an admin who can't be reached",
    "commit services.elsewhere:Elsewhere.leave_if_nobody_is_there": "no play yet: a tier where nobody is left",
    "commit services.reconcile:Reconciler._send_blindly": "no play yet: no right to read history",
    "commit services.summaries:unread": "a manager's question; what is counted anew loses nothing",
    "commit services.summaries:may_post": "a manager's question; what is counted anew loses nothing",
    "call slack.outside:Interactions.publish_home": "the Home tab is drawn anew whenever it is opened",
    "call slack.uploading:send_files": "an export is asked for again",
    "call slack.uploading:send_files#2": "an export is asked for again",
    "call slack.uploading:send_files#3": "an export is asked for again",
    "commit services.scheduling:set_up": "one row, put or not; put again it is the same",
    "commit services.scheduling:stop": "one row, there or gone; what is gone can be stopped again",
    "call services.weekly:WeeklySummaries._post": "no play yet: a summary by itself",
    "call services.weekly:WeeklySummaries._tell_admins": "no play yet: a summary by itself",
    "commit services.weekly:WeeklySummaries._again": "no play yet: a summary by itself",
    "commit services.weekly:WeeklySummaries._redirect": "no play yet: a summary by itself",
    "commit services.weekly:WeeklySummaries._sent": "no play yet: a summary by itself",
    "commit services.weekly:WeeklySummaries._settle": "no play yet: a summary by itself",
    "commit services.weekly:WeeklySummaries.step": "no play yet: a summary by itself",
}
"""Sites that no play comes by, and why: two things in the same millisecond, or a play that is still to be written."""

EVERY_DAY = (
    "before commit services.intake:_submit_line",
    "after commit services.intake:_submit_line",
    "after commit services.deliver:Sender.step",
    "before call services.deliver:Sender._dispatch",
    "after call services.deliver:Sender._dispatch",
    "after commit services.recording:settle_post",
)

PICKING_UP = (
    "commit services.reconcile:Reconciler.step",
    "call services.histories:Histories._copies",
    "commit services.reconcile:Reconciler._settle",
    "commit services.reconcile:Reconciler._resolve",
    "commit services.deliver:Sender.step",
    "call services.deliver:Sender._dispatch",
    "commit services.recording:settle_post",
)
"""What a process comes by that goes on after another died."""

IN_HAND = (
    "after commit services.intake:_submit_line",
    "after commit services.deliver:Sender.step",
    "before call services.deliver:Sender._dispatch",
    "after call services.deliver:Sender._dispatch",
    "before commit services.recording:settle_post",
    "after commit services.mishaps:Mishaps._look_first",
    "before commit services.reconcile:Reconciler._settle",
    "after commit services.reconcile:Reconciler._resolve",
)
"""Where a death leaves work half done: each is followed by a second death at each point of `PICKING_UP`."""


def played_for(point: str) -> Play:
    """Find the play that comes by a point.

    Raises:
        StopIteration: none does.
    """
    return next(play for play, sites in PLAYS.values() if point.split(" ", 1)[1] in sites)
