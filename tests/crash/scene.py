"""The scene of a crash: a Slack that lives on, processes that die, and a clean one that picks up what they left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from slackbot.app import Engine, SingleToken, build_engine
from slackbot.cli.acme import acme
from slackbot.clock import Clocks, ManualClock, SystemClock
from slackbot.core.messages import LEVEL_TRIGGERED
from slackbot.services.deliver import OneByOne
from slackbot.simulator.delivery import Delivery
from slackbot.simulator.model import Message
from slackbot.simulator.server import Simulator
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store
from storage.outbox_rows import COLUMNS, OutboxRow, OutboxState, row_of
from tests.house import AT_ONCE

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
_GLANCE = 0.1
AFTER_THE_LEASE = 40.0
REST = timedelta(seconds=200)
ENDS = frozenset({OutboxState.SENT, OutboxState.OBSOLETE, OutboxState.DIVERTED, OutboxState.DEAD})


@dataclass(slots=True)
class Scene:
    """Where it happens."""

    slack: Simulator
    folder: Path

    @property
    def database_url(self) -> str:
        """Say which database all processes share, one after the other."""
        return f"sqlite:///{self.folder / 'rung.db'}"

    @contextmanager
    def victim(self, point: str, *, ahead: float = 0.0) -> Iterator[subprocess.Popen[bytes]]:
        """Start a process that dies at a point, and have it connected; afterwards it is dead."""
        made = self.slack.connections_made
        names = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": self.database_url,
        }
        command = [sys.executable, "-m", "tests.crash.victim", point, str(ahead)]
        with (self.folder / "victim.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=os.environ | names, stdout=log, stderr=log)
        try:
            connected = False
            for _ in range(int(PATIENCE / _GLANCE)):
                connected = self.slack.workspace.wait_for(lambda: self.slack.connections_made > made, timeout=_GLANCE)
                if connected or process.poll() is not None:
                    break
            assert connected or process.poll() is not None, "it never connected"
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE)
            self.slack.workspace.wait_for(lambda: self.slack.connections == 0, timeout=PATIENCE)

    def dies(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until a process has killed itself."""
        assert process.wait(PATIENCE) == -signal.SIGKILL, (self.folder / "victim.log").read_text()

    def escalates(self, summary: str = "refund stuck") -> Delivery:
        """Let an agent raise a case, without waiting for the answer."""
        line = f'/escalate {summary} category:Account customer:"Nordic"'
        self.slack.person("ana").types(line, in_="#support", wait=False)
        return self.slack.deliveries[-1]

    def visible(self) -> list[Message]:
        """List the app's messages that people can see."""
        everything = self.slack.workspace.history.everything()
        return [message for message in everything if not message.deleted and message.author.app_id is not None]

    def picked_up(self) -> list[OutboxRow]:
        """Have a clean process, whose clock is in our hand, do all that was left undone; gives the outbox then."""
        clock = ManualClock(SystemClock().now() + timedelta(seconds=2 * AFTER_THE_LEASE))
        store = open_store(self.database_url)
        token, url = self.slack.bot_token, self.slack.api_url
        gateway = Gateway(SingleToken(token), lambda each: bare_client(each, url))
        clocks = Clocks(case=clock, wire=clock)
        engine = build_engine(store, gateway, clocks, wake=lambda: None, carriers=OneByOne(), pace=AT_ONCE)
        try:
            _drain(engine, clock)
            with store.read() as tx:
                return [row_of(row) for row in tx.connection.execute(sa.select(*COLUMNS).order_by(COLUMNS[0]))]
        finally:
            store.close()

    def assert_whole(self, rows: list[OutboxRow]) -> None:
        """Check that nothing is missing and nothing stands twice."""
        assert [row for row in rows if row.state not in ENDS] == []
        carried = [(m.metadata or {}).get("event_payload", {}).get("key") for m in self.visible()]
        assert sorted(carried) == sorted(set(carried)), "a message stands twice"
        posts = {row.key for row in rows if row.state is OutboxState.SENT and row.kind not in LEVEL_TRIGGERED}
        assert set(carried) == posts, "a message is missing, or nobody knows of it"


@contextmanager
def scene(folder: Path, template: Path) -> Iterator[Scene]:
    """Set the scene, with a migrated database."""
    shutil.copy(template, folder / "rung.db")
    with Simulator(acme(SystemClock())) as slack:
        yield Scene(slack, folder)


def _drain(engine: Engine, clock: ManualClock) -> None:
    until = clock.now() + REST
    while True:
        while engine.reconciler.step() or engine.sender.step():
            pass
        moments = (engine.reconciler.next_moment(), engine.sender.next_moment())
        moment = min((each for each in moments if each is not None), default=None)
        if moment is None or moment > until:
            return
        clock.set(max(moment, clock.now() + timedelta(milliseconds=1)))
