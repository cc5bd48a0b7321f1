"""The scene of a crash: a Slack that lives on, processes that die, and a clean one that picks up what they left."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import c_double
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from slackbot.app import SingleToken
from slackbot.cli.acme import acme
from slackbot.clock import Clocks, ManualClock, SystemClock
from slackbot.core.messages import LEVEL_TRIGGERED
from slackbot.engine import Engine, build_engine
from slackbot.services.composing import keys_in
from slackbot.services.deliver import OneByOne
from slackbot.services.reactions import AFTER_LEASE, LEASE
from slackbot.services.weekly import LEASE as WEEKLY_LEASE
from slackbot.simulator.model import Message
from slackbot.simulator.server import Simulator
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store
from storage.escalation_rows import COLUMNS as CASE_COLUMNS
from storage.escalation_rows import escalation_of
from storage.outbox_rows import COLUMNS, OutboxRow, OutboxState, row_of
from storage.tables.cases import case_fields
from storage.tables.weekly import weekly_summaries
from storage.unit_of_work import Transaction
from tests.crash.clock import AheadClock
from tests.crash.process import PATIENCE, GoneError, Victim, born, nursery
from tests.crash.victim import NEVER, Fate
from tests.house import AT_ONCE
from tests.telling import untold

AFTER_THE_LEASE = (LEASE + AFTER_LEASE).total_seconds() + 2.0
REST = timedelta(minutes=20)
"""So long a clean process may need to bring everything to its end: the longest pause of a message and a bit."""

_SUMMARIES = sa.select(weekly_summaries.c.state, weekly_summaries.c.key, weekly_summaries.c.places_tried)
ENDS = frozenset({OutboxState.SENT, OutboxState.OBSOLETE, OutboxState.DIVERTED, OutboxState.DEAD})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is stored when all is done: the outbox, and of each summary its state, key and number of places tried.

    `untold` is what of a case is otherwise than its history has it.
    """

    rows: list[OutboxRow]
    summaries: list[tuple[str, str, int]]
    untold: list[str]


POISON = "no such policy"
"""The policy of a case that nobody can move on; its history does not know of it."""


@dataclass(slots=True)
class Scene:
    """Where it happens. `ahead` is how far all clocks are put forward, in seconds."""

    slack: Simulator
    folder: Path
    database_url: str
    ahead: c_double

    @property
    def log(self) -> Path:
        """Where victims note the points they come by."""
        return self.folder / "points.log"

    @contextmanager
    def victim(self, point: str, **manner: bool) -> Iterator[Victim]:
        """Start a process that dies at a point, and have it connected if it lives so long; afterwards it is dead."""
        made = self.slack.connections_made
        environment = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": self.database_url,
        }
        fate = Fate(point, self.log, **manner)
        process = born(fate, environment, self.ahead)
        victim = Victim(process, self.slack, self.database_url, fate, self.ahead)
        try:
            with suppress(GoneError):  # it may have died on the way there
                victim.until(lambda: self.slack.connections_made > made, "it never connected")
            yield victim
        except AssertionError as error:
            error.add_note((self.folder / "victim.log").read_text())
            error.add_note(self._told())
            raise
        except GoneError:
            assert process.exitcode in {-signal.SIGKILL, 0}, (self.folder / "victim.log").read_text()
        finally:
            victim.ended = process.exitcode
            process.kill()
            process.join(PATIENCE)
            process.close()
            self.slack.workspace.wait_for(lambda: self.slack.connections == 0, timeout=PATIENCE)

    def _told(self) -> str:
        """Say what the app was told and what became of it, and how often it connected."""
        told = [f"{each.name}: acked {each.ack_seconds}, {each.failure}" for each in self.slack.deliveries]
        return "\n".join([*told, f"connections made: {self.slack.connections_made}"])

    def time_passes(self, seconds: float) -> None:
        """Put all clocks forward while nobody runs."""
        self.ahead.value += seconds

    @contextmanager
    def database(self) -> Iterator[Transaction]:
        """Change something in the database that no process holds."""
        store = open_store(self.database_url)
        try:
            with store.write() as tx:
                yield tx
        finally:
            store.close()

    def posts(self, **message: Any) -> None:
        """Post something as the app, behind its back."""
        self._gateway().call(1, "chat.postMessage", **message)

    def _gateway(self) -> Gateway:
        return Gateway(SingleToken(self.slack.bot_token), lambda each: bare_client(each, self.slack.api_url))

    def visible(self) -> list[Message]:
        """List the app's messages that people can see."""
        everything = self.slack.workspace.history.everything()
        return [message for message in everything if not message.deleted and message.author.app_id is not None]

    def works_again(self, summary: str) -> None:
        """Check that a clean process starts on what was left and that a case can be raised at once."""
        self.slack.faults.clear()
        with self.victim(NEVER) as clean:
            clean.raises(summary)
            clean.shown("#tier-2", summary)

    def stored(self, summary: str) -> int:
        """Count the cases that are stored with a summary."""
        wanted = sa.select(sa.func.count()).where(case_fields.c.name == "summary", case_fields.c.value == summary)
        with self.database() as tx:
            return int(tx.connection.execute(wanted).scalar_one())

    def is_anything_held(self) -> bool:
        """Say whether a message is leased to somebody."""
        with self.database() as tx:
            return tx.outbox.counts().get(OutboxState.LEASED, 0) > 0

    def picked_up(self) -> Outcome:
        """Have a clean process, whose clock is in our hand, do all that was left undone; says what is stored then."""
        self.slack.faults.clear()
        self.time_passes(AFTER_THE_LEASE)
        clock = ManualClock(AheadClock(SystemClock(), self.ahead).now())
        store = open_store(self.database_url)
        clocks = Clocks(case=clock, wire=clock)
        engine = build_engine(store, self._gateway(), clocks, wake=lambda: None, carriers=OneByOne(), pace=AT_ONCE)
        try:
            engine.heartbeat.begin()
            _drain(engine, clock)
            with store.read() as tx:
                rows = tx.connection.execute(sa.select(*COLUMNS).order_by(COLUMNS[0])).all()
                summaries = tx.connection.execute(_SUMMARIES).all()
                cases = [escalation_of(row) for row in tx.connection.execute(sa.select(*CASE_COLUMNS))]
                sound = [case for case in cases if case.policy != POISON]
                otherwise = [part for case in sound for part in untold(engine.ctx, tx, case)]
        finally:
            store.close()
        return Outcome(
            [row_of(row) for row in rows],
            [(str(one), str(two), int(three)) for one, two, three in summaries],
            otherwise,
        )

    def assert_whole(self, outcome: Outcome, *, may_be_dead: bool = False) -> None:
        """Check that nothing is missing and nothing stands twice."""
        rows = outcome.rows
        assert outcome.untold == []
        assert [row for row in rows if row.state not in ENDS] == []
        assert may_be_dead or [row for row in rows if row.state is OutboxState.DEAD] == []
        carried = [key for message in self.visible() for key in keys_in(message.metadata)]
        assert sorted(carried) == sorted(set(carried)), "a message stands twice"
        said = set(carried) - {key for _, key, _ in outcome.summaries}
        posts = {row.key for row in rows if row.state is OutboxState.SENT and row.kind not in LEVEL_TRIGGERED}
        assert said == posts, "a message is missing, or nobody knows of it"
        self._assert_summaries(outcome.summaries, set(carried))

    def _assert_summaries(self, summaries: list[tuple[str, str, int]], carried: set[str]) -> None:
        """A summary stands there, or an admin was told that it may not; and was told where it stands elsewhere."""
        notes = self.slack.person("dana").dm
        for state, key, places_tried in summaries:
            assert state in {"sent", "unknown"}
            assert state != "sent" or key in carried, "a summary is missing"
            assert state != "unknown" or notes.matching("Slack did not say"), "it is in doubt and nobody was told"
            assert not places_tried or notes.matching("could not be posted"), "it went elsewhere and nobody was told"


@contextmanager
def scene(folder: Path, database_url: str) -> Iterator[Scene]:
    """Set the scene on a migrated database."""
    ahead: c_double = nursery().Value("d", 0.0, lock=False)
    with Simulator(acme(AheadClock(SystemClock(), ahead))) as slack:
        yield Scene(slack, folder, database_url, ahead)


def _drain(engine: Engine, clock: ManualClock) -> None:
    until = clock.now() + max(REST, 2 * WEEKLY_LEASE)
    steps = (engine.reconciler, engine.sender, engine.weekly)
    while True:
        while sum(each.step() for each in steps):
            pass
        moments = [each.next_moment() for each in steps]
        moment = min((each for each in moments if each is not None), default=None)
        if moment is None or moment > until:
            return
        clock.set(max(moment, clock.now() + timedelta(milliseconds=1)))
