"""The heartbeat and the outages, on every engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from slackbot.core.events import HouseDown
from slackbot.core.model import Timer
from slackbot.core.outages import Cause
from storage.columns import Instant
from storage.outbox_rows import OutboxState
from storage.pace import POST
from storage.put_back import PUT_BACK, put_back
from storage.tables.delivery import lanes
from storage.tables.schema import metadata
from storage.uptime import After, Outage
from tests.storage.house import MINUTE, NOW, House, acknowledged, at, card, over, ping

HOUR = timedelta(hours=1)


def noted(house: House, cause: Cause = Cause.DOWN) -> Outage:
    """Note an outage of an hour before now."""
    with house.store.write() as tx:
        tx.uptime.note_outage(NOW - HOUR, NOW, cause)
        (outage,) = tx.uptime.unsettled()
    return outage


def test_every_replica_keeps_the_same_row_fresh(house: House) -> None:
    """Before the first beat nobody was seen; afterwards the newest beat is."""
    with house.store.write() as tx:
        assert tx.uptime.seen() is None
        tx.uptime.beat(NOW)
        tx.uptime.beat(NOW + MINUTE)
        assert tx.uptime.seen() == NOW + MINUTE


def test_an_outage_is_settled_once(house: House) -> None:
    """Of two replicas that took up every case one settles it; then it is found by its window only."""
    outage = noted(house)
    with house.store.write() as tx:
        assert tx.uptime.settle(outage.id, NOW)
        assert not tx.uptime.settle(outage.id, NOW)
        assert tx.uptime.unsettled() == []
        assert tx.uptime.outage(outage.id) == replace(outage, settled_at=NOW)
        assert tx.uptime.outages_between(NOW - MINUTE, NOW + HOUR) == [replace(outage, settled_at=NOW)]
        assert tx.uptime.outages_between(NOW, NOW + HOUR) == []
        assert tx.uptime.outage(outage.id + 1) is None


def test_an_outage_does_not_end_before_it_begins(house: House) -> None:
    """The schema refuses it."""
    with pytest.raises(IntegrityError), house.store.write() as tx:
        tx.uptime.note_outage(NOW, NOW - HOUR, Cause.DOWN)


def test_whom_an_outage_may_have_touched(house: House) -> None:
    """Open cases whose time ran, or something of which came due; in pages; nobody who was taken up already."""
    outage = noted(house)
    earlier = replace(house.case().visit, timer=Timer(NOW - HOUR))
    cases = [house.stored(visit=earlier, next_at=at(60 + n)) for n in range(3)]
    taken = house.stored(visit=earlier, next_at=at(-5))
    house.save(acknowledged(taken))
    house.stored(next_at=at(60))
    house.save(over(house.stored(visit=earlier)))
    with house.store.read() as tx:
        first = tx.uptime.touched(outage, None, 3)
        assert first[-1].next_at is not None
        rest = tx.uptime.touched(outage, After(first[-1].next_at, first[-1].id), 3)
    assert [case.id for case in (*first, *rest)] == [taken.id, *(case.id for case in cases)]


def test_whose_call_is_still_to_leave(house: House) -> None:
    """A call of the visit that is now, not sent yet; neither a sent one nor one of an earlier visit counts."""
    waits, sent, earlier = house.stored(), house.stored(), house.stored()
    house.want(sent, card(channel="C2"))
    house.post(house.claim_one())
    house.want(waits, card(), ping())
    house.want(earlier, card(channel="C3"))
    moved = house.save(replace(earlier, visit=replace(earlier.visit, ordinal=2)))
    with house.store.read() as tx:
        assert tx.uptime.calling([waits, sent, moved]) == {(house.workspace_id, waits.id)}
        assert tx.uptime.calling([]) == set()


def test_how_many_cases_an_outage_affected(house: House) -> None:
    """Counted from the histories written between its end and its settlement."""
    outage, first, second = noted(house), house.stored(), house.stored()
    with house.store.write() as tx:
        for case, moment in ((first, NOW), (second, NOW + MINUTE), (second, NOW + HOUR)):
            tx.history.note(case.workspace_id, case.id, HouseDown(NOW - HOUR, moment, Cause.DOWN), moment)
        tx.uptime.settle(outage.id, NOW + MINUTE)
        settled = tx.uptime.outage(outage.id)
        assert settled is not None
        assert tx.uptime.affected(house.workspace_id, settled) == 2
        newest = tx.uptime.newest_case(house.workspace_id)
    assert newest is not None
    assert newest.id == second.id


def test_a_clock_put_back_takes_what_waits_with_it(house: House) -> None:
    """Leases, lanes and attempts go back with the clock; what is over keeps its times."""
    case = house.stored()
    house.want(case, card())
    house.post(house.claim_one())
    house.want(case, ping())
    leased = house.claim_one(at(5))
    with house.store.write() as tx:
        put_back(tx.connection, HOUR, NOW - HOUR)
        paces = tx.connection.execute(sa.select(lanes.c.next_send_at).where(lanes.c.method == POST)).scalars().all()
    moved = house.row(leased.id)
    assert moved.state is OutboxState.LEASED
    assert leased.lease_until is not None
    assert moved.lease_until == leased.lease_until - HOUR
    assert moved.created_at == leased.created_at - HOUR
    assert max(paces) < NOW
    with house.store.read() as tx:
        assert tx.outbox.next_look(NOW) == NOW


STAYS = {
    "told to people, who go by the clock on their wall": {
        "escalations.next_at",
        "escalations.timer_anchor",
        "escalations.promise_until",
        "weekly_summaries.due_at",
    },
    "what happened, as it is told": {
        "escalations.raised_at",
        "escalations.visit_began_at",
        "escalations.acknowledged_at",
        "escalations.promise_answered_at",
        "escalations.resolved_at",
        "case_fields.written_at",
        "history.at",
        "outbox.sent_at",
        "messages.posted_at",
        "messages.removed_at",
        "refusals.since",
        "refusals.told_at",
        "refusals.reopened_at",
        "outages.started_at",
        "outages.ended_at",
        "outages.settled_at",
        "workspaces.added_at",
        "workspaces.refreshed_at",
        "people.met_at",
        "policy_versions.added_at",
        "summary_schedules.set_up_at",
    },
    "forgotten a week later, or two": {"drafts.created_at"},
    "written anew with every beat": {"heartbeat.seen_at"},
    "written anew with every answer of Slack's": {"heartbeat.slack_at"},
}
"""Why a moment is not put back with a clock."""


def test_every_stored_moment_is_put_back_or_said_to_stay() -> None:
    """Whoever adds a column for a moment has to say what a clock that is put back means for it."""
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Instant)
    }
    stays = [name for names in STAYS.values() for name in names]
    assert len(stays) == len(set(stays))
    assert set(stays) | PUT_BACK == found
    assert set(stays) & PUT_BACK == set()


def test_a_note_hangs_on_no_case_that_is_held_back(house: House) -> None:
    """The newest case can't be moved on: the one before it carries what the admins are told; alone it has to do."""
    sound, broken = house.stored(), house.stored()
    with house.store.write() as tx:
        tx.escalations.postpone(house.workspace_id, broken.id, NOW + HOUR, "ValueError")
        newest = tx.uptime.newest_case(house.workspace_id)
        assert newest is not None
        assert newest.id == sound.id
        tx.escalations.postpone(house.workspace_id, sound.id, NOW + HOUR, "ValueError")
        newest = tx.uptime.newest_case(house.workspace_id)
    assert newest is not None
    assert newest.id == broken.id
