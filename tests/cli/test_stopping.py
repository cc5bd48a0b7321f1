"""SIGTERM: what is on its way arrives or is given back, within ten seconds."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest

from slackbot.cli.acme import acme, shipped
from slackbot.cli.run import LAST_MOMENT
from slackbot.clock import SystemClock
from slackbot.simulator.server import Simulator
from storage.engine import open_store
from storage.pace import POST

ROOT = Path(__file__).parents[2]
RAISES = '/escalate refund stuck category:"Account" customer:Nordic'
LONG = 60


@contextmanager
def running(slack: Simulator, place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run Rung on a SQLite file until it is stopped."""
    names = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{place / 'rung.db'}",
        "PYTHONPATH": str(ROOT),
    }
    (place / "rung.toml").write_text(shipped("rung.toml"), encoding="utf-8")
    command = [sys.executable, "-m", "slackbot", "run"]
    with (
        (place / "rung.log").open("wb") as log,
        subprocess.Popen(command, cwd=place, env=os.environ | names, stderr=log) as process,
    ):
        try:
            slack.wait_connected(timeout=LONG)
            yield process
        finally:
            process.kill()


def counts(place: Path) -> dict[str, int]:
    """Count the messages by state."""
    store = open_store(f"sqlite:///{place / 'rung.db'}")
    with store.read() as tx:
        found = tx.outbox.counts()
    store.close()
    return found


def stopped_while_posting(place: Path, takes: float) -> tuple[float, int]:
    """Stop a process that waits for Slack's answer; say how long that took, and how it ended."""
    with Simulator(acme(SystemClock())) as slack, running(slack, place) as process:
        slack.faults.slow(POST, takes, times=2)
        slack.person("ana").types(RAISES, in_="#support")
        assert slack.workspace.wait_for(lambda: not slack.faults.left(), timeout=LONG)
        began = monotonic()
        process.send_signal(signal.SIGTERM)
        ended = process.wait(LONG)
        return monotonic() - began, ended


def test_what_is_on_its_way_arrives(place: Path) -> None:
    """A message whose answer takes two seconds is waited for and settled."""
    took, ended = stopped_while_posting(place, 2.0)
    assert ended == 0, (place / "rung.log").read_text()
    assert took < LAST_MOMENT
    assert counts(place)["sent"] == 2
    assert "leased" not in counts(place)


@pytest.mark.proof
def test_what_takes_too_long_is_given_back(place: Path) -> None:
    """A message whose answer does not come is left to be looked for: no lease is left, and the process is gone."""
    took, ended = stopped_while_posting(place, 9.8)
    assert ended == 0, (place / "rung.log").read_text()
    assert took < LAST_MOMENT
    assert counts(place) == {"unknown": 2}
