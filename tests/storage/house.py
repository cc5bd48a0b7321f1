"""A workspace to try storage in, and cases as tests need them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Arrival, Escalation, Promise, State, Timer, Visit
from slackbot.core.policy import Severity
from storage.claiming import Claim
from storage.messages import Posted
from storage.outbox_rows import OutboxRow
from storage.unit_of_work import Store, Transaction

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
LEASE = timedelta(seconds=30)

_numbers = count(1)


def at(seconds: float) -> datetime:
    """Say an instant by its distance from the beginning."""
    return NOW + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class House:
    """A store with one workspace and a policy version in it."""

    store: Store
    workspace_id: int
    policy_version: int

    def case(self, **changes: Any) -> Escalation:
        """Make a waiting case at its first tier; nothing is stored."""
        number = next(_numbers)
        blank = Escalation(
            id=f"case-{number}",
            workspace_id=self.workspace_id,
            number=number,
            version=1,
            state=State.WAITING,
            severity=Severity.NORMAL,
            category="Billing",
            policy_version=self.policy_version,
            policy="support",
            raised_by="U1",
            raised_at=NOW,
            visit=Visit(1, 0, Arrival.RAISED, NOW, Timer(NOW)),
            next_at=NOW + 10 * MINUTE,
        )
        return replace(blank, **changes)

    def stored(self, **changes: Any) -> Escalation:
        """Make a case and store it."""
        case = self.case(**changes)
        with self.store.write() as tx:
            tx.escalations.insert(case)
        return case

    def want(self, case: Escalation, *wanted: Wanted, now: datetime = NOW) -> None:
        """Put messages of a case into the outbox under keys of their own."""
        with self.store.write() as tx:
            tx.outbox.enqueue(case, [(each, f"key-{next(_numbers)}") for each in wanted], now)

    def claim(self, now: datetime = NOW, limit: int = 100) -> Claim:
        """Claim what may leave."""
        with self.store.write() as tx:
            return tx.outbox.claim(now, lease=LEASE, limit=limit)

    def claim_one(self, now: datetime = NOW) -> OutboxRow:
        """Claim the one message that may leave."""
        (row,) = self.claim(now).rows
        return row

    def row(self, row_id: int) -> OutboxRow:
        """Read a row again."""
        with self.store.read() as tx:
            found = tx.outbox.get(row_id)
        assert found is not None
        return found

    def post(self, row: OutboxRow, ts: str = "1.0", now: datetime = NOW) -> None:
        """Settle a claimed post as visible."""
        with self.store.write() as tx:
            assert tx.outbox.settle_sent(row.id, row.token, now)
            tx.messages.record(posted(row, ts))

    def save(self, case: Escalation) -> Escalation:
        """Store a decision on a case."""
        after = replace(case, version=case.version + 1)
        with self.store.write() as tx:
            assert tx.escalations.save(after, case.version)
        return after


def furnish(store: Store, team_id: str = "T1") -> House:
    """Add a workspace with a policy to a store."""
    with store.write() as tx:
        workspace = tx.workspaces.add_or_refresh(team_id, None, "UBOT", "Acme", NOW)
        version = tx.policies.add(workspace.id, {"schema": 1}, "digest", "U9", NOW)
        tx.workspaces.use_policy(workspace.id, version.id)
    return House(store, workspace.id, version.id)


def posted(row: OutboxRow, ts: str) -> Posted:
    """Make what is to be recorded once a row is visible."""
    return Posted(
        *(row.workspace_id, row.escalation_id, row.visit, row.kind, row.ordinal, row.destination),
        *(f"{row.destination}-channel", ts, row.key, row.wanted_version, NOW),
    )


def acknowledged(case: Escalation, owner: str = "U2") -> Escalation:
    """Let somebody take a case."""
    return replace(
        case,
        state=State.ACKNOWLEDGED,
        owner=owner,
        acknowledged_at=NOW,
        promise=Promise(NOW + timedelta(hours=1)),
    )


def over(case: Escalation) -> Escalation:
    """Withdraw a case."""
    return replace(case, state=State.WITHDRAWN, next_at=None)


def card(channel: str = "C1", visit: int = 1) -> Wanted:
    """Want the card of a visit."""
    return Wanted(Kind.CARD, visit, channel)


def ping(ordinal: int = 1, channel: str = "C1", visit: int = 1) -> Wanted:
    """Want a ping of a visit."""
    return Wanted(Kind.PING, visit, channel, ordinal)


def card_edit(visit: int = 1) -> Wanted:
    """Want a visit's card to match the state."""
    return Wanted(Kind.CARD_EDIT, visit)


def moment(tx: Transaction, now: datetime) -> datetime | None:
    """Say when the outbox has something to do next, be it a departure or a look."""
    moments = (tx.outbox.next_departure(now), tx.outbox.next_look(now))
    return min((found for found in moments if found is not None), default=None)


def ids(cases: Iterable[Escalation]) -> list[str]:
    """List cases by id."""
    return [case.id for case in cases]
