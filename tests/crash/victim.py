"""A process of Rung's that kills itself (SIGKILL) at a point it is told at its birth.

It is wired as `rung run` wires it, the database's clock included, and quicker where only waiting would be saved: no
pace, and a short beat or a short wait for what is under way where a play asks for it. Its writes wait for their turn as
long as it takes. Its clocks can be put forward while it runs: SIGUSR1 has it look what is due then.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ctypes import c_double
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from slackbot import app
from slackbot.app import Rung
from slackbot.cli.acme import shipped
from slackbot.clock import Clocks, SystemClock
from slackbot.services import uptime
from slackbot.services.installing import has_policy
from slackbot.services.policies import apply_first
from slackbot.services.timekeeping import timekeeper_of
from slackbot.settings import load_settings
from slackbot.slack.gateway import Gateway
from storage import sqlite
from storage.engine import open_store
from storage.unit_of_work import Store, Transaction
from tests.crash.clock import AheadClock
from tests.crash.points import AFTER, BEFORE, ROOT, Site, point, site_at
from tests.house import AT_ONCE

NEVER = "never"
WRITES_WAIT = 60.0
"""Seconds a write waits for its turn. After Rung's own 2.5 a press is refused and has to be pressed again, which nobody
here does; a disk of a busy machine that stands still for so long is no death.
"""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a victim is told: where it dies, where it notes the points it comes by, and how it is to be.

    `restored`: its database is an older copy. `unseen`: it does not notice that nobody ran before. `quick_beat`: it
    beats five times a second. `hasty`: told to stop, it waits for nothing that is under way.
    """

    point: str
    log: Path
    restored: bool = False
    unseen: bool = False
    quick_beat: bool = False
    hasty: bool = False


_WROTE: dict[str, Callable[[Transaction], Any]] = {
    "sqlite": lambda tx: tx.connection.connection.driver_connection.total_changes,  # type: ignore[union-attr]
    "postgresql": lambda tx: tx.connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar(),
}
"""What tells, asked twice within a transaction, whether it wrote anything."""

_THROUGH = {str(ROOT / "slackbot/slack/gateway.py"), __file__}
_ROOMS = (str(ROOT / "slackbot"), str(ROOT / "handlers"))


class Reaper:
    """Kills the process when it comes to its point, and notes every point on the way."""

    def __init__(self, target: str, log: Path) -> None:
        self._target = target
        self._log = log
        self._seen: set[str] = set()

    def passes(self, when: str, site: Site | None) -> None:
        """Come by a point."""
        if site is None:
            return
        name = point(when, site)
        if name not in self._seen:
            self._seen.add(name)
            with self._log.open("a", encoding="utf-8") as log:
                log.write(f"{name}\n")
        if name == self._target:
            os.kill(os.getpid(), signal.SIGKILL)


reaper = Reaper(NEVER, Path(os.devnull))


def _site() -> Site | None:
    """Find the site in our code that the call came from."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_ROOMS) and file not in _THROUGH:
            return site_at(file, frame.f_lineno)
        frame = frame.f_back
    return None


class MortalStore(Store):
    """A store whose process dies at a commit; a transaction that wrote nothing is no point."""

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Write, and die just before or after the commit that is meant."""
        site, wrote = _site(), False
        with super().write() as tx:
            look = _WROTE[tx.connection.dialect.name]
            before = look(tx)
            yield tx
            wrote = look(tx) != before
            if wrote:
                reaper.passes(BEFORE, site)
        if wrote:
            reaper.passes(AFTER, site)


_CALL = Gateway.call


def mortal_call(self: Gateway, workspace_id: int, method: str, **args: Any) -> dict[str, Any]:
    """Call as the gateway does, and die just before or after the call that is meant."""
    site = _site()
    reaper.passes(BEFORE, site)
    try:
        return _CALL(self, workspace_id, method, **args)
    finally:
        reaper.passes(AFTER, site)


def live(fate: Fate, environment: Mapping[str, str], ahead: c_double) -> None:
    """Run until killed, by itself or from outside, or told to stop; the settings come as `rung run` gets them."""
    global reaper  # noqa: PLW0603 - one process, one death
    told = {signal.SIGTERM, signal.SIGUSR1}
    signal.pthread_sigmask(signal.SIG_BLOCK, told)
    _say_into(fate.log.with_name("victim.log"))
    os.environ.update(environment)
    reaper = Reaper(fate.point, fate.log)
    _take_time(fate)
    house = _house(fate, ahead)
    house.start(restored=fate.restored)
    while signal.sigwait(told) == signal.SIGUSR1:
        house.wake()
    house.stop()


def _say_into(file: Path) -> None:
    said = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(said, stream)


def _take_time(fate: Fate) -> None:
    Gateway.call = mortal_call  # type: ignore[method-assign]  # the house makes its gateway by itself
    sqlite.WRITE_PATIENCE = WRITES_WAIT
    if fate.quick_beat:
        uptime.EVERY = timedelta(milliseconds=200)
    if fate.hasty:
        app.STOP_WITHIN = 0.0


def _house(fate: Fate, ahead: c_double) -> Rung:
    settings = load_settings()
    store = open_store(settings.database_url)
    keeper = timekeeper_of(store)
    clock = AheadClock(keeper.clock if keeper else SystemClock(), ahead)
    mortal = MortalStore(store.engine, store.writer, store.reader, store.closing)
    house = Rung(settings, mortal, Clocks(case=clock, wire=clock), pace=AT_ONCE, timekeeper=keeper)
    if not has_policy(house.engine.ctx, house.workspace):
        apply_first(house.engine.ctx, house.engine.gateway, house.workspace, shipped("rung.toml"), "test")
    if fate.unseen:
        with store.write() as tx:
            tx.uptime.beat(clock.now())
    return house
