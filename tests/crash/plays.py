"""What people do while a process is to die: plays that between them come by every point there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from slackbot.simulator.faults import Predicate, in_channel
from storage.tables.cases import escalations
from tests.crash.scene import Scene, Victim
from tests.crash.victim import NEVER

POST, UPDATE = "chat.postMessage", "chat.update"
MINUTE, HOUR = 60.0, 3600.0

Flags = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Play:
    """The act in which the victim dies, and a prologue in which others do what must have been done before.

    `ahead` is how far the victim's clocks are, in seconds. `may_be_dead`: it ends with a message that can't be sent.
    """

    act: Callable[[Scene, Victim], None]
    prologue: Callable[[Scene], None] | None = None
    ahead: float = 0.0
    flags: Flags = ()
    may_be_dead: bool = False

    def begins(self, scene: Scene) -> None:
        """Play the prologue."""
        if self.prologue is not None:
            self.prologue(scene)
        (scene.folder / "points.log").unlink(missing_ok=True)

    def is_played(self, scene: Scene, point: str) -> int | None:
        """Play the act with a victim that dies at a point; gives what the process ended with, None if it lived on."""
        with scene.victim(point, *self.flags, ahead=self.ahead) as victim:
            self.act(scene, victim)
        return victim.ended


def in_tier_2(scene: Scene) -> Predicate:
    """Match calls that go to the first tier's channel."""
    return in_channel(scene.slack.channel("#tier-2").id)


def first(scene: Scene, victim: Victim) -> None:
    """Raise a case, and see it at its tier and with its agent."""
    victim.raises()
    victim.shown("#tier-2", "refund stuck")
    ana = scene.slack.person("ana")
    victim.until(lambda: ana.dm.matching("refund stuck"), "the agent is told nothing")
    victim.rests()


def day(scene: Scene, victim: Victim) -> None:
    """Take a case through its life: line, acknowledge, answer, resolve, confirm."""
    first(scene, victim)
    lena, ana = scene.slack.person("lena"), scene.slack.person("ana")
    victim.does(lambda: lena.clicks("Acknowledge", on=scene.slack.channel("#tier-2").shows("refund stuck")))
    victim.shown("#tier-2", "promised a first answer")
    victim.does(lambda: lena.clicks("Answered", on=scene.slack.channel("#tier-2").shows("refund stuck")))
    victim.shown("#tier-2", "gave a first answer")
    victim.does(lambda: lena.clicks("Resolve", on=scene.slack.channel("#tier-2").shows("refund stuck")))
    victim.does(lambda: lena.fills(**{"What to tell the customer": "Paid by hand"}))
    victim.does(lena.submits)
    victim.until(lambda: ana.dm.matching("gave a solution"), "the agent is not told")
    victim.does(lambda: ana.clicks("Solved", on=ana.dm.matching("gave a solution")[-1]))
    victim.rests()


def form(scene: Scene, victim: Victim) -> None:
    """Raise a case by the form."""
    ana = scene.slack.person("ana")
    victim.does(lambda: ana.types("/escalate", in_="#support").modal)
    victim.does(lambda: ana.chooses("Category", "Account"))
    victim.does(lambda: ana.modal_shows("Goes to *Team leads*"))
    victim.does(lambda: ana.fills(Summary="refund stuck", Customer="Nordic"))
    victim.does(ana.submits)
    victim.shown("#tier-2", "refund stuck")
    victim.rests()


def stranger(scene: Scene, victim: Victim) -> None:
    """Raise a case as somebody unknown, look at one before, and be known then."""
    scene.slack.workspace.add_person("nora")
    nora = scene.slack.person("nora")
    scene.slack.workspace.invite(scene.slack.channel("#support").id, nora.id)
    victim.does(lambda: nora.types("/escalations open", in_="#support"))
    victim.raises(who="nora")
    victim.shown("#tier-2", "refund stuck")
    victim.rests()
    scene.slack.workspace.change_person(nora.id, tz="Europe/Paris")
    victim.does(lambda: nora.types("/escalations mine", in_="#support"))


def lost(scene: Scene, victim: Victim) -> None:
    """Lose Slack's answer to one card and the request of another: look for them, send the second again."""
    scene.slack.faults.drop_after(POST, in_tier_2(scene))
    victim.raises()
    victim.shown("#tier-2", "refund stuck")
    scene.slack.faults.drop_before(POST, in_tier_2(scene))
    victim.raises("refund missing")
    victim.shown("#tier-2", "refund missing")
    victim.rests()


def lost_direct(scene: Scene, victim: Victim) -> None:
    """Lose Slack's answer to the agent's direct message, which has to be opened to be looked at."""
    scene.slack.faults.drop_after(POST, lambda args: str(args.get("channel", "")).startswith("U"))
    victim.raises()
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


def unreachable(scene: Scene, victim: Victim) -> None:
    """Find the tier's channel archived and the app out of the backup: join, go on there, leave the tier otherwise."""
    workspace = scene.slack.workspace
    workspace.archive(scene.slack.channel("#tier-2").id)
    workspace.kick(scene.slack.channel("#support").id)
    victim.raises()
    victim.until(lambda: scene.slack.channel("#support").matching("ESC-1"), "the backup shows nothing")
    victim.rests()


def deleted(scene: Scene, victim: Victim) -> None:
    """Delete a card that is to be edited: it is posted anew."""
    first(scene, victim)
    card = scene.slack.channel("#tier-2").shows("refund stuck")
    scene.slack.faults.error(UPDATE, "message_not_found", in_channel(card.channel_id))
    victim.does(lambda: scene.slack.person("lena").clicks("Acknowledge", on=card))
    victim.rests()


def late(scene: Scene, victim: Victim) -> None:
    """Come to the moment of a call with everything running."""
    victim.until(lambda: _thread(scene), "nobody is called")
    victim.rests()


def outage(scene: Scene, victim: Victim) -> None:
    """Come back after an hour: take every case up, tell the admins."""
    victim.until(lambda: _thread(scene), "nobody is called")
    dana = scene.slack.person("dana")
    victim.until(lambda: dana.dm.matching("Rung"), "the admin is told nothing")
    victim.rests()


def _thread(scene: Scene) -> bool:
    everything = scene.slack.workspace.history.everything()
    return any("call 2" in message.text or "last call" in message.text for message in everything)


def a_case(scene: Scene) -> None:
    """Raise a case before."""
    with scene.victim(NEVER) as clean:
        first(scene, clean)


def two_cases(scene: Scene) -> None:
    """Raise two cases before, one of which follows a policy that is not there."""
    with scene.victim(NEVER) as clean:
        first(scene, clean)
        clean.raises("refund missing")
        clean.shown("#tier-2", "refund missing")
        clean.rests()
    scene.writes(sa.update(escalations).where(escalations.c.number == 1).values(policy="no such policy"))


def abandoned(scene: Scene) -> None:
    """Die with a message in hand, before."""
    with scene.victim("before call services.deliver:Sender._dispatch") as victim:
        victim.raises()
        victim.until(lambda: False, "it lives on")


def sent_again(scene: Scene, *, arrives: bool) -> None:
    """Send a card again after a lost request; where that arrives after all, two copies stand there."""
    with scene.victim(NEVER) as clean:
        scene.slack.faults.drop_before(POST, in_tier_2(scene))
        clean.raises()
        card = clean.shown("#tier-2", "refund stuck")
        clean.rests()
    if arrives:
        scene.posts(channel=card.channel_id, text=card.text, metadata=card.message.metadata)


def picks_up(_scene: Scene, victim: Victim) -> None:
    """Go on with what another process left."""
    victim.shown("#tier-2", "refund stuck")
    victim.rests()


def tidies(scene: Scene, victim: Victim) -> None:
    """Look once more for what was sent again, and delete the surplus copy."""
    place = scene.slack.channel("#tier-2")
    victim.until(lambda: len(place.matching("refund stuck")) == 1, "two copies stay")
    victim.rests()


def blind(scene: Scene, victim: Victim) -> None:
    """Look once more for a second copy, with no right to read history any more."""
    scene.slack.faults.error("conversations.history", "missing_scope")
    victim.until(lambda: not scene.slack.faults.left(), "it does not look")
    victim.rests()


def dead(scene: Scene, victim: Victim) -> None:
    """Find the agent's account closed: the message is dead, the admins are told."""
    scene.slack.faults.error(POST, "user_disabled", lambda args: str(args.get("channel", "")).startswith("U"))
    victim.raises()
    dana = scene.slack.person("dana")
    victim.until(lambda: dana.dm.matching("could not be delivered"), "the admin is told nothing")
    victim.rests()


def edit_refused(scene: Scene, victim: Victim) -> None:
    """Have an edit refused for good: it is let go."""
    first(scene, victim)
    card = scene.slack.channel("#tier-2").shows("refund stuck")
    scene.slack.faults.error(UPDATE, "channel_not_found", in_channel(card.channel_id))
    victim.does(lambda: scene.slack.person("lena").clicks("Acknowledge", on=card))
    victim.rests()


def parent_gone(scene: Scene, victim: Victim) -> None:
    """Call a tier in the thread of a card that somebody deleted: it is posted anew."""
    scene.slack.faults.error(POST, "thread_not_found", in_tier_2(scene))
    place = scene.slack.channel("#tier-2")
    victim.until(lambda: len(place.matching("refund stuck")) == 2, "no new card")
    victim.rests()


def unknown_presser(scene: Scene, victim: Victim, error: str = "") -> None:
    """Press Resolve as somebody whom Rung has never heard of; Slack may not know them either."""
    first(scene, victim)
    scene.slack.workspace.add_person("nora")
    nora = scene.slack.person("nora")
    scene.slack.workspace.invite(scene.slack.channel("#tier-2").id, nora.id)
    if error:
        scene.slack.faults.error("users.info", error)
    card = scene.slack.channel("#tier-2").shows("refund stuck")
    victim.does(lambda: nora.clicks("Resolve", on=card))
    if error:
        victim.until(lambda: not scene.slack.faults.left(), "Slack is not asked")
    victim.rests()


def stops(scene: Scene, victim: Victim) -> None:
    """Be stopped in order."""
    first(scene, victim)
    victim.process.terminate()
    victim.until(lambda: False, "it does not stop")


def beats(scene: Scene, victim: Victim) -> None:
    """Run for a while."""
    first(scene, victim)
    victim.passes("after commit services.uptime:Heartbeat.step")
