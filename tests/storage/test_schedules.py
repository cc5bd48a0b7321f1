"""Summaries that people set up: one for each channel and each choice of cases, in their own workspace."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from slackbot.core.summary_request import EVERYTHING, Scope, ScopeKind
from slackbot.core.weekly import Schedule
from storage.weekly import Planned
from tests.storage.house import MINUTE, NOW, House, furnish

ALL = Schedule(EVERYTHING, 1, time(9), "Europe/Madrid", "C1", NOW, "U1")
TIER = replace(ALL, scope=Scope(ScopeKind.TIER, "Team leads"))


def test_it_is_read_as_it_was_set_up(house: House) -> None:
    """With who did it, and when; set up again it is changed, and another channel or choice of cases is another one."""
    again = replace(ALL, day=5, at=time(17), zone="UTC", since=NOW + MINUTE, by="U2")
    elsewhere = replace(ALL, channel="C2")
    with house.store.write() as tx:
        for each in (ALL, TIER, elsewhere, again):
            tx.schedules.put(house.workspace_id, each)
    with house.store.read() as tx:
        assert tx.schedules.of(house.workspace_id) == [again, TIER, elsewhere]


def test_it_is_removed_once(house: House) -> None:
    """That one and no other."""
    with house.store.write() as tx:
        tx.schedules.put(house.workspace_id, ALL)
        tx.schedules.put(house.workspace_id, TIER)
        assert tx.schedules.remove(house.workspace_id, "C1", TIER.scope.key)
        assert not tx.schedules.remove(house.workspace_id, "C1", TIER.scope.key)
        assert not tx.schedules.remove(house.workspace_id, "C2", EVERYTHING.key)
        assert tx.schedules.of(house.workspace_id) == [ALL]


def test_a_workspace_has_its_own(house: House) -> None:
    """What another one has set up is neither read nor removed, and its weeks are its own."""
    other = furnish(house.store, "T2")
    with house.store.write() as tx:
        tx.schedules.put(house.workspace_id, ALL)
        assert tx.schedules.of(other.workspace_id) == []
        assert not tx.schedules.remove(other.workspace_id, "C1", EVERYTHING.key)
        week = Planned(
            *(house.workspace_id, ALL.name, "2026-W09", ALL.scope.key, "2026-02-23:7", ALL.zone, "C1", NOW, NOW, "key"),
        )
        assert tx.weekly.plan(week)
        assert not tx.weekly.plan(week), "once a week"
        assert tx.weekly.plan(replace(week, workspace_id=other.workspace_id))
        assert tx.weekly.plan(replace(week, schedule=TIER.name))
