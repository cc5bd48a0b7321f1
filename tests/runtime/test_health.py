"""Health and metrics answer machines: what holds, in a few words, without anybody's name."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from slackbot.errors import StorageError
from slackbot.runtime import health as health_module
from slackbot.runtime.health import Health, HealthDoor, Page
from slackbot.runtime.metrics import Metrics, Sources
from slackbot.runtime.watchdog import Watchdog
from slackbot.services.waiting import Waiting


def asked(door: HealthDoor, path: str, method: str = "GET") -> tuple[int, str]:
    """Ask for a page."""
    connection = http.client.HTTPConnection(*door.address, timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def breaks() -> Page:
    """Fail as a page of ours might."""
    raise ValueError("a fault of ours")


@pytest.fixture(scope="module")
def door() -> Iterator[HealthDoor]:
    """Open a door with one page that works and one that does not."""
    opened = HealthDoor(("127.0.0.1", 0), {"/works": lambda: Page(HTTPStatus.OK, b"yes\n"), "/breaks": breaks})
    opened.start()
    yield opened
    opened.stop()


def test_pages_are_found_by_their_paths(door: HealthDoor) -> None:
    """A known path is served, with or without a query; any other is not there."""
    assert asked(door, "/works") == (200, "yes\n")
    assert asked(door, "/works?verbose=1") == (200, "yes\n")
    assert asked(door, "/works", "HEAD") == (200, "")
    assert asked(door, "/") == (404, "not found\n")
    assert asked(door, "/../etc/passwd")[0] == 404
    assert asked(door, "/works", "POST")[0] == 501


def test_a_page_that_breaks_says_nothing_of_the_cause(door: HealthDoor) -> None:
    """The cause is in the log alone, and the door stays open."""
    assert asked(door, "/breaks") == (500, "failed; the log says why\n")
    assert asked(door, "/works")[0] == 200


def test_a_caller_that_dribbles_holds_up_nobody(door: HealthDoor) -> None:
    """Somebody who never ends a request has a thread of their own."""
    with socket.create_connection(door.address) as line:
        line.sendall(b"GET /wo")
        assert asked(door, "/works")[0] == 200


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.binary(min_size=1, max_size=300))
def test_rubbish_closes_nothing(door: HealthDoor, said: bytes) -> None:
    """Whatever bytes come, the next caller is served."""
    with socket.create_connection(door.address, timeout=10) as line:
        line.sendall(said + b"\r\n\r\n")
    assert asked(door, "/works")[0] == 200


def health(**checks: str | None) -> Health:
    """Make a health whose checks find what is given."""
    found = {name: (lambda trouble=trouble: trouble) for name, trouble in checks.items()}
    return Health(Watchdog([], lambda _: None), found)


def test_ready_when_everything_holds() -> None:
    """No trouble anywhere is ready."""
    assert health(database=None, slack=None).ready() == Page(HTTPStatus.OK, b"ok\n")


def test_each_trouble_is_named() -> None:
    """What does not hold is named, each in a line; one of them is enough."""
    page = health(database=None, slack="Slack refuses the token (token_revoked)", requests="no way in").ready()
    assert page.status == 503
    assert page.body == b"slack: Slack refuses the token (token_revoked)\nrequests: no way in\n"


def test_a_dead_loop_is_neither_alive_nor_ready() -> None:
    """A verdict of the watchdog's turns both pages red."""
    made = health(database=None)
    assert made.alive().status == 200
    made._watchdog.verdict = "the deadlines loop has ended"
    assert made.alive() == Page(HTTPStatus.SERVICE_UNAVAILABLE, b"loops: the deadlines loop has ended\n")
    assert made.ready().status == 503


def test_one_that_stops_is_alive_but_not_ready() -> None:
    """While it stops, nobody is to be sent to it, and nobody is to kill it."""
    made = health(database=None)
    made.stopping = True
    assert made.ready().body == b"process: stopping\n"
    assert made.alive().status == 200


def test_a_database_that_fails_says_no_more_than_that() -> None:
    """The message of an error may name hosts and users; the page does not."""

    def fails() -> None:
        raise StorageError("canary@db.internal refused the password")

    page = Health(Watchdog([], lambda _: None), {"database": fails}).ready()
    assert page == Page(HTTPStatus.SERVICE_UNAVAILABLE, b"database: no answer\n")


def test_a_check_that_hangs_is_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one caller waits for a database that does not answer, the next is told so and does not wait with them."""
    monkeypatch.setattr(health_module, "_ONE_AT_A_TIME", 0.05)
    asking, free = threading.Event(), threading.Event()

    def hangs() -> None:
        asking.set()
        assert free.wait(30)

    made = Health(Watchdog([], lambda _: None), {"database": hangs})
    with ThreadPoolExecutor(1) as caller:
        first = caller.submit(made.ready)
        assert asking.wait(5)
        assert made.ready().body == b"checks: no answer yet\n"
        free.set()
        assert first.result(10).status == 200


def figures(metrics: Metrics) -> dict[str, float]:
    """Read the exposition with Prometheus' own parser."""
    found = {}
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_the_figures_are_those_of_the_moment() -> None:
    """Ages of loops and what waits are asked at each scrape; what was measured is summed up since the start."""
    stand = [Waiting(12.5, {"pending": 3, "dead": 1}, 2, 29.0)]
    metrics = Metrics()
    metrics.read(Sources(lambda: {"deadlines": 0.5}, lambda: stand[-1], "0001"))
    for seconds in (0.02, 4.0):
        metrics.acked(seconds)
    metrics.acted(0.3)
    metrics.sent(7.0)
    metrics.refused("too_old")
    found = figures(metrics)
    assert found["rung_loop_heartbeat_age_seconds{loop=deadlines}"] == 0.5
    assert found["rung_oldest_overdue_seconds"] == 12.5
    assert found["rung_outbox_messages{state=pending}"] == 3
    assert found["rung_outbox_messages{state=dead}"] == 1
    assert (found["rung_paused_lanes"], found["rung_longest_pause_seconds"]) == (2, 29)
    assert (found["rung_ack_seconds_bucket{le=0.025}"], found["rung_ack_seconds_bucket{le=3.0}"]) == (1, 1)
    assert found["rung_ack_seconds_count"] == 2
    assert found["rung_deadline_lateness_seconds_bucket{le=0.25}"] == 0
    assert found["rung_deadline_lateness_seconds_bucket{le=0.5}"] == 1
    assert found["rung_message_lateness_seconds_sum"] == 7
    assert found["rung_http_refused_total{reason=too_old}"] == 1
    assert found["rung_database_up"] == 1
    assert any(name.startswith("rung_build_info{") and "schema=0001" in name for name in found)
    assert found["process_resident_memory_bytes"] > 1_000_000
    stand.append(Waiting(0.0, {"pending": 0}, 0, 0.0))
    assert figures(metrics)["rung_oldest_overdue_seconds"] == 0


def test_without_the_database_the_other_figures_stand() -> None:
    """A scrape while the database is away says so and still tells of the loops."""

    def away() -> Waiting:
        raise StorageError("canary")

    metrics = Metrics()
    metrics.read(Sources(lambda: {"sender": 1.0}, away, "0001"))
    found = figures(metrics)
    assert found["rung_database_up"] == 0
    assert found["rung_loop_heartbeat_age_seconds{loop=sender}"] == 1
    assert "rung_oldest_overdue_seconds" not in found
