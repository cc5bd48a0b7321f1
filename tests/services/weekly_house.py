"""A still house with a weekly summary, and what is asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from slackbot.clock import Clocks
from slackbot.engine import build_engine
from slackbot.services.deliver import OneByOne
from slackbot.simulator.model import Message
from tests.engines import Databases
from tests.services.still_house import StillHouse, still_house_on

HOUR = timedelta(hours=1)
SUNDAY = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
"""Monday, nine o'clock in Madrid."""


@contextmanager
def sunday_evening(databases: Databases, engine: str) -> Iterator[StillHouse]:
    """Open Acme's house on the evening before a summary of all cases comes to #support-managers, on Mondays at nine."""
    with databases.fresh(engine) as url, still_house_on(url) as opened:
        opened.clock.set(SUNDAY)
        set_up(opened, SUNDAY - 10 * HOUR)
        yield opened


def set_up(house: StillHouse, since: datetime, policy: str = "", channel: str = "support-managers") -> None:
    """Put a policy in force that has a weekly summary, as of an instant."""
    ctx = house.engine.ctx
    place = house.channel_id(channel)
    with ctx.store.write() as tx:
        (workspace,) = tx.workspaces.all()
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        summary = {"policy": policy, "day": 1, "at": "09:00", "zone": "Europe/Madrid", "channel": place}
        version = tx.policies.add(workspace.id, {**latest.document, "summaries": [summary]}, "digest", "U1", since)
        tx.workspaces.use_policy(workspace.id, version.id)
    ctx.forget_policy(workspace.id)


def runs(house: StillHouse, until: datetime) -> None:
    """Let the weekly pass run at each of its moments up to an instant."""
    settles(house)
    while (moment := house.engine.weekly.next_moment()) is not None and moment <= until:
        house.clock.set(max(moment, house.clock.now() + timedelta(milliseconds=1)))
        settles(house)
    house.clock.set(until)
    settles(house)


def settles(house: StillHouse) -> None:
    """Do what can be done without time passing."""
    while house.engine.weekly.step():
        pass


def posted(house: StillHouse, channel: str = "support-managers") -> list[Message]:
    """List the summaries in a channel."""
    return [message for message in house.visible(channel) if "Week 2026-W" in message.text]


def restarted(house: StillHouse) -> StillHouse:
    """Give the same house after a restart: a new engine over the same database."""
    store, clocks = house.engine.ctx.store, Clocks(case=house.clock, wire=house.clock)
    engine = build_engine(store, house.wire, clocks, wake=lambda: None, carriers=OneByOne())
    return StillHouse(house.slack, house.wire, house.clock, engine, house.team)


def state_of(house: StillHouse, week: str = "2026-W47", name: str = "policy|all|") -> str:
    """Say how a week's summary stands."""
    with house.engine.ctx.store.read() as tx:
        found = tx.weekly.state_of(tx.workspaces.all()[0].id, name, week)
    return found[0] if found else "none"
