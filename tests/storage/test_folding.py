"""Claiming calls together: when more than five are due in one channel they are leased as one message."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from slackbot.core.messages import FOLD_ABOVE, FOLD_AT_MOST, Kind, Wanted
from slackbot.core.model import Escalation
from slackbot.core.policy import Severity
from storage.claiming import Claim
from storage.outbox_rows import OutboxRow, OutboxState
from tests.storage.house import LEASE, NOW, House, acknowledged, at, card, furnish, over, ping


def waiting(house: House, count: int, channel: str = "C1") -> list[Escalation]:
    """Store so many cases, each with a ping due in a channel."""
    cases = [house.stored() for _ in range(count)]
    for case in cases:
        house.want(case, ping(1, channel))
    return cases


def together(claim: Claim) -> list[OutboxRow]:
    """Give the rows of the one message of a claim: the leader, then those who follow it."""
    (leader,) = claim.rows
    return [leader, *claim.followers.get(leader.id, [])]


def test_more_than_five_leave_together(house: House) -> None:
    """Six calls due in a channel are leased at once, to the same instant, the oldest first; nobody else gets one."""
    cases = waiting(house, FOLD_ABOVE + 1)
    rows = together(house.claim())
    assert [row.escalation_id for row in rows] == [case.id for case in cases]
    assert {(row.state, row.token, row.attempt, row.lease_until) for row in rows} == {
        (OutboxState.LEASED, 1, 1, NOW + LEASE)
    }
    again = house.claim(at(5))
    assert (again.rows, again.followers) == ([], {})


def test_five_leave_one_by_one(house: House) -> None:
    """Up to five calls go each its own way, a second apart."""
    waiting(house, FOLD_ABOVE)
    claims = [house.claim(at(second)) for second in range(FOLD_ABOVE)]
    assert [len(claim.rows) for claim in claims] == [1] * FOLD_ABOVE
    assert [claim.followers for claim in claims] == [{}] * FOLD_ABOVE


def test_the_most_urgent_leads(house: House) -> None:
    """The message is that of the most urgent case, and the others follow by urgency."""
    waiting(house, FOLD_ABOVE)
    low, urgent = house.stored(severity=Severity.LOW), house.stored(severity=Severity.URGENT)
    house.want(low, ping(1))
    house.want(urgent, ping(1))
    rows = together(house.claim())
    assert (rows[0].escalation_id, rows[-1].escalation_id) == (urgent.id, low.id)


def test_together_they_cost_one_post(house: House) -> None:
    """A message that stands for many takes one turn of its channel: what comes next leaves a second later."""
    waiting(house, FOLD_ABOVE + 1)
    assert len(together(house.claim())) == FOLD_ABOVE + 1
    house.want(house.stored(), card())
    assert house.claim(at(0.9)).rows == []
    assert house.claim_one(at(1)).kind is Kind.CARD


def test_each_channel_for_itself(house: House) -> None:
    """Calls in other channels or other workspaces are neither counted nor taken along."""
    waiting(house, FOLD_ABOVE)
    waiting(house, FOLD_ABOVE + 1, "C2")
    other = furnish(house.store, "T2")
    waiting(other, FOLD_ABOVE)
    claim = house.claim()
    assert [(row.workspace_id, row.destination) for row in claim.rows] == [
        *((house.workspace_id, "C1"), (house.workspace_id, "C2"), (other.workspace_id, "C1"))
    ]
    ((leader, followers),) = claim.followers.items()
    assert {row.destination for row in [house.row(leader), *followers]} == {"C2"}


def test_a_message_holds_only_so_many(house: House) -> None:
    """What does not fit leaves with the next message, a second later."""
    waiting(house, FOLD_AT_MOST + FOLD_ABOVE + 1)
    assert len(together(house.claim())) == FOLD_AT_MOST
    assert len(together(house.claim(at(1)))) == FOLD_ABOVE + 1


def test_only_calls_to_the_tier_fold(house: House) -> None:
    """A card that is due in the same channel leaves alone, and no call leaves within it."""
    for _ in range(FOLD_ABOVE + 1):
        house.want(house.stored(), card())
    waiting(house, FOLD_ABOVE)
    for second in range(2 * FOLD_ABOVE + 1):
        assert house.claim(at(second)).followers == {}


def test_the_last_call_before_the_next_tier_folds_too(house: House) -> None:
    """A ping that would show in the channel is one of the many."""
    waiting(house, FOLD_ABOVE)
    house.want(house.stored(), Wanted(Kind.PING_BROADCAST, 1, "C1", 2))
    assert len(together(house.claim())) == FOLD_ABOVE + 1


def test_a_taken_case_does_not_follow(house: House) -> None:
    """A call whose case was acknowledged meanwhile is not folded in, does not count, and is dropped in its turn."""
    cases = waiting(house, FOLD_ABOVE + 2)
    house.save(acknowledged(cases[3]))
    claim = house.claim()
    assert cases[3].id not in {row.escalation_id for row in together(claim)}
    assert [row.escalation_id for row in house.claim(at(5)).suppressed] == [cases[3].id]
    house.save(over(waiting(house, FOLD_ABOVE + 1)[0]))
    assert house.claim(at(6)).followers == {}


def test_a_call_behind_its_card_does_not_follow(house: House) -> None:
    """A call whose card has not been settled keeps its place behind it."""
    late = house.stored()
    house.want(late, card("C2"), ping(1))
    waiting(house, FOLD_ABOVE)
    claim = house.claim()
    assert claim.followers == {}
    assert [row.kind for row in claim.rows] == [Kind.CARD, Kind.PING]


@pytest.mark.parametrize("error", ["plain: invalid_blocks", "keyless+plain: metadata_too_large"])
def test_what_was_refused_goes_alone(house: House, error: str) -> None:
    """A call on which a cure is noted neither leads nor follows; one that merely failed does."""
    waiting(house, FOLD_ABOVE + 1)
    first, second, *others = together(house.claim())
    with house.store.write() as tx:
        tx.outbox.retry(first.id, first.token, at(1), error, count=True)
        for row in (second, *others):
            tx.outbox.retry(row.id, row.token, at(1), "request_timeout", count=True)
    assert [row.id for row in together(house.claim(at(1)))] == [first.id]
    assert house.claim(at(2)).followers == {}
    waiting(house, 2)
    assert [row.id for row in together(house.claim(at(3)))][:4] == [row.id for row in others]


def test_nothing_is_asked_without_a_call(house: House) -> None:
    """The search for more costs nothing where no call leaves."""
    searches: list[str] = []
    house.want(house.stored(), card())
    waiting(house, 1, "C2")

    def listen(_: object, __: object, statement: str, *___: object) -> None:
        if "error IS NULL" in statement:
            searches.append(statement)

    with house.store.write() as tx:
        sa.event.listen(tx.connection, "before_cursor_execute", listen)
        assert [row.kind for row in tx.outbox.claim(NOW, lease=LEASE, limit=1).rows] == [Kind.CARD]
        assert searches == []
        assert [row.kind for row in tx.outbox.claim(NOW, lease=LEASE, limit=1).rows] == [Kind.PING]
        assert len(searches) == 1
