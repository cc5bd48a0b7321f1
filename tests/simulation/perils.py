"""The moments at which a process may die, sleep, fail or be overtaken: around every commit and every call to Slack."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from slackbot.services.composing import keys_in
from storage.errors import LostError
from tests.simulation.sightings import Sight
from tests.simulation.weather import Fault
from tests.simulation.wire import Args
from tests.simulation.world import KilledError, Process, World

NERVOUS = 10.0
"""Seconds after a start in which the next kill is far more probable: crashes come in pairs."""

DEEPEST = 4
"""So deep may happenings lie within one another."""

_POST = "chat.postMessage"


class Perils:
    """What may befall one life of a process."""

    def __init__(self, world: World, process: Process, life: int) -> None:
        self._world = world
        self._process = process
        self._life = life
        self._chance = world.timeline.chance(f"perils {process.name} {life}")

    def before_commit(self) -> None:
        """Perhaps die or lose the connection with nothing stored."""
        self._may_die(0.0006)
        if self._happens(Fault.STORAGE, 0.002):
            raise LostError

    def after_commit(self) -> None:
        """Perhaps die or lose the connection with all of it stored."""
        for each in self._world.replicas:
            each.look_soon()
        witness = self._world.witness
        if self._may_die(0.0006, only_ask=True):
            if witness.doing == "sender":
                self._world.sightings.saw(Sight.CRASH_AFTER_CLAIM)
            self._die()
        if self._happens(Fault.STORAGE, 0.001):
            self._world.sightings.saw(Sight.AMBIGUOUS_COMMIT)
            raise LostError

    def between(self, end_transaction: Callable[[], None]) -> None:
        """Perhaps let others go first, between reading a case and writing it."""
        if self._world.depth < DEEPEST and self._chance.random() < 0.5:
            end_transaction()
            self._meanwhile(self._chance.uniform(0.001, 0.02))

    def overtaken(self) -> None:
        """Note that somebody else changed the case that was just read."""
        self._world.sightings.saw(Sight.CONFLICT)

    def before_call(self, method: str, args: Args) -> None:
        """Perhaps die or fall asleep with the request not sent."""
        if self._world.database.is_open:
            self._world.witness.failed(f"open transaction: {method} was called within one")
        self._may_die(0.002)
        if self._happens(Fault.FREEZE, 0.004):
            self._world.line.delayed_keys.update(keys_in(args.get("metadata")))
            self._sleep()
        self._world.witness.departs(method, args, self._world.timeline.now())

    def out(self, seconds: float, args: Args) -> None:
        """Wait for Slack, while others go on; it may become far longer, where they hold up this process."""
        left = self._world.timeline.now()
        self._meanwhile(seconds)
        if self._world.timeline.now() - left > timedelta(seconds=seconds + NERVOUS):
            self._world.line.delayed_keys.update(keys_in(args.get("metadata")))

    def after_call(self, method: str, args: Args) -> None:
        """Perhaps die or fall asleep before anything is made of the answer."""
        del args
        self._lives()
        if self._may_die(0.003, only_ask=True):
            if method == _POST:
                self._world.sightings.saw(Sight.CRASH_IN_CALL)
            self._die()
        if self._happens(Fault.FREEZE, 0.004):
            self._sleep()

    def _happens(self, fault: Fault, per_chance: float) -> bool:
        if self._world.is_calm:
            return False
        return self._chance.random() < self._world.weather.rate(fault, per_chance)

    def _may_die(self, per_chance: float, *, only_ask: bool = False) -> bool:
        now = self._world.timeline.now()
        nervous = now - self._process.up_since < timedelta(seconds=NERVOUS) and self._life > 1
        dies = self._happens(Fault.CRASH, min(0.2, per_chance * (20 if nervous else 1)))
        if dies and nervous:
            self._world.sightings.saw(Sight.CRASH_TWICE)
        if dies and not only_ask:
            self._die()
        return dies

    def _die(self) -> None:
        self._world.timeline.note(self._process.name, "dies in", self._world.witness.doing)
        raise KilledError

    def _sleep(self) -> None:
        if self._world.depth >= DEEPEST:
            return
        seconds = self._chance.choice((15.0, 45.0, 75.0))
        self._process.freeze(seconds)
        self._world.sightings.saw(Sight.FROZEN)
        self._meanwhile(seconds)

    def _meanwhile(self, seconds: float) -> None:
        """Let the others do what they do for so long; this process may be dead afterwards."""
        world = self._world
        if world.depth >= DEEPEST:
            return
        witness, before = world.witness, (world.witness.acting, world.witness.doing)
        world.depth += 1
        try:
            world.timeline.run_for(seconds)
        finally:
            world.depth -= 1
            witness.acting, witness.doing = before
        self._lives()

    def _lives(self) -> None:
        if self._process.life != self._life:
            raise KilledError
