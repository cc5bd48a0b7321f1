"""HTTP mode: the same story over signed requests; a slow one delays no other, and a stop lets them finish."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.parse import urlencode

import pytest

from slackbot.runtime import http_mode
from slackbot.runtime.http_mode import PATH
from tests.engines import SQLITE, Databases
from tests.http_house import CASE, JSON, SECRET, HttpHouse, http_house, raw


@pytest.fixture
def own_desk(databases: Databases) -> Iterator[HttpHouse]:
    """A house in HTTP mode for one test."""
    with databases.fresh(SQLITE) as url, http_house(url) as opened:
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
