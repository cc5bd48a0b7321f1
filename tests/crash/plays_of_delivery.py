"""What Slack does while a process is to die: it loses answers, refuses, and hears of a message twice."""

from __future__ import annotations

from functools import partial

from slackbot.simulator.faults import in_channel
from tests.crash.play import (
    DOUBTED,
    HISTORY,
    MINUTE,
    POST,
    QUIET,
    TAKEN_UP,
    UPDATE,
    Play,
    Played,
    a_case,
    first,
    in_tier_2,
    refusal,
    to_person,
)
from tests.crash.process import Victim
from tests.crash.scene import Scene
from tests.crash.victim import NEVER


def lost(scene: Scene, victim: Victim) -> None:
    """Lose Slack's answer to one card and the request of another: look for them, send the second again."""
    scene.slack.faults.drop_after(POST, in_tier_2(scene))
    victim.raises()
    victim.shown("#tier-2", "refund stuck")
    scene.slack.faults.drop_before(POST, in_tier_2(scene))
    victim.raises("refund missing")
    victim.until(lambda: not scene.slack.faults.left(), "it is not sent")
    victim.passes(DOUBTED)
    victim.time_passes(QUIET)
    victim.shown("#tier-2", "refund missing")
    victim.rests()


def lost_direct(scene: Scene, victim: Victim) -> None:
    """Lose Slack's answer to the agent's direct message, which has to be opened to be looked at."""
    scene.slack.faults.drop_after(POST, to_person(scene, "ana"))
    victim.raises()
    victim.passes(DOUBTED)
    victim.time_passes(QUIET)
    victim.shown("#tier-2", "refund stuck")
    victim.rests()


def unseen(scene: Scene, victim: Victim) -> None:
    """Lose the request of a card with no right to read history: it is sent again, and says so."""
    scene.slack.faults.last(refusal(HISTORY, "missing_scope"))
    scene.slack.faults.drop_before(POST, in_tier_2(scene))
    victim.raises()
    victim.passes(DOUBTED)
    victim.time_passes(QUIET)
    victim.passes("after commit services.reconcile:Reconciler._resolve")
    victim.time_passes(2 * QUIET)
    victim.shown("#tier-2", "refund stuck")
    victim.rests()


def refused(scene: Scene, victim: Victim) -> None:
    """Hear "too many", "no such blocks" and "try again" from Slack."""
    faults = scene.slack.faults
    faults.status(POST, 429, in_tier_2(scene), retry_after=1)
    faults.error(POST, "invalid_blocks", in_tier_2(scene))
    faults.error(POST, "request_timeout", in_tier_2(scene))
    victim.raises()
    victim.shown("#tier-2", "ESC-1")
    victim.rests()


def edit_meets(scene: Scene, victim: Victim, *, code: str) -> None:
    """Have the edit of a card that was just taken refused with a code."""
    first(scene, victim)
    card = scene.slack.channel("#tier-2").shows("refund stuck")
    scene.slack.faults.error(UPDATE, code, in_channel(card.channel_id))
    victim.does(lambda: scene.slack.person("lena").clicks("Acknowledge", on=card))
    victim.rests()


def abandoned(scene: Scene) -> None:
    """Die with a message in hand, before."""
    with scene.victim("before call services.deliver:Sender._dispatch") as victim:
        victim.raises()
        victim.dies()


def picks_up(_scene: Scene, victim: Victim) -> None:
    """Go on with what another process left."""
    victim.passes(TAKEN_UP)
    victim.time_passes(QUIET)
    victim.shown("#tier-2", "refund stuck")
    victim.rests()


def sent_again(scene: Scene, *, arrives: bool) -> None:
    """Send a card again after a lost request; where that arrives after all, two copies stand there.

    Otherwise nobody may read history any more when it is looked for once more.
    """
    with scene.victim(NEVER) as clean:
        scene.slack.faults.drop_before(POST, in_tier_2(scene))
        clean.raises()
        clean.passes(DOUBTED)
        clean.time_passes(QUIET)
        card = clean.shown("#tier-2", "refund stuck")
        clean.rests()
    if arrives:
        scene.posts(channel=card.channel_id, text=card.text, metadata=card.message.metadata)
    else:
        scene.slack.faults.error(HISTORY, "missing_scope")


def tidies(scene: Scene, victim: Victim) -> None:
    """Look once more for what was sent again, and delete the surplus copy."""
    place = scene.slack.channel("#tier-2")
    victim.until(lambda: len(place.matching("refund stuck")) == 1, "two copies stay")


def blind(scene: Scene, victim: Victim) -> None:
    """Look once more for a second copy, with no right to read history any more."""
    victim.until(lambda: not scene.slack.faults.left(), "it does not look")


def dead(scene: Scene, victim: Victim) -> None:
    """Find the agent's account closed: the message is dead, the admins are told."""
    scene.slack.faults.error(POST, "user_disabled", to_person(scene, "ana"))
    victim.raises()
    victim.told("dana", "could not be delivered")
    victim.rests()


def edit_doubted(scene: Scene, victim: Victim) -> None:
    """Have an edit refused with a code that nobody knows: it is tried again, and the card is right."""
    edit_meets(scene, victim, code="unheard_of")
    victim.shown("#tier-2", "promised a first answer")


def too_many_for_the_plan(scene: Scene, victim: Victim) -> None:
    """Reach the limit of the workspace's plan: the message waits, somebody outside Slack is told."""
    scene.slack.faults.error(POST, "message_limit_exceeded", in_tier_2(scene))
    victim.raises()
    victim.passes("after commit services.warning:alert")


def stopped(scene: Scene, victim: Victim) -> None:
    """Be stopped while Slack takes its time with a message that it shows already."""
    scene.slack.faults.slow(POST, MINUTE, in_tier_2(scene))
    victim.raises()
    victim.shown("#tier-2", "refund stuck")
    victim.is_told_to_stop()


def a_card_that_was_deleted(scene: Scene) -> None:
    """Raise a case before whose card somebody deletes, so that Slack takes no call in its thread."""
    a_case(scene)
    scene.slack.faults.error(POST, "thread_not_found", in_tier_2(scene))


def parent_gone(scene: Scene, victim: Victim) -> None:
    """Call a tier in the thread of a card that somebody deleted: it is posted anew."""
    place = scene.slack.channel("#tier-2")
    victim.until(lambda: len(place.matching("refund stuck")) == 2, "no new card")
    victim.rests()


PLAYS: Played = {
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
    "unseen": (
        Play(unseen),
        ("commit services.reconcile:Reconciler._send_blindly",),
    ),
    "abandoned": (
        Play(picks_up, abandoned, MINUTE),
        ("commit services.reconcile:Reconciler.step",),
    ),
    "sent twice": (
        Play(tidies, partial(sent_again, arrives=True), 2 * MINUTE),
        (
            "call services.reconcile:Reconciler._delete",
            "commit services.reconcile:Reconciler._remove_surplus",
        ),
    ),
    "blind": (
        Play(blind, partial(sent_again, arrives=False), 17 * MINUTE),
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
        Play(partial(edit_meets, code="channel_not_found")),
        ("commit services.mishaps:Mishaps._finish",),
    ),
    "edit doubted": (
        Play(edit_doubted),
        ("commit services.mishaps:Mishaps._doubt_a_while",),
    ),
    "too many for the plan": (
        Play(too_many_for_the_plan),
        ("commit services.warning:alert",),
    ),
    "deleted": (
        Play(partial(edit_meets, code="message_not_found")),
        ("commit services.mishaps:Mishaps._post_anew",),
    ),
    "parent gone": (
        Play(parent_gone, a_card_that_was_deleted, 12 * MINUTE, {"unseen": True}),
        ("commit services.elsewhere:Elsewhere._parent_gone",),
    ),
    "stopped": (
        Play(stopped, manner={"hasty": True}),
        ("commit services.deliver:Sender.give_back",),
    ),
}
