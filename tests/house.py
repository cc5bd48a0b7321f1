"""A whole house under test: the real app over real sockets and a real database, in a simulated workspace."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from slackbot.app import Rung
from slackbot.cli.acme import acme, shipped
from slackbot.clock import Clocks, ManualClock, SystemClock
from slackbot.core.durations import parse_duration
from slackbot.runtime.transport import MakesTransport
from slackbot.services.policies import apply_first
from slackbot.settings import Settings
from slackbot.simulator.deliveries import Delivery
from slackbot.simulator.hands.labels import find_control
from slackbot.simulator.hands.person import Hands
from slackbot.simulator.hands.pressing import pressed
from slackbot.simulator.hands.screen import ShownChannel, ShownMessage
from slackbot.simulator.payloads import message_block_actions
from slackbot.simulator.server import Simulator
from slackbot.simulator.workspace import Workspace
from storage.engine import open_store
from storage.outbox_rows import UNFINISHED
from storage.pace import Pace, Rate
from storage.unit_of_work import Transaction

MONDAY_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NO_WAIT = Rate(timedelta(milliseconds=1), 100)
AT_ONCE = Pace(channel=NO_WAIT, posts=NO_WAIT, edits=NO_WAIT)

_LOOKS = 100
_LOOK_EVERY = 0.1


@dataclass(slots=True)
class House:
    """Rung at work at Acme (examples/rung.toml). Case time stands still until `passes` moves it; wire time is real."""

    simulator: Simulator
    rung: Rung
    clock: ManualClock
    _stirred: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.rung._alarm.wakes(self._stirred.set)

    @property
    def workspace(self) -> Workspace:
        """Give the simulated workspace, to furnish it further."""
        return self.simulator.workspace

    def person(self, name: str) -> Hands:
        """Give somebody's hands."""
        return self.simulator.person(name)

    def channel(self, name: str) -> ShownChannel:
        """Look at a channel."""
        return self.simulator.channel(name)

    def newcomer(self, name: str, *, known: bool = True, **details: Any) -> Hands:
        """Have somebody join the workspace and #support; `known` says whether Rung has heard of them from Slack."""
        self.workspace.add_person(name, **details)
        hands = self.person(name)
        self.workspace.invite(self.channel("#support").id, hands.id)
        if known:
            self.rung.engine.acquaintance.learn_everybody(self.rung.workspace)
        return hands

    def passes(self, span: str) -> None:
        """Let case time pass (`10m`, `1h 30m`), everything due meanwhile being done, and said, at its moment."""
        sweep, until = self.rung.engine.sweep, self.clock.now() + parse_duration(span)
        self.comes_to_rest()
        while (moment := sweep.next_moment()) is not None and moment <= until:
            self.clock.set(max(moment, self.clock.now()))
            while sweep.step():
                pass
            self.rung.wake()
            self.comes_to_rest()
        self.clock.set(until)
        self.rung.wake()

    def comes_to_rest(self) -> None:
        """Wait until every message that is wanted has left, or fail after some real seconds."""

        def nothing_on_its_way(tx: Transaction) -> bool:
            counts = tx.outbox.counts()
            return not any(counts.get(state) for state in UNFINISHED)

        self.waits_until(nothing_on_its_way)

    def waits_until(self, holds: Callable[[Transaction], bool]) -> None:
        """Wait until something can be read in the database, or fail after some real seconds."""
        for _ in range(_LOOKS):
            self._stirred.clear()
            with self.rung.engine.ctx.store.read() as tx:
                if holds(tx):
                    return
            self._stirred.wait(_LOOK_EVERY)
        message = f"{holds.__name__} has not come to hold"
        raise AssertionError(message)

    def knows(self, hands: Hands, **facts: bool) -> None:
        """Wait until Rung knows this of somebody (`guest=True`), as Slack tells it."""

        def is_known(tx: Transaction) -> bool:
            person = tx.people.get(self.rung.workspace.id, hands.id)
            return person is not None and all(getattr(person, name) == value for name, value in facts.items())

        self.waits_until(is_known)

    def clicks_late(self, who: str, label: str, on: ShownMessage, **forged: str) -> Delivery:
        """Have somebody press what stood on a message when it was looked at, whatever stands there by now.

        `forged` are parts of the action that somebody has tampered with.
        """
        hands, stage = self.person(who), self.simulator._stage
        control = find_control(on.blocks, label)
        assert control is not None
        action = pressed(control, confirms=True if "confirm" in control.element else None)
        assert action is not None
        action |= forged
        url = stage.response_url(hands.person, on.channel_id, on.message)
        payload = message_block_actions(self.workspace, hands.person, on.message, action, state={}, response_url=url)
        return hands.sends_raw(payload)

    def newest_payload(self) -> dict[str, Any]:
        """Copy what Slack sent last, to be sent again with something changed."""
        return copy.deepcopy(self.simulator.deliveries[-1].payload)

    def escalates(self, who: str = "ana", summary: str = "refund stuck", **fields: str) -> ShownMessage:
        """Have an agent escalate in one line and give the card at its tier."""
        said = {"category": "Account", "customer": "Nordic", **fields}
        pairs = " ".join(f'{name}:"{value}"' for name, value in said.items())
        self.person(who).types(f"/escalate {summary} {pairs}", in_="#support")
        return self.channel("#tier-2").shows(summary)


@contextmanager
def house(
    url: str,
    *,
    simulator: Simulator | None = None,
    policy: str | None = None,
    pace: Pace = AT_ONCE,
    start: datetime = MONDAY_MORNING,
    transport: MakesTransport | None = None,
) -> Iterator[House]:
    """Open a house on a migrated database, and close it; what people saw fail, and faults left over, fail the scenario.

    Requests come over Socket Mode unless `transport` brings them.
    """
    wire, clock = SystemClock(), ManualClock(start)
    with simulator or Simulator(acme(wire)) as slack:
        settings = Settings(
            slack_bot_token=slack.bot_token,
            slack_app_token=slack.app_token,
            slack_api_url=slack.api_url,
            database_url=url,
        )
        rung = Rung(settings, open_store(url), Clocks(case=clock, wire=wire), pace=pace, transport=transport)
        engine = rung.engine
        apply_first(engine.ctx, engine.gateway, rung.workspace, policy or shipped("rung.toml"), "test")
        engine.acquaintance.learn_everybody(rung.workspace)
        rung.start()
        try:
            if transport is None:
                slack.wait_connected()
            yield House(slack, rung, clock)
        finally:
            rung.stop()
        slack.faults.assert_all_met()
        assert slack.failures == []
