"""`rung demo`: Rung in a local Slack workspace, with no account: a page to try it on, or the main job played."""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from slackbot.app import Rung
from slackbot.cli.acme import ZONE, acme, shipped
from slackbot.cli.ink import Ink, ink_for
from slackbot.cli.story import Stage, play
from slackbot.cli.telling import Teller
from slackbot.cli.workplace.serve import serve
from slackbot.clock import Clock, Clocks, ScaledClock, SystemClock
from slackbot.errors import RungError
from slackbot.services.policies import apply_first
from slackbot.settings import Settings
from slackbot.simulator.limits import Limits
from slackbot.simulator.server import Simulator
from storage.engine import open_store
from storage.migrate import upgrade

FASTER = 60.0
"""A minute of the story takes a second."""

BEGINS = time(9, 41)

_BEFORE = (
    "Rung at Acme, a small support house. Slack is played by a stand-in on this machine: no account is needed and "
    "nothing leaves it. A minute of the story takes a second.\n"
    "Of a message that changes, only what is new in it is shown."
)
_AFTER = (
    "\nThat was Rung: nobody had to remember the case, and nobody had to ask how it stands.\n"
    "To use it in your own workspace, go on with 'In your workspace' in README.md."
)
_LOG_LINES = 10


@dataclass(frozen=True, slots=True)
class ShiftedClock:
    """Another clock's time, so much later (earlier where negative): the story begins in the morning."""

    base: Clock
    by: timedelta

    def now(self) -> datetime:
        """Say the shifted instant."""
        return self.base.now() + self.by


def main(argv: Sequence[str]) -> int:
    """Serve the page, or play the story; 0 when everything the story expects has happened."""
    words = _parser().parse_args(argv)
    spare_this_machine(os.environ)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without UTF-8 shows question marks, not a traceback
    with tempfile.TemporaryDirectory(prefix="rung-demo-") as folder:
        log = Path(folder) / "demo.log"
        logging.basicConfig(filename=log, level=logging.WARNING)
        logging.getLogger("websocket").disabled = True  # to it the end of the demo is an error
        if _wants_page(words):
            serve(Path(folder), port=words.port or 0, browser=not words.no_browser)
            return 0
        return _play(Path(folder), log, words.port or 0)


def spare_this_machine(environment: MutableMapping[str, str]) -> None:
    """Keep a proxy out of it, whatever it is told to spare already: here everything talks to itself."""
    for name in ("NO_PROXY", "no_proxy"):
        environment[name] = ",".join(filter(None, (environment.get(name), "127.0.0.1")))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rung demo", description=__doc__)
    parser.add_argument("--play", action="store_true", help="play the story in the terminal instead of serving a page")
    parser.add_argument("--no-browser", action="store_true", help="serve the page, open no browser")
    parser.add_argument("--port", type=int, help="the local port of page and stand-in for Slack (default: any)")
    return parser


def _wants_page(words: argparse.Namespace) -> bool:
    """Without a terminal nobody would end it, so there the page must be asked for."""
    asked = words.no_browser or words.port is not None
    return not words.play and (asked or (sys.stdin.isatty() and sys.stdout.isatty()))


def _play(folder: Path, log: Path, port: int) -> int:
    try:
        done = perform(folder, ink_for(sys.stdout, os.environ), port=port)
    except BrokenPipeError:
        # Whoever read has gone (`rung demo | head`); at its end Python would write again, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    if not done:
        sys.stderr.write("".join(log.read_text("utf-8").splitlines(keepends=True)[-_LOG_LINES:]))
    return 0 if done else 1


def perform(
    folder: Path,
    ink: Ink,
    *,
    port: int = 0,
    beforehand: Callable[[Simulator], None] | None = None,
    patience: float = 20.0,
) -> bool:
    """Play the story in a folder of its own; False, and the reason on the page, where it broke off.

    `beforehand` may spoil the workspace, `patience` is in real seconds; both are for tests.
    """
    clocks = story_clocks()
    ink.paragraph(_BEFORE)
    try:
        with at_acme(folder, clocks, port) as simulator:
            if beforehand:
                beforehand(simulator)
            with telling(simulator, clocks.case, ink) as teller:
                play(Stage(simulator, teller, patience, minute=60 / FASTER))
    except (RungError, TimeoutError) as error:
        ink.paragraph(f"\nThe story broke off. {error}")
        return False
    ink.paragraph(_AFTER)
    return True


@contextmanager
def telling(simulator: Simulator, clock: Clock, ink: Ink) -> Iterator[Teller]:
    """Tell what happens meanwhile, to the end of it."""
    teller = Teller(simulator.channel("#support").stage, clock, ink)
    teller.start()
    try:
        yield teller
    finally:
        teller.stop()


def story_clocks() -> Clocks:
    """Make the story's clocks: case time begins this morning at Acme and runs fast, wire time is the machine's."""
    system = SystemClock()
    now = system.now()
    morning = datetime.combine(now.astimezone(ZoneInfo(ZONE)).date(), BEGINS, ZoneInfo(ZONE))
    return Clocks(case=ScaledClock(ShiftedClock(system, morning - now), FASTER), wire=system)


@contextmanager
def at_acme(folder: Path, clocks: Clocks, port: int = 0) -> Iterator[Simulator]:
    """Run Rung at Acme with the example policy, its database in a folder.

    Raises:
        RungError: the port is taken, or Rung does not start.
    """
    url = f"sqlite:///{folder / 'demo.db'}"
    upgrade(url)
    with Simulator(acme(clocks.wire), port=port, limits=Limits(clocks.wire)) as simulator:
        settings = Settings(
            slack_bot_token=simulator.bot_token,
            slack_app_token=simulator.app_token,
            slack_api_url=simulator.api_url,
            database_url=url,
        )
        house = Rung(settings, open_store(url), clocks)
        engine = house.engine
        apply_first(engine.ctx, engine.gateway, house.workspace, shipped("rung.toml"), "the demo")
        house.start()
        try:
            simulator.wait_connected()
            yield simulator
        finally:
            house.stop()
