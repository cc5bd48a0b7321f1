"""Socket Mode's connections: tickets, hello, envelopes out, acks in, disconnect frames.

Frames and rules: docs.slack.dev/apis/events-api/using-socket-mode.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.websockets import WebSocket, WebSocketDisconnect

if TYPE_CHECKING:
    import random
    import threading

    from slackbot.simulator.wire import Address, LoopbackServer

MOST_CONNECTIONS = 10
HOURLY_SECONDS = 3600
WARNING_SECONDS = 10.0
HOST = "applink-simulator"

OnAck = Callable[[str, Any], None]

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Link:
    """One open WebSocket of the app."""

    websocket: WebSocket
    address: Address | None
    retiring: bool = False
    outbox: asyncio.Queue[str] = field(default_factory=asyncio.Queue)


class SocketMode:
    """The app's WebSockets: any of them may get an envelope, and any may bring its ack."""

    def __init__(
        self,
        server: LoopbackServer,
        *,
        app_id: str,
        changed: threading.Condition,
        chance: random.Random,
    ) -> None:
        self._server = server
        self._app_id = app_id
        self._changed = changed
        self._chance = chance
        self._tickets: set[str] = set()
        self._links: list[Link] = []
        self.opened = 0
        self._on_ack: OnAck = _ignore_ack
        self._on_link: Callable[[], None] = _ignore_link

    def listen(self, on_ack: OnAck, on_link: Callable[[], None]) -> None:
        """Name who is told of an ack (envelope id, payload) and of a new connection."""
        self._on_ack = on_ack
        self._on_link = on_link

    def issue_url(self) -> str:
        """Make the single-use address `apps.connections.open` answers with."""
        ticket = uuid.uuid4().hex
        self._tickets.add(ticket)
        return f"ws://127.0.0.1:{self._server.port}/link/?ticket={ticket}&app_id={self._app_id}"

    def connected(self) -> int:
        """Say how many connections are open."""
        with self._changed:
            return len(self._links)

    def wait_connected(self, count: int = 1, timeout: float = 10.0) -> None:
        """Wait real seconds until so many connections are open; raises TimeoutError."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._links) >= count, timeout):
                message = f"{len(self._links)} of {count} Socket Mode connections after {timeout:g} s."
                raise TimeoutError(message)

    async def serve(self, websocket: WebSocket) -> None:
        """Take a connection from its first frame to its last."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await websocket.close(code=1008)
            return
        self._tickets.discard(ticket)
        await websocket.accept()
        if len(self._links) >= MOST_CONNECTIONS:
            # What Slack does beyond ten is not documented; saying so and closing is the strict way.
            await websocket.send_text(_disconnect_frame("too_many_websockets"))
            await websocket.close()
            return
        client = websocket.client
        link = Link(websocket, None if client is None else (client.host, client.port))
        await websocket.send_text(self._hello_frame(len(self._links) + 1))
        self._add(link)
        writer = asyncio.create_task(_write(link))
        try:
            await self._read(link)
        finally:
            writer.cancel()
            self._remove(link)

    async def _read(self, link: Link) -> None:
        while True:
            try:
                text = await link.websocket.receive_text()
            except WebSocketDisconnect:
                return
            frame = json.loads(text)
            if isinstance(frame, dict) and "envelope_id" in frame:
                self._on_ack(frame["envelope_id"], frame.get("payload"))
            else:
                log.warning("The app sent a Socket Mode frame without an envelope_id: %s", text)

    def send(self, frame: dict[str, Any]) -> Link | None:
        """Give a frame to an arbitrary connection; None when none is open. In the server's thread.

        One that was told to leave gets frames only while there is no other.
        """
        links = [link for link in self._links if not link.retiring] or self._links
        if not links:
            return None
        link = self._chance.choice(links)
        link.outbox.put_nowait(json.dumps(frame))
        return link

    def is_open(self, link: Link) -> bool:
        """Say whether a connection is still there."""
        return link in self._links

    def disconnect(self, reason: str, *, closes_after: float) -> None:
        """Tell every connection to leave and close it after real seconds."""

        def tell() -> None:
            for link in self._links:
                link.retiring = True
                link.outbox.put_nowait(_disconnect_frame(reason))
                self._server.loop.call_later(closes_after, self._close, link)

        self._server.run(tell)

    def _close(self, link: Link) -> None:
        if link in self._links:
            self._server.cut(link.address)

    def drop(self) -> None:
        """End every connection's TCP stream without a close frame."""

        def cut() -> None:
            for link in list(self._links):
                self._remove(link)
                self._server.cut(link.address)

        self._server.run(cut)

    def stall(self) -> None:
        """Read nothing more from the open connections; they stay open and unanswered."""

        def stop_reading() -> None:
            for link in self._links:
                self._server.stop_reading(link.address)

        self._server.run(stop_reading)

    def silence(self) -> None:
        """Leave the open connections half-open: nothing comes through in either direction, and nobody is told."""

        def say_nothing() -> None:
            for link in self._links:
                self._server.silence(link.address)

        self._server.run(say_nothing)

    def _add(self, link: Link) -> None:
        with self._changed:
            self._links.append(link)
            self.opened += 1
            self._changed.notify_all()
        self._on_link()

    def _remove(self, link: Link) -> None:
        with self._changed:
            if link in self._links:
                self._links.remove(link)
            self._changed.notify_all()

    def _hello_frame(self, count: int) -> str:
        return json.dumps(
            {
                "type": "hello",
                "connection_info": {"app_id": self._app_id},
                "num_connections": count,
                "debug_info": {"host": HOST, "approximate_connection_time": HOURLY_SECONDS},
            }
        )


async def _write(link: Link) -> None:
    while True:
        await link.websocket.send_text(await link.outbox.get())


def _disconnect_frame(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}})


def _ignore_ack(_envelope_id: str, _payload: object) -> None:
    """Nobody listens yet."""


def _ignore_link() -> None:
    """Nobody listens yet."""
