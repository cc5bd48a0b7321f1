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
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self

from slack_bolt import App
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from slack_sdk.socket_mode.websocket_client import SocketModeClient
from websocket import WebSocketApp

from slackbot.runtime.watchdog import Watched

log = logging.getLogger(__name__)

PING_EVERY = 10.0
DEAF_AFTER = 25.0
"""Seconds without a sign of life after which a connection is taken for dead; our pings ask for one every ten."""

PATIENCE = 10.0
"""Seconds that the start waits for the first connection."""

LISTENERS_AT_ONCE = 4
"""Listeners commit and ack, and commits stand in line: more threads would only take the interpreter from each other."""

LONGEST_PAUSE = 10.0
"""Seconds between two tries while Slack can't be reached."""

TOKEN_REFUSED = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "not_allowed_token_type",
        "forbidden_team",
        "missing_scope",
    }
)
"""Answers to `apps.connections.open` that only another token mends (docs.slack.dev, the method's page)."""

_FIRST_PAUSE = 0.25
_RECONNECT_EVERY = 0.05
_WATCH_EVERY = 5.0
_LEAVING = 5.0
_SHUT_AGAIN = 0.05


class SocketMode:
    """Receives Slack's requests over a WebSocket and hands them to Bolt; `acked` is told how long each took."""

    watched: tuple[Watched, ...] = ()
    """Nothing: its threads replace each other's connections, and a lost one is no reason to end."""

    def __init__(self, app: App, app_token: str, acked: Callable[[float], None] = lambda _: None) -> None:
        self._client = _PromptClient(app, app_token, acked)
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

    @property
    def is_ready(self) -> bool:
        """Say whether requests reach it."""
        return self._open.is_set() and self.is_connected

    def start(self) -> None:
        """Connect, or go on trying where Slack can't be reached; a lost connection is replaced until `stop`."""
        self._client.begin()
        if not self._open.wait(PATIENCE):
            log.warning("no Socket Mode connection after %.0f s; trying on", PATIENCE)
        self._client.current_app_monitor.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Disconnect and let requests at hand finish."""
        self._stopping.set()
        self._client.end()

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
                self._heard_at = time.time()  # the next one has as long to say its first word


class _PromptClient(SocketModeClient):
    """slack_sdk's client, made to let go of an old session at once and to look for a new one 20 times a second."""

    def __init__(self, app: App, app_token: str, acked: Callable[[float], None]) -> None:
        # Its threads start in its constructor.
        self._acked = acked
        self._begun = threading.Event()
        self._leaving_for_good = threading.Event()
        self._turn = threading.Condition()
        self._being_read: WebSocketApp | None = None
        self._ended: WebSocketApp | None = None
        self._tries = 0
        super().__init__(
            app_token,
            logger=_silent(),
            web_client=app.client,
            ping_interval=PING_EVERY,
            concurrency=LISTENERS_AT_ONCE,
        )
        self.on_open_listeners.append(self._opened)
        self.on_error_listeners.append(self._lost)
        # Its monitor would start with the first connection and, finding it not open yet, make a second one.
        self.current_app_monitor_started = True
        self.current_session_runner.shutdown()
        self.current_session_runner = IntervalRunner(self._run_current_session, _RECONNECT_EVERY).start()

    def begin(self) -> None:
        """Connect for the first time; where that fails, the monitor and the runner go on trying.

        Raises:
            SlackApiError: Slack refuses the token, which trying on would not mend.
        """
        try:
            self.connect_to_new_endpoint()
        except SlackApiError as error:
            if error.response.get("error") in TOKEN_REFUSED:
                raise
            log.warning("no Socket Mode connection: %s; trying on", error)
        except Exception as error:  # noqa: BLE001 - whatever it was, the runner tries on
            log.warning("no Socket Mode connection: %s; trying on", error)
        self._begun.set()

    def end(self) -> None:
        """Connect no more, let requests at hand finish, and wait for the threads."""
        with self._turn:
            self._leaving_for_good.set()
        self.auto_reconnect_enabled = False
        self.leave()
        self.closed = True
        self.message_queue.put(None)
        self.close()

    def connect(self) -> None:
        self.leave()
        super().connect()

    def is_connected(self) -> bool:
        """Say whether a session stands or is about to; one just made counts, lest a second one be made for it."""
        return self.current_session is not None and self.current_session is not self._ended

    def issue_new_wss_url(self) -> str:
        """Ask for an address: at once after a good connection, then ever more rarely while none comes to stand."""
        pause = min(_FIRST_PAUSE * 2.0 ** (self._tries - 1), LONGEST_PAUSE) if self._tries else 0.0
        if self._leaving_for_good.wait(pause):
            raise ConnectionAbortedError("Rung is stopping")
        self._tries += 1
        return str(super().issue_new_wss_url())

    def _replace(self) -> None:
        try:
            self.connect_to_new_endpoint()
        except Exception as error:  # noqa: BLE001 - a thread of slack_sdk's would end with it: nobody would try again
            if not self._leaving_for_good.is_set():
                log.warning("no Socket Mode connection: %s; trying on", error)

    def enqueue_message(self, message: str | bytes) -> None:
        super().enqueue_message(_Arrived(message.decode() if isinstance(message, bytes) else message))

    def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        super().run_message_listeners(message, raw_message)
        if "envelope_id" in message and isinstance(raw_message, _Arrived):
            self._acked(time.monotonic() - raw_message.at)

    def _run_current_session(self) -> None:
        session = self._begin_to_read()
        if session is None:
            if self._begun.is_set() and self.auto_reconnect_enabled:
                self._replace()
            return
        try:
            # It would check text byte by byte in Python, which takes longer than Bolt; decoding checks as well.
            session.run_forever(ping_interval=self.ping_interval, skip_utf8_validation=True)
        except Exception:
            log.exception("a Socket Mode connection could not be read; replacing it")
            session.close()
        finally:
            self._end_reading(session)

    def leave(self) -> None:
        """End the session at hand and have none begin.

        Its stream is shut, not closed, until its reader has noticed: one that comes to wait for a closed stream waits
        for ten seconds (websocket-client's selector is not told of it).
        """
        until = time.monotonic() + _LEAVING
        with self._turn:
            self._ended = self.current_session
            while self._being_read is not None and not self._is_reader() and time.monotonic() < until:
                _shut(self._being_read)
                self._turn.wait(_SHUT_AGAIN)

    def _begin_to_read(self) -> WebSocketApp | None:
        with self._turn:
            if self.is_connected() and not self._leaving_for_good.is_set():
                self._being_read = self.current_session
            return self._being_read

    def _end_reading(self, session: WebSocketApp) -> None:
        with self._turn:
            if session is self.current_session:
                self._ended = session
            self._being_read = None
            self._turn.notify_all()

    def _is_reader(self) -> bool:
        return threading.current_thread() is self.current_session_runner.thread

    def _opened(self, _: WebSocketApp) -> None:
        self._tries = 0

    def _lost(self, session: WebSocketApp, error: Exception) -> None:
        log.info("the Socket Mode connection has ended: %s", error)
        self._end_reading(session)


class _Arrived(str):
    """A message that knows when it came (monotonic seconds): it may wait in two queues for a listener."""

    __slots__ = ("at",)

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, text)
        made.at = time.monotonic()
        return made

    at: float


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


def _shut(session: WebSocketApp) -> None:
    """Shut a session's stream, where it has one, so that the thread that reads it wakes up."""
    stream = session.sock.sock if session.sock is not None else None
    if stream is not None:
        with suppress(OSError):
            stream.shutdown(socket.SHUT_RDWR)
