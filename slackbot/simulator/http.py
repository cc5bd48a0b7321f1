"""The HTTP side: Web API calls with their faults, and posts to a `response_url`.

Content types and their errors: docs.slack.dev/apis/web-api.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response

from slackbot.simulator.faults import NO_FAULT
from slackbot.simulator.refusals import RefusedError

if TYPE_CHECKING:
    from starlette.requests import Request

    from slackbot.simulator.faults import Fault, FaultScript
    from slackbot.simulator.response_urls import ResponseUrls
    from slackbot.simulator.web_api.api import Reply, WebApi
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


class ApiEndpoint:
    """`/api/<method>`: reads a call, lets a scripted fault at it, answers."""

    def __init__(self, api: WebApi, faults: FaultScript, server: LoopbackServer) -> None:
        self._api = api
        self._faults = faults
        self._server = server

    async def answer(self, request: Request) -> Response:
        """Answer one call; a slow one delays no other."""
        try:
            call = await read_call(request)
        except RefusedError as refused:
            return JSONResponse({"ok": False, "error": refused.error})
        fault = self._faults.take(call.method, call.args) or NO_FAULT
        one_way = self._faults.round_trip_seconds / 2
        await self._server.pause(one_way)
        reply = await run_in_threadpool(self._apply, call) if fault.applies else None
        await self._server.pause(one_way + fault.seconds_late)
        if fault.cuts_connection:
            client = request.client
            self._server.cut(None if client is None else (client.host, client.port))
        return _response(fault, reply)

    def _apply(self, call: SentCall) -> Reply:
        return self._api.call(
            call.method,
            token=call.token,
            args=call.args,
            json_body=call.json_body,
            charset=call.charset,
        )


class ResponseUrlEndpoint:
    """`/response/<token>`: takes what an app posts to a `response_url`."""

    def __init__(self, urls: ResponseUrls) -> None:
        self._urls = urls

    async def answer(self, request: Request) -> Response:
        """Apply one post; its body is JSON."""
        try:
            body = _json_object(await request.body())
        except RefusedError as refused:
            return JSONResponse({"ok": False, "error": refused.error}, 400)
        token = request.path_params["token"]
        status, said = await run_in_threadpool(self._urls.use, token, body)
        if isinstance(said, str):
            return PlainTextResponse(said, status)
        return JSONResponse(said, status)


async def read_call(request: Request) -> SentCall:
    """Read method, token and arguments of a call; raises RefusedError for a body Slack can't read."""
    method = request.path_params["method"]
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    query: dict[str, Any] = dict(request.query_params)
    body = await request.body()
    header = _bearer(request)
    if kind == JSON_BODY:
        return SentCall(method, header, query | _json_object(body), json_body=True, charset="charset" in parameters)
    if body and not kind:
        raise RefusedError("missing_post_type", "a body needs a content type")
    if body and kind != FORM:
        raise RefusedError("invalid_post_type", f"{kind} is neither a form nor JSON")
    args = query | dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    token = args.pop("token", None)
    charset = "charset" in parameters if kind else None
    return SentCall(method, header or token, args, json_body=False, charset=charset)


def _response(fault: Fault, reply: Reply | None) -> Response:
    if fault.answer is not None:
        return JSONResponse(fault.answer.body, fault.answer.status, fault.answer.headers)
    if reply is not None:
        return JSONResponse(reply.body, reply.status, reply.headers)
    # Nobody hears it: without an answer of its own such a fault has cut the connection.
    return Response(status_code=500)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        # slack_sdk calls a JSON what has no arguments at all; Slack takes that.
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise RefusedError("invalid_json", f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise RefusedError("json_not_object", "the body is JSON but no object")
    return value


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
