"""One use case, one transaction: commit on success, nothing at all otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from slackbot.errors import StorageError
from storage.drafts import Drafts
from storage.errors import BusyError, translated
from storage.escalations import Escalations
from storage.fields import Fields
from storage.history import History
from storage.inbox import Inbox
from storage.lanes import Lanes
from storage.messages import Messages
from storage.outbox import Outbox
from storage.people import People
from storage.policies import Policies
from storage.refusals import Refusals
from storage.reports import Reports
from storage.schedules import Schedules
from storage.uptime import Uptime
from storage.warnings import Warnings
from storage.weekly import Weekly
from storage.workspaces import Workspaces


class Transaction:
    """What may be read and written together."""

    __slots__ = (
        "connection",
        "drafts",
        "escalations",
        "fields",
        "history",
        "inbox",
        "lanes",
        "messages",
        "outbox",
        "people",
        "policies",
        "refusals",
        "reports",
        "schedules",
        "uptime",
        "warnings",
        "weekly",
        "workspaces",
    )

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.workspaces = Workspaces(connection)
        self.people = People(connection)
        self.policies = Policies(connection)
        self.escalations = Escalations(connection)
        self.fields = Fields(connection)
        self.history = History(connection)
        self.outbox = Outbox(connection)
        self.messages = Messages(connection)
        self.lanes = Lanes(connection)
        self.refusals = Refusals(connection)
        self.warnings = Warnings(connection)
        self.inbox = Inbox(connection)
        self.drafts = Drafts(connection)
        self.uptime = Uptime(connection)
        self.reports = Reports(connection)
        self.weekly = Weekly(connection)
        self.schedules = Schedules(connection)

    def time(self) -> datetime | None:
        """Say what the database's clock shows at this moment (UTC); None where it has none of its own, as SQLite."""
        if self.connection.dialect.name == "sqlite":
            return None
        told: datetime = self.connection.execute(_TIME).scalar_one()
        return told


# Not `now()`, which stands still within a transaction.
_TIME = sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))

Connecting = Callable[[], AbstractContextManager[sa.Connection]]


@dataclass(frozen=True, slots=True)
class Store:
    """An open database. `writer` and `reader` lend a connection without a transaction; `engine` says whose it is.

    A write inside a write of the same thread would wait for itself and end in BusyError.
    """

    engine: str
    writer: Connecting
    reader: Connecting
    closing: Callable[[], None]

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Store all of it or nothing.

        Raises:
            StorageError: the leaf in `storage.errors` names the cure; nothing was stored.
        """
        with _transaction(self.writer) as transaction:
            yield transaction

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Read one state of the database, whatever is written meanwhile.

        Raises:
            StorageError: the leaf in `storage.errors` names the cure.
        """
        with _transaction(self.reader) as transaction:
            yield transaction

    def close(self) -> None:
        """Give back connections and lock; a second time does nothing."""
        self.closing()


def no_writer() -> AbstractContextManager[sa.Connection]:
    """Refuse: the `writer` of a store that was opened to be read.

    Raises:
        StorageError: always.
    """
    raise StorageError("the database was opened to be read only, beside the process that writes it")


@contextmanager
def _transaction(connecting: Connecting) -> Iterator[Transaction]:
    try:
        with connecting() as connection:
            try:
                connection.begin()
                yield Transaction(connection)
                connection.commit()
            except BaseException:
                _roll_back(connection)
                raise
    except DBAPIError as error:
        leaf = translated(error)
        if leaf is None:
            raise
        raise leaf from error
    except PoolTimeoutError as error:
        raise BusyError from error


def _roll_back(connection: sa.Connection) -> None:
    """Undo; a database that ran out of disk has done so already and complains about being told."""
    try:
        connection.rollback()
    except DBAPIError:
        connection.invalidate()
