"""HTTP mode: Slack's requests come to a port of ours, behind whatever ends TLS.

uvicorn reads them, so that a client that dribbles costs a socket and no thread; Bolt works in threads, one a request,
so that a listener that waits for the database holds up no other.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from slack_bolt import App, BoltRequest, BoltResponse
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from slackbot.errors import SettingsError
from slackbot.runtime.http_guard import LARGEST_BODY, Refusal, RefusedError, check_signature, payload_in
from slackbot.runtime.transport import RequestMeter
from slackbot.runtime.watchdog import PATIENCE, Watched

log = logging.getLogger(__name__)

PATH = "/slack/events"
"""Everything comes to one address: events, presses, forms, shortcuts and commands."""

THREADS = 128
"""Listeners at work at a time; idle threads are used before a new one is made."""

MOST_CONNECTIONS = 512
"""Beyond these a request is turned away with status 503, before it can fill the memory."""

READ_WITHIN = 10.0
"""Seconds in which a body must have come; Slack itself gives up after three."""

FINISH_WITHIN = 4
"""Seconds that requests at hand are given when we stop."""

_SAY_EVERY = 60.0
_RETRY_HEADERS = ("x-slack-retry-num", "x-slack-retry-reason")


class HttpMode:
    """Receives Slack's requests on a port and hands them to Bolt. Its server is watched as the loops are."""

    name = "http"
    patience = PATIENCE

    def __init__(self, app: App, secret: str, address: tuple[str, int], meter: RequestMeter) -> None:
        self._app = app
        self._secret = secret.encode()
        self._meter = meter
        self._refusals = _Refusals(meter)
        self._socket = _bound(*address)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="rung-http")
        routes = [Route(PATH, self._answer, methods=["POST"])]
        self._server = uvicorn.Server(_config(Starlette(routes=routes), self._beat))
        self._thread = threading.Thread(target=self._serve, name="rung-http-server", daemon=True)
        self.beat_at = time.monotonic()

    @property
    def port(self) -> int:
        """Say which port is served."""
        return int(self._socket.getsockname()[1])

    @property
    def is_ready(self) -> bool:
        """Say whether requests are answered."""
        return self._server.started and self.is_alive and not self._server.should_exit

    @property
    def is_alive(self) -> bool:
        """Say whether its thread runs."""
        return self._thread.is_alive()

    @property
    def watched(self) -> tuple[Watched, ...]:
        """Give what must go on beating."""
        return (self,)

    def start(self) -> None:
        """Begin to answer; what has come since the port was opened is answered first."""
        self._thread.start()
        log.info("Slack's requests are taken on %s:%s, under %s", *self._socket.getsockname()[:2], PATH)

    def stop(self) -> None:
        """Close the port and let requests at hand finish, for at most FINISH_WITHIN seconds."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join()
        self._socket.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _serve(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    async def _beat(self) -> None:
        self.beat_at = time.monotonic()

    async def _answer(self, request: Request) -> Response:
        headers = request.headers
        timestamp, signature = headers.get("x-slack-request-timestamp"), headers.get("x-slack-signature")
        try:
            body = await _body_of(request)
            check_signature(self._secret, body, timestamp, signature, time.time())
            began = time.monotonic()
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._dispatch, body, headers)
        except RefusedError as error:
            return self._refusals.answer(error.why)
        self._meter.acked(time.monotonic() - began)
        return answer

    def _dispatch(self, body: bytes, headers: Mapping[str, str]) -> Response:
        """Let Bolt answer; in one of our threads."""
        payload = payload_in(body, headers.get("content-type", ""))
        # Of the headers, which nobody signs, Bolt sees these two alone.
        kept = {name: headers[name] for name in _RETRY_HEADERS if name in headers}
        try:
            answer = self._app.dispatch(BoltRequest(body=payload, headers={**kept, "content-type": "application/json"}))
        except Exception as error:
            # Listeners' errors end in the app's own handler; this is one of Bolt's over a payload it has never seen.
            log.exception("Bolt can't read a payload that was signed")
            raise RefusedError(Refusal.UNREADABLE) from error
        return _response(answer)


class _Refusals:
    """Answers what is not read: counted, and told in the log once a minute, since anybody can cause it."""

    def __init__(self, meter: RequestMeter) -> None:
        self._meter = meter
        self._untold = 0
        self._told_at = -_SAY_EVERY

    def answer(self, why: Refusal) -> Response:
        """Count a refusal and say it to whoever asked; in the server's thread."""
        self._meter.refused(why)
        self._untold += 1
        now = time.monotonic()
        if now - self._told_at >= _SAY_EVERY:
            log.warning("%s request(s) refused, the last one: %s", self._untold, why)
            self._untold, self._told_at = 0, now
        return PlainTextResponse(why.replace("_", " "), status_code=why.status)


async def _body_of(request: Request) -> bytes:
    """Read a body, never more than is allowed.

    Raises:
        RefusedError: it is too large, or does not come.
    """
    if int(request.headers.get("content-length", "0")) > LARGEST_BODY:
        raise RefusedError(Refusal.TOO_LARGE)
    read = bytearray()
    try:
        async with asyncio.timeout(READ_WITHIN):
            async for chunk in request.stream():
                read += chunk
                if len(read) > LARGEST_BODY:
                    raise RefusedError(Refusal.TOO_LARGE)
    except TimeoutError as error:
        raise RefusedError(Refusal.TOO_SLOW) from error
    except ClientDisconnect as error:
        raise RefusedError(Refusal.UNREADABLE) from error
    return bytes(read)


def _response(answer: BoltResponse) -> Response:
    headers = {name: values[0] for name, values in answer.headers.items() if name.lower() != "set-cookie" and values}
    return Response(answer.body, status_code=answer.status, headers=headers)


def _bound(host: str, port: int) -> socket.socket:
    """Open the port.

    Raises:
        SettingsError: somebody else has it, or it is no address of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        raise SettingsError(
            f"{host}:{port} can't be opened ({error}); choose another with --host and --port."
        ) from error


def _config(app: Starlette, beat: Callable[[], Awaitable[None]]) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=FINISH_WITHIN,
        callback_notify=beat,
        timeout_notify=1,
    )
