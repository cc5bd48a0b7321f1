"""One database in memory that all replicas share, with a ledger of every change that was committed.

A transaction runs as one piece, as SQLite's do, but for one thing: where a write has read a case and written nothing
yet, others may commit in between, as PostgreSQL's READ COMMITTED allows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from slackbot.app import SingleToken
from slackbot.cli.acme import acme, shipped
from slackbot.clock import Clocks, ManualClock
from slackbot.core.model import Escalation, Workspace
from slackbot.engine import build_engine
from slackbot.services.deliver import OneByOne
from slackbot.services.installing import meet_workspace
from slackbot.services.policies import apply_first
from slackbot.simulator.facts import load_facts
from slackbot.simulator.web_api.api import WebApi
from slackbot.slack.gateway import Gateway, bare_client
from storage.escalations import Escalations
from storage.tables.schema import metadata
from storage.unit_of_work import Store, Transaction

START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
"""A Monday morning."""

NOWHERE = "http://127.0.0.1:9/api/"

_SUMMARIES = """
[[summaries]]
day = "tuesday"
channel = "#tier-4"

[[summaries]]
day = "thursday"
policy = "support"
channel = "#support"
"""

Change = tuple[Any, ...]

# Each change of these tables is told to Python; what a transaction told counts only when it commits.
_TABLES = ("outbox", "escalations", "lanes", "messages", "people", "weekly_summaries")
"""The tables that say when there is something to do; a loop looks again only where one that it reads has changed."""

_COUNTING = tuple(
    f"CREATE TEMP TRIGGER count_{table}_{event} AFTER {event} ON main.{table} BEGIN SELECT counted({number}); END"
    for number, table in enumerate(_TABLES)
    for event in ("INSERT", "UPDATE", "DELETE")
)
_LEDGER = (
    """CREATE TEMP TRIGGER seen_wanted AFTER INSERT ON main.outbox BEGIN SELECT told('wanted', NEW.id, NEW.key,
    NEW.escalation_id, NEW.visit, NEW.kind, NEW.ordinal, NEW.destination, NEW.stream); END""",
    """CREATE TEMP TRIGGER seen_row AFTER UPDATE ON main.outbox BEGIN SELECT told('row', NEW.id, OLD.state, NEW.state,
    OLD.token, NEW.token, OLD.lease_until, NEW.destination, NEW.error, OLD.sent_at IS NEW.sent_at
    AND OLD.error IS NEW.error AND OLD.lease_until IS NEW.lease_until AND NEW.recheck_at IS NOT NULL); END""",
    """CREATE TEMP TRIGGER seen_raised AFTER INSERT ON main.escalations BEGIN SELECT told('raised', NEW.id, NEW.state,
    NEW.visit, NEW.tier, NEW.version, NEW.owner, NEW.next_at); END""",
    """CREATE TEMP TRIGGER seen_case AFTER UPDATE ON main.escalations BEGIN SELECT told('case', NEW.id, OLD.state,
    NEW.state, OLD.version, NEW.version, OLD.visit, NEW.visit, OLD.tier, NEW.tier, OLD.owner, NEW.owner, OLD.next_at,
    NEW.next_at, NEW.arrival); END""",
    """CREATE TEMP TRIGGER seen_history AFTER INSERT ON main.history BEGIN SELECT told('history', NEW.escalation_id,
    NEW.code, NEW.params); END""",
    """CREATE TEMP TRIGGER seen_weekly AFTER INSERT ON main.weekly_summaries BEGIN SELECT told('weekly', NEW.key);
    END""",
    """CREATE TEMP TRIGGER seen_rewriting AFTER UPDATE ON main.history BEGIN SELECT told('rewritten', OLD.id); END""",
    """CREATE TEMP TRIGGER seen_erasing AFTER DELETE ON main.history BEGIN SELECT told('rewritten', OLD.id); END""",
)


class Database:
    """The shared database; `committed` is called with each change once it is certain."""

    def __init__(self, template: bytes, committed: Callable[[Change], None]) -> None:
        self._raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False, cached_statements=512)
        self._raw.deserialize(template)
        self._raw.execute("PRAGMA foreign_keys=ON")
        self._told: list[Change] = []
        self._committed = committed
        self._raw.create_function("told", -1, lambda *change: self._told.append(change))
        self._counts = [0] * len(_TABLES)
        self._raw.create_function("counted", 1, self._count)
        for trigger in (*_LEDGER, *_COUNTING):
            self._raw.execute(trigger)
        self.engine = sa.create_engine("sqlite://", creator=lambda: self._raw, poolclass=StaticPool)
        self.connection = self.engine.connect()

    @property
    def is_open(self) -> bool:
        """Say whether a transaction is under way."""
        return self._raw.in_transaction

    @property
    def changes(self) -> int:
        """Count every row that was ever changed: while it stands still, so does the database."""
        return self._raw.total_changes

    def changes_of(self, *tables: str) -> tuple[int, ...]:
        """Count the changes of some of the tables that are watched."""
        return tuple(self._counts[_TABLES.index(table)] for table in tables)

    def begin(self) -> None:
        """Begin a transaction. It is no listener of SQLAlchemy's that does it: any of them slows every statement."""
        self._raw.execute("BEGIN")

    def go_on(self) -> None:
        """Begin anew where others went in between."""
        if not self.is_open:
            self.begin()
        if not self.connection.in_transaction():
            self.connection.begin()

    @contextmanager
    def lend(self) -> Iterator[sa.Connection]:
        """Lend the only connection there is, to write."""
        self.begin()
        yield self.connection

    @contextmanager
    def show(self) -> Iterator[sa.Connection]:
        """Lend the only connection there is, to read: nobody writes meanwhile."""
        yield self.connection

    def undone(self) -> None:
        """Forget what a transaction told that did not commit."""
        self._told.clear()

    def done(self) -> None:
        """Pass on what a transaction told, now that it is committed."""
        told, self._told = self._told, []
        for change in told:
            self._committed(change)

    def _count(self, number: int) -> None:
        self._counts[number] += 1

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """Read with SQL, outside any transaction of the house."""
        return self._raw.execute(statement, values).fetchall()

    def image(self) -> bytes:
        """Copy all of it."""
        return self._raw.serialize()

    def close(self) -> None:
        """Forget everything."""
        self.connection.close()
        self.engine.dispose()
        self._raw.close()


@dataclass(frozen=True, slots=True)
class Moments:
    """What may happen to a process at its transactions: each may raise.

    `between` is given how to end the transaction and may let others go first; `overtaken` hears that one of them
    changed the very case that had been read.
    """

    before_commit: Callable[[], None]
    after_commit: Callable[[], None]
    between: Callable[[Callable[[], None]], None]
    overtaken: Callable[[], None]


class SharedStore(Store):
    """A replica's view of the shared database."""

    _database: Database
    _moments: Moments

    def __init__(self, database: Database, moments: Moments) -> None:
        super().__init__("SQLite in memory", database.lend, database.show, lambda: None)
        object.__setattr__(self, "_database", database)
        object.__setattr__(self, "_moments", moments)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Store all or nothing, unless the process ends or the database fails just then."""
        database, moments = self._database, self._moments
        try:
            with super().write() as transaction:
                transaction.escalations = _Contested(database, moments)
                yield transaction
                moments.before_commit()
        except BaseException:
            database.undone()
            raise
        database.done()
        moments.after_commit()


class _Contested(Escalations):
    """Reads cases as READ COMMITTED does: what was read may be overtaken before it is written."""

    __slots__ = ("_began_with", "_database", "_moments")

    def __init__(self, database: Database, moments: Moments) -> None:
        super().__init__(database.connection)
        self._database = database
        self._moments = moments
        self._began_with = database.changes

    def get(self, workspace_id: int, escalation_id: str) -> Escalation | None:
        found = super().get(workspace_id, escalation_id)
        if self._database.changes == self._began_with and self._database.is_open:
            self._moments.between(self._database.connection.commit)
            self._database.go_on()
            stored = self._database.rows("SELECT version FROM escalations WHERE id = ?", escalation_id)
            if found is not None and stored[0][0] != found.version:
                self._moments.overtaken()
        return found


class _CalmWire(Gateway):
    """Slack without any fault, to furnish the house."""

    def __init__(self, api: WebApi) -> None:
        token = api.workspace.app.bot_token
        super().__init__(SingleToken(token), lambda each: bare_client(each, NOWHERE))
        self._api = api
        self._token = token

    def call(self, workspace_id: int, method: str, **args: Any) -> dict[str, Any]:
        del workspace_id
        given = {name: value for name, value in args.items() if value is not None}
        return self._api.call(method, token=self._token, args=given).body


@cache
def furnished() -> tuple[bytes, Workspace]:
    """Make a database with every table, Acme's people and the demo's policy, to copy from; once a process."""
    clock = ManualClock(START)
    raw = sqlite3.connect(":memory:", isolation_level=None)
    maker = sa.create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
    metadata.create_all(maker)
    empty = raw.serialize()
    maker.dispose()
    database = Database(empty, lambda _: None)
    store = SharedStore(database, Moments(_nothing, _nothing, lambda _: None, _nothing))
    wire = _CalmWire(WebApi(acme(clock), load_facts()))
    engine = build_engine(store, wire, Clocks(clock, clock), wake=_nothing, carriers=OneByOne())
    workspace = meet_workspace(engine.ctx, wire)
    apply_first(engine.ctx, wire, workspace, shipped("rung.toml") + _SUMMARIES, "simulation")
    engine.acquaintance.learn_everybody(workspace)
    image = database.image()
    database.close()
    return image, workspace


def _nothing() -> None:
    return None
