"""The webhook outside Slack: told by one POST of JSON, never waited for long, never named in the log."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from slackbot.runtime.webhook import Webhook

ALERT = {"event": "token_refused", "workspace": "Acme", "text": "Slack refuses Rung's token in Acme."}


class Listener(HTTPServer):
    """Keeps what it is told, and answers with a status of the test's choice."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[bytes] = []
        self.answer = 200

    @property
    def address(self) -> str:
        """Say where it listens; the path is a secret, as with most webhooks."""
        return f"http://127.0.0.1:{self.server_port}/secret-path"


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        self.server.heard.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        del format, args


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Somebody who listens."""
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_it_is_told_by_one_post(listener: Listener) -> None:
    """An alert arrives whole, as JSON, once."""
    assert Webhook(listener.address).tell(ALERT)
    assert [json.loads(body) for body in listener.heard] == [{"source": "rung", **ALERT}]


def test_a_refusal_is_no_success(listener: Listener, caplog: pytest.LogCaptureFixture) -> None:
    """What the other side does not take can be told again; the log has its status and not its address."""
    listener.answer = 500
    with caplog.at_level(logging.DEBUG):
        assert not Webhook(listener.address).tell(ALERT)
    assert "500" in caplog.text
    assert "secret-path" not in caplog.text


def test_silence_is_given_up_soon(caplog: pytest.LogCaptureFixture) -> None:
    """Who takes the connection and never answers holds nobody up for long."""
    with socket.create_server(("127.0.0.1", 0)) as deaf, caplog.at_level(logging.DEBUG):
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}/secret-path"
        assert not Webhook(address, timeout=0.05).tell(ALERT)
    assert "TimeoutError" in caplog.text
    assert "secret-path" not in caplog.text


def test_nobody_there(caplog: pytest.LogCaptureFixture) -> None:
    """An address where nobody listens is a warning, not an error that stops the loop."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"http://127.0.0.1:{closed.getsockname()[1]}/secret-path"
    assert not Webhook(address).tell(ALERT)
    assert "did not take an alert" in caplog.text
