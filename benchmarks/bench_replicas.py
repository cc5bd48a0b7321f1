"""Three replicas on one PostgreSQL: how late a ping arrives among 100,000 open cases; and twenty new cases a second."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rig.desk import RUNG, Desk, desk
from rig.figures import Figure, high, milliseconds, report, typical
from rig.machine import BenchError
from rig.multitude import multiply
from rig.postgres import postgresql
from rig.programs import Watched
from rig.queues import names, policy, slack

from slackbot.simulator.model import Draft
from slackbot.simulator.workspace import Workspace

REPLICAS = 3
OPEN = 100_000
PINGS = 300
EVERY = 0.3
"""Seconds between two pings: in each of ten channels one every three seconds, less than Slack allows."""

AHEAD = 5.0
PATIENCE = 30.0
LATER = timedelta(hours=1)
LATENESS_TARGET = 1.0

A_SECOND = 20
SECONDS = 60
ACK_TARGET = 1.0


def cards(workspace: Workspace, places: list[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Put up a card for each ping, by turns in each place (category and channel)."""
    for number in range(PINGS):
        category, channel = places[number % len(places)]
        yield category, channel, workspace.history.post(channel, workspace.app.author, Draft("card")).ts


def arrivals(workspace: Workspace, stood: list[tuple[str, str, str]]) -> list[float]:
    """Say when the first ping came into each card's thread (seconds since 1970); threads without one are left out."""
    replies = [workspace.history.replies(channel, ts) for _, channel, ts in stood]
    return [float(first[0].ts) for first in replies if first]


def lateness(place: Desk) -> list[Figure]:
    """Let pings fall due one after the other among very many open cases, and see when Slack has them."""
    replicas = [Watched(place, f"door-{number}") for number in range(REPLICAS)]
    for each in replicas:
        each.start()
    replicas[0].stores("fill", name="open", count=1)
    multiply(place.url, "open-00000", OPEN - 1, datetime.now(UTC) + LATER)
    print(f"{OPEN:,} open, {REPLICAS} replicas", flush=True)
    workspace = place.simulator.workspace
    stood = list(cards(workspace, [(name, place.simulator.channel(name).id) for name in names()]))
    words = {"name": "ping", "count": PINGS, "every": EVERY, "ahead": AHEAD, "wait": False}
    last = replicas[0].stores_beside("deadlines", stood, **words)["last"]
    for each in replicas:
        each.wakes()
    until = last + PATIENCE
    while len(arrived := arrivals(workspace, stood)) < PINGS and time.time() < until:
        time.sleep(0.5)
    if len(arrived) != PINGS or replicas[0].pinged("ping") != [1] * PINGS:
        raise BenchError(f"{len(arrived)} of {PINGS} pings arrived")
    late = [at - (last - EVERY * (PINGS - 1 - number)) for number, at in enumerate(arrived)]
    shares = [round(each.asks("acted")["acted"]) for each in replicas]
    return [
        Figure(
            f"ping due to its arrival in Slack, {OPEN:,} open, {REPLICAS} replicas (p99)",
            milliseconds(high(late)),
            value=high(late),
            target=LATENESS_TARGET,
            unit=" s",
            samples={"ours": late},
        ),
        Figure("the same, p50", milliseconds(typical(late))),
        Figure("deadlines acted on by each replica", ", ".join(map(str, shares))),
    ]


def sustained(place: Desk, database: str) -> list[Figure]:
    """Escalate twenty times a second for a minute."""
    place.start()
    place.arm.wait_for_line("people known")
    began, said, sent = time.monotonic(), [], []
    for number in range(A_SECOND * SECONDS):
        time.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
        summary, delivery = place.types()
        said.append(summary)
        sent.append(delivery)
    took = time.monotonic() - began
    acks = place.acked(sent)
    stored = {row[0] for row in place.rows("SELECT value FROM case_fields WHERE name = 'summary'")}
    missing = len(set(said) - stored)
    place.arm.stop()
    return [
        Figure(
            f"ack at {len(sent) / took:.1f} escalations a second for {took:.0f} s, {database} (p99)",
            milliseconds(high(acks)),
            value=high(acks),
            target=ACK_TARGET,
            unit=" s",
            samples={"ours": acks},
        ),
        Figure(f"the same in the last quarter, {database} (p99)", milliseconds(high(acks[-len(acks) // 4 :]))),
        Figure(f"acknowledged and not stored, {database}", str(missing), value=missing, target=0, unit=""),
    ]


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description="Replicas among very many open cases, and many new ones.")
    parser.add_argument("--repetitions", help="as the other benchmarks; not used: it holds hundreds of samples")
    parser.parse_args()
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="rung-bench-")))
        make = opened.enter_context(postgresql(folder / "postgresql"))
        place = opened.enter_context(desk(folder, "replicas", [], make("replicas"), slack()))
        place.policy = folder / "rung.toml"
        place.policy.write_text(policy(), "utf-8")
        made = lateness(place)
        for arm in place.arms:
            arm.stop()
        for database, url in (("PostgreSQL", make("rate")), ("SQLite", None)):
            made += sustained(opened.enter_context(desk(folder, f"rate-{database}", RUNG, url)), database)
    report("Many: replicas on one PostgreSQL, then twenty escalations a second on one process.", made)


if __name__ == "__main__":
    main()
