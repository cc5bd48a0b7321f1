"""`rung run`, several times over, on one PostgreSQL and in one simulated workspace."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from slackbot.cli.acme import acme, shipped
from slackbot.clock import SystemClock
from slackbot.simulator.server import Simulator
from storage.engine import open_store
from storage.unit_of_work import Store, Transaction

ROOT = Path(__file__).parents[2]
LONG = 60.0
_GLANCE = 0.1
RUN = ("-m", "slackbot", "run")


@dataclass(slots=True)
class Replicas:
    """Processes of Rung's that share a database and a workspace."""

    slack: Simulator
    url: str
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start one more, and have it connected."""
        made = self.slack.connections_made
        process = self.begin(*command)
        self.waits(lambda: self.slack.connections_made > made)
        return process

    def begin(self, *command: str) -> subprocess.Popen[bytes]:
        """Start one more, without waiting for it."""
        names = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": self.url,
            "PYTHONPATH": str(ROOT),
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *(command or RUN)], cwd=self.folder, env=os.environ | names, stderr=log
            )
        self.running.append(process)
        return process

    @property
    def log(self) -> Path:
        """Say where they all log to."""
        return self.folder / "rung.log"

    def stop(self, process: subprocess.Popen[bytes]) -> int:
        """Stop one in order; says how it ended."""
        process.send_signal(signal.SIGTERM)
        return process.wait(LONG)

    def escalates(self, summary: str) -> None:
        """Let an agent raise a case, and have it acknowledged to Slack."""
        line = f'/escalate {summary} category:"Account" customer:Nordic'
        self.slack.person("ana").types(line, in_="#support")

    def cards(self, summary: str = "") -> int:
        """Count the cards that can be seen at the first tier."""
        return sum(summary in message.text for message in self.slack.channel("#tier-2").messages())

    def waits(self, holds: Callable[[], bool], seconds: float = LONG) -> float:
        """Wait until something holds, or fail; says how many seconds that took."""
        began = monotonic()
        while not self.slack.workspace.wait_for(holds, timeout=_GLANCE):
            assert monotonic() - began < seconds, self.log.read_text()
        return monotonic() - began

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Look into the database."""
        opened = open_store(self.url, exclusive=False)
        yield opened
        opened.close()

    def sees(self, seen: Callable[[Transaction], bool]) -> bool:
        """Say whether something can be seen in the database now."""
        with self.store() as store, store.read() as tx:
            return seen(tx)


@contextmanager
def replicas(folder: Path, url: str) -> Iterator[Replicas]:
    """Set the scene; afterwards no process is left."""
    (folder / "rung.toml").write_text(shipped("rung.toml"), encoding="utf-8")
    with Simulator(acme(SystemClock())) as slack:
        scene = Replicas(slack, url, folder)
        try:
            yield scene
        finally:
            for process in scene.running:
                process.kill()
                process.wait(LONG)
