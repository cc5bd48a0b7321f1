from __future__ import annotations

from dataclasses import replace

from slackbot.core.model import State
from storage.backlog import Backlog, read_backlog
from storage.outbox_rows import OutboxState
from storage.pace import POST
from tests.storage.house import MINUTE, NOW, SECOND, House, at, card, furnish


def backlog(house: House) -> Backlog:
    """Read what waits."""
    with house.store.read() as tx:
        return read_backlog(tx.connection, NOW)


def test_nothing_waits_in_an_empty_house(house: House) -> None:
    """Every state is counted, as nothing."""
    assert backlog(house) == Backlog(None, {"pending": 0, "leased": 0, "unknown": 0, "dead": 0}, 0, None)


def test_the_longest_due_case_is_told_whatever_holds_it(house: House) -> None:
    """Of all workspaces' open cases the earliest moment counts, that of a case on hold too; a closed one has none."""
    first = house.stored(next_at=NOW - MINUTE)
    furnish(house.store, "T2").stored(next_at=NOW + SECOND)
    with house.store.write() as tx:
        tx.escalations.postpone(house.workspace_id, first.id, NOW + MINUTE, "KeyError")
    assert backlog(house).first_due == NOW - MINUTE
    house.save(replace(first, state=State.CLOSED, next_at=None))
    assert backlog(house).first_due == NOW + SECOND


def test_messages_are_counted_until_they_are_settled(house: House) -> None:
    """A pending one, one that is dead, and one that was sent, which is counted no more."""
    for number in range(3):
        house.want(house.stored(), card(f"C{number}"))
    assert backlog(house).messages["pending"] == 3
    sent, dead = house.claim(limit=2).rows
    assert backlog(house).messages == {"pending": 1, "leased": 2, "unknown": 0, "dead": 0}
    with house.store.write() as tx:
        assert tx.outbox.settle_sent(sent.id, sent.token, NOW)
        assert tx.outbox.finish(dead.id, dead.token, OutboxState.DEAD, "is_archived")
    assert backlog(house).messages == {"pending": 1, "leased": 0, "unknown": 0, "dead": 1}


def test_pauses_count_while_they_last(house: House) -> None:
    """Two lanes are silent now and a third was; the one silent for longest is told."""
    with house.store.write() as tx:
        for channel, seconds in (("C1", 20), ("C2", 30), ("C3", -1)):
            tx.lanes.pause(house.workspace_id, POST, channel, at(seconds))
    found = backlog(house)
    assert (found.paused_lanes, found.paused_until) == (2, at(30))
