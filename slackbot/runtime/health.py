"""Health and metrics for those who look after the process: a door of its own, on the loopback unless told otherwise.

What it says is read by machines and by whoever can reach the port, so it names loops and parts of the house and
nothing else.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

from slackbot.errors import RungError
from slackbot.runtime.watchdog import Watchdog

log = logging.getLogger(__name__)

TEXT = "text/plain; charset=utf-8"
_SLOWEST = 5.0
_ONE_AT_A_TIME = 2.0


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    status: HTTPStatus
    body: bytes
    kind: str = TEXT


Pages = Mapping[str, Callable[[], Page]]


class Health:
    """Says whether the process lives, and whether it can do its work. `stopping` makes it not ready."""

    def __init__(self, watchdog: Watchdog, checks: Mapping[str, Callable[[], str | None]]) -> None:
        self._watchdog = watchdog
        self._checks = checks
        self._checking = threading.Lock()
        self.stopping = False

    def alive(self) -> Page:
        """Say whether every loop goes round; where one does not, the process is about to end."""
        trouble = self._watchdog.trouble()
        return _page({} if trouble is None else {"loops": trouble})

    def ready(self) -> Page:
        """Say whether the database answers, Slack takes the token, requests come in and the loops go round."""
        if self.stopping:
            return _page({"process": "stopping"})
        # Where a check hangs, those who ask again do not hang with it.
        if not self._checking.acquire(timeout=_ONE_AT_A_TIME):
            return _page({"checks": "no answer yet"})
        try:
            found = {name: _trouble(name, check) for name, check in self._checks.items()}
        finally:
            self._checking.release()
        found["loops"] = self._watchdog.trouble()
        return _page({name: trouble for name, trouble in found.items() if trouble is not None})


class HealthDoor:
    """Serves pages by their paths, each request in a thread of its own."""

    def __init__(self, address: tuple[str, int], pages: Pages) -> None:
        self._server = _server(address, pages)
        self._thread = threading.Thread(target=self._server.serve_forever, name="rung-health", daemon=True)

    @property
    def address(self) -> tuple[str, int]:
        """Say where it is."""
        host, port = self._server.server_address[:2]
        return str(host), int(port)

    def start(self) -> None:
        """Open the door."""
        self._thread.start()

    def stop(self) -> None:
        """Close it."""
        if self._thread.ident is not None:
            self._server.shutdown()
        self._server.server_close()


def _trouble(name: str, check: Callable[[], str | None]) -> str | None:
    try:
        return check()
    except RungError as error:
        log.warning("not ready: %s: %s", name, error)
        return "no answer"


def _page(troubles: Mapping[str, str]) -> Page:
    if not troubles:
        return Page(HTTPStatus.OK, b"ok\n")
    lines = "".join(f"{name}: {trouble}\n" for name, trouble in troubles.items())
    return Page(HTTPStatus.SERVICE_UNAVAILABLE, lines.encode())


def _server(address: tuple[str, int], pages: Pages) -> ThreadingTCPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOWEST
        server_version = "Rung"
        sys_version = ""

        def do_GET(self) -> None:
            page = _asked(pages, self.path)
            self.send_response(page.status)
            self.send_header("Content-Type", page.kind)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(page.body)

        do_HEAD = do_GET  # noqa: N815 - the name http.server looks for

        def log_message(self, *_: object) -> None:
            """Leave the log alone: probes come every few seconds."""

    class Server(ThreadingTCPServer):
        address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        allow_reuse_address = True
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Leave the log alone: a caller has hung up."""

    return Server(address, Handler)


def _asked(pages: Pages, path: str) -> Page:
    page = pages.get(path.partition("?")[0])
    if page is None:
        return Page(HTTPStatus.NOT_FOUND, b"not found\n")
    try:
        return page()
    except Exception:
        log.exception("%s failed", path.partition("?")[0])
        return Page(HTTPStatus.INTERNAL_SERVER_ERROR, b"failed; the log says why\n")
