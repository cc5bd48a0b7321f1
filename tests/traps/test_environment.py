"""What stands in the environment for other programs must not change what ours does, nor its log tell secrets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slackbot.app import SingleToken
from slackbot.cli.acme import acme
from slackbot.cli.logs import quiet_logging
from slackbot.clock import SystemClock
from slackbot.simulator.server import Simulator
from slackbot.slack.gateway import Gateway, bare_client
from tests.engines import SQLITE, Databases
from tests.house import house
from tests.services.still_house import CANARY
from tests.traps.conftest import Counter, Dispatch

LINE = f'refund stuck category:Account customer:"{CANARY}"'
NOBODY = "http://127.0.0.1:9"


def test_oauth_is_not_switched_on_behind_our_back(
    counter: Counter, dispatch: Dispatch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With SLACK_CLIENT_ID and SLACK_CLIENT_SECRET set, our own authorisation holds and no file store is written."""
    monkeypatch.setenv("SLACK_CLIENT_ID", "111.222")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "not-for-us")
    monkeypatch.setenv("HOME", str(tmp_path))
    before = set(tmp_path.rglob("*"))
    answer = dispatch(counter.app(), counter.command(LINE))
    assert "ESC-1" in answer.body
    written = {path.name for path in set(tmp_path.rglob("*")) - before if not path.name.startswith("rung.db")}
    assert written == set()


def test_another_token_in_the_environment_is_not_ours(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Bolt takes no token out of the environment: what our calls bear is the token of the settings."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-somebody-elses")
    app = counter.app()
    assert app.client.token is None
    assert "xoxb" not in caplog.text


@pytest.fixture
def slack() -> Iterator[Simulator]:
    """Give a running Slack on the loopback address."""
    with Simulator(acme(SystemClock())) as running:
        yield running


def test_a_proxy_that_spares_this_machine_is_spared(slack: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a proxy and NO_PROXY set, a local Slack is reached directly by the Web API and by Socket Mode."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, NOBODY)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")
    gateway = Gateway(SingleToken(slack.bot_token), lambda token: bare_client(token, slack.api_url))
    assert gateway.call(1, "auth.test")["ok"]


def test_the_whole_house_works_behind_a_proxy(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment that spares this machine changes nothing for the house."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, NOBODY)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with databases.fresh(SQLITE) as url, house(url) as open_house:
        assert open_house.escalates(summary="proxied")


@pytest.fixture
def loud(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Set the log up as `rung run --verbose` does; gives a function that reads it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    root.handlers.clear()
    quiet_logging(logging.DEBUG)
    yield lambda: capsys.readouterr().err
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_verbose_log_tells_nothing_of_customers(databases: Databases, loud: Callable[[], str]) -> None:
    """Even at its most talkative the log holds no customer's words, no token, no response_url."""
    with databases.fresh(SQLITE) as url, house(url) as open_house:
        slack = open_house.simulator
        slack.faults.apply_then_error("chat.postMessage", "internal_error")
        slack.faults.error("chat.update", "invalid_blocks")
        card = open_house.escalates(summary="refund of the canary", customer=CANARY)
        open_house.person("lena").clicks("Acknowledge", on=card)
        open_house.person("ana").dm.shows("@lena", "promised")
        slack.drop_connections()
        slack.workspace.wait_for(lambda: slack.connections_made > 1)
        tokens = (slack.bot_token, slack.app_token)
    told = loud()
    assert "internal_error" in told
    for secret in (CANARY, "refund of the canary", *tokens, "/response/"):
        assert secret not in told, next(line for line in told.splitlines() if secret in line)[:300]
