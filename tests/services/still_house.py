"""A house that stands still: the real steps over a real database and a Slack in the same thread, no waiting."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from slackbot.app import SingleToken
from slackbot.cli.acme import acme, shipped
from slackbot.clock import Clocks, ManualClock
from slackbot.core.messages import Kind
from slackbot.core.model import Escalation
from slackbot.engine import Engine, build_engine
from slackbot.services.acknowledge import acknowledge
from slackbot.services.composing import keys_in
from slackbot.services.context import Requester
from slackbot.services.deliver import OneByOne
from slackbot.services.installing import meet_workspace
from slackbot.services.intake import submit_line
from slackbot.services.meters import Meter
from slackbot.services.policies import apply_first
from slackbot.services.raising import Submitted
from slackbot.services.transact import Done
from slackbot.simulator.facts import load_facts
from slackbot.simulator.faults import NO_FAULT, Fault, FaultScript, Predicate
from slackbot.simulator.model import Message
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.workspace import Workspace as SlackWorkspace
from slackbot.slack.failures import Ambiguous, RateLimited, SlackFailure, failure_of
from slackbot.slack.gateway import Gateway, bare_client, detail_in
from slackbot.slack.silence import Silence
from storage.engine import open_store
from storage.outbox_rows import COLUMNS, OutboxRow, OutboxState, row_of
from storage.pace import Pace

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
CANARY = "Nordic Canary Ltd"
"""A customer's name that may stand in Slack's messages, and nowhere else."""

ENDS = frozenset({OutboxState.SENT, OutboxState.OBSOLETE, OutboxState.DIVERTED, OutboxState.DEAD})
A_TURN = 60.0
"""Seconds in which what became due at one moment leaves, one message after the other."""

NOWHERE = "http://127.0.0.1:9/api/"

Call = tuple[str, Mapping[str, Any]]


class Wire(Gateway):
    """The gateway's promise over the simulator's Web API in the same thread, with faults and late arrivals."""

    def __init__(self, slack: SlackWorkspace, clock: ManualClock) -> None:
        super().__init__(SingleToken(slack.app.bot_token), lambda token: bare_client(token, NOWHERE), Silence(clock))
        self.faults = FaultScript()
        self.calls: list[Call] = []
        self.before: Callable[[str, Mapping[str, Any]], None] = lambda *_: None
        self.during: Callable[[str, Mapping[str, Any]], None] = lambda *_: None
        self._api = WebApi(slack, load_facts())
        self._clock = clock
        self._delays: list[tuple[str, timedelta]] = []
        self._travelling: list[tuple[datetime, Call]] = []

    def arrives_late(self, method: str, seconds: float) -> None:
        """Have the next call time out for us, and reach Slack so many seconds later all the same."""
        self._delays.append((method, timedelta(seconds=seconds)))

    def call(self, workspace_id: int, method: str, **args: Any) -> dict[str, Any]:
        """Answer as the real gateway does."""
        del workspace_id
        given = {name: value for name, value in args.items() if value is not None}
        self.before(method, given)
        self.calls.append((method, given))
        late = next((each for each in self._delays if each[0] == method), None)
        if late is not None:
            self._delays.remove(late)
            self._travelling.append((self._clock.now() + late[1], (method, given)))
            raise Ambiguous(method, "no_answer", "TimeoutError")
        fault = self.faults.take(method, given) or NO_FAULT
        reply = self._apply(method, given) if fault.applies else None
        self.during(method, given)
        try:
            answer = _heard(method, fault, reply)
        except SlackFailure as failure:
            self.heard(failure)
            raise
        self.heard(None)
        return answer

    def next_arrival(self) -> datetime | None:
        """Say when something late arrives next."""
        return min((at for at, _ in self._travelling), default=None)

    def deliver_late_ones(self) -> None:
        """Let Slack apply what has arrived by now."""
        now = self._clock.now()
        for each in [each for each in self._travelling if each[0] <= now]:
            self._travelling.remove(each)
            self._apply(*each[1])

    def of(self, method: str) -> list[Mapping[str, Any]]:
        """List the arguments of every call of a method."""
        return [args for name, args in self.calls if name == method]

    def _apply(self, method: str, args: Mapping[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        slack = self._api.workspace
        reply = self._api.call(method, token=slack.app.bot_token, args=args)
        return reply.status, reply.body, reply.headers


def _heard(method: str, fault: Fault, reply: tuple[int, dict[str, Any], dict[str, str]] | None) -> dict[str, Any]:
    if fault.cuts_connection:
        raise Ambiguous(method, "no_answer", "RemoteDisconnected")
    if fault.answer is not None:
        reply = fault.answer.status, fault.answer.body, fault.answer.headers
    assert reply is not None
    status, body, headers = reply
    if status == 429:
        raise RateLimited(method, "ratelimited", float(headers["Retry-After"]))
    if status >= 500:
        raise Ambiguous(method, f"http_{status}")
    if not body["ok"]:
        raise failure_of(method, str(body["error"]), detail=detail_in(body))
    return body


@dataclass(slots=True)
class StillHouse:
    """Rung at Acme with both clocks in hand; `runs` lets time pass from one moment that matters to the next."""

    slack: SlackWorkspace
    wire: Wire
    clock: ManualClock
    engine: Engine
    team: str
    keys: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def raises(self, summary: str = "refund stuck", severity: str = "normal", who: str = "ana") -> Escalation:
        """Let an agent raise a case for the canary customer."""
        text = f'{summary} category:Account severity:{severity} customer:"{CANARY}"'
        outcome = submit_line(self.engine.ctx, self.requester(who), text)
        assert isinstance(outcome, Submitted)
        return outcome.view.escalation

    def acknowledges(self, case: Escalation, who: str = "lena") -> None:
        """Let somebody take it."""
        key = f"press-{next(self.keys)}"
        assert isinstance(acknowledge(self.engine.ctx, self.requester(who), case.id, key), Done)

    def requester(self, who: str) -> Requester:
        """Say who asks."""
        person = next(each for each in self.slack.people() if each.name == who)
        return Requester(self.team, person.id, self.team)

    def channel_id(self, name: str) -> str:
        """Find a channel's id."""
        found = self.slack.channel_named(name)
        assert found is not None
        return found.id

    def settles(self) -> None:
        """Do everything that can be done without time passing."""
        engine = self.engine
        while engine.sender.step() or engine.reconciler.step() or engine.sweep.step() or engine.tokens.step():
            pass

    def runs(self, seconds: float) -> None:
        """Let so much time pass, everything due meanwhile being done at its moment."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self.settles()
        while (moment := self._next_moment()) is not None and moment <= until:
            self.clock.set(max(moment, self.clock.now() + timedelta(milliseconds=1)))
            self.wire.deliver_late_ones()
            self.settles()
        self.clock.set(until)
        self.settles()

    def _next_moment(self) -> datetime | None:
        engine = self.engine
        moments = (
            *(engine.sender.next_moment(), engine.reconciler.next_moment(), engine.sweep.next_moment()),
            engine.tokens.next_moment(),
            self.wire.next_arrival(),
        )
        return min((moment for moment in moments if moment is not None), default=None)

    def case_of(self, row: OutboxRow) -> Escalation:
        """Read the case a row belongs to."""
        with self.engine.ctx.store.read() as tx:
            found = tx.escalations.get(row.workspace_id, row.escalation_id)
        assert found is not None
        return found

    def standing(self, row: OutboxRow) -> list[Message]:
        """List the visible messages that we believe to be a row's."""
        with self.engine.ctx.store.read() as tx:
            posted = [each for each in tx.messages.of(row.workspace_id, row.escalation_id) if each.key == row.key]
        found = [self.slack.history.get(each.channel, each.ts) for each in posted]
        return [message for message in found if message is not None]

    def events(self, case: Escalation, code: str) -> list[Any]:
        """List what of a kind happened to a case."""
        with self.engine.ctx.store.read() as tx:
            entries = tx.history.of(case.workspace_id, case.id)
        return [entry.event for entry in entries if entry.event.code == code]

    def rows(self, *kinds: Kind) -> list[OutboxRow]:
        """List the outbox, or its rows of some kinds, the oldest first."""
        with self.engine.ctx.store.read() as tx:
            found = tx.connection.execute(sa.select(*COLUMNS).order_by(COLUMNS[0]))
            rows = [row_of(row) for row in found]
        return [row for row in rows if not kinds or row.kind in kinds]

    def row(self, kind: Kind, visit: int | None = None) -> OutboxRow:
        """Give the only row of a kind."""
        (row,) = [row for row in self.rows(kind) if visit in (None, row.visit)]
        return row

    def visible(self, channel: str | None = None) -> list[Message]:
        """List the app's messages that people can see, in one channel or everywhere."""
        place = None if channel is None else self.channel_id(channel)
        ours = [m for m in self.slack.history.everything() if not m.deleted and m.author.app_id is not None]
        return [m for m in ours if place in (None, m.channel)]

    def direct(self, who: str = "ana") -> list[Message]:
        """List the app's direct messages to somebody."""
        place = self.slack.direct_message(self.requester(who).user_id).id
        return [m for m in self.visible() if m.channel == place]

    def comes_to_rest(self, within: float) -> None:
        """Let so much time pass and check that nothing was lost, doubled or invented.

        What becomes due only then takes its turn first: one message a second and channel.
        """
        since = self.clock.now()
        self.runs(within)
        while (left := self._unfinished()) and min(row.created_at for row in left) > since:
            since = self.clock.now()
            self.runs(A_TURN)
        self._assert_at_rest()

    def _unfinished(self) -> list[OutboxRow]:
        return [row for row in self.rows() if row.state not in ENDS]

    def _assert_at_rest(self) -> None:
        rows = self.rows()
        assert self._unfinished() == []
        carried = [key for message in self.visible() for key in keys_in(message.metadata)]
        assert len(carried) == len(set(carried)), "a message is visible twice"
        assert set(carried) <= {row.key for row in rows}
        left = self.wire.faults.left()
        assert left[:5] == []


@contextmanager
def still_house(
    template: Path, folder: Path, *, pace: Pace | None = None, meter: Meter | None = None
) -> Iterator[StillHouse]:
    """Open such a house on a copy of a migrated SQLite file."""
    file = folder / "rung.db"
    shutil.copy(template, file)
    with still_house_on(f"sqlite:///{file}", pace=pace, meter=meter) as house:
        yield house


@contextmanager
def still_house_on(url: str, *, pace: Pace | None = None, meter: Meter | None = None) -> Iterator[StillHouse]:
    """Open such a house on a migrated, empty database."""
    clock = ManualClock(MORNING)
    slack = acme(clock)
    wire = Wire(slack, clock)
    clocks = Clocks(case=clock, wire=clock)
    store = open_store(url)
    engine = build_engine(store, wire, clocks, wake=lambda: None, carriers=OneByOne(), pace=pace, meter=meter)
    workspace = meet_workspace(engine.ctx, wire)
    apply_first(engine.ctx, wire, workspace, shipped("rung.toml"), "test")
    engine.acquaintance.learn_everybody(workspace)
    wire.calls.clear()
    yield StillHouse(slack, wire, clock, engine, workspace.team_id)
    store.close()


def to(channel_id: str) -> Predicate:
    """Match calls that go to a place."""
    return lambda args: args.get("channel") == channel_id
