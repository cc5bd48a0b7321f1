"""PostgreSQL alone: a claim beside somebody who acknowledges, sweeps or claims at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import replace

import pytest

from slackbot.core.messages import FOLD_ABOVE
from storage.engine import open_store
from storage.outbox_rows import OutboxState
from tests.engines import POSTGRESQL, Databases
from tests.storage.house import LEASE, NOW, House, acknowledged, at, card, furnish, ping

GLANCE = 0.3


@pytest.fixture
def house(databases: Databases) -> Iterator[House]:
    """A workspace in a database that several may write at once."""
    with databases.fresh(POSTGRESQL) as url:
        store = open_store(url)
        yield furnish(store)
        store.close()


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """Somebody else's thread."""
    with ThreadPoolExecutor(1) as pool:
        yield pool


def waits(work: Future[bool]) -> bool:
    """Say whether something is held up."""
    try:
        work.result(GLANCE)
    except NotYetError:
        return True
    return False


def test_a_case_that_is_being_taken_is_passed_by(house: House) -> None:
    """While somebody acknowledges, its ping is neither claimed nor waited for; afterwards nobody wants it."""
    case, other = house.stored(), house.stored()
    house.want(case, ping(1, "C1"))
    house.want(other, ping(1, "C2"))
    with house.store.write() as tx:
        assert tx.escalations.save(replace(acknowledged(case), version=2), case.version)
        claim = house.claim()
        assert ([row.escalation_id for row in claim.rows], claim.suppressed) == ([other.id], [])
    assert [row.escalation_id for row in house.claim(at(5)).suppressed] == [case.id]


def test_an_acknowledgement_waits_for_a_claim(house: House, elsewhere: ThreadPoolExecutor) -> None:
    """A ping is claimed before an acknowledgement commits, or never: who takes the case waits for the claim's end."""
    case = house.stored()
    house.want(case, ping(1))

    def take() -> bool:
        with house.store.write() as tx:
            return tx.escalations.save(replace(acknowledged(case), version=2), case.version)

    with house.store.write() as tx:
        assert len(tx.outbox.claim(NOW, lease=LEASE, limit=1).rows) == 1
        taking = elsewhere.submit(take)
        assert waits(taking)
    assert taking.result(5)


def test_followers_are_held_too(house: House) -> None:
    """Of many calls in one message, the one that is being taken does not leave with the others."""
    cases = [house.stored() for _ in range(FOLD_ABOVE + 3)]
    for case in cases:
        house.want(case, ping(1))
    with house.store.write() as tx:
        assert tx.escalations.save(replace(acknowledged(cases[3]), version=2), 1)
        claim = house.claim()
    left = [*claim.rows, *claim.followers[claim.rows[0].id]]
    assert {row.escalation_id for row in left} == {case.id for case in cases} - {cases[3].id}


def test_a_card_waits_for_nobody(house: House, elsewhere: ThreadPoolExecutor) -> None:
    """What is no call leaves whatever is being decided, and keeps nobody from deciding."""
    case = house.stored()
    house.want(case, card())

    def take() -> bool:
        with house.store.write() as tx:
            return tx.escalations.save(replace(acknowledged(case), version=2), case.version)

    with house.store.write() as tx:
        assert len(tx.outbox.claim(NOW, lease=LEASE, limit=1).rows) == 1
        assert elsewhere.submit(take).result(5)


def test_of_two_claims_one_goes_on(house: House) -> None:
    """While one replica claims, another one neither claims in the same lanes nor waits for them."""
    house.want(house.stored(), ping(1, "C1"))
    with house.store.write() as tx:
        assert len(tx.outbox.claim(NOW, lease=LEASE, limit=1).rows) == 1
        house.want(house.stored(), ping(1, "C2"))
        assert house.claim().rows == []
    assert [row.destination for row in house.claim().rows] == ["C2"]


def test_a_sweep_and_a_claim_pass_each_other_by(house: House) -> None:
    """A case that is being moved on is not called for, and one that is called for is not moved on; nobody waits."""
    swept, called = house.stored(next_at=NOW), house.stored(next_at=NOW)
    house.want(swept, ping(1, "C1"))
    with house.store.write() as sweeping:
        assert len(sweeping.escalations.due(NOW, 10)) == 2
        assert house.claim().rows == []
        with house.store.write() as tx:
            assert tx.escalations.due(NOW, 10) == []
    house.want(called, ping(1, "C2"))
    with house.store.write() as claiming:
        assert len(claiming.outbox.claim(NOW, lease=LEASE, limit=10).rows) == 2
        with house.store.write() as tx:
            assert tx.escalations.due(NOW, 10) == []
    with house.store.write() as tx:
        assert len(tx.escalations.due(NOW, 10)) == 2


def test_a_late_settlement_changes_nothing(house: House, elsewhere: ThreadPoolExecutor) -> None:
    """Of a settlement and the end of its lease at the same moment one wins whole; the other finds that out."""
    house.want(house.stored(), card())
    row = house.claim_one()

    def settle() -> bool:
        with house.store.write() as tx:
            return tx.outbox.settle_sent(row.id, row.token, at(30))

    with house.store.write() as tx:
        assert [late.id for late in tx.outbox.expire_leases(at(30), quiet=LEASE)] == [row.id]
        settling = elsewhere.submit(settle)
        assert waits(settling)
    assert settling.result(5) is False
    assert house.row(row.id).state is OutboxState.UNKNOWN
