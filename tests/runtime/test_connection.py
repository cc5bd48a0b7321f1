"""Socket Mode survives every end of a connection, asks for no more connections than it needs, and stops promptly."""

from __future__ import annotations

import selectors
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from slack_bolt import Ack, App, BoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from slackbot.cli.acme import acme
from slackbot.clock import SystemClock
from slackbot.runtime import socket_mode
from slackbot.runtime.socket_mode import SocketMode
from slackbot.simulator.hands.stage import DeliveryFailedError
from slackbot.simulator.server import Simulator

PATIENCE = 10.0
LATE = 1.5
"""Seconds, longer than a stop may hope that its reader takes."""
LARGE = 120_000
"""Characters, above the 65,535 bytes at which slack_sdk's built-in client breaks off."""


@dataclass(slots=True)
class Line:
    """A small Bolt app on our Socket Mode, and the Slack at its other end."""

    slack: Simulator
    socket: SocketMode
    answers: dict[str, Any]

    def types(self) -> None:
        """Have somebody type a command, which fails unless it is acknowledged in time."""
        self.slack.person("ana").types("/escalate anything", in_="#support")

    def asked(self) -> int:
        """Say how often a connection was asked for."""
        return len(self.slack.workspace.journal.calls("apps.connections.open"))

    def reconnects(self, after: Callable[[], None]) -> None:
        """Do something that costs the connection, and wait for the next one."""
        before = self.slack.connections_made
        after()
        assert self.slack.workspace.wait_for(lambda: self.slack.connections_made > before, timeout=PATIENCE)


class LateSelectors:
    """The standard module as websocket-client uses it, on a machine so busy that a wait for a stream begins late."""

    EVENT_READ = selectors.EVENT_READ

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.goes_on = threading.Event()

    def DefaultSelector(self) -> selectors.BaseSelector:  # noqa: N802 - the standard name
        """Make a selector whose waits begin late."""
        made = selectors.DefaultSelector()
        waits = made.select

        def select(timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            self.reached.set()
            self.goes_on.wait(PATIENCE)
            return waits(timeout)

        made.select = select  # type: ignore[method-assign]
        return made


def bolt(api_url: str, answers: dict[str, Any]) -> App:
    """Build an app with one listener."""

    def authorize(context: BoltContext) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=context.team_id, bot_token="xoxb-small", bot_user_id="U0001")

    app = App(
        client=WebClient(base_url=api_url, timeout=2, retry_handlers=[]),
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
    )

    @app.command("/escalate")
    def listener(ack: Ack) -> None:
        ack(**answers)

    return app


@pytest.fixture
def line() -> Iterator[Line]:
    """Give a connected line."""
    answers: dict[str, Any] = {}
    with Simulator(acme(SystemClock())) as slack:
        socket = SocketMode(bolt(slack.api_url, answers), slack.app_token)
        socket.start()
        slack.wait_connected()
        yield Line(slack, socket, answers)
        began = time.monotonic()
        socket.stop()
        assert time.monotonic() - began < PATIENCE / 2


def test_one_connection_is_asked_for_once(line: Line) -> None:
    """A start makes one connection and asks for one address."""
    line.types()
    assert (line.asked(), line.slack.connections_made, line.slack.connections) == (1, 1, 1)


def test_a_drop_without_a_close_frame(line: Line) -> None:
    """A connection that dies without a goodbye is replaced at once, by one address and one connection."""
    for number in range(2, 5):
        line.reconnects(line.slack.drop_connections)
        line.types()
        assert (line.asked(), line.slack.connections_made) == (number, number)


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
def test_a_disconnect_frame(line: Line, reason: str) -> None:
    """When Slack asks for a new connection it gets one, not two, and the old one is let go."""
    line.reconnects(lambda: line.slack.ask_to_reconnect(reason, closes_after=30))
    line.types()
    assert (line.asked(), line.slack.connections_made) == (2, 2)
    assert line.slack.workspace.wait_for(lambda: line.slack.connections == 1, timeout=PATIENCE)


def test_a_dead_line_is_noticed(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that stays open but is dead is replaced by the watchdog."""
    with monkeypatch.context() as impatient:
        impatient.setattr(socket_mode, "DEAF_AFTER", 1)
        line.reconnects(line.slack.stall_connections)
    line.types()


@pytest.fixture
def keen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the watchdog look often and ping often; has to come before the line."""
    monkeypatch.setattr(socket_mode, "_WATCH_EVERY", 0.05)
    monkeypatch.setattr(socket_mode, "PING_EVERY", 0.05)


pytestmark = pytest.mark.usefixtures("keen")


def test_a_living_line_is_left_alone(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """While pongs come in, a line on which nobody says anything is not replaced."""
    monkeypatch.setattr(socket_mode, "DEAF_AFTER", 1)
    assert not line.slack.workspace.wait_for(lambda: line.slack.connections_made > 1, timeout=1.5)


def test_a_large_answer_arrives(line: Line) -> None:
    """An ack larger than 65,535 bytes goes through whole."""
    line.answers["text"] = "x" * LARGE
    line.types()
    assert len(line.slack.deliveries[-1].ack_body["text"]) == LARGE


@contextmanager
def started(socket: SocketMode) -> Iterator[None]:
    """Have it connect, and let go at the end whatever happens: what it goes on trying would disturb other tests."""
    socket.start()
    try:
        yield
    finally:
        socket.stop()


def test_slack_away_is_asked_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """While Slack can't be reached it is asked a few times, not twenty times a second; once back it is found."""
    slack = Simulator(acme(SystemClock()))
    slack.start()
    port, asked = slack._server.port, threading.Semaphore(0)
    app = bolt(slack.api_url, {})
    ask = app.client.apps_connections_open

    def counted(**named: Any) -> Any:
        asked.release()
        return ask(**named)

    monkeypatch.setattr(app.client, "apps_connections_open", counted)
    socket = SocketMode(app, slack.app_token)
    with started(socket):
        slack.wait_connected()
        slack.stop()
        while asked.acquire(blocking=False):
            pass  # what was asked of a Slack on its way out may have been answered
        began = time.monotonic()
        for _ in range(3):
            assert asked.acquire(timeout=PATIENCE)
        assert time.monotonic() - began > 0.25 + 0.5 - 0.1
        with Simulator(acme(SystemClock()), port=port) as again:
            again.wait_connected(timeout=PATIENCE)
            again.person("ana").types("/escalate anything", in_="#support")


def test_it_starts_without_slack(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Where Slack can't be reached at the start, it says so, goes on trying, and connects once Slack is there."""
    monkeypatch.setattr(socket_mode, "PATIENCE", 0.05)
    with Simulator(acme(SystemClock())) as probe:
        port, api_url, token = probe._server.port, probe.api_url, probe.app_token
    socket = SocketMode(bolt(api_url, {}), token)
    socket.start()
    assert not socket.is_connected
    assert "no Socket Mode connection" in caplog.text
    with Simulator(acme(SystemClock()), port=port) as slack:
        slack.wait_connected(timeout=PATIENCE)
        socket.stop()


def test_it_stops_while_slack_is_away() -> None:
    """A stop in the middle of a pause between two tries does not wait for its end."""
    with Simulator(acme(SystemClock())) as slack:
        socket = SocketMode(bolt(slack.api_url, {}), slack.app_token)
        socket.start()
        slack.wait_connected()
    began = time.monotonic()
    socket.stop()
    assert time.monotonic() - began < PATIENCE / 2


def test_it_stops_while_its_reader_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that was kept from its stream until after the stop began is not left waiting for a closed one."""
    late = LateSelectors()
    monkeypatch.setattr("websocket._dispatcher.selectors", late)
    with Simulator(acme(SystemClock())) as slack:
        socket = SocketMode(bolt(slack.api_url, {}), slack.app_token)
        socket.start()
        assert late.reached.wait(PATIENCE)
        threading.Timer(LATE, late.goes_on.set).start()
        began = time.monotonic()
        socket.stop()
        assert time.monotonic() - began < PATIENCE / 2


def test_nothing_is_acknowledged_twice_over(line: Line) -> None:
    """A payload sent again after a reconnect is answered as well, under its own envelope."""
    line.types()
    first = line.slack.deliveries[-1]
    line.reconnects(line.slack.drop_connections)
    again = line.slack.wait_acknowledged(line.slack.deliver_again(first))
    assert again.acks == 1


def test_a_slow_listener_delays_no_other(line: Line) -> None:
    """While one listener hangs, the others are answered in time."""
    hang, free = threading.Event(), threading.Event()
    app = line.socket._handler.app

    @app.command("/escalations")
    def slow(ack: Ack) -> None:
        hang.set()
        free.wait(PATIENCE)
        ack()

    line.slack.person("ben").types("/escalations", in_="#support", wait=False)
    assert hang.wait(PATIENCE)
    try:
        line.types()
    except DeliveryFailedError as error:
        raise AssertionError("a listener waited for another one") from error
    finally:
        free.set()
