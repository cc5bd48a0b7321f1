"""What all replicas share, and how a process ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tests.simulation.database import Database
from tests.simulation.sightings import Sightings
from tests.simulation.timeline import Timeline
from tests.simulation.weather import Weather
from tests.simulation.wire import Args, Line


class KilledError(BaseException):
    """The process is killed here; nothing in it may catch this."""


class NobodyThereError(Exception):
    """No answer came: the process is down, died meanwhile or failed. What was asked may be done or not."""


class Witness(Protocol):
    """Who is told what a process does, to judge it."""

    acting: str
    doing: str

    def departs(self, method: str, args: Args, now: datetime) -> None:
        """Hear of a call that leaves."""
        ...

    def failed(self, what: str) -> None:
        """Hear that something happened that must never happen."""
        ...


class Process(Protocol):
    """A replica, as the others see it."""

    name: str
    life: int
    alive: bool
    frozen_until: datetime | None
    last_seen: datetime | None

    @property
    def up_since(self) -> datetime:
        """Say when the life at hand began."""
        ...

    def look_soon(self) -> None:
        """Have its loops look within their tick."""
        ...

    def freeze(self, seconds: float) -> None:
        """Stop it where it is."""
        ...


@dataclass(slots=True)
class World:
    """What all replicas share."""

    timeline: Timeline
    weather: Weather
    database: Database
    line: Line
    sightings: Sightings
    witness: Witness
    replicas: list[Process] = field(default_factory=list)
    depth: int = 0
    moments: dict[str, tuple[object, datetime | None]] = field(default_factory=dict)

    def seen_until(self) -> datetime | None:
        """Say when any replica last worked: what the beat every 15 seconds would have left in the database."""
        if any(each.alive and each.frozen_until is None for each in self.replicas):
            return self.timeline.now()
        return max((each.last_seen for each in self.replicas if each.last_seen is not None), default=None)

    @property
    def is_calm(self) -> bool:
        """Say whether nothing goes wrong any more."""
        return self.line.calm
