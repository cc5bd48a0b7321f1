"""HTTP mode: the same story over signed requests; what is not Slack's is turned away before it is read."""

from __future__ import annotations

import http.client
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slackbot.runtime import http_mode
from slackbot.runtime.http_guard import LARGEST_BODY
from slackbot.runtime.http_mode import PATH
from tests.http_house import FORM, JSON, SECRET, HttpHouse, SignedClient, http_house

CASE = 'category:"Account" customer:"Nordic"'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpHouse]:
    """A house in HTTP mode, shared by tests that write nothing."""
    with http_house(tmp_path_factory.mktemp("http")) as opened:
        yield opened


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[HttpHouse]:
    """A house in HTTP mode for one test."""
    with http_house(tmp_path) as opened:
        yield opened


def test_the_story_over_http(own_desk: HttpHouse) -> None:
    """A command opens the form, the form raises the case, a press takes it: all of it by signed requests."""
    house = own_desk.house
    ana, lena, tier_2 = house.person("ana"), house.person("lena"), house.channel("#tier-2")
    ana.types("/escalate", in_="#support")
    ana.fills(Category="Account", Customer="Nordic", Summary="refund stuck")
    ana.submits()
    card = tier_2.shows("refund stuck")
    lena.clicks("Acknowledge", on=card)
    tier_2.shows("has it and promised")
    ana.dm.shows("@lena", "promised")
    assert own_desk.postman.answers
    assert {answer.status for answer in own_desk.postman.answers} == {200}
    assert house.simulator.connections_made == 0


def test_the_word_payload_is_only_a_word(own_desk: HttpHouse) -> None:
    """A command whose text or channel has the word `payload` in it is a command; plain Bolt takes it for a press."""
    fields = own_desk.command(f"the payload parser is broken {CASE}", channel_name="payload-team")
    answer = own_desk.client.posts(urlencode(fields).encode())
    assert answer.status == 200
    assert b"ESC-" in answer.body


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


def test_said_twice_is_done_once(own_desk: HttpHouse) -> None:
    """A signed request that somebody sends again, to the byte, finds its case and raises no second one."""
    body = urlencode(own_desk.command(f"refund stuck {CASE}")).encode()
    headers = own_desk.client.signed(body)
    first = own_desk.client.posts(body, headers=headers)
    own_desk.house.comes_to_rest()
    before = own_desk.rows()
    again = own_desk.client.posts(body, headers=headers)
    assert (first.status, again.status) == (200, 200)
    assert b"ESC-1" in again.body
    assert own_desk.rows() == before


def raw(port: int, *parts: bytes) -> int:
    """Send bytes as they are, and give the status that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for part in parts:
            line.sendall(part)
        response = http.client.HTTPResponse(line)
        response.begin()
        return response.status


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


def test_slow_requests_delay_no_other(own_desk: HttpHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty requests whose listeners wait and fifty clients that dribble: a further command is answered at once."""
    waiting, free = threading.Semaphore(0), threading.Event()
    dispatch = own_desk.transport._app.dispatch

    def slow(request: object) -> object:
        if "slow" in request.raw_body:  # type: ignore[attr-defined]  # a BoltRequest
            waiting.release()
            assert free.wait(30)
        return dispatch(request)  # type: ignore[arg-type]  # as above

    monkeypatch.setattr(own_desk.transport._app, "dispatch", slow)
    verification = b'{"type": "url_verification", "challenge": "slow"}'
    with ExitStack() as dribbling, ThreadPoolExecutor(50) as people:
        for _ in range(50):
            line = dribbling.enter_context(socket.create_connection(("127.0.0.1", own_desk.client.port), timeout=10))
            line.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf".encode())
        slow_ones = [people.submit(own_desk.client.posts, verification, JSON) for _ in range(50)]
        try:
            for _ in slow_ones:
                assert waiting.acquire(timeout=20)
            answer = own_desk.client.posts(urlencode(own_desk.command(f"refund stuck {CASE}")).encode())
            assert b"ESC-1" in answer.body
            assert not any(each.done() for each in slow_ones)
        finally:
            free.set()
        assert {each.result(20).status for each in slow_ones} == {200}


def test_a_body_that_does_not_come_is_given_up(own_desk: HttpHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that stops half-way is told so after a while, so that it holds nothing for ever."""
    monkeypatch.setattr(http_mode, "READ_WITHIN", 0.1)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n".encode()
    assert raw(own_desk.client.port, head, b"half") == 408


def test_requests_at_hand_finish_when_it_stops(own_desk: HttpHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stop closes the port to newcomers and still answers who is inside."""
    inside, free = threading.Event(), threading.Event()
    dispatch: Callable[[object], object] = own_desk.transport._app.dispatch  # type: ignore[assignment]

    def held(request: object) -> object:
        inside.set()
        assert free.wait(30)
        return dispatch(request)

    monkeypatch.setattr(own_desk.transport._app, "dispatch", held)
    body = urlencode(own_desk.command(f"refund stuck {CASE}")).encode()
    with ThreadPoolExecutor(2) as people:
        answer = people.submit(own_desk.client.posts, body)
        assert inside.wait(10)
        stopped = people.submit(own_desk.transport.stop)
        waits_until_closed(own_desk.client.port)
        assert not stopped.done()
        free.set()
        assert b"ESC-1" in answer.result(20).body
        stopped.result(20)
    assert not own_desk.transport.is_ready


def waits_until_closed(port: int) -> None:
    """Knock until nobody opens."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.05).close()
        except OSError:
            return
        threading.Event().wait(0.05)
    raise AssertionError("the port is still open")


def test_the_server_is_watched(own_desk: HttpHouse) -> None:
    """The server beats as the loops do, and its thread counts among those without which the process is of no use."""
    server = own_desk.transport
    assert server in own_desk.house.rung._watchdog._watched
    before = server.beat_at
    for _ in range(100):
        if server.beat_at != before:
            break
        threading.Event().wait(0.05)
    assert server.beat_at > before
    assert "http" in own_desk.house.rung.metrics.exposition().decode()


def test_refusals_do_not_fill_the_log(own_desk: HttpHouse, caplog: pytest.LogCaptureFixture) -> None:
    """Of a hundred forged requests the log has one line, without anything of theirs; the metrics have them all."""
    with caplog.at_level(logging.INFO):
        for _ in range(100):
            own_desk.client.posts(b"text=canary", headers={"X-Slack-Signature": "canary"})
    lines = [record.getMessage() for record in caplog.records if "refused" in record.getMessage()]
    assert len(lines) == 1
    assert "canary" not in caplog.text
    assert SECRET not in caplog.text
    figures = own_desk.house.rung.metrics.exposition().decode()
    assert 'rung_http_refused_total{reason="no_timestamp"} 100.0' in figures
