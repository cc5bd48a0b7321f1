"""The ground the races are run on: a database with Acme in it, and cases as a race needs them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from slackbot.core.events import Raised
from slackbot.core.model import Arrival, Escalation, Timer, Visit
from storage.escalations import Escalations
from storage.outbox_rows import COLUMNS, OutboxRow, row_of
from storage.tables.cases import escalations, history
from storage.tables.delivery import lanes, messages, outbox
from storage.unit_of_work import Store
from tests.services.still_house import StillHouse, still_house_on
from tests.storage.house import House

PEOPLE = ("lena", "marco", "dana")


@dataclass(slots=True)
class Ground:
    """Acme on a database of its own. Each round has its own minute, its own cases, and leaves an empty outbox."""

    acme: StillHouse
    house: House
    chance: random.Random
    now: datetime

    @property
    def store(self) -> Store:
        """Give the store that judges look into."""
        return self.house.store

    def next_round(self) -> None:
        """Clear what the last round left to be sent, and let an hour pass."""
        self.now += timedelta(hours=1)
        with self.store.write() as tx:
            tx.connection.execute(sa.delete(messages))
            tx.connection.execute(sa.delete(outbox))
            tx.connection.execute(sa.delete(lanes).where(lanes.c.channel != ""))

    def person(self, number: int) -> str:
        """Give the id of one of three leads."""
        return self.acme.requester(PEOPLE[number]).user_id

    def case(self) -> Escalation:
        """Store a case that waits at its first tier, with the history of how it came there."""
        made = self.house.case(
            raised_at=self.now,
            visit=Visit(1, 0, Arrival.RAISED, self.now, Timer(self.now)),
            next_at=self.now + timedelta(minutes=10),
        )
        with self.store.write() as tx:
            number, _ = tx.workspaces.take_number(self.house.workspace_id)
            case = replace(made, number=number, id=f"case-{number}")
            tx.escalations.insert(case)
            tx.history.append(case, [Raised(1, "support", pending=False)], case.raised_by, self.now)
        return case

    def found(self, case: Escalation) -> Escalation:
        """Read a case again."""
        with self.store.read() as tx:
            again = tx.escalations.get(case.workspace_id, case.id)
        assert again is not None
        return again

    def rows(self) -> list[OutboxRow]:
        """Read the outbox."""
        with self.store.read() as tx:
            return [row_of(row) for row in tx.connection.execute(sa.select(*COLUMNS).order_by(COLUMNS[0]))]

    def codes(self, case: Escalation) -> list[str]:
        """List what happened to a case."""
        with self.store.read() as tx:
            return [entry.event.code for entry in tx.history.of(case.workspace_id, case.id)]

    def versions(self, case: Escalation) -> list[int]:
        """List the decisions in the history of a case."""
        of_case = (history.c.escalation_id == case.id, history.c.version.is_not(None))
        with self.store.read() as tx:
            found = tx.connection.execute(sa.select(history.c.version).distinct().where(*of_case))
            return sorted(row[0] for row in found)

    def numbered(self, number: int) -> Escalation:
        """Read a case by its number."""
        with self.store.read() as tx:
            found = Escalations(tx.connection).by_number(self.house.workspace_id, number)
        assert found is not None
        return found

    def committed(self, table: sa.Table, identity: Any) -> datetime:
        """Say when the transaction that wrote a row last has committed, by PostgreSQL itself."""
        of_row = sa.text(f"SELECT pg_xact_commit_timestamp(xmin) FROM {table.name} WHERE id = :id")  # noqa: S608 - ours
        with self.store.read() as tx:
            told: datetime = tx.connection.execute(of_row, {"id": identity}).scalar_one()
        return told

    def count_cases(self) -> int:
        """Count all cases there are."""
        with self.store.read() as tx:
            return int(tx.connection.execute(sa.select(sa.func.count()).select_from(escalations)).scalar_one())


@contextmanager
def ground(url: str, seed: int) -> Iterator[Ground]:
    """Prepare it in a migrated, empty database."""
    with still_house_on(url) as acme:
        store = acme.engine.ctx.store
        with store.read() as tx:
            workspace = tx.workspaces.by_team(acme.team)
            assert workspace is not None
            version = tx.workspaces.policy_version(workspace.id)
            assert version is not None
        house = House(store, workspace.id, version)
        yield Ground(acme, house, random.Random(seed), datetime(2027, 1, 4, 9, 0, tzinfo=UTC))  # noqa: S311 - a race
