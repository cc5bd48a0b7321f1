"""The HTTP side: Web API calls with their faults, and posts to a `response_url`.

Content types and their errors: docs.slack.dev/apis/web-api.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from slackbot.simulator.broken import BrokenOffResponse
from slackbot.simulator.faults import NO_FAULT, RESPONSE_URL
from slackbot.simulator.model import Json
from slackbot.simulator.refusals import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from slackbot.simulator.faults import Fault, FaultScript
    from slackbot.simulator.response_urls import ResponseUrls
    from slackbot.simulator.web_api.api import WebApi
    from slackbot.simulator.wire import LoopbackServer

FORM = "application/x-www-form-urlencoded"
JSON_BODY = "application/json"


@dataclass(frozen=True, slots=True)
class SentCall:
    """A call as it came over the wire; `charset` says whether its content type named one."""

    method: str
    token: str | None
    args: dict[str, Any]
    json_body: bool
    charset: bool | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: JSON, or the few words a `response_url` answers with."""

    status: int
    body: Json | str
    headers: Mapping[str, str] = field(default_factory=dict)


class Faulty:
    """Carries a request out and answers it, with whatever the script of faults has in store."""

    def __init__(self, faults: FaultScript, server: LoopbackServer) -> None:
        self._faults = faults
        self._server = server

    async def answer(
        self, request: Request, method: str, args: Mapping[str, Any], carry_out: Callable[[], Answer]
    ) -> Response:
        """Answer one request; a slow one delays no other."""
        fault = self._faults.take(method, args) or NO_FAULT
        one_way = self._faults.round_trip_seconds / 2
        await self._server.pause(one_way)
        reply = await self._apply(fault, carry_out)
        await self._server.pause(one_way + fault.seconds_late)
        if fault.cuts_connection:
            self._cut(request)
        if fault.cuts_answer and reply is not None:
            return BrokenOffResponse(json_bytes(reply.body), lambda: self._cut(request))
        return _response(fault, reply)

    async def _apply(self, fault: Fault, carry_out: Callable[[], Answer]) -> Answer | None:
        if not fault.applies:
            return None
        if fault.held is not None:
            fault.held.keep(carry_out)
            return None
        if fault.lands_late:
            self._server.loop.call_later(fault.lands_late, carry_out)
            return None
        return await run_in_threadpool(carry_out)

    def _cut(self, request: Request) -> None:
        client = request.client
        self._server.cut(None if client is None else (client.host, client.port))


class ApiEndpoint:
    """`/api/<method>`: reads a call and answers it, unless a scripted fault does."""

    def __init__(self, api: WebApi, faults: FaultScript, server: LoopbackServer) -> None:
        self._api = api
        self._faulty = Faulty(faults, server)

    async def answer(self, request: Request) -> Response:
        """Answer one call; a slow one delays no other."""
        try:
            call = await read_call(request)
        except RefusedError as refused:
            return json_response({"ok": False, "error": refused.error})
        return await self._faulty.answer(request, call.method, call.args, lambda: self._apply(call))

    def _apply(self, call: SentCall) -> Answer:
        reply = self._api.call(
            call.method,
            token=call.token,
            args=call.args,
            json_body=call.json_body,
            charset=call.charset,
        )
        return Answer(reply.status, reply.body, reply.headers)


class ResponseUrlEndpoint:
    """`/response/<token>`: takes what an app posts to a `response_url`, unless a scripted fault does."""

    def __init__(self, urls: ResponseUrls, faults: FaultScript, server: LoopbackServer) -> None:
        self._urls = urls
        self._faulty = Faulty(faults, server)

    async def answer(self, request: Request) -> Response:
        """Apply one post; its body is JSON."""
        try:
            body = json_object(await request.body())
        except RefusedError as refused:
            return json_response({"ok": False, "error": refused.error}, 400)
        token = request.path_params["token"]
        return await self._faulty.answer(request, RESPONSE_URL, body, lambda: self._use(token, body))

    def _use(self, token: str, body: Json) -> Answer:
        return Answer(*self._urls.use(token, body))


async def read_call(request: Request) -> SentCall:
    """Read method, token and arguments of a call; raises RefusedError for a body Slack can't read."""
    method = request.path_params["method"]
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    query: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    header = _bearer(request)
    query |= _client(request)
    if kind == JSON_BODY:
        # slack_sdk announces JSON and sends nothing where a call has no arguments: every method takes that.
        args = query | json_object(body)
        charset = "charset" in parameters if body else None
        return SentCall(method, header, args, json_body=bool(body), charset=charset)
    if body and not kind:
        raise RefusedError("missing_post_type", "a body needs a content type")
    if body and kind != FORM:
        raise RefusedError("invalid_post_type", f"{kind} is neither a form nor JSON")
    args = query | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    token = args.pop("token", None)
    named = "charset" in parameters if kind else None
    return SentCall(method, header or token, args, json_body=False, charset=named)


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON as Slack writes it: ASCII alone, so that it carries whatever a field can hold."""
    return Response(json_bytes(body), status, headers, JSON_BODY)


def json_bytes(body: Any) -> bytes:
    """Write JSON with every character beyond ASCII escaped."""
    return json.dumps(body).encode()


def json_object(body: bytes) -> dict[str, Any]:
    """Read a JSON object; raises RefusedError with Slack's name for what else it is."""
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise RefusedError("invalid_json", f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise RefusedError("json_not_object", "the body is JSON but no object")
    return value


def _response(fault: Fault, reply: Answer | None) -> Response:
    if fault.answer is not None:
        if fault.answer.text is not None:
            return Response(fault.answer.text, fault.answer.status, fault.answer.headers)
        return json_response(fault.answer.body, fault.answer.status, fault.answer.headers)
    if reply is None:
        # Nobody hears it: without an answer of its own such a fault has cut the connection.
        return Response(status_code=500)
    as_text = isinstance(reply.body, str)
    written = reply.body.encode() if isinstance(reply.body, str) else json_bytes(reply.body)
    if fault.truncates:
        written = written[: len(written) // 2]
    return Response(written, reply.status, reply.headers, "text/plain" if as_text else JSON_BODY)


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def _client(request: Request) -> dict[str, str]:
    """Read an app's id and secret out of HTTP Basic, as slack_sdk sends them to `oauth.v2.access`."""
    scheme, _, written = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = b64decode(written, validate=True).decode().partition(":")
    except ValueError:
        return {}
    return {"client_id": client_id, "client_secret": secret}
