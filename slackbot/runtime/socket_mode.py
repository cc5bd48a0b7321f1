"""Socket Mode with a watchdog of ours.

slack_sdk's built-in client is deaf for a minute, at full CPU, when the connection drops without a close frame. Its
`websocket_client` variant notices at once, but ends an old session by closing a stream that its own thread goes on
waiting for; here that stream is shut first. What neither notices (a connection open but dead) the watchdog ends.
"""

from __future__ import annotations

import logging
import socket
import threading
import time

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from slack_sdk.socket_mode.websocket_client import SocketModeClient
from websocket import WebSocketApp

log = logging.getLogger(__name__)

PING_EVERY = 10.0
DEAF_AFTER = 25.0
"""Seconds without a sign of life after which a connection is taken for dead; our pings ask for one every ten."""

PATIENCE = 10.0
"""Seconds that the start waits for the first connection."""

_RECONNECT_EVERY = 0.05
_WATCH_EVERY = 5.0
_LEAVING = 1.0


class SocketMode:
    """Receives Slack's requests over a WebSocket and hands them to Bolt."""

    def __init__(self, app: App, app_token: str, *, concurrency: int = 10) -> None:
        self._client = _PromptClient(app, app_token, concurrency)
        self._handler = _Handler(app, self._client)
        self._heard_at = time.time()
        self._open = threading.Event()
        self._client.on_open_listeners.append(lambda _: self._open.set())
        for listeners in (self._client.on_open_listeners, self._client.on_message_listeners):
            listeners.append(self._heard)
        self._stopping = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="rung-watchdog", daemon=True)

    @property
    def is_connected(self) -> bool:
        """Say whether a connection stands."""
        return bool(self._client.is_connected())

    def start(self) -> None:
        """Connect; from here on a lost connection is replaced until `stop`."""
        self._client.connect()
        if not self._open.wait(PATIENCE):
            log.warning("no Socket Mode connection after %.0f s; trying on", PATIENCE)
        self._client.current_app_monitor.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Disconnect and let requests at hand finish."""
        self._stopping.set()
        self._client.auto_reconnect_enabled = False
        self._client.leave()
        self._client.closed = True
        self._client.message_queue.put(None)
        self._client.close()

    def _heard(self, *_: object) -> None:
        self._heard_at = time.time()

    def _watch(self) -> None:
        while not self._stopping.wait(_WATCH_EVERY):
            session = self._client.current_session
            if session is None or session.sock is None:
                continue
            silent = time.time() - max(session.last_pong_tm, self._heard_at)
            if silent > DEAF_AFTER:
                log.warning("the Socket Mode connection has been silent for %.0f s; replacing it", silent)
                _shut(session)


class _PromptClient(SocketModeClient):
    """slack_sdk's client, made to let go of an old session at once and to look for a new one 20 times a second."""

    def __init__(self, app: App, app_token: str, concurrency: int) -> None:
        super().__init__(
            app_token, logger=_silent(), web_client=app.client, ping_interval=PING_EVERY, concurrency=concurrency
        )
        self._left = threading.Event()
        self.on_open_listeners.append(lambda _: self._left.clear())
        self.on_error_listeners.append(self._lost)
        # Its monitor would start with the first connection and, finding it not open yet, make a second one.
        self.current_app_monitor_started = True
        self.current_session_runner.shutdown()
        self.current_session_runner = IntervalRunner(self._run_current_session, _RECONNECT_EVERY).start()

    def connect(self) -> None:
        self.leave()
        super().connect()

    def leave(self) -> None:
        """End the session at hand: shut its stream, then wait for its reader, which a close would leave asleep."""
        if _shut(self.current_session):
            self._left.wait(_LEAVING)

    def _lost(self, _: WebSocketApp, error: Exception) -> None:
        log.info("the Socket Mode connection has ended: %s", error)
        self._left.set()


class _Handler(SocketModeHandler):
    """Bolt's adapter around a client of our making."""

    def __init__(self, app: App, client: SocketModeClient) -> None:
        self.app = app
        self.app_token = client.app_token
        self.client = client
        client.socket_mode_request_listeners.append(self.handle)  # type: ignore[arg-type]  # as in Bolt itself


def _silent() -> logging.Logger:
    """Make a logger for slack_sdk, which takes each lost connection for an error; they are normal, and we log them."""
    quiet = logging.getLogger(f"{__name__}.slack_sdk")
    quiet.setLevel(logging.CRITICAL)
    return quiet


def _shut(session: WebSocketApp | None) -> bool:
    """Shut a session's stream so that the thread that reads it wakes up; says whether there was one to shut."""
    stream = session.sock.sock if session is not None and session.sock is not None else None
    if stream is None:
        return False
    try:
        stream.shutdown(socket.SHUT_RDWR)
    except OSError:
        return False
    return True
