"""HTTP mode: what is not Slack's is turned away before it is read, and nothing that comes is a server error."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackbot.runtime.http_guard import LARGEST_BODY
from slackbot.runtime.http_mode import PATH
from tests.engines import copied
from tests.http_house import CASE, FORM, JSON, HttpHouse, SignedClient, http_house, raw


@pytest.fixture(scope="module")
def desk(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpHouse]:
    """A house in HTTP mode, shared by tests that write nothing."""
    with http_house(copied(template, tmp_path_factory.mktemp("http"))) as opened:
        yield opened


def test_slack_proves_the_address(desk: HttpHouse) -> None:
    """When the address is entered in the app's settings, the challenge comes back."""
    asked = {"type": "url_verification", "challenge": "3eZbrw1aB", "token": "x"}
    answer = desk.client.posts(json.dumps(asked).encode(), JSON)
    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": "3eZbrw1aB"})


def bad_requests(desk: HttpHouse) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Write a command that would raise a case, wrong in one way each."""
    client, body = desk.client, urlencode(desk.command(f"forged {CASE}")).encode()
    good, other = client.signed(body), client.signed(body + b"&x=1")
    signature, timestamp = good["X-Slack-Signature"], good["X-Slack-Request-Timestamp"]

    def saying(signature: str, timestamp: str = timestamp) -> tuple[bytes, dict[str, str]]:
        return body, {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": timestamp}

    return {
        "no signature": (body, {"X-Slack-Request-Timestamp": timestamp}),
        "no timestamp": (body, {"X-Slack-Signature": signature}),
        "nothing": (body, {}),
        "empty signature": saying(""),
        "truncated signature": saying(signature[:-1]),
        "longer signature": saying(signature + "0"),
        "another last digit": saying(signature[:-1] + ("0" if signature[-1] != "0" else "1")),
        "upper case": saying(signature.upper()),
        "wrong version": saying("v1" + signature[2:]),
        "non-ASCII signature": saying("v0=" + "é" * 64),
        "another body's signature": saying(other["X-Slack-Signature"]),
        "another secret": (body, SignedClient(client.port, "another secret").signed(body)),
        "changed body": (body.replace(b"forged", b"changed"), good),
        "too old": (body, client.signed(body, age=301)),
        "from the future": (body, client.signed(body, age=-302)),
        "another time": saying(signature, str(int(timestamp) - 1)),
        "no number": saying(signature, "soon"),
        "negative": saying(signature, f"-{timestamp}"),
        "a fraction": saying(signature, f"{timestamp}.0"),
        "too many digits": saying(signature, "0" * 4 + timestamp),
        "infinite": saying(signature, "inf"),
        "digits of another script": saying(signature, "²" * 10),
        "asked whether TLS works": (b"ssl_check=1&token=x", {}),
        "malformed JSON": (b"{", {}),
    }


BAD = (
    *("no signature", "no timestamp", "nothing", "empty signature", "truncated signature", "longer signature"),
    "another last digit",
    *("upper case", "wrong version", "non-ASCII signature", "another body's signature", "another secret"),
    *("changed body", "too old", "from the future", "another time", "no number", "negative", "a fraction"),
    *("too many digits", "infinite", "digits of another script", "asked whether TLS works", "malformed JSON"),
)


@pytest.mark.parametrize("kind", [FORM, JSON], ids=["form", "json"])
@pytest.mark.parametrize("what", BAD)
def test_what_is_not_signed_is_not_read(desk: HttpHouse, what: str, kind: str) -> None:
    """Whatever is wrong with the signature or its time, the answer is 401 and nothing is written."""
    body, headers = bad_requests(desk)[what]
    encoded = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
    before = desk.rows()
    assert desk.client.posts(body, kind, headers=encoded).status == 401
    assert desk.rows() == before


def test_every_bad_request_is_tried(desk: HttpHouse) -> None:
    """No way to be wrong is left out."""
    assert set(BAD) == set(bad_requests(desk))


@pytest.mark.parametrize("age", [299, -299])
def test_a_request_on_its_way_for_minutes_is_taken(desk: HttpHouse, age: float) -> None:
    """Within five minutes, either way, a signature holds."""
    body = b'{"type": "url_verification", "challenge": "c"}'
    assert desk.client.posts(body, JSON, headers=desk.client.signed(body, age=age)).status == 200


def test_a_huge_body_is_not_taken_in(desk: HttpHouse) -> None:
    """A body over the limit is refused before it is sent, or at the byte that is too much; one at the limit is read."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: rung\r\nContent-Type: {FORM}\r\n".encode()
    assert raw(desk.client.port, head, f"Content-Length: {LARGEST_BODY + 1}\r\n\r\n".encode()) == 413
    chunk = b"%x\r\n" % (LARGEST_BODY + 1) + b"x" * (LARGEST_BODY + 1)
    assert raw(desk.client.port, head, b"Transfer-Encoding: chunked\r\n\r\n", chunk) == 413
    assert desk.client.posts(b"x" * LARGEST_BODY, headers={}).status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", PATH, 405), ("POST", "/", 404), ("GET", "/metrics", 404)]
)
def test_nothing_else_is_there(desk: HttpHouse, method: str, path: str, status: int) -> None:
    """The port has one address and one method; health and metrics are not on it."""
    assert raw(desk.client.port, f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode()) == status


SIGNED_RUBBISH = st.one_of(
    st.binary(max_size=300),
    st.text(max_size=100).map(lambda text: urlencode({"payload": text}).encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "team", "team_id", "user", "event", "view", "actions", "enterprise", "command"]
                )
                | st.text(max_size=8),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    ).map(lambda found: json.dumps(found).encode()),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=SIGNED_RUBBISH, kind=st.sampled_from([FORM, JSON, "text/plain", ""]))
def test_signed_rubbish_is_answered(desk: HttpHouse, body: bytes, kind: str) -> None:
    """Whatever bytes somebody with the secret sends, the answer is no server error, and no case comes of it."""
    before = desk.rows()
    assert desk.client.posts(body, kind).status < 500
    assert desk.rows() == before


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200),
    signature=st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80),
    timestamp=st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=20),
    kind=st.sampled_from([FORM, JSON, "multipart/form-data; boundary=x"]),
)
def test_unsigned_rubbish_is_refused(desk: HttpHouse, body: bytes, signature: str, timestamp: str, kind: str) -> None:
    """Whatever bytes and headers a stranger sends, the answer is 400 or 401, and nothing is written."""
    before = desk.rows()
    headers = {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": timestamp}
    assert desk.client.posts(body, kind, headers=headers).status in (400, 401)
    assert desk.rows() == before


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.binary(min_size=1, max_size=400))
def test_what_is_no_http_at_all(desk: HttpHouse, said: bytes) -> None:
    """Bytes that are no request end their own connection, and the next one is served."""
    with socket.create_connection(("127.0.0.1", desk.client.port), timeout=10) as line:
        line.sendall(said + b"\r\n\r\n")
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(100)
    assert not answer.startswith(b"HTTP/1.1 5")


def deeply(levels: int) -> bytes:
    """Nest JSON."""
    return b'{"a":' * levels + b"1" + b"}" * levels


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (deeply(100_000), JSON),
        (b"payload=" + deeply(50_000), FORM),
        (b'{"n": %s}' % (b"9" * 10_000), JSON),
        (b"", FORM),
    ],
    ids=["deep", "deep in a form", "a long number", "nothing"],
)
def test_signed_and_unreadable(desk: HttpHouse, body: bytes, kind: str) -> None:
    """What no parser can take is told as such."""
    assert desk.client.posts(body, kind).status == 400


ODD: dict[str, dict[str, object]] = {
    "a press without actions": {"type": "block_actions", "actions": []},
    "a press whose actions are a number": {"type": "block_actions", "actions": 0},
    "a form without a view": {"type": "view_submission", "view": None},
    "a form whose view is a list": {"type": "view_submission", "view": []},
    "a shortcut without a name": {"type": "shortcut", "callback_id": None},
    "an event that is a number": {"type": "event_callback", "event": 2**70},
    "a team that is a text": {"type": "block_actions", "team": "T1", "user": "U1", "actions": [{}]},
    "an enterprise that is a number": {"type": "event_callback", "enterprise": 5, "event": {}},
    "a command of nobody's": {"command": "/escalate", "text": "x"},
}


@pytest.mark.parametrize("payload", ODD.values(), ids=ODD)
def test_shapes_that_slack_has_never_sent(desk: HttpHouse, payload: dict[str, object]) -> None:
    """What is signed but makes no sense to Bolt or to us is no server error, and nothing is written."""
    before = desk.rows()
    assert desk.client.posts(json.dumps(payload).encode(), JSON).status < 500
    assert desk.client.posts(urlencode({"payload": json.dumps(payload)}).encode()).status < 500
    assert desk.rows() == before
