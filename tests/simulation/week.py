"""One seed, one week: furnish, let it run through its weather, mend everything, look at what is left."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any
from unittest.mock import patch

from slackbot import engine, ids
from slackbot.cli.acme import acme
from slackbot.clock import Clock
from slackbot.errors import StorageError
from slackbot.slack.render import Renderer, build_renderer
from storage import retrying
from storage.pace import Pace
from tests.simulation.database import START, Database, furnished
from tests.simulation.mischief import Mischief
from tests.simulation.onlooker import Onlooker
from tests.simulation.people import People
from tests.simulation.plain_drawing import PlainRenderer, UndrawableError
from tests.simulation.process import Replica
from tests.simulation.rest import Outcome, Rest
from tests.simulation.sightings import Sightings
from tests.simulation.timeline import Timeline
from tests.simulation.watch import Check, Violation, Watch
from tests.simulation.weather import Fault, Weather
from tests.simulation.wire import Line
from tests.simulation.world import World

DRAIN = 40 * 60.0
"""Seconds from the end of all trouble to the last look; the longest pause of the house is 15 minutes."""


@dataclass(frozen=True, slots=True)
class Week:
    """What came of a week."""

    seed: int
    trace: str
    happened: int
    outcome: Outcome
    violations: tuple[Violation, ...]
    sightings: Counter[str]
    last_words: tuple[str, ...]

    @property
    def checks(self) -> frozenset[Check]:
        """Say which checks failed."""
        return frozenset(violation.check for violation in self.violations)


@dataclass(frozen=True, slots=True)
class House:
    """How the house that is tried departs from ours: seeded bugs and naive policies are patches of running objects."""

    patches: Callable[[], Iterator[Any]] | None = None
    trusts_machine_clocks: bool = False
    pace: Pace | None = None
    tells: Callable[[str], None] | None = None


OURS = House()


def live(seed: int, weather: Weather, *, house: House = OURS, most_outside: int | None = None) -> Week:
    """Live through a seed's week; `most_outside` cuts it after so many happenings from outside."""
    timeline = Timeline(seed, START, most_outside)
    timeline.tells = house.tells or timeline.tells
    sightings = Sightings()
    watch = Watch(timeline, sightings)
    image, workspace = furnished()
    database = Database(image, watch.committed)
    line = Line(acme(timeline), timeline, weather)
    world = World(timeline, weather, database, line, sightings, watch)
    with ExitStack() as opened:
        opened.callback(database.close)
        opened.enter_context(_chance_of_ids(timeline))
        opened.enter_context(_drawing(timeline, weather))
        opened.enter_context(_listening(watch))
        opened.enter_context(patch.object(retrying, "time", _NoTime()))
        if house.patches is not None:
            opened.enter_context(contextmanager(house.patches)())
        replicas = [
            Replica(world, f"replica {n}", _clock(world, house, n), pace=house.pace) for n in range(weather.replicas)
        ]
        world.replicas.extend(replicas)
        people = People(world, watch, replicas, workspace.team_id)
        onlooker = Onlooker(world, watch, people.read)
        mischief = Mischief(world, replicas, people, onlooker, workspace)
        watch.unreachable = onlooker.unreachable
        mischief.plan()
        people.live()
        for replica in replicas:
            replica.start()
        timeline.after(3600, lambda: onlooker.look_hourly(replicas))
        timeline.run_for(weather.days * 86400)
        timeline.closed = True
        mischief.mend()
        timeline.run_for(DRAIN)
        outcome = Rest(world, watch, replicas[0].engine, onlooker.deleted_by_people).judge(people.told_stored)
        return Week(
            seed,
            timeline.trace_hash(),
            timeline.outside_happened,
            outcome,
            tuple(watch.violations),
            sightings.counts,
            tuple(timeline.last_words),
        )


@dataclass(frozen=True, slots=True)
class WrongClock:
    """A machine's clock that is off by so much."""

    timeline: Timeline
    seconds: float

    def now(self) -> datetime:
        """Say the wrong time."""
        return self.timeline.now() + timedelta(seconds=self.seconds)


def _clock(world: World, house: House, place: int) -> Clock:
    """Give a replica its clock: the database's, which all share, unless the house trusts its machines'."""
    if not (house.trusts_machine_clocks and world.weather.has(Fault.SKEW)):
        return world.timeline
    return WrongClock(world.timeline, (-300.0, 3600.0, 300.0)[place % 3])


class _NoTime:
    """No real pause between the tries of a unit of work."""

    def sleep(self, seconds: float) -> None:
        """Go on at once."""

    def monotonic(self) -> float:
        """Say that no time has passed."""
        return 0.0


class _SeededSecrets:
    """Random keys out of the seed, in the place of the module `secrets`."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def token_hex(self, count: int) -> str:
        """Give so many random bytes in hexadecimal."""
        return self._chance.randbytes(count).hex()


def _chance_of_ids(timeline: Timeline) -> Any:
    return patch.object(ids, "secrets", _SeededSecrets(timeline.chance("ids")))


@cache
def _real_renderer() -> Renderer:
    return build_renderer()


def _drawing(timeline: Timeline, weather: Weather) -> Any:
    chance = timeline.chance("drawing")
    share = weather.rate(Fault.POISON, 0.03)
    verdicts: dict[str, bool] = {}

    def undrawable(case: str) -> bool:
        if case not in verdicts:
            verdicts[case] = chance.random() < share
        return verdicts[case]

    if weather.lifelike:
        return patch.object(engine, "build_renderer", _real_renderer)
    return patch.object(engine, "build_renderer", lambda: PlainRenderer(undrawable))


class _Listener(logging.Handler):
    """Hears what the house logs as an error; what was not made to fail is a fault."""

    def __init__(self, watch: Watch) -> None:
        super().__init__(logging.ERROR)
        self._watch = watch

    def emit(self, record: logging.LogRecord) -> None:
        """Judge one record."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not isinstance(error, UndrawableError | StorageError):
            self._watch.broken(Check.ERRORS, f"{record.name}: {type(error).__name__}: {error}")


@contextmanager
def _listening(watch: Watch) -> Iterator[None]:
    house, listener = logging.getLogger(), _Listener(watch)
    before = house.level, house.handlers[:]
    house.handlers[:] = [listener]
    house.setLevel(logging.ERROR)
    try:
        yield
    finally:
        house.setLevel(before[0])
        house.handlers[:] = before[1]
