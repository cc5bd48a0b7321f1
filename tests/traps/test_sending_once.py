"""slack_sdk sends a post again by itself after a dropped connection and hides bad answers; our gateway does not."""

from __future__ import annotations

import gc
import socket

import pytest
from slack_sdk import WebClient

from slackbot.app import SingleToken
from slackbot.slack.failures import Ambiguous, NotApplied, RateLimited, SlackFailure, UnknownCode
from slackbot.slack.gateway import Gateway, bare_client
from tests.traps.rude_server import RESET, SILENCE, RudeServer, answer

# slack_sdk leaves the connection to the garbage collector where it stumbles over an answer.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

POST = "chat.postMessage"
TOKEN = "xoxb-not-for-the-log"
HTML = b"<html>The proxy is unhappy</html>"


def gateway(api_url: str) -> Gateway:
    """Build the gateway as the house does, with less patience."""
    return Gateway(SingleToken(TOKEN), lambda token: bare_client(token, api_url, timeout=1))


def post(api_url: str) -> SlackFailure:
    """Post, and give what became of it."""
    with pytest.raises(SlackFailure) as caught:
        gateway(api_url).call(1, POST, channel="C1", text="Nordic Canary Ltd waits")
    failure = caught.value.with_traceback(None)
    failure.__cause__ = failure.__context__ = None
    del caught
    gc.collect()
    return failure


def test_the_trap_is_there() -> None:
    """A client of slack_sdk's own making posts twice when the answer is cut off."""
    with RudeServer(RESET) as server:
        with pytest.raises(OSError, match="reset"):
            WebClient(TOKEN, base_url=server.api_url).chat_postMessage(channel="C1", text="hello")
        assert server.requests == 2


@pytest.mark.parametrize(
    "says",
    [
        pytest.param(RESET, id="reset"),
        pytest.param(b"", id="closed without an answer"),
        pytest.param(SILENCE, id="no answer in time"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{", id="cut off in the middle"),
        pytest.param(b"nonsense\r\n\r\n", id="no HTTP"),
        pytest.param(answer(b'{"ok": tr'), id="half of a JSON"),
        pytest.param(answer(b"[1, 2]"), id="no object"),
        pytest.param(answer(b""), id="empty"),
        pytest.param(answer(HTML, kind="text/html"), id="HTML with 200"),
        pytest.param(answer(b"\xff\xfe\xfd"), id="no text"),
        pytest.param(answer(b"{}", kind="application/json; charset=klingon"), id="unknown charset"),
        pytest.param(answer(HTML, status="502 Bad Gateway", kind="text/html"), id="502"),
        pytest.param(answer(b"{}", status="500 Oops"), id="500"),
        pytest.param(answer(HTML, status="403 Forbidden", kind="text/html"), id="403 of a proxy"),
        pytest.param(answer(b'{"ok": false, "error": "internal_error"}'), id="internal_error"),
    ],
)
def test_what_is_in_doubt_is_sent_once(says: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever happens after the request has left, it is sent once, it is in doubt, and the token stays secret."""
    with RudeServer(says) as server:
        failure = post(server.api_url)
        assert server.requests == 1
    assert type(failure) is Ambiguous
    assert TOKEN not in caplog.text + str(failure)
    assert "Canary" not in caplog.text + str(failure)


def test_a_429_says_when_to_come_again() -> None:
    """Retry-After is honoured, whatever the body is."""
    for body, kind in ((b'{"ok": false, "error": "ratelimited"}', "application/json"), (HTML, "text/html")):
        with RudeServer(answer(body, status="429 Slow", kind=kind, headers="Retry-After: 17\r\n")) as server:
            failure = post(server.api_url)
        assert isinstance(failure, RateLimited)
        assert failure.retry_after == 17


@pytest.mark.parametrize("said", ["", "Retry-After: soon\r\n", "Retry-After: -3\r\n"])
def test_a_429_without_a_number_waits_half_a_minute(said: str) -> None:
    """Without a usable Retry-After the pause is 30 s."""
    with RudeServer(answer(b"{}", status="429 Slow", headers=said)) as server:
        failure = post(server.api_url)
    assert isinstance(failure, RateLimited)
    assert failure.retry_after == 30


def test_nobody_at_home_is_not_applied() -> None:
    """A refused connection and an unknown host are certain: nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as spare:
        port = spare.getsockname()[1]
    assert type(post(f"http://127.0.0.1:{port}/api/")) is NotApplied
    assert type(post("http://no-such-host.invalid/api/")) is NotApplied


def test_a_code_nobody_knows_is_in_doubt_once() -> None:
    """A code of Slack's that no table has is told apart from a sentence that stands in its place."""
    with RudeServer(answer(b'{"ok": false, "error": "flux_capacitor_empty"}')) as server:
        assert type(post(server.api_url)) is UnknownCode
