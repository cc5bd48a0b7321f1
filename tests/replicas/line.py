"""The line between Rung and PostgreSQL, over which a test has a say: it can be slow, silent or cut.

A silent line is one on which nothing arrives any more; its machine goes on confirming what it was sent, which is the
harder half of a partition: the system's own timeouts do not end it.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import sqlalchemy as sa

_CHUNK = 65_536
_RESET = b"\x01\x00\x00\x00\x00\x00\x00\x00"


class Line:
    """A TCP port of this machine behind which a server's Unix socket lies."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._lock = threading.Lock()
        self._open = threading.Event()
        self._open.set()
        self._waits = threading.Event()
        self.delay = 0.0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Say where it begins."""
        return int(self._listening.getsockname()[1])

    def falls_silent(self) -> None:
        """Let nothing through, and keep it."""
        self._open.clear()

    def speaks(self) -> None:
        """Let through what was kept, and go on."""
        self._open.set()

    def is_cut(self) -> None:
        """Break every connection there is; new ones are possible."""
        with self._lock:
            for end in self._ends:
                with suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                    end.shutdown(socket.SHUT_RDWR)
            self._ends.clear()

    def closes(self) -> None:
        """Take the port away."""
        self._listening.close()
        self._open.set()
        self.is_cut()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listening.accept()
            except OSError:
                return
            there = socket.socket(socket.AF_UNIX)
            there.connect(self._server)
            with self._lock:
                self._ends += [here, there]
            for source, sink, delays in ((here, there, True), (there, here, False)):
                threading.Thread(
                    target=self._carry, args=(source, sink), kwargs={"delays": delays}, daemon=True
                ).start()

    def _carry(self, source: socket.socket, sink: socket.socket, *, delays: bool) -> None:
        with suppress(OSError):
            while said := source.recv(_CHUNK):
                if delays and self.delay:
                    self._waits.wait(self.delay)  # never set: real seconds are what a slow line costs
                self._open.wait()
                sink.sendall(said)
        for end in (source, sink):
            end.close()


@contextmanager
def line_to(url: str) -> Iterator[tuple[Line, str]]:
    """Lay a line to a database; gives it, and the URL that goes over it."""
    target = sa.make_url(url)
    folder = target.query["host"]
    line = Line(f"{folder}/.s.PGSQL.{target.port or 5432}")
    over_it = target.set(host="127.0.0.1", port=line.port, query={}).render_as_string(hide_password=False)
    try:
        yield line, over_it
    finally:
        line.closes()
