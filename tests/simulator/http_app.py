"""An app behind a request URL: the tiny Bolt app over WSGI, or a server that answers what a test hands it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler

from slackbot.clock import ManualClock
from slackbot.simulator.model import RequestUrls
from slackbot.simulator.server import Simulator
from tests.simulator.small_app import House, Register, client_for, furnished


class _ThreadedServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class calls it so
        """Say nothing."""


@contextmanager
def serving(server: WSGIServer | ThreadingHTTPServer) -> Iterator[str]:
    """Serve from a thread; gives the address and ends the thread afterwards."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/slack/events"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def open_http_house(register: Register, *, manifest: dict[str, Any] | None = None) -> Iterator[House]:
    """Start a workspace and a stock Bolt app behind one request URL; stop both afterwards."""
    clock = ManualClock(datetime(2026, 11, 16, 8, 0, tzinfo=UTC))
    workspace = furnished(clock, manifest)
    with Simulator(workspace, http_retry_seconds=(0, 0.02, 0.02)) as simulator:
        client = client_for(simulator)
        app = App(client=client, signing_secret=simulator.signing_secret, token_verification_enabled=False)
        register(app)
        handler: Any = SlackRequestHandler(app)
        server = make_server("127.0.0.1", 0, handler, server_class=_ThreadedServer, handler_class=_QuietHandler)
        with serving(server) as url:
            workspace.installation.deliver_to(RequestUrls.all_at(url))
            yield House(simulator, workspace, clock, app, client)


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as the app's server read it; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


Say = tuple[int, dict[str, str], bytes]


@dataclass
class Endpoint:
    """What a bare request URL heard and how it answers: `answer` is asked for every request."""

    answer: Callable[[Heard], Say] = lambda _heard: (200, {}, b"")
    heard: list[Heard] = field(default_factory=list)
    noted: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int) -> list[Heard]:
        """Wait until so many requests have come; fails after some real seconds."""
        with self.noted:
            assert self.noted.wait_for(lambda: len(self.heard) >= count, timeout=5), self.heard
            return list(self.heard)


@contextmanager
def bare_endpoint(endpoint: Endpoint) -> Iterator[str]:
    """Serve an endpoint; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        """Hands every post to the endpoint."""

        def do_POST(self) -> None:
            """Note a request and answer it."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard = Heard(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            with endpoint.noted:
                endpoint.heard.append(heard)
                endpoint.noted.notify_all()
            status, headers, said = endpoint.answer(heard)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class calls it so
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with serving(server) as url:
        yield url
