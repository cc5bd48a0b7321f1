"""A backstage without an app of its own, for windows onto any workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from slackbot.clock import ScaledClock, SystemClock
from slackbot.simulator.page.backstage import Caption, Plan, Upcoming
from slackbot.simulator.page.site import WorkspacePage
from slackbot.simulator.server import Simulator


class StillBackstage:
    """Plans nothing; its clock runs at the machine's pace."""

    def __init__(self) -> None:
        self.clock = ScaledClock(SystemClock(), 1)
        self.running = True
        self.caption: Caption | None = None

    def set_rate(self, rate: float) -> None:
        """Let time run at a pace."""
        self.clock.set(self.clock.now(), rate)

    def upcoming(self) -> Upcoming | None:
        """Know of nothing."""
        return None

    def skip(self) -> Upcoming | None:
        """Have nowhere to skip to."""
        return None

    def plans(self, person_id: str) -> Sequence[Plan]:
        """Plan nothing for anybody."""
        del person_id
        return ()

    def kill(self) -> None:
        """Say that the app is gone."""
        self.running = False

    def restart(self) -> None:
        """Say that it is back."""
        self.running = True

    def play(self) -> None:
        """Have no story."""


@contextmanager
def page_on(simulator: Simulator) -> Iterator[WorkspacePage]:
    """Join a page to a simulator and keep it up to date."""
    page = WorkspacePage(simulator, StillBackstage())
    page.start()
    try:
        yield page
    finally:
        page.stop()
