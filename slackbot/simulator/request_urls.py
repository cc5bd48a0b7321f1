"""What an app gets over HTTP in place of Socket Mode: signed posts to its request URLs.

Bodies: docs.slack.dev/interactivity (handling-user-interaction, implementing-slash-commands); retries and redirects:
docs.slack.dev/apis/events-api.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode, urljoin, urlsplit

from slackbot.simulator.model import RequestUrls
from slackbot.simulator.signing import SIGNATURE, TIMESTAMP, signed_headers

if TYPE_CHECKING:
    from slackbot.simulator.model import Json
    from slackbot.simulator.workspace import Workspace

JSON_BODY = "application/json"
FORM = "application/x-www-form-urlencoded"
HANGS_UP_AFTER = 3.0
STALE_SECONDS = 301
MOST_REDIRECTS = 2
POSTS_AT_ONCE = 32
_OK, _OK_TILL = 200, 300
_REDIRECTS = (301, 302)

Forgery = Literal["wrong_signature", "no_signature", "old_timestamp", "no_body", "cut_body"]
"""How a request is not as Slack sends it: what an app must turn away, or at least survive."""


@dataclass(frozen=True, slots=True)
class Request:
    """One post as it leaves."""

    url: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What came back: a status with its body, or the reason by which Slack names that nothing did."""

    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""

    def is_ack(self, *, event: bool) -> bool:
        """Say whether Slack takes it for an ack: 200, for an event anything from 200 to 299."""
        if self.status is None or self.reason:
            return False
        return self.status == _OK or (event and _OK <= self.status < _OK_TILL)

    def json(self) -> Any:
        """Read the body as an ack: JSON, bare words as the text of an answer, None when it is empty."""
        if not self.body.strip():
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return {"text": self.body.decode(errors="replace")}


class RequestSender:
    """Signs and posts to the request URLs of a workspace's installation; `now` is what the app's machine calls now."""

    def __init__(self, workspace: Workspace, now: Callable[[], float] = time.time) -> None:
        self._workspace = workspace
        self._now = now
        self._threads = ThreadPoolExecutor(POSTS_AT_ONCE, "slack-post")
        self._closed = False

    def close(self) -> None:
        """Deliver nothing more; nobody hears of what is still on its way."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def deliver_soon(
        self,
        payload: Json,
        then: Callable[[HttpAnswer], None],
        *,
        retry: tuple[int, str] | None,
        forged: Forgery | None,
    ) -> None:
        """Deliver from a thread, which hands the answer on."""

        def run() -> None:
            answer = self.deliver(payload, retry=retry, forged=forged)
            if not self._closed:
                then(answer)

        if not self._closed:
            self._threads.submit(run)

    def urls(self) -> RequestUrls | None:
        """Say where to post; None means that the installation uses Socket Mode."""
        return self._workspace.installation.request_urls

    def deliver(
        self, payload: Json, *, retry: tuple[int, str] | None = None, forged: Forgery | None = None
    ) -> HttpAnswer:
        """Post a payload in the body Slack uses for its kind; `retry` is its number and reason."""
        urls = self.urls()
        if urls is None:
            message = "The installation uses Socket Mode; give it request URLs first."
            raise ValueError(message)
        more = {} if retry is None else {"x-slack-retry-num": str(retry[0]), "x-slack-retry-reason": retry[1]}
        url, body, kind = _written(urls, payload)
        return self.post(url, body, kind, forged=forged, headers=more)

    def post(
        self,
        url: str,
        body: bytes,
        content_type: str,
        *,
        forged: Forgery | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """Sign any bytes and post them, following two redirects; hangs up after three real seconds."""
        signed = signed_headers(self._workspace.app.signing_secret, int(self._now()), body)
        request = Request(url, body, {"Content-Type": content_type, **signed, **(headers or {})})
        if forged is not None:
            request = self._forge(request, forged)
        for _ in range(MOST_REDIRECTS + 1):
            answer = _exchange(request)
            if answer.status not in _REDIRECTS:
                return answer
            request = replace(request, url=urljoin(request.url, answer.headers.get("location", "")))
        return HttpAnswer(answer.status, reason="too_many_redirects")

    def verify_url(self, challenge: str = "the challenge") -> HttpAnswer:
        """Ask the events URL for its challenge, as Slack does when one is entered."""
        urls = self.urls()
        body = {"token": "", "challenge": challenge, "type": "url_verification"}
        return self.post("" if urls is None else urls.events, json.dumps(body).encode(), JSON_BODY)

    def check_ssl(self) -> HttpAnswer:
        """Probe the commands URL with `ssl_check=1`, as Slack does now and then."""
        urls = self.urls()
        return self.post("" if urls is None else urls.commands, b"ssl_check=1&token=", FORM)

    def _forge(self, request: Request, forged: Forgery) -> Request:
        headers = dict(request.headers)
        secret, now = self._workspace.app.signing_secret, int(self._now())
        match forged:
            case "wrong_signature":
                headers |= signed_headers(f"not {secret}", now, request.body)
            case "no_signature":
                del headers[SIGNATURE], headers[TIMESTAMP]
            case "old_timestamp":
                headers |= signed_headers(secret, now - STALE_SECONDS, request.body)
            case "no_body":
                return replace(request, body=b"", headers=headers | signed_headers(secret, now, b""))
            case "cut_body":
                half = request.body[: len(request.body) // 2]
                return replace(request, body=half, headers=headers | signed_headers(secret, now, half))
        return replace(request, headers=headers)


def _written(urls: RequestUrls, payload: Json) -> tuple[str, bytes, str]:
    if "command" in payload:
        return urls.commands, urlencode(payload, errors="replace").encode(), FORM
    if "event" in payload:
        return urls.events, json.dumps(payload).encode(), JSON_BODY
    url = urls.options if payload.get("type") == "block_suggestion" else urls.interactivity
    return url, urlencode({"payload": json.dumps(payload)}).encode(), FORM


def _exchange(request: Request) -> HttpAnswer:
    parts = urlsplit(request.url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=HANGS_UP_AFTER)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        connection.request("POST", target, request.body, dict(request.headers))
        answer = connection.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return HttpAnswer(answer.status, answer.read(), headers)
    except ssl.SSLError:
        return HttpAnswer(reason="ssl_error")
    except TimeoutError:
        return HttpAnswer(reason="http_timeout")
    except OSError:
        return HttpAnswer(reason="connection_failed")
    except (http.client.HTTPException, ValueError):
        return HttpAnswer(reason="unknown_error")
    finally:
        connection.close()
