"""The running process's door for the command line: a local socket only the owner can open, one JSON line each way."""

from __future__ import annotations

import json
import logging
import os
import socket
import socketserver
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from slackbot.errors import RungError

log = logging.getLogger(__name__)

Answer = Callable[[Mapping[str, Any]], dict[str, Any]]

_OWNER_ONLY = 0o600
_TIMEOUT = 30.0
_LONGEST_LINE = 1_000_000


class NobodyThereError(RungError):
    """No `rung run` answers for this database."""


class ControlDoor:
    """Serves requests of the command line by the functions it is given, by name."""

    def __init__(self, path: Path, answers: Mapping[str, Answer]) -> None:
        path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self._server = _server(path, answers)
        finally:
            os.umask(mask)
        path.chmod(_OWNER_ONLY)
        self._path = path
        self._thread = threading.Thread(target=self._server.serve_forever, name="rung-control", daemon=True)

    def start(self) -> None:
        """Open the door."""
        self._thread.start()

    def stop(self) -> None:
        """Close it and take the socket away."""
        self._server.shutdown()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


def ask(path: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the running process.

    Raises:
        NobodyThereError: no process listens.
        RungError: it answered that the request could not be done, and why; or it did not answer in time.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(_TIMEOUT)
        try:
            line.connect(str(path))
        except OSError as error:
            raise NobodyThereError from error
        try:
            line.sendall(json.dumps(dict(request)).encode() + b"\n")
            said = line.makefile("rb").readline(_LONGEST_LINE)
        except TimeoutError as error:
            raise RungError(f"`rung run` did not answer within {_TIMEOUT:.0f} s; its log says why.") from error
    if not said:
        raise NobodyThereError
    answer = json.loads(said)
    if "error" in answer:
        raise RungError(str(answer["error"]))
    return dict(answer)


def _server(path: Path, answers: Mapping[str, Answer]) -> socketserver.ThreadingUnixStreamServer:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            said = self.rfile.readline(_LONGEST_LINE)
            self.wfile.write(json.dumps(_answered(answers, said)).encode() + b"\n")

    server = socketserver.ThreadingUnixStreamServer(str(path), Handler)
    server.daemon_threads = True
    return server


def _answered(answers: Mapping[str, Answer], said: bytes) -> dict[str, Any]:
    try:
        request = json.loads(said)
        return answers[str(request["verb"])](request)
    except RungError as error:
        return {"error": str(error)}
    except Exception:
        log.exception("a request of the command line failed")
        return {"error": "It failed; the log of `rung run` says why."}
