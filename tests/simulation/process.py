"""A replica: the house's real steps, with loops that virtual time turns, killed, stopped and started as fate wants."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from slackbot.clock import Clock, Clocks
from slackbot.engine import Engine, build_engine
from slackbot.errors import RungError, StorageError
from slackbot.services.installing import meet_workspace
from storage.pace import Pace
from tests.simulation.database import Moments, SharedStore
from tests.simulation.perils import Perils
from tests.simulation.wire import Passage, Wire
from tests.simulation.world import KilledError, NobodyThereError, World

log = logging.getLogger("tests.simulation")

T = TypeVar("T")

CARRIERS = 8
BREATH = 0.05
TICK = 5.0
_ALL_OF_SENDING = ("outbox", "escalations", "lanes", "messages")
_SAME_FOR_ALL = frozenset({"deadlines", "sender", "weekly"})
UNTIL_THE_WATCHDOG = 15.0
"""Seconds after which a process that has a loop standing still ends."""
MOST_SPINS = 200
"""So often a loop may find itself overdue without anything changing before it is called a busy loop."""


@dataclass(slots=True)
class _Work:
    """One loop of a replica: its step, its next moment, and the look that is planned."""

    name: str
    step: Callable[[], bool]
    next_moment: Callable[[], datetime | None]
    reads: tuple[str, ...]
    planned: int = 0
    at: datetime | None = None
    busy: bool = False
    again: bool = False
    seen: tuple[int, ...] | None = None
    moment: datetime | None = None
    spins: int = 0


class Replica:
    """One process of the house; `clock` is what it takes for the time."""

    def __init__(self, world: World, name: str, clock: Clock, *, pace: Pace | None = None) -> None:
        self.name = name
        self.clock = clock
        self._world = world
        self._pace = pace
        self._chance = world.timeline.chance(f"process {name}")
        self.life = 0
        self.alive = False
        self.ending = False
        self.frozen_until: datetime | None = None
        self.down_until: datetime | None = None
        self.last_seen: datetime | None = None
        self._up_since = self.undisturbed_since = world.timeline.now()
        self._carried = 0
        self._works: list[_Work] = []
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The steps of the life at hand."""
        if self._engine is None:
            raise NobodyThereError
        return self._engine

    @property
    def up_since(self) -> datetime:
        """Say when the life at hand began."""
        return self._up_since

    @property
    def is_serving(self) -> bool:
        """Say whether it takes requests now."""
        return self.alive and not self.ending and self.frozen_until is None

    def is_undisturbed_since(self, moment: datetime) -> bool:
        """Say whether it has worked all the time since an instant."""
        return self.is_serving and self.undisturbed_since <= moment

    def start(self) -> None:
        """Begin a life with nothing remembered; where even that fails, a supervisor tries again."""
        if self.alive:
            return
        if self.down_until is not None and self._world.timeline.now() < self.down_until:
            self._world.timeline.at(self.down_until, self.start)
            return
        self.life += 1
        self.ending = False
        self._carried = 0
        self._up_since = self.undisturbed_since = self._world.timeline.now()
        try:
            self._engine = self._built()
            meet_workspace(self._engine.ctx, self._engine.gateway)
            self._take_up(self._engine)
        except (RungError, StorageError) as error:
            self._world.timeline.note(self.name, "cannot start", type(error).__name__)
            self._world.timeline.after(30, self.start)
            return
        except KilledError:
            self._world.timeline.after(5, self.start)
            return
        self.alive = True
        self._world.timeline.note(self.name, "up")
        self._works = self._loops(self._engine)
        for work in self._works:
            self._plan(work, self._world.timeline.now())

    def _take_up(self, engine: Engine) -> None:
        """Do what a start does after an outage; the last beat is written now that is known which one it was."""
        seen = self._world.seen_until()
        if seen is not None:
            with engine.ctx.store.write() as tx:
                tx.uptime.beat(seen)
        engine.heartbeat.begin()

    def kill(self) -> None:
        """End it with -9."""
        if self.alive:
            self._world.timeline.note(self.name, "killed")
            self.last_seen = self._world.timeline.now()
            self.alive = False
            self.life += 1
            self.frozen_until = None
            self._world.timeline.after(self._chance.choice((1, 5, 20, 60)), self.start)

    def stay_down(self, until: datetime) -> None:
        """Kill it, and start it no sooner than this."""
        self.down_until = until
        self.kill()

    def end(self) -> None:
        """End it in order, as a deploy does: no new work, what is in flight is finished, then a new process."""
        if self.alive and not self.ending:
            self._world.timeline.note(self.name, "ending")
            self.ending = True
            self._world.timeline.after(10, self._ended)

    def _ended(self) -> None:
        if self.alive and self.ending:
            self._guarded("giving back", self.engine.sender.give_back)
            self.last_seen = self._world.timeline.now()
            self.alive = False
            self.life += 1
            self._world.timeline.after(self._chance.uniform(1, 5), self.start)

    def _thaw(self) -> None:
        if self.frozen_until is not None and self.frozen_until <= self._world.timeline.now():
            self.frozen_until = None
            self.undisturbed_since = self._world.timeline.now()

    def freeze(self, seconds: float) -> None:
        """Stop it where it is; it goes on later as if nothing had happened."""
        timeline = self._world.timeline
        if self.is_serving:
            timeline.note(self.name, "frozen")
            self.last_seen = timeline.now()
            self.frozen_until = timeline.now() + timedelta(seconds=seconds)
            timeline.at(self.frozen_until, self._thaw)

    def lose_loop(self) -> None:
        """Have one of its loops stand still; it goes on serving until the watchdog ends it."""
        if self.is_serving:
            work, life = self._chance.choice(self._works), self.life
            self._world.timeline.note(self.name, work.name, "stands still")
            work.busy = True
            self.undisturbed_since = self._world.timeline.now() + timedelta(seconds=UNTIL_THE_WATCHDOG)
            self._world.timeline.after(UNTIL_THE_WATCHDOG, lambda: self.kill() if self.life == life else None)

    def serve(self, request: Callable[[Engine], T]) -> T:
        """Answer somebody's request.

        Raises:
            NobodyThereError: no answer came.
        """
        if not self.is_serving:
            raise NobodyThereError
        outcome: list[T] = []

        def answer() -> None:
            outcome.append(request(self.engine))

        self._guarded("request", answer)
        if not outcome or not self.alive:
            raise NobodyThereError
        return outcome[0]

    def look_soon(self) -> None:
        """Have every loop look within its tick, as it does by itself; needed only when something was stored."""
        if self.alive:
            at = self._world.timeline.now() + timedelta(seconds=self._chance.uniform(0.5, TICK))
            for work in self._works:
                if work.at is None or work.at > at:
                    self._plan(work, at)

    # What the house's parts call

    def _wake(self) -> None:
        at = self._world.timeline.now() + timedelta(seconds=BREATH)
        for work in self._works:
            if work.at is None or work.at > at:
                self._plan(work, at)

    def free(self) -> int:
        """Say how many messages can be taken on."""
        return 0 if self.ending else CARRIERS - self._carried

    def carry(self, errand: Callable[[], None]) -> None:
        """Take one on; it begins a moment later."""
        self._carried += 1
        self._world.timeline.after(self._chance.uniform(0.0, 0.05), self._errand(errand, self.life))

    def _errand(self, errand: Callable[[], None], life: int) -> Callable[[], None]:
        def run() -> None:
            if life != self.life:
                return
            if self.frozen_until is not None:
                self._world.timeline.at(self.frozen_until, run)
                return
            self._guarded("errand", errand)
            if life == self.life:
                self._carried -= 1
                self._wake()

        return run

    def _built(self) -> Engine:
        perils = Perils(self._world, self, self.life)
        moments = Moments(perils.before_commit, perils.after_commit, perils.between, perils.overtaken)
        store = SharedStore(self._world.database, moments)
        wire = Wire(self._world.line, Passage(perils.before_call, perils.out, perils.after_call))
        clocks = Clocks(self.clock, self.clock)
        return build_engine(store, wire, clocks, wake=self._wake, carriers=self, pace=self._pace)

    def _loops(self, engine: Engine) -> list[_Work]:
        return [
            _Work("deadlines", engine.sweep.step, engine.sweep.next_moment, ("escalations",)),
            _Work("sender", engine.sender.step, engine.sender.next_moment, _ALL_OF_SENDING),
            _Work("reconciler", engine.reconciler.step, engine.reconciler.next_moment, ("outbox",)),
            _Work("tokens", engine.tokens.step, engine.tokens.next_moment, ()),
            _Work("people", engine.acquaintance.step, engine.acquaintance.next_moment, ("people",)),
            _Work("weekly", engine.weekly.step, engine.weekly.next_moment, ("weekly_summaries",)),
            _Work("housekeeping", engine.housekeeping.step, engine.housekeeping.next_moment, ()),
        ]

    # The loops

    def _plan(self, work: _Work, at: datetime) -> None:
        work.planned += 1
        work.at = at
        plan, life = work.planned, self.life
        self._world.timeline.at(at, lambda: self._look(work, plan, life))

    def _look(self, work: _Work, plan: int, life: int) -> None:
        if life != self.life or plan != work.planned or self.ending:
            return
        if self.frozen_until is not None:
            self._plan(work, self.frozen_until)
        elif work.busy:
            work.at = None
            work.again = True
        else:
            work.at = None
            work.busy = True
            self._guarded(work.name, lambda: self._turn(work))
            work.busy = False
            if life == self.life:
                self._plan_again(work)

    def _plan_again(self, work: _Work) -> None:
        """Look once more where somebody asked for it meanwhile, and a second after a failure."""
        asked, work.again = work.again, False
        if asked or work.at is None:
            self._plan(work, self._world.timeline.now() + timedelta(seconds=BREATH if asked else 1))

    def _turn(self, work: _Work) -> None:
        """Do what there is to do, and plan when to look again; a database that stands still needs no look."""
        sight = self._sight(work)
        moment = work.moment if work.seen == sight else self._next_moment(work)
        if moment is not None and moment <= self.clock.now():
            while work.step():
                pass
            moment, sight = self._next_moment(work), self._sight(work)
        work.seen, work.moment = sight, moment
        work.spins = work.spins + 1 if moment is not None and moment <= self.clock.now() else 0
        if work.spins > MOST_SPINS:
            self._world.witness.failed(f"busy loop: {work.name} is overdue for ever")
            work.spins, moment = 0, self._world.timeline.now() + timedelta(hours=1)
        if moment is not None and moment <= self.clock.now():
            moment = self._world.timeline.now() + timedelta(seconds=BREATH)
        self._plan_next(work, moment)

    def _next_moment(self, work: _Work) -> datetime | None:
        """Ask a loop when to look next; what hangs on the database alone, replicas need not find out each."""
        if work.name not in _SAME_FOR_ALL:
            return work.next_moment()
        sight, known = self._sight(work), self._world.moments
        if known.get(work.name, (None, None))[0] != sight:
            known[work.name] = sight, work.next_moment()
        return known[work.name][1]

    def _sight(self, work: _Work) -> tuple[int, ...]:
        """Say what a loop's next moment hangs on, beside the time."""
        if work.name == "tokens":
            return (self._world.database.changes,)
        free = (self.free(),) if work.name == "sender" else ()
        return self._world.database.changes_of(*work.reads) + free

    def _plan_next(self, work: _Work, moment: datetime | None) -> None:
        if moment is None:
            moment = self._world.timeline.now() + timedelta(hours=6)
        offset = self._world.timeline.now() - self.clock.now()
        if work.at is None or work.at > moment + offset:
            self._plan(work, moment + offset)

    def _guarded(self, doing: str, what: Callable[[], Any]) -> None:
        """Do something as this process: it may die of it; what it fails at is logged as its loops would."""
        witness, before = self._world.witness, (self._world.witness.acting, self._world.witness.doing)
        witness.acting, witness.doing = self.name, doing
        life = self.life
        try:
            what()
        except KilledError:
            if life == self.life:
                self.kill()
        except StorageError as error:
            self._world.timeline.note(self.name, doing, type(error).__name__)
        except Exception as error:
            log.exception("%s of %s failed", doing, self.name)
            self._world.timeline.note(self.name, doing, type(error).__name__)
        finally:
            witness.acting, witness.doing = before
