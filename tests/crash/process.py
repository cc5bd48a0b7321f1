"""A process that is to die, seen from outside: what people do with it, and what is waited for, by name."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from ctypes import c_double
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from slackbot.simulator.hands.screen import ShownMessage
from slackbot.simulator.hands.stage import DeliveryFailedError, NotPossibleError, NotShownError
from slackbot.simulator.server import Simulator
from storage.engine import open_store
from storage.outbox_rows import COLUMNS, UNFINISHED
from tests.crash.victim import Fate, live

PATIENCE = 90.0
"""Seconds after which what is waited for is taken for never to come: many times what it needs on a busy machine."""

Seen = TypeVar("Seen")

_GLANCE = 0.05
_DYING = 10.0
_AT_REST = sa.select(sa.func.count()).where(COLUMNS[0].table.c.state.in_(UNFINISHED))


class GoneError(Exception):
    """The process is dead, so nobody answers any more."""


def nursery() -> ForkServerContext:
    """Give where processes are born: one has loaded everything, and each is forked off it, with no thread in it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.victim"])
    return context


@dataclass(slots=True)
class Victim:
    """A running process, and what people do with it; what is asked of a dead one raises GoneError."""

    process: ForkServerProcess
    slack: Simulator
    database_url: str
    fate: Fate
    ahead: c_double
    ended: int | None = None

    def until(self, holds: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
        """Wait until something holds, or the process is gone."""
        for _ in range(int(patience / _GLANCE)):
            if self.slack.workspace.wait_for(lambda: bool(holds()), timeout=_GLANCE):
                return
            if self.process.exitcode is not None:
                raise GoneError
        raise AssertionError(f"{what}; it came by {points_in(self.fate.log)}")

    def raises(self, summary: str = "refund stuck", who: str = "ana") -> None:
        """Have an agent raise a case in a line, without waiting for the answer."""
        line = f'/escalate {summary} category:Account customer:"Nordic"'
        self.slack.person(who).types(line, in_="#support", wait=False)

    def shown(self, channel: str, *texts: str) -> ShownMessage:
        """Wait for a message in a channel."""
        place = self.slack.channel(channel)
        self.until(lambda: place.matching(*texts), f"{channel} shows no {texts}")
        return place.matching(*texts)[-1]

    def told(self, who: str, *texts: str) -> ShownMessage:
        """Wait for a direct message to somebody."""
        direct = self.slack.person(who).dm
        self.until(lambda: direct.matching(*texts), f"{who} is not told {texts}")
        return direct.matching(*texts)[-1]

    def does(self, act: Callable[[], object]) -> None:
        """Have somebody do something at the screen; that it fails is the process's death, or a fault."""
        try:
            act()
        except (DeliveryFailedError, NotShownError, NotPossibleError, TimeoutError) as error:
            self.process.join(_DYING)
            if self.process.exitcode is None:
                raise
            raise GoneError from error

    def sees(self, look: Callable[[float], Seen]) -> Seen:
        """Wait for what somebody looks for at the screen: the look is given the seconds it may wait by itself, none."""
        seen: list[Seen] = []

        def is_there() -> bool:
            with suppress(NotShownError):
                seen.append(look(0.0))
            return bool(seen)

        self.until(is_there, "it is not shown")
        return seen[0]

    def time_passes(self, seconds: float) -> None:
        """Put all clocks forward, and have the process look."""
        self.ahead.value += seconds
        self._hears(signal.SIGUSR1)

    def is_told_to_stop(self) -> None:
        """Tell it to stop in order, and wait for its end."""
        self._hears(signal.SIGTERM)
        self.dies("it does not stop")

    def dies(self, what: str = "it lives on") -> None:
        """Wait for its end."""
        self.until(lambda: False, what)

    def rests(self) -> None:
        """Wait until every message has come to its end."""
        store = open_store(self.database_url, exclusive=False)

        def is_at_rest() -> bool:
            with store.read() as tx:
                return int(tx.connection.execute(_AT_REST).scalar_one()) == 0

        try:
            self.until(is_at_rest, "it does not come to rest")
        finally:
            store.close()

    def passes(self, *points: str) -> None:
        """Wait until it has come by each of these points."""
        wanted = set(points)
        self.until(lambda: wanted <= set(points_in(self.fate.log)), f"it never comes by all of {points}")

    def _hears(self, number: signal.Signals) -> None:
        if self.process.exitcode is None and self.process.pid is not None:
            with suppress(ProcessLookupError):  # it may have died this very moment
                os.kill(self.process.pid, number)


def born(fate: Fate, environment: Mapping[str, str], ahead: c_double) -> ForkServerProcess:
    """Start a process."""
    process = nursery().Process(target=live, args=(fate, environment, ahead), daemon=True)
    process.start()
    return process


def points_in(log: Path) -> list[str]:
    """Read which points the victims of a scene came by, in their order."""
    return list(dict.fromkeys(log.read_text(encoding="utf-8").splitlines())) if log.exists() else []
