"""A server that takes every request and then misbehaves in a way of its own; it counts what it was asked."""

from __future__ import annotations

import socket
import struct
import threading
from types import TracebackType
from typing import Self

RESET = b"RESET"
SILENCE = b"SILENCE"
_LINGER_NOT = struct.pack("ii", 1, 0)


def answer(body: bytes, *, status: str = "200 OK", kind: str = "application/json", headers: str = "") -> bytes:
    """Write an HTTP answer."""
    length = f"Content-Length: {len(body)}\r\n" if "Content-Length" not in headers else ""
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{length}{headers}Connection: close\r\n\r\n".encode() + body


class RudeServer:
    """Gives each request the same answer: bytes to send before it closes, `RESET`, or `SILENCE`."""

    def __init__(self, says: bytes) -> None:
        self._says = says
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.requests = 0

    @property
    def api_url(self) -> str:
        """Say where the Web API would be."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/api/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while not self._end.is_set():
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            with line:
                self._hear(line)

    def _hear(self, line: socket.socket) -> None:
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += line.recv(65536)
        head, _, body = heard.partition(b"\r\n\r\n")
        wanted = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        while len(body) < wanted:
            body += line.recv(65536)
        self.requests += 1
        if self._says == RESET:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        elif self._says == SILENCE:
            self._end.wait(30)
        else:
            line.sendall(self._says)
