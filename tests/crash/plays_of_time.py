"""What time brings while a process is to die: late calls, outages, weeks, an order to stop."""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.cases import escalations
from tests.crash.play import DAY, HOUR, MINUTE, Play, Played, a_case, first
from tests.crash.process import Victim
from tests.crash.scene import POISON, Scene
from tests.crash.victim import NEVER


def late(scene: Scene, victim: Victim) -> None:
    """Come to the moment of a call with everything running."""
    victim.until(lambda: _is_called(scene), "nobody is called")
    victim.rests()


def outage(scene: Scene, victim: Victim) -> None:
    """Come back after an hour: take every case up, tell the admins."""
    victim.until(lambda: _is_called(scene), "nobody is called")
    victim.told("dana", "Rung")
    victim.rests()


def _is_called(scene: Scene) -> bool:
    everything = scene.slack.workspace.history.everything()
    return any("call 2" in message.text or "last call" in message.text for message in everything)


def two_cases(scene: Scene) -> None:
    """Raise two cases before, one of which follows a policy that is not there."""
    with scene.victim(NEVER) as clean:
        first(scene, clean)
        clean.raises("refund missing")
        clean.shown("#tier-2", "refund missing")
        clean.rests()
    poisoned = sa.update(escalations).where(escalations.c.number == 1).values(policy=POISON)
    with scene.database() as tx:
        tx.connection.execute(poisoned)


def stops(scene: Scene, victim: Victim) -> None:
    """Be stopped in order."""
    first(scene, victim)
    victim.is_told_to_stop()


_UNSEEN = {"unseen": True}

PLAYS: Played = {
    "late": (
        Play(late, a_case, 12 * MINUTE, _UNSEEN),
        ("commit services.sweep:Sweep.step",),
    ),
    "late, one poisoned": (
        Play(late, two_cases, 12 * MINUTE, _UNSEEN),
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
        Play(outage, a_case, 8 * DAY),
        ("commit services.housekeeping:Housekeeping.step",),
    ),
    "restored": (
        Play(outage, a_case, HOUR, {"restored": True}),
        ("commit services.restoring:after_restore",),
    ),
    "stops": (
        Play(stops),
        ("commit services.uptime:Heartbeat.end",),
    ),
    "beats": (
        Play(first, manner={"quick_beat": True}),
        ("commit services.uptime:Heartbeat.step",),
    ),
}
