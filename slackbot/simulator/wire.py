"""The loopback HTTP and WebSocket server: uvicorn in a thread, able to cut a connection."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

from slackbot.errors import RungError

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"
START_SECONDS = 10.0
PING_SECONDS = 20.0

Address = tuple[str, int]


class ServerStartError(RungError):
    """The simulator's server did not start; see the message for the cause."""


class LoopbackServer:
    """Serves one ASGI application on 127.0.0.1 from a thread of its own."""

    def __init__(self, port: int = 0) -> None:
        self._wanted_port = port
        self._port = 0
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def port(self) -> int:
        """Say which port is served; raises ServerStartError before the start."""
        if not self._port:
            message = "The simulator has no port before start()."
            raise ServerStartError(message)
        return self._port

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Give the event loop of the server's thread; raises ServerStartError before the start."""
        if self._loop is None:
            message = "The simulator is not running: call start() first."
            raise ServerStartError(message)
        return self._loop

    def start(self, app: ASGIApp) -> None:
        """Bind the port and begin to serve an application; raises ServerStartError if the port is taken."""
        self._socket = self._listen(self._wanted_port)
        self._port = self._socket.getsockname()[1]
        self._server = uvicorn.Server(_quiet_config(app))
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="simulator", daemon=True)
        self._thread.start()
        if not ready.wait(START_SECONDS):
            message = f"The simulator's server did not start within {START_SECONDS:g} s."
            raise ServerStartError(message)

    def _listen(self, port: int) -> socket.socket:
        try:
            return socket.create_server((LOOPBACK, port))
        except OSError as error:
            message = f"Port {port} on {LOOPBACK} can't be opened ({error}); choose another."
            raise ServerStartError(message) from error

    async def _serve(self, ready: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        ready.set()
        # The socket listens since it was bound: what arrives before uvicorn is up waits its turn.
        if self._server is not None and self._socket is not None:
            await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Cut every connection, end the thread and free the port; does nothing when not running."""
        if self._server is None or self._thread is None:
            return
        self.run(self._end)
        self._thread.join()
        self._server = self._thread = self._loop = None

    def _end(self) -> None:
        if self._stopping is not None:
            self._stopping.set()
        if self._server is not None:
            self._server.should_exit = True
            # Without force uvicorn waits for clients to hang up; they wait for us.
            self._server.force_exit = True
            for address in [connection.client for connection in self._connections()]:
                self.cut(address)

    def run(self, function: Callable[[], None]) -> None:
        """Run a function in the server's thread and wait for its end."""

        async def call() -> None:
            function()

        asyncio.run_coroutine_threadsafe(call(), self.loop).result()

    async def pause(self, seconds: float) -> None:
        """Let real seconds pass on the server's loop, fewer when it stops."""
        if seconds > 0 and self._stopping is not None:
            stopped = asyncio.ensure_future(self._stopping.wait())
            await asyncio.wait([stopped], timeout=seconds)
            stopped.cancel()

    def cut(self, address: Address | None) -> None:
        """End a TCP connection at once, no goodbye; to be called in the server's thread."""
        for connection in self._connections():
            if connection.client == address:
                connection.transport.abort()

    def stop_reading(self, address: Address | None) -> None:
        """Read nothing more from a connection, as behind a dead router; in the server's thread."""
        for connection in self._connections():
            if connection.client == address:
                connection.transport.pause_reading()

    def silence(self, address: Address | None) -> None:
        """Neither read nor write on a connection any more and leave it open; in the server's thread."""
        for connection in self._connections():
            if connection.client == address:
                connection.transport.pause_reading()
                connection.transport = _SilentTransport(connection.transport)

    def refuse(self) -> None:
        """Close the port and cut every connection: whoever calls is refused, until `accept`."""

        def close() -> None:
            for listener in self._running().servers:
                listener.close()
            for address in [connection.client for connection in self._connections()]:
                self.cut(address)

        self.run(close)

    def accept(self) -> None:
        """Open the port again; raises ServerStartError if somebody else has taken it meanwhile."""
        running, opened = self._running(), self._listen(self._port)

        async def listen() -> None:
            listener = await self.loop.create_server(lambda: _protocol(running), sock=opened)
            running.servers.append(listener)

        asyncio.run_coroutine_threadsafe(listen(), self.loop).result()

    def _running(self) -> uvicorn.Server:
        if self._server is None:
            message = "The simulator is not running: call start() first."
            raise ServerStartError(message)
        return self._server

    def _connections(self) -> list[Any]:
        # uvicorn's protocol classes share `client` and `transport` but no common type.
        return [] if self._server is None else list(self._server.server_state.connections)


class _SilentTransport:
    """A connection's transport that swallows what is written and never reads again, as a dead line does."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def write(self, data: bytes) -> None:
        """Write nothing."""

    def resume_reading(self) -> None:
        """Read nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _protocol(server: uvicorn.Server) -> asyncio.Protocol:
    # As uvicorn makes it for a socket it listens on; uvicorn can't listen twice by itself.
    made: asyncio.Protocol = server.config.http_protocol_class(  # type: ignore[call-arg]  # uvicorn's own call
        config=server.config, server_state=server.server_state, app_state=server.lifespan.state
    )
    return made


def _quiet_config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
    )
