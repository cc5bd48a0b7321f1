"""Looking for messages whose fate is unknown: one replica at a time, and never with an old answer."""

from __future__ import annotations

from storage.looking import LOOKING
from tests.storage.house import House, at, card


def test_only_one_looks_at_a_time(house: House) -> None:
    """What somebody looks for nobody else gets, until it is resolved or the looker is taken for dead."""
    house.want(house.stored(), card())
    row = house.claim_one()
    with house.store.write() as tx:
        tx.outbox.unknown(row.id, row.token, at(3), "timeout")
        assert [found.id for found in tx.outbox.unknown_due(at(3), 10)] == [row.id]
        assert tx.outbox.unknown_due(at(3), 10) == []
        assert tx.outbox.next_look(at(3)) == at(3) + LOOKING
        assert [found.id for found in tx.outbox.unknown_due(at(3) + LOOKING, 10)] == [row.id]
        assert tx.outbox.resolve_unknown(row.id, "pending", at(30), recheck_at=at(90))
    house.post(house.claim_one(at(30)), now=at(31))
    with house.store.write() as tx:
        assert [found.id for found in tx.outbox.recheck_due(at(90), 10)] == [row.id]
        assert tx.outbox.recheck_due(at(90), 10) == []
        assert [found.id for found in tx.outbox.recheck_due(at(90) + LOOKING, 10)] == [row.id]


def test_a_look_before_another_attempt_says_nothing_of_it(house: House) -> None:
    """Whoever looked before a message was sent again changes nothing about the second attempt."""
    house.want(house.stored(), card())
    first = house.claim_one()
    with house.store.write() as tx:
        tx.outbox.unknown(first.id, first.token, at(3), "timeout")
        assert tx.outbox.resolve_unknown(first.id, "pending", at(3), token=first.token)
    second = house.claim_one(at(5))
    with house.store.write() as tx:
        tx.outbox.unknown(second.id, second.token, at(9), "timeout")
        assert not tx.outbox.resolve_unknown(first.id, "pending", at(9), token=first.token)
        assert tx.outbox.resolve_unknown(second.id, "sent", token=second.token)


def test_a_look_before_a_copy_was_taken_back_finds_nothing(house: House) -> None:
    """Whoever found a copy before its sender noted that it goes can't take it for the message; another copy can be."""
    late, other = ("C0001", "1700000001.000100"), ("C0001", "1700000002.000100")
    house.want(house.stored(), card())
    row = house.claim_one()
    with house.store.write() as tx:
        tx.outbox.unknown(row.id, row.token, at(3), "timeout")
        (found,) = tx.outbox.unknown_due(at(3), 10)
        tx.outbox.take_back(row.id, "C0001", "1700000000.000100", at(60))
        tx.outbox.take_back(row.id, *late, at(63))
        assert not found.is_taken_back(*late)
        assert not tx.outbox.resolve_unknown(row.id, "sent", copy=late)
        noted = tx.outbox.get(row.id)
        assert noted is not None
        assert noted.is_taken_back(*late)
        assert not noted.is_taken_back(*other)
        assert noted.recheck_at == at(63)
        assert tx.outbox.resolve_unknown(row.id, "sent", copy=other)
