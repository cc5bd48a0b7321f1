"""What a play is: an act in which a process dies, and what must have been done before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from slackbot.simulator.faults import Fault, FaultAnswer, Predicate, in_channel
from tests.crash.process import Victim
from tests.crash.scene import Scene
from tests.crash.victim import NEVER

POST, UPDATE, HISTORY = "chat.postMessage", "chat.update", "conversations.history"
MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0

EVERYBODY_KNOWN = "after commit services.people:Acquaintance.learn_everybody#2"
DOUBTED = "after commit services.mishaps:Mishaps._look_first"
TAKEN_UP = "after commit services.reconcile:Reconciler.step"
QUIET = 4.0
"""Seconds: a little more than passes from a lost answer to the look for a first post."""


@dataclass(frozen=True, slots=True)
class Play:
    """The act in which the victim dies, and a prologue in which others do what must have been done before.

    `ahead`: so many seconds nobody runs between them. `manner` is the victim's (see `Fate`). `may_be_dead`: it ends
    with a message that can't be sent.
    """

    act: Callable[[Scene, Victim], None]
    prologue: Callable[[Scene], None] | None = None
    ahead: float = 0.0
    manner: Mapping[str, bool] = field(default_factory=dict)
    may_be_dead: bool = False

    def begins(self, scene: Scene) -> None:
        """Play the prologue."""
        if self.prologue is not None:
            self.prologue(scene)
        scene.time_passes(self.ahead)
        scene.log.unlink(missing_ok=True)

    def is_played(self, scene: Scene, point: str) -> int | None:
        """Play the act with a victim that dies at a point; gives what the process ended with."""
        with scene.victim(point, **self.manner) as victim:
            self.act(scene, victim)
            victim.dies()
        return victim.ended

    def is_survived(self, scene: Scene, *points: str) -> None:
        """Play the act with nobody killed until it has come by all of these points."""
        with scene.victim(NEVER, **self.manner) as victim:
            self.act(scene, victim)
            victim.passes(*points)
        assert victim.ended in {None, 0}


Played = Mapping[str, tuple[Play, tuple[str, ...]]]
"""Plays by name, each with the sites it is played for."""


def in_tier_2(scene: Scene) -> Predicate:
    """Match calls that go to the first tier's channel."""
    return in_channel(scene.slack.channel("#tier-2").id)


def to_person(scene: Scene, name: str) -> Predicate:
    """Match calls that go to somebody in person."""
    return in_channel(scene.slack.person(name).id)


def refusal(method: str, code: str) -> Fault:
    """Make a fault that refuses every call, to be put on with `last`."""
    answer = FaultAnswer(200, {"ok": False, "error": code})
    return Fault(f"error {code}", method, lambda _: True, applies=False, answer=answer)


def first(scene: Scene, victim: Victim) -> None:
    """Raise a case, and see it at its tier and with its agent."""
    del scene
    victim.raises()
    victim.shown("#tier-2", "refund stuck")
    victim.told("ana", "refund stuck")
    victim.rests()


def a_case(scene: Scene) -> None:
    """Raise a case before."""
    with scene.victim(NEVER) as clean:
        first(scene, clean)
