"""Three processes that start together at a barrier, each with a store and services of its own."""

from __future__ import annotations

import logging
import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from threading import Barrier
from typing import Any

from slackbot.app import SingleToken
from slackbot.clock import Clocks, ManualClock
from slackbot.engine import Engine, build_engine
from slackbot.services.deliver import OneByOne
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store
from tests.races.moves import MOVES

RACERS = 3
PATIENCE = 30.0
_NOWHERE = "http://127.0.0.1:9/api/"
_LONGEST_LEAD = 0.004


@dataclass(frozen=True, slots=True)
class Order:
    """What a racer is to do, at which instant (both clocks), and how many seconds after the barrier."""

    move: str
    told: dict[str, Any]
    now: datetime
    after: float = 0.0


class Racers:
    """The three processes, seen from the one that sends them off."""

    def __init__(self, lines: Sequence[Connection]) -> None:
        self._lines = lines

    def race(self, orders: Sequence[Order], chance: random.Random) -> list[str]:
        """Have each do what it is told at the same moment, give or take a few milliseconds; say how each ended."""
        for line, order in zip(self._lines, orders, strict=True):
            lead = chance.choice((0.0, 0.0, chance.uniform(0, _LONGEST_LEAD)))
            line.send(Order(order.move, order.told, order.now, lead))
        return [self._heard(line) for line in self._lines]

    def _heard(self, line: Connection) -> str:
        assert line.poll(PATIENCE), "a racer does not answer"
        return str(line.recv())


@contextmanager
def racers(url: str) -> Iterator[Racers]:
    """Start the processes on a database, and end them."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(RACERS)
    pipes = [context.Pipe() for _ in range(RACERS)]
    processes = [context.Process(target=run, args=(url, barrier, theirs), daemon=True) for _, theirs in pipes]
    for process in processes:
        process.start()
    for _, theirs in pipes:
        theirs.close()
    try:
        yield Racers([ours for ours, _ in pipes])
    finally:
        for ours, _ in pipes:
            ours.close()
        for process in processes:
            process.join(PATIENCE)


def run(url: str, barrier: Barrier, line: Connection) -> None:
    """Be a racer until the line is closed."""
    logging.disable(logging.WARNING)  # who comes too late says so, as is meant
    clock = ManualClock(datetime.fromisoformat("2026-01-01T00:00:00+00:00"))
    gateway = Gateway(SingleToken("xoxb-none"), lambda token: bare_client(token, _NOWHERE))
    clocks = Clocks(case=clock, wire=clock)
    engine = build_engine(open_store(url), gateway, clocks, wake=lambda: None, carriers=OneByOne())
    while True:
        try:
            order = line.recv()
        except EOFError:
            engine.ctx.store.close()
            return
        clock.set(order.now)
        line.send(_done(engine, order, barrier))


def _done(engine: Engine, order: Order, barrier: Barrier) -> str:
    barrier.wait(PATIENCE)
    if order.after:
        time.sleep(order.after)
    try:
        return MOVES[order.move](engine, order.told)
    except Exception as error:  # noqa: BLE001 - the judge is told, and lets nothing pass that raised
        return f"raised: {type(error).__name__}: {error}"
