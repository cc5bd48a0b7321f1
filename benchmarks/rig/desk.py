"""A simulated Slack for each arm, with Acme's people, and the ways in which they raise cases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import sqlalchemy as sa

from rig.machine import ARMS, ROOT, Arm, start, wait_until
from slackbot.cli.acme import acme
from slackbot.clock import SystemClock
from slackbot.simulator.deliveries import Delivery
from slackbot.simulator.server import Simulator

SLACK_ANSWERS_IN = 0.15
"""Seconds: what a call of Slack's Web API is taken to last."""

POLICY = ROOT / "examples" / "rung.toml"
_numbers = count(1)


@dataclass(slots=True)
class Desk:
    """A workspace and the program that serves it; `url` is that program's database, a file here where none is given."""

    simulator: Simulator
    folder: Path
    command: list[str]
    name: str
    url: str
    policy: Path = POLICY
    arms: list[Arm] = field(default_factory=list)

    @property
    def arm(self) -> Arm:
        """Give the program that runs, or ran last."""
        return self.arms[-1]

    def start(self) -> Arm:
        """Start the program and wait until it listens."""
        before = self.simulator.connections_made
        arm = self.launch()
        wait_until(lambda: self.simulator.connections_made > before, f"{self.name} to connect", 30, arm)
        return arm

    def launch(self, **more: str) -> Arm:
        """Start the program, with more in its environment; it need not listen to Slack."""
        environment = {
            "SLACK_BOT_TOKEN": self.simulator.bot_token,
            "SLACK_APP_TOKEN": self.simulator.app_token,
            "SLACK_API_URL": self.simulator.api_url,
            "DATABASE_URL": self.url,
            "RUNG_POLICY": str(self.policy),
        }
        self.arms.append(start(self.name, self.command, environment | more, self.folder))
        return self.arm

    def new_summary(self) -> str:
        """Make up a case that nobody has raised yet."""
        return f"order {next(_numbers)} is stuck"

    def types(self) -> tuple[str, Delivery]:
        """Have an agent escalate in one line; gives what was said and what became of it, without waiting."""
        summary = self.new_summary()
        ana = self.simulator.person("ana")
        answer = ana.types(f'/escalate {summary} category:"Account" customer:"Nordic"', in_="#support", wait=False)
        return summary, answer.delivery

    def one_by_one(self, size: int) -> tuple[list[str], list[float]]:
        """Have an agent escalate so many times, each when the last is acknowledged; as `burst` does."""
        said, seconds = [], []
        for _ in range(size):
            summary, delivery = self.types()
            said.append(summary)
            seconds += self.acked([delivery])
        return said, seconds

    def burst(self, size: int) -> tuple[list[str], list[float]]:
        """Have agents escalate all at once; gives what they said and the seconds to each ack."""
        sent = [self.types() for _ in range(size)]
        return [summary for summary, _ in sent], self.acked([delivery for _, delivery in sent])

    def acked(self, deliveries: list[Delivery], timeout: float = 60.0) -> list[float]:
        """Wait until everything is acknowledged, too late or not; gives the seconds each ack took."""
        workspace = self.simulator.workspace
        with workspace.changed:
            workspace.changed.wait_for(lambda: all(each.ack_seconds is not None for each in deliveries), timeout)
        return [timeout if each.ack_seconds is None else each.ack_seconds for each in deliveries]

    def clears_screen(self) -> None:
        """Close what the agent has open: it would make every later look at the screen slower."""
        self.simulator.workspace.history.dismiss_ephemerals(self.simulator.person("ana").id)

    def rows(self, query: str, **words: str) -> list[tuple[object, ...]]:
        """Read from the program's database, beside the program; a word stands in the query as `:word`."""
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query), words)]


@contextmanager
def desk(
    folder: Path, name: str, command: list[str], url: str | None = None, slack: Simulator | None = None
) -> Iterator[Desk]:
    """Open a workspace, Acme's where none is given, for a program not yet started; both end afterwards."""
    place = folder / name
    place.mkdir()
    with slack or Simulator(acme(SystemClock())) as simulator:
        simulator.faults.latency(SLACK_ANSWERS_IN)
        opened = Desk(simulator, place, command, name, url or f"sqlite:///{place}/bench.db")
        try:
            yield opened
        finally:
            for arm in opened.arms:
                arm.stop()


RUNG = ["-m", "slackbot", "run"]
STOCK = [str(ARMS / "stock.py"), "builtin"]
STOCK_WEBSOCKET_CLIENT = [str(ARMS / "stock.py"), "websocket_client"]
STOCK_PROMPT = [*STOCK_WEBSOCKET_CLIENT, "prompt"]


def naive(order: str, desk_of: Desk) -> list[str]:
    """Say how to start the naive program in a workspace."""
    channel = desk_of.simulator.channel("tier-2").id
    return [str(ARMS / "naive.py"), order, channel]
