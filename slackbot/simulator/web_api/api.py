"""The Web API as one callable: authentication, limits, arguments, scopes, then the method itself.

Source: docs.slack.dev/apis/web-api; every answer is HTTP 200 with `ok`, save 429 for a rate limit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slackbot.simulator.facts import MethodFact
from slackbot.simulator.limits import Limits
from slackbot.simulator.model import ApiCall, Json
from slackbot.simulator.oauth import OAuth
from slackbot.simulator.refusals import RefusedError, invalid_arguments
from slackbot.simulator.web_api.arguments import Arguments
from slackbot.simulator.web_api.call import Call, Rules, missing_scope
from slackbot.simulator.web_api.paging import Pager
from slackbot.simulator.web_api.routes import ROUTES
from slackbot.simulator.workspace import Workspace

_APP_TOKEN_METHODS = frozenset({"apps.connections.open"})
_NO_TOKEN_METHODS = frozenset({"oauth.v2.access"})
_SECRETS = frozenset({"token", "client_secret"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire."""

    status: int
    headers: dict[str, str]
    body: Json


def _no_socket() -> str:
    raise RefusedError("internal_error", "no Socket Mode server stands behind this workspace")


class WebApi:
    """The methods of `ROUTES` over one workspace; `limits` None turns every rate limit off.

    `connect` gives the WebSocket address for `apps.connections.open`; a server sets it. `pager.expire()` ages cursors.
    """

    def __init__(
        self,
        workspace: Workspace,
        facts: Mapping[str, MethodFact],
        *,
        limits: Limits | None = None,
        rules: Rules | None = None,
        connect: Callable[[], str] = _no_socket,
    ) -> None:
        self.workspace = workspace
        self.limits = limits
        self.rules = rules or Rules()
        self.pager = Pager()
        self.oauth = OAuth(workspace)
        self.connect = connect
        self._facts = facts

    def call(
        self,
        method: str,
        *,
        token: str | None,
        args: Mapping[str, Any],
        json_body: bool = False,
        charset: bool | None = None,
    ) -> Reply:
        """Answer one call and write it into the journal; never raises for what a client did wrong.

        `charset` says whether the request's content type named one; None (in process) means there was no request.
        """
        with self.workspace.changed:
            warnings = _charset_warnings(json_body=json_body, charset=charset)
            try:
                reply = self._accept(method, token, args, json_body=json_body, warnings=warnings)
                refused = None
            except RefusedError as error:
                refused = error
                reply = self._refuse(error, warnings)
            self.workspace.journal.add(
                ApiCall(
                    at=self.workspace.clock.now(),
                    method=method,
                    args={name: value for name, value in args.items() if name not in _SECRETS},
                    status=reply.status,
                    error=refused.error if refused else None,
                    rule=refused.rule if refused else None,
                    warnings=tuple(warnings),
                )
            )
            return reply

    def _accept(
        self,
        method: str,
        token: str | None,
        args: Mapping[str, Any],
        *,
        json_body: bool,
        warnings: list[str],
    ) -> Reply:
        fact = self._facts.get(method)
        handler = ROUTES.get(method)
        if fact is None or handler is None:
            raise RefusedError("unknown_method", f"the simulator does not know {method!r}")
        self._check_token(method, token)
        self._check_limit(fact)
        if json_body and not fact.json_input_supported:
            raise invalid_arguments(
                f"{method} takes a form, not JSON",
                *(f"missing required field: {name}" for name in fact.required),
            )
        self._check_scopes(fact)
        arguments = Arguments(args)
        arguments.check(fact, unknown_allowed=self.rules.unknown_arguments)
        call = Call(
            workspace=self.workspace,
            fact=fact,
            args=arguments,
            rules=self.rules,
            limits=self.limits,
            pager=self.pager,
            connect=self.connect,
            oauth=self.oauth,
            warnings=warnings,
        )
        body = {"ok": True, **handler(call)}
        return Reply(200, self._headers(fact), _with_warnings(body, warnings))

    def _check_token(self, method: str, token: str | None) -> None:
        if method in _NO_TOKEN_METHODS:
            return
        kind = self.workspace.installation.identify(token)
        if (kind == "app") != (method in _APP_TOKEN_METHODS):
            raise RefusedError("not_allowed_token_type", f"{method} does not take an {kind} token")

    def _check_limit(self, fact: MethodFact) -> None:
        over = self.limits.call(fact.name, fact.tier) if self.limits else None
        if over is not None:
            raise RefusedError("ratelimited", over.rule, retry_after=over.retry_after)

    def _check_scopes(self, fact: MethodFact) -> None:
        granted = self.workspace.app.scopes
        if fact.name not in _APP_TOKEN_METHODS and fact.scopes and granted.isdisjoint(fact.scopes):
            raise missing_scope(fact.scopes, granted)

    def _headers(self, fact: MethodFact) -> dict[str, str]:
        granted = ",".join(sorted(self.workspace.app.scopes))
        return {"x-oauth-scopes": granted, "x-accepted-oauth-scopes": ",".join(fact.scopes)}

    def _refuse(self, refused: RefusedError, warnings: list[str]) -> Reply:
        body = _with_warnings({"ok": False, "error": refused.error, **refused.body}, warnings)
        if refused.retry_after is None:
            return Reply(200, {}, body)
        return Reply(429, {"Retry-After": str(refused.retry_after)}, body)


def _charset_warnings(*, json_body: bool, charset: bool | None) -> list[str]:
    if charset is None or charset == json_body:
        return []
    return ["missing_charset" if json_body else "superfluous_charset"]


def _with_warnings(body: Json, warnings: list[str]) -> Json:
    if not warnings:
        return body
    metadata = {**body.get("response_metadata", {}), "warnings": list(warnings)}
    return {**body, "warning": ",".join(warnings), "response_metadata": metadata}
