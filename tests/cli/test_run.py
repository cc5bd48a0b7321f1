"""`rung run` as a process of its own, with a simulated Slack, and the command line beside it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from slackbot.__main__ import main
from slackbot.cli.acme import acme, shipped
from slackbot.clock import SystemClock
from slackbot.simulator.server import Simulator

ROOT = Path(__file__).parents[2]
RUN = (sys.executable, "-m", "slackbot", "run")
DAMAGED_FROM, DAMAGED_BYTES = 3 * 4096, 4096
LONG = 60


@pytest.fixture
def slack() -> Iterator[Simulator]:
    """Acme's workspace."""
    with Simulator(acme(SystemClock())) as simulator:
        yield simulator


@pytest.fixture
def settings(slack: Simulator, place: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings for it, in the environment of this process too."""
    given = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "DATABASE_URL": f"sqlite:///{place / 'rung.db'}",
        "PYTHONPATH": str(ROOT),
        "RUNG_HEALTH": "127.0.0.1:0",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    (place / "rung.toml").write_text(shipped("rung.toml"), encoding="utf-8")
    return given


@contextmanager
def running(slack: Simulator, *flags: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run Rung until the end of the block, and stop it as systemd does; it logs to `rung.log`."""
    with Path("rung.log").open("w", encoding="utf-8") as log, subprocess.Popen([*RUN, *flags], stderr=log) as process:
        try:
            slack.wait_connected(timeout=LONG)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(LONG)


def refused(environment: Mapping[str, str]) -> str:
    """Run Rung where it can't start, and give what it said."""
    done = subprocess.run(
        RUN, env={**os.environ, **environment}, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.usefixtures("settings")
def test_it_runs_beside_the_command_line_and_stops_in_order(
    slack: Simulator, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A case is raised, `check` counts it, an exported policy is applied by the running process, SIGTERM ends it."""
    with running(slack) as process:
        slack.person("ana").types('/escalate refund stuck category:"Account" customer:Nordic', in_="#support")
        slack.channel("#tier-2").shows("refund stuck")
        assert main(["check"]) == 0
        assert "Acme: policy version 1, 1 open" in capsys.readouterr().out

        assert main(["policy", "export"]) == 0
        exported = place / "exported.toml"
        exported.write_text(capsys.readouterr().out.replace("Shipping", "Delivery"), encoding="utf-8")
        assert main(["policy", "apply", str(exported)]) == 0
        assert "Policy version 2 is in force" in capsys.readouterr().out
        assert main(["policy", "apply", str(exported)]) == 1
        assert "made from version 1" in capsys.readouterr().err
        (place / "rung.toml").write_text('close_after = "soon"\npromises = 3\n', encoding="utf-8")
        assert main(["policy", "apply"]) == 1
        said = capsys.readouterr().err
        assert all(word in said for word in ("close_after", "soon", "promises"))
        assert main(["check", "--retry", "1"]) == 1
        assert main(["db", "upgrade"]) == 1
        assert f"pid {process.pid}" in capsys.readouterr().err
    assert process.returncode == 0
    assert not (place / "rung.db.sock").exists()
    assert main(["db", "upgrade"]) == 0


@pytest.mark.usefixtures("settings")
def test_what_a_policy_means_can_be_looked_at(slack: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    """`rung policy resolve` writes what the file of the settings means in this workspace: ids in place of names."""
    assert main(["policy", "resolve"]) == 0
    meant = json.loads(capsys.readouterr().out)
    assert meant["after"] is None
    assert slack.channel("#tier-2").id in str(meant["rules"])


@pytest.mark.usefixtures("settings")
def test_the_log_says_no_more_than_it_should(slack: Simulator, place: Path) -> None:
    """Nothing that a customer or agent wrote is in the log, nor a token, nor anybody's name."""
    with running(slack):
        slack.person("ana").types('/escalate secret words category:"Account" customer:Nordic', in_="#support")
        slack.channel("#tier-2").shows("secret words")
    log = (place / "rung.log").read_text(encoding="utf-8")
    assert "Rung listens in Acme" in log
    for word in ("secret words", "Nordic", slack.bot_token, slack.app_token, "Ana", "WARNING", "ERROR"):
        assert word not in log


@pytest.mark.parametrize(
    ("changed", "cure"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN"),
        ({"RUNG_POLICY": "none.toml"}, "no file none.toml"),
        pytest.param({"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refuses SLACK_APP_TOKEN", marks=pytest.mark.proof),
        pytest.param({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "Slack can't be reached", marks=pytest.mark.proof),
        ({"DATABASE_URL": "rung.db"}, "DATABASE_URL is no database URL"),
    ],
)
def test_a_start_that_fails_says_what_to_mend(changed: dict[str, str], cure: str, settings: dict[str, str]) -> None:
    """A wrong token, no Slack, no policy, no database: one message names the setting, and the process ends."""
    assert cure in refused({**settings, **changed})


def test_a_second_process_is_told_who_has_the_file(slack: Simulator, settings: dict[str, str]) -> None:
    """It ends at once, names the one that holds the database and says to stop it; the first one goes on."""
    with running(slack) as process:
        said = refused(settings)
        assert f"another rung process (pid {process.pid}) holds" in said
        assert "stop it first" in said
        slack.person("ana").types('/escalate refund stuck category:"Account" customer:Nordic', in_="#support")
        slack.channel("#tier-2").shows("refund stuck")


@pytest.mark.proof
def test_a_damaged_file_is_not_run_on(
    slack: Simulator, settings: dict[str, str], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A page full of rubbish: neither start nor check goes on, both say to keep the file and restore; then it runs."""
    with running(slack):
        pass
    copy = (place / "rung.db").read_bytes()
    with (place / "rung.db").open("r+b") as file:
        file.seek(DAMAGED_FROM)
        file.write(b"\xa5" * DAMAGED_BYTES)
    assert "restore the newest backup" in refused(settings)
    assert main(["check"]) == 1
    assert "restore the newest backup" in capsys.readouterr().out
    (place / "rung.db").write_bytes(copy)
    with running(slack, "--after-restore"):
        slack.person("ana").types('/escalate refund stuck category:"Account" customer:Nordic', in_="#support")
        slack.channel("#tier-2").shows("refund stuck")
    assert "after a restore: 0 messages are looked for" in (place / "rung.log").read_text(encoding="utf-8")


@pytest.mark.proof
@pytest.mark.usefixtures("settings")
def test_the_end_of_a_log_torn_off_loses_no_more_than_the_end(slack: Simulator, place: Path) -> None:
    """After a kill the write-ahead log is cut: Rung starts on what was whole, and goes on."""
    with running(slack) as process:
        slack.person("ana").types('/escalate refund stuck category:"Account" customer:Nordic', in_="#support")
        slack.channel("#tier-2").shows("refund stuck")
        process.kill()
        process.wait(LONG)
    log = place / "rung.db-wal"
    log.write_bytes(log.read_bytes()[: log.stat().st_size * 2 // 3])
    with running(slack):
        slack.person("ana").types('/escalate another one category:"Account" customer:Nordic', in_="#support")
        slack.channel("#tier-2").shows("another one")
    assert main(["check"]) == 0


@pytest.mark.usefixtures("settings")
def test_a_token_revoked_while_it_runs_is_told_outside(
    slack: Simulator, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The webhook hears of it, the log says `ERROR`, `check` names it, and the process goes on with its deadlines."""
    heard: queue.Queue[bytes] = queue.Queue()

    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.put(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

    with HTTPServer(("127.0.0.1", 0), Listener) as outside:
        thread = threading.Thread(target=outside.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        monkeypatch.setenv("RUNG_ALERT_URL", f"http://127.0.0.1:{outside.server_port}/")
        with running(slack) as process:
            slack.workspace.revoke_token()
            slack.person("ana").types('/escalate refund stuck category:"Account" customer:Nordic', in_="#support")
            alert = json.loads(heard.get(timeout=LONG))
            assert main(["check"]) == 1
            assert process.poll() is None
        outside.shutdown()
        thread.join()
    assert (alert["event"], alert["workspace"]) == ("token_refused", "Acme")
    assert "Slack refuses its token" in capsys.readouterr().out
    assert "ERROR slackbot.services.tokens" in (place / "rung.log").read_text(encoding="utf-8")
