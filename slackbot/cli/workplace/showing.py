"""The terminal's story on the page: the same acts, told by captions, the window going where it happens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from slackbot.cli.story import Stage, play
from slackbot.errors import RungError
from slackbot.simulator.page.backstage import Caption

if TYPE_CHECKING:
    from slackbot.cli.workplace.backstage import DemoBackstage
    from slackbot.simulator.model import Message
    from slackbot.simulator.server import Simulator

log = logging.getLogger(__name__)

FASTER = 60.0
PATIENCE = 20.0
READING = 2.2
"""Seconds that a caption stands before what it says happens."""
LOOKING = 2.8

_SCENES: Mapping[str, tuple[str, str]] = {
    "Nobody in tier 2": ("lena", "#tier-2"),
    "Ten minutes without": ("dana", "#tier-3"),
    "Dana, a department": ("dana", "#tier-3"),
}
"""Whose window to look through while a scene begins, by its first words."""


class Captions:
    """Tells the story by captions; who reads gets the time for it."""

    def __init__(self, simulator: Simulator, backstage: DemoBackstage) -> None:
        self._simulator = simulator
        self._backstage = backstage
        self._numbers = count(1)
        self._never = threading.Event()

    def scene(self, title: str) -> None:
        """Begin a new part of the story."""
        person, place = next((where for words, where in _SCENES.items() if title.startswith(words)), ("", ""))
        self._say(person, place, title, READING)

    def does(self, place: str, what: str) -> None:
        """Say what somebody is about to do, and go where they do it."""
        self._say(what.split(maxsplit=1)[0].lower(), place, what, READING)

    def sees(self, _place: str, _what: str, _lines: Iterable[str]) -> None:
        """Leave time to look at what stands on the screen."""
        self._never.wait(LOOKING)

    def sees_message(self, _place: str, _what: str, _message: Message) -> None:
        """Leave time to look at what stands on the screen."""
        self._never.wait(LOOKING)

    def end(self, text: str) -> None:
        """Say how it ended, and let the person go on."""
        self._say("", "", text, LOOKING)
        self._backstage.caption = None
        self._simulator.workspace.changes.touch()

    def _say(self, who: str, place: str, text: str, seconds: float) -> None:
        workspace = self._simulator.workspace
        person = next((each.id for each in workspace.people() if each.name == who), "")
        channel = workspace.channel_named(place) if place.startswith("#") else None
        if channel is None and place.startswith("DM") and person:
            channel = workspace.direct_message(person)
        self._backstage.caption = Caption(person, channel.id if channel else "", text, next(self._numbers))
        workspace.changes.touch()
        self._never.wait(seconds)


def show(simulator: Simulator, backstage: DemoBackstage) -> None:
    """Play the story on the page, on fast time; where it breaks off, the last caption says why."""
    captions = Captions(simulator, backstage)
    stage = Stage(simulator, captions, PATIENCE, minute=60 / FASTER, label=backstage.next_label())
    with _fast(backstage):
        try:
            play(stage)
        except (RungError, TimeoutError) as error:
            log.warning("the story broke off: %s", error)
            captions.end("The story broke off: somebody else acted meanwhile, or something is broken by hand.")
            return
    captions.end("That was Rung. Now it is your turn.")


@contextmanager
def _fast(backstage: DemoBackstage) -> Iterator[None]:
    before = backstage.clock.rate
    backstage.set_rate(FASTER)
    try:
        yield
    finally:
        backstage.set_rate(before)
