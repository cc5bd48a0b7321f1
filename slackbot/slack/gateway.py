"""The one way out to Slack: a call, and what became of it as an answer or as one of the failures."""

from __future__ import annotations

import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackbot.clock import SystemClock
from slackbot.slack.failures import (
    NO_CONNECTION,
    RETRY_AFTER_UNSAID,
    Ambiguous,
    NotApplied,
    RateLimited,
    SlackFailure,
    failure_of,
)
from slackbot.slack.methods import METHODS
from slackbot.slack.silence import Silence
from slackbot.slack.token_state import TokenState

log = logging.getLogger(__name__)

PAGE = 200
_TOO_MANY = 429
_SERVER_ERROR = 500
_CODE = re.compile(r"[a-z0-9_.:-]+", re.IGNORECASE)
_NEVER_LEFT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)


class TokenSource(Protocol):
    """Where a workspace's bot token comes from."""

    def token(self, workspace_id: int) -> str:
        """Say the token; it is never logged or stored in clear by us."""
        ...


class Gateway:
    """Calls Slack's Web API without any retry of its own: every repetition is the outbox's decision.

    `client_for` makes a client for a token; it must have no retry handlers, since slack_sdk's default one sends a post
    again after a dropped connection. `token_state`, which two gateways may share, learns from every answer, `silence`
    from every call.
    """

    def __init__(
        self,
        tokens: TokenSource,
        client_for: Callable[[str], WebClient],
        silence: Silence | None = None,
        token_state: TokenState | None = None,
    ) -> None:
        self._tokens = tokens
        self._client_for = client_for
        self.token_state = token_state or TokenState()
        self.silence = silence or Silence(SystemClock())

    def call(self, workspace_id: int, method: str, **args: Any) -> dict[str, Any]:
        """Call a method; None among the arguments means "not given".

        Raises:
            SlackFailure: the leaf says what is known of the outcome.
        """
        client = self._client_for(self._tokens.token(workspace_id))
        given = {name: value for name, value in args.items() if value is not None}
        as_form = METHODS[method].form
        try:
            response = client.api_call(method, params=given) if as_form else client.api_call(method, json=given)
        except SlackApiError as error:
            failure = _refused(method, error)
            self.heard(failure)
            raise failure from error
        except Exception as error:
            # Whatever slack_sdk stumbles over (no JSON, no text, no object): the request may have been carried out.
            failure = _broken(method, error)
            self.heard(failure)
            raise failure from error
        answer = response.data
        if not isinstance(answer, dict):
            raise Ambiguous(method, "no_json")
        self.heard(None)
        return answer

    def heard(self, failure: SlackFailure | None) -> None:
        """Take note of what became of a call; None is an answer without a failure."""
        self.token_state.heard(failure)
        self.silence.heard(failure)

    def pages(self, workspace_id: int, method: str, key: str, **args: Any) -> Iterator[dict[str, Any]]:
        """Walk through a paged list; a page may be short or empty without being the last one.

        Raises:
            SlackFailure: as `call`.
        """
        cursor: str | None = None
        while True:
            answer = self.call(workspace_id, method, limit=PAGE, cursor=cursor, **args)
            yield from answer.get(key, ())
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return


def bare_client(token: str, base_url: str, *, timeout: int = 10) -> WebClient:
    """Make a Web API client that sends each request once and gives up after `timeout` seconds."""
    return WebClient(token=token, base_url=base_url, timeout=timeout, retry_handlers=[])


def _refused(method: str, error: SlackApiError) -> SlackFailure:
    response = error.response
    status, body = int(response.status_code or 0), response.data
    if status == _TOO_MANY:
        return RateLimited(method, "ratelimited", _retry_after(response.headers))
    if status >= _SERVER_ERROR:
        return Ambiguous(method, f"http_{status}")
    code = str(body.get("error")) if isinstance(body, dict) else ""
    if not _CODE.fullmatch(code):
        # slack_sdk puts a sentence in the place of the code where the body was no JSON.
        return Ambiguous(method, "no_json")
    return failure_of(method, code, detail=detail_in(body))


def detail_in(body: Mapping[str, Any]) -> str:
    """Say what helps to mend it, without anything the customer wrote: the missing scope or the broken rule's place."""
    if "needed" in body:
        return f"needs {body['needed']}, has {body.get('provided', 'nothing')}"
    messages = (body.get("response_metadata") or {}).get("messages") or ()
    return "; ".join(str(message) for message in messages)[:300]


def _retry_after(headers: Mapping[str, Any]) -> float:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            first = value[0] if isinstance(value, list) else value
            return float(first) if str(first).isdigit() else RETRY_AFTER_UNSAID
    return RETRY_AFTER_UNSAID


def _broken(method: str, error: Exception) -> SlackFailure:
    reason = error.reason if isinstance(error, URLError) else error
    name = type(reason).__name__
    if isinstance(reason, _NEVER_LEFT):
        return NotApplied(method, NO_CONNECTION, name)
    return Ambiguous(method, "no_answer", name)
