from __future__ import annotations

from dataclasses import replace

from tests.storage.house import MINUTE, NOW, SECOND, House, furnish, ids, over


def test_what_is_due_comes_the_longest_due_first(house: House) -> None:
    """Cases whose moment has come are read in the order of their moments; the others are not."""
    cases = [house.stored(next_at=NOW - n * SECOND) for n in range(3)]
    house.stored(next_at=NOW + SECOND)
    with house.store.write() as tx:
        assert tx.escalations.due(NOW, 10) == cases[::-1]
        assert tx.escalations.due(NOW, 2) == [cases[2], cases[1]]


def test_a_busy_workspace_does_not_starve_a_quiet_one(house: House) -> None:
    """With room for four, the workspace with one due case gets its place among many older ones."""
    for n in range(8):
        house.stored(next_at=NOW - n * MINUTE)
    quiet = furnish(house.store, "T2").stored(next_at=NOW)
    with house.store.write() as tx:
        found = tx.escalations.due(NOW, 4)
    assert len(found) == 4
    assert quiet.id in ids(found)


def test_the_next_moment_is_the_earliest(house: House) -> None:
    """The alarm is set to the earliest moment of any open case, and to nothing without one."""
    with house.store.read() as tx:
        assert tx.escalations.next_moment() is None
    house.stored(next_at=NOW + MINUTE)
    house.stored(next_at=NOW + SECOND)
    with house.store.read() as tx:
        assert tx.escalations.next_moment() == NOW + SECOND


def test_a_held_case_stops_nobody_and_comes_back(house: House) -> None:
    """A case that can't be decided is passed by until its hold ends; its own moment stays as it was."""
    bad, good = house.stored(next_at=NOW - MINUTE), house.stored(next_at=NOW)
    with house.store.write() as tx:
        tx.escalations.postpone(house.workspace_id, bad.id, NOW + MINUTE, "KeyError: policy")
        assert tx.escalations.due(NOW, 10) == [good]
    house.save(over(good))
    with house.store.write() as tx:
        assert tx.escalations.get(house.workspace_id, bad.id) == bad
        assert tx.escalations.next_moment() == NOW + MINUTE
        assert tx.escalations.due(NOW + MINUTE, 10) == [bad]


def test_a_held_case_that_is_pressed_is_let_go(house: House) -> None:
    """A decision stored by a press ends the hold: the case's own moment counts again."""
    case = house.stored(next_at=NOW)
    with house.store.write() as tx:
        tx.escalations.postpone(house.workspace_id, case.id, NOW + MINUTE, "KeyError")
    after = house.save(replace(case, next_at=NOW + SECOND))
    with house.store.write() as tx:
        assert tx.escalations.next_moment() == NOW + SECOND
        assert tx.escalations.due(NOW + SECOND, 10) == [after]
