"""`rung run` as a process, in HTTP mode and over Socket Mode: what its ports say, and how it ends."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from prometheus_client.parser import text_string_to_metric_families

from slackbot.cli.acme import acme, shipped
from slackbot.cli.run import EXIT_DEAD
from slackbot.clock import SystemClock
from slackbot.simulator.server import Simulator
from tests.cluster import Cluster
from tests.http_house import SECRET, SignedClient

ROOT = Path(__file__).parents[2]
RUN = (sys.executable, "-m", "slackbot", "run")
LONG = 60
CASE = '/escalate refund stuck category:"Account" customer:Nordic'


@pytest.fixture
def slack() -> Iterator[Simulator]:
    """Acme's workspace."""
    with Simulator(acme(SystemClock())) as simulator:
        yield simulator


@pytest.fixture
def environment(slack: Simulator, place: Path) -> dict[str, str]:
    """The environment of a process in a folder of its own; health is on any free port."""
    (place / "rung.toml").write_text(shipped("rung.toml"), encoding="utf-8")
    return {
        **os.environ,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{place / 'rung.db'}",
        "PYTHONPATH": str(ROOT),
        "RUNG_HEALTH": "127.0.0.1:0",
    }


class Running:
    """A process and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._heard = threading.Condition()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def says(self, pattern: str) -> str:
        """Wait until it says something, and give the pattern's first group of it."""
        with self._heard:
            assert self._heard.wait_for(lambda: self._found(pattern) is not None, LONG), "".join(self.said)
            return str(self._found(pattern))

    def health(self) -> tuple[str, int]:
        """Say where its health is."""
        return "127.0.0.1", int(self.says(r"health and metrics on http://127\.0\.0\.1:(\d+)"))

    def asked(self, path: str) -> tuple[int, str]:
        """Ask its health for a page."""
        connection = http.client.HTTPConnection(*self.health(), timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        found = response.status, response.read().decode()
        connection.close()
        return found

    def measured(self, figure: str) -> str:
        """Ask for the metrics until a figure is no longer 0: a message is seen before it is settled."""
        for _ in range(100):
            status, text = self.asked("/metrics")
            assert status == 200
            if figures_in(text)[figure]:
                return text
            threading.Event().wait(0.1)
        raise AssertionError(text)

    def ends(self) -> int:
        """Wait for its end and give its exit code."""
        code = self.process.wait(LONG)
        self._thread.join(LONG)
        return code

    def _found(self, pattern: str) -> str | None:
        match = re.search(pattern, "".join(self.said))
        return None if match is None else match[match.re.groups]

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            with self._heard:
                self.said.append(line)
                self._heard.notify_all()


def figures_in(text: str) -> dict[str, float]:
    """Read an exposition with Prometheus' own parser; of a labelled figure the last value counts."""
    families = text_string_to_metric_families(text)
    return {sample.name: sample.value for family in families for sample in family.samples}


@contextmanager
def running(environment: Mapping[str, str], *words: str, command: Sequence[str] = RUN) -> Iterator[Running]:
    """Run it until the end of the block."""
    with subprocess.Popen([*command, *words], env=environment, stderr=subprocess.PIPE, text=True) as process:
        run = Running(process)
        try:
            yield run
        finally:
            process.terminate()
            run.ends()


def command_of(slack: Simulator, text: str) -> bytes:
    """Write an `/escalate` of Ana's as Slack sends it."""
    fields = {
        "team_id": slack.workspace.team_id,
        "user_id": slack.person("ana").id,
        "channel_id": slack.channel("#support").id,
        "command": "/escalate",
        "text": text,
        "trigger_id": "1.2.x",
        "response_url": f"{slack.base_url}/response/none",
    }
    return urlencode(fields).encode()


def test_http_mode_takes_signed_requests_and_stops_in_order(environment: dict[str, str], slack: Simulator) -> None:
    """A signed command raises a case, an unsigned one does not; no connection is opened; SIGTERM ends it with 0."""
    with running({**environment, "SLACK_SIGNING_SECRET": SECRET}, "--http", "--port", "0") as run:
        client = SignedClient(int(run.says(r"requests are taken on 127\.0\.0\.1:(\d+)")))
        run.says("Rung listens in Acme")
        body = command_of(slack, "refund stuck category:Account customer:Nordic")
        assert client.posts(body, headers={}).status == 401
        assert b"ESC-1" in client.posts(body).body
        slack.channel("#tier-2").shows("refund stuck")
        assert run.asked("/readyz") == (200, "ok\n")
        assert slack.connections_made == 0
        run.process.send_signal(signal.SIGTERM)
        assert run.ends() == 0
    assert SECRET not in "".join(run.said)


@pytest.mark.proof
def test_two_processes_share_the_work_over_http(
    cluster: Cluster, environment: dict[str, str], slack: Simulator
) -> None:
    """Slack's retry at another process raises no second case; when one is killed, the other goes on with everything."""
    with cluster.database(migrated=False) as url:
        shared = {**environment, "DATABASE_URL": url, "SLACK_SIGNING_SECRET": SECRET}
        http_mode = ("--http", "--port", "0")
        with running(shared, *http_mode) as one, running(shared, *http_mode) as other:
            clients = [SignedClient(int(run.says(r"taken on 127\.0\.0\.1:(\d+)"))) for run in (one, other)]
            for run in (one, other):
                run.says("Rung listens in Acme")
            body = command_of(slack, "refund stuck category:Account customer:Nordic")
            assert [b"ESC-1" in client.posts(body).body for client in clients] == [True, True]
            one.process.kill()
            assert b"ESC-2" in clients[1].posts(command_of(slack, "gate shut category:Account customer:Nordic")).body
            tier = slack.channel("#tier-2")
            for summary in ("refund stuck", "gate shut"):
                tier.shows(summary, within=LONG)
                assert len(tier.matching(summary)) == 1


def test_health_and_metrics_beside_socket_mode(environment: dict[str, str], slack: Simulator) -> None:
    """Over Socket Mode, too, the process says that it lives and can work, with figures and nothing of anybody's."""
    with running({**environment, "SLACK_APP_TOKEN": slack.app_token}) as run:
        slack.wait_connected(timeout=LONG)
        run.says("Rung listens in Acme")
        slack.person("ana").types(CASE, in_="#support")
        slack.channel("#tier-2").shows("refund stuck")
        assert run.asked("/healthz") == (200, "ok\n")
        assert run.asked("/readyz") == (200, "ok\n")
        text = run.measured("rung_message_lateness_seconds_count")
    figures = figures_in(text)
    assert figures["rung_ack_seconds_count"] >= 1
    assert figures["rung_database_up"] == 1
    assert figures["rung_loop_heartbeat_age_seconds"] < 15
    for word in ("Acme", "Nordic", "refund", "tier", "T000", "U000", "C000", "ESC", slack.bot_token, slack.app_token):
        assert word not in text


def test_a_lost_token_is_not_ready(environment: dict[str, str], slack: Simulator) -> None:
    """Once Slack has refused the token the process is alive, not ready, and says why."""
    with running({**environment, "SLACK_APP_TOKEN": slack.app_token}) as run:
        slack.wait_connected(timeout=LONG)
        run.says("people known")
        slack.workspace.revoke_token()
        slack.person("ana").types(CASE, in_="#support")
        run.says("Slack refuses the token")
        assert run.asked("/readyz") == (503, "slack: Slack refuses the token (token_revoked)\n")
        assert run.asked("/healthz") == (200, "ok\n")


PROGRAM = """
import sys, threading
from slackbot.runtime import watchdog
from slackbot.services.sweep import Sweep
{patch}
sys.exit(__import__("slackbot.cli.run", fromlist=["main"]).main([]))
"""
DIES = """
def step(self):
    raise SystemExit
Sweep.step = step
"""
HANGS = """
import slackbot.cli.run
slackbot.cli.run.LAST_WORDS = 1.0
from slackbot.runtime.loop import Work
Work.__init__.__defaults__ = (1.0,)
Sweep.step = lambda self: threading.Event().wait()
"""


@pytest.mark.parametrize(
    ("patch", "verdict"),
    [
        pytest.param(DIES, "has ended", id="dies"),
        pytest.param(HANGS, "has stood still", id="hangs", marks=pytest.mark.proof),
    ],
)
def test_a_dead_loop_ends_the_process(environment: dict[str, str], slack: Simulator, patch: str, verdict: str) -> None:
    """Dead or hung, the loop is named in the log and the process ends for its supervisor to start it anew."""
    command = (sys.executable, "-c", PROGRAM.format(patch=patch))
    with running({**environment, "SLACK_APP_TOKEN": slack.app_token}, command=command) as run:
        run.says(f"CRITICAL .* the deadlines loop {verdict}")
        assert run.ends() == EXIT_DEAD


@pytest.mark.parametrize(
    ("changed", "words", "cure"),
    [
        ({}, ["--http"], "SLACK_SIGNING_SECRET"),
        pytest.param({"SLACK_SIGNING_SECRET": ""}, ["--http"], "SLACK_SIGNING_SECRET", marks=pytest.mark.proof),
        ({"SLACK_SIGNING_SECRET": SECRET}, ["--http", "--host", "192.0.2.1"], "choose another with --host and --port"),
        pytest.param(
            {"SLACK_SIGNING_SECRET": SECRET},
            ["--http", "--port", "70000"],
            "choose another with --host and --port",
            marks=pytest.mark.proof,
        ),
        ({"SLACK_SIGNING_SECRET": SECRET}, [], "SLACK_APP_TOKEN"),
    ],
)
def test_a_start_that_fails_names_the_cure(
    environment: dict[str, str], changed: dict[str, str], words: list[str], cure: str
) -> None:
    """Without a secret, with an address that is not ours, or in the wrong mode: one message, and exit code 1."""
    with running({**environment, **changed}, *words) as run:
        assert run.ends() == 1
    assert cure in "".join(run.said)
    assert "Traceback" not in "".join(run.said)


def test_a_taken_health_port_is_refused_only_if_it_was_asked_for(environment: dict[str, str], slack: Simulator) -> None:
    """A port that an admin chose must be free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        settings = {**environment, "SLACK_APP_TOKEN": slack.app_token, "RUNG_HEALTH": address}
        with running(settings) as run:
            assert run.ends() == 1
    assert f"RUNG_HEALTH: {address} can't be opened" in "".join(run.said)


def test_the_port_goes_with_http(environment: dict[str, str]) -> None:
    """A port without `--http` is a misunderstanding, told as such."""
    with running(environment, "--port", "3000") as run:
        assert run.ends() == 2
    assert "--host and --port go with --http" in "".join(run.said)
