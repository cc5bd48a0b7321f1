"""What the page may ask of whoever runs the app beside it: its clock, what it plans, to be killed and started again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slackbot.clock import ScaledClock
    from slackbot.simulator.model import Json


@dataclass(frozen=True, slots=True)
class Upcoming:
    """The next moment at which the app will do something by itself, and what, in a few words."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One case: what is planned for it, and blocks that tell what happened to it and why."""

    label: str
    title: str
    state: str
    upcoming: Upcoming | None
    blocks: Sequence[Json]


@dataclass(frozen=True, slots=True)
class Caption:
    """What a played story is about to show: in whose window, where, in which words."""

    person: str
    place: str
    text: str
    number: int


class Backstage(Protocol):
    """The app's side; every call returns quickly and may come from any thread."""

    @property
    def clock(self) -> ScaledClock:
        """What people read off their clocks, and what the app's deadlines go by."""
        ...

    @property
    def running(self) -> bool:
        """Say whether the app's process is alive."""
        ...

    @property
    def caption(self) -> Caption | None:
        """What the story says while one is played."""
        ...

    def set_rate(self, rate: float) -> None:
        """Let time run at a pace."""
        ...

    def upcoming(self) -> Upcoming | None:
        """Find what happens next; None while nothing is planned."""
        ...

    def skip(self) -> Upcoming | None:
        """Move the clock to what happens next and say what that is."""
        ...

    def plans(self, person_id: str) -> Sequence[Plan]:
        """List the cases as far as this person may see them, what is due next first."""
        ...

    def kill(self) -> None:
        """End the app's process at once, in the middle of whatever it does."""
        ...

    def restart(self) -> None:
        """Start the app again."""
        ...

    def play(self) -> None:
        """Play the story on the page; returns at once."""
        ...
