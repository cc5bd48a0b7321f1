"""Summaries that come by themselves: once a week, whatever restarts, is lost or archived."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from slackbot.services.restoring import after_restore
from slackbot.services.weekly_plan import plan_weekly
from storage.tables.weekly import weekly_summaries
from tests.engines import SQLITE, SQLITE_EVERY_DAY, Databases
from tests.services.still_house import StillHouse, still_house_on, to
from tests.services.weekly_house import (
    DUE,
    HOUR,
    SUNDAY,
    posted,
    restarted,
    runs,
    set_up,
    settles,
    state_of,
    sunday_evening,
)


@pytest.fixture(params=SQLITE_EVERY_DAY)
def house(request: pytest.FixtureRequest, databases: Databases) -> Iterator[StillHouse]:
    """Rung at Acme on the evening before, to post a summary of all cases to #support-managers on Mondays at nine."""
    with sunday_evening(databases, request.param) as opened:
        yield opened
        assert opened.wire.faults.left() == []


def test_it_comes_on_monday_about_the_week_before(house: StillHouse) -> None:
    """Not before nine, at nine, and that once."""
    runs(house, DUE - timedelta(seconds=1))
    assert posted(house) == []
    assert house.engine.weekly.next_moment() == DUE
    runs(house, DUE + 24 * HOUR)
    (message,) = posted(house)
    assert "Week 2026-W47, 16 Nov 2026 to 22 Nov 2026" in message.text
    assert message.metadata is not None


def test_what_failed_when_it_was_due_is_still_due(house: StillHouse) -> None:
    """Nobody waits a week for the next one when the database failed just then."""
    house.clock.set(DUE + timedelta(seconds=1))
    assert house.engine.weekly.next_moment() == DUE
    settles(house)
    assert house.engine.weekly.next_moment() == DUE + timedelta(days=7)


def test_it_comes_every_week_at_nine_whatever_the_clocks_do(house: StillHouse) -> None:
    """In March the clocks go forward between two of them; both are at nine there."""
    times = []
    house.clock.set(datetime(2027, 3, 21, 12, 0, tzinfo=UTC))
    settles(house)
    for _ in range(2):
        moment = house.engine.weekly.next_moment()
        assert moment is not None
        times.append(moment)
        house.clock.set(moment)
        settles(house)
    assert [at.hour for at in times] == [8, 7]
    assert times[1] - times[0] == timedelta(days=7) - HOUR


def test_a_restart_posts_nothing_twice_and_misses_nothing(house: StillHouse) -> None:
    """Down over nine o'clock it comes when Rung is back; a restart after that posts it no more."""
    house.clock.set(DUE + 5 * HOUR)
    again = restarted(house)
    settles(again)
    assert len(posted(again)) == 1
    runs(restarted(again), DUE + 30 * HOUR)
    assert len(posted(again)) == 1


def test_two_replicas_post_it_once(house: StillHouse) -> None:
    """Whoever takes it first posts it."""
    other = restarted(house)
    house.clock.set(DUE)
    settles(other)
    settles(house)
    assert len(posted(house)) == 1


def test_a_summary_set_up_after_its_hour_waits_for_the_next(databases: Databases) -> None:
    """What was not wanted then is not posted late."""
    with databases.fresh(SQLITE) as url, still_house_on(url) as house:
        house.clock.set(DUE + HOUR)
        set_up(house, DUE + HOUR)
        runs(house, DUE + timedelta(days=6))
        assert posted(house) == []
        runs(house, DUE + timedelta(days=8))
        assert len(posted(house)) == 1


def test_a_lost_answer_is_told_and_not_posted_again(house: StillHouse) -> None:
    """It stands there, or it does not: an admin looks."""
    house.wire.faults.drop_after("chat.postMessage", to(house.channel_id("support-managers")))
    runs(house, DUE + 24 * HOUR)
    assert state_of(house) == "unknown"
    assert len(posted(house)) == 1
    (note,) = [message for message in house.direct("dana") if "Slack did not say" in message.text]
    assert "/escalations summary 2026-W47 post" in note.text


def test_an_archived_channel_is_passed_over(house: StillHouse, caplog: pytest.LogCaptureFixture) -> None:
    """The catcher gets it, or else a manager; the admins hear of it once."""
    with house.engine.ctx.store.read() as tx:
        workspace = tx.workspaces.all()[0]
        _, rules = house.engine.ctx.rules_in_force(tx, workspace.id)
    house.slack.archive(house.channel_id("support-managers"))
    caplog.set_level(logging.CRITICAL)
    runs(house, DUE + HOUR)
    assert rules.catcher == (house.channel_id("support-managers"),)
    assert [bool([m for m in house.direct(who) if "Week 2026-W47" in m.text]) for who in ("dana", "carla")] == [
        True,
        False,
    ]
    assert len([m for m in house.direct("dana") if "could not be posted" in m.text]) == 1
    assert state_of(house) == "sent"


def test_a_public_channel_is_joined_once(house: StillHouse) -> None:
    """Where Rung was thrown out of a public channel it joins again, the summary goes there, nobody has to be told."""
    house.slack.kick(house.channel_id("support-managers"))
    runs(house, DUE + HOUR)
    assert len(posted(house)) == 1
    assert house.wire.of("conversations.join") == [{"channel": house.channel_id("support-managers")}]
    assert [m for m in house.direct("dana") if "could not be posted" in m.text] == []


def test_joining_is_tried_once(house: StillHouse) -> None:
    """Where joining did not help, or can't be done, the next place is taken."""
    set_up(house, SUNDAY - 10 * HOUR, channel="tier-2")
    house.wire.faults.error("chat.postMessage", "not_in_channel", to(house.channel_id("tier-2")), times=2)
    runs(house, DUE + HOUR)
    assert len(house.wire.of("conversations.join")) == 1
    assert posted(house, "tier-2") == []
    assert len(posted(house)) == 1


def test_what_must_be_plain_stays_plain_after_joining(house: StillHouse) -> None:
    """Refused as it was, then thrown out: it joins, and does not offer again what Slack refused."""
    place = to(house.channel_id("support-managers"))
    house.wire.faults.error("chat.postMessage", "invalid_blocks", place)
    house.wire.faults.error("chat.postMessage", "not_in_channel", place)
    runs(house, DUE + HOUR)
    (message,) = posted(house)
    assert message.blocks == ()
    assert len(house.wire.of("chat.postMessage")) == 3


def test_a_restored_copy_joins_to_look(house: StillHouse) -> None:
    """Posted, then thrown out, then restored: it joins to see whether it stands there, and posts no second one."""
    runs(house, DUE + HOUR)
    house.slack.kick(house.channel_id("support-managers"))
    again = forgotten(house)
    runs(again, DUE + 2 * HOUR)
    assert len(posted(again)) == 1
    assert state_of(again) == "sent"


def test_every_manager_is_asked_in_turn(house: StillHouse) -> None:
    """Where neither the summary's channel nor the catcher takes it, the first of the managers gets it."""
    set_up(house, SUNDAY - 10 * HOUR, channel="tier-2")
    for name in ("tier-2", "support-managers"):
        house.slack.archive(house.channel_id(name))
    runs(house, DUE + HOUR)
    with house.engine.ctx.store.read() as tx:
        (workspace,) = tx.workspaces.all()
        _, rules = house.engine.ctx.rules_in_force(tx, workspace.id)
    first = next(each for each in house.slack.people() if each.id == rules.managers[0])
    assert [message for message in house.direct(first.name) if "Week 2026-W" in message.text]


def test_what_slack_refuses_goes_plain(house: StillHouse) -> None:
    """The text has the same figures."""
    house.wire.faults.error("chat.postMessage", "invalid_blocks")
    runs(house, DUE + HOUR)
    (message,) = posted(house)
    assert message.blocks == ()


def test_a_rate_limit_delays_it(house: StillHouse) -> None:
    """And no more than that."""
    house.wire.faults.error("chat.postMessage", "ratelimited")
    runs(house, DUE + HOUR)
    assert len(posted(house)) == 1


def test_a_crash_while_posting_is_a_lost_answer(house: StillHouse) -> None:
    """The lease runs out: nobody knows whether it stands there."""
    house.clock.set(DUE)
    with house.engine.ctx.store.write() as tx:
        plan_weekly(house.engine.ctx, tx, DUE)
        assert tx.weekly.take(DUE, timedelta(minutes=5)) is not None
    runs(restarted(house), DUE + HOUR)
    assert posted(house) == []
    assert state_of(house) == "unknown"
    assert [message for message in house.direct("dana") if "Slack did not say" in message.text]


def forgotten(house: StillHouse) -> StillHouse:
    """Give the house after a restore of a copy that was made before nine o'clock: nothing of the summary is in it."""
    with house.engine.ctx.store.write() as tx:
        tx.connection.execute(sa.delete(weekly_summaries))
    again = restarted(house)
    after_restore(again.engine.ctx)
    return again


def test_a_restored_copy_posts_no_second_one(house: StillHouse) -> None:
    """A copy from before nine knows of no summary: it is looked for by its key, found, and not posted again."""
    runs(house, DUE + HOUR)
    again = forgotten(house)
    runs(again, DUE + 2 * HOUR)
    assert len(posted(again)) == 1
    assert state_of(again) == "sent"
    runs(again, DUE + timedelta(days=8))
    assert len(posted(again)) == 2


def test_a_restored_copy_posts_what_is_not_there(house: StillHouse) -> None:
    """Down over nine o'clock, then restored: nobody posted it, so it comes."""
    house.clock.set(DUE + HOUR)
    again = forgotten(house)
    runs(again, DUE + 2 * HOUR)
    assert len(posted(again)) == 1


@pytest.mark.parametrize("taken", [False, True], ids=["pending", "leased"])
def test_a_copy_made_in_the_middle_looks_first(house: StillHouse, *, taken: bool) -> None:
    """Wanted, or being posted, when the copy was made; posted since: it is found."""
    runs(house, DUE + HOUR)
    with house.engine.ctx.store.write() as tx:
        tx.connection.execute(
            sa.update(weekly_summaries).values(
                state="leased" if taken else "pending", lease_until=DUE + HOUR if taken else None, ts=None
            )
        )
    again = restarted(house)
    after_restore(again.engine.ctx)
    runs(again, DUE + 2 * HOUR)
    assert len(posted(again)) == 1
    assert state_of(again) == "sent"


def test_where_nobody_can_look_the_admins_are_told(house: StillHouse) -> None:
    """Without the right to read history a restored house does not post it again, and says so."""
    runs(house, DUE + HOUR)
    house.wire.faults.error("conversations.history", "missing_scope")
    again = forgotten(house)
    runs(again, DUE + 2 * HOUR)
    assert len(posted(again)) == 1
    assert state_of(again) == "unknown"
    assert [message for message in again.direct("dana") if "if it is not there" in message.text.lower()]


def test_a_history_that_can_t_be_read_now_is_read_later(house: StillHouse) -> None:
    """Rate-limited or silent, it is asked again, and the summary is found."""
    runs(house, DUE + HOUR)
    house.wire.faults.error("conversations.history", "ratelimited")
    house.wire.faults.error("conversations.history", "internal_error")
    again = forgotten(house)
    runs(again, DUE + 2 * HOUR)
    assert len(posted(again)) == 1
    assert state_of(again) == "sent"


def test_after_a_restore_each_place_is_looked_at(house: StillHouse) -> None:
    """Its channel was archived and the manager got it: the copy that knows nothing of that posts nothing again."""
    house.slack.archive(house.channel_id("support-managers"))
    runs(house, DUE + HOUR)
    assert len([m for m in house.direct("dana") if "Week 2026-W47," in m.text]) == 1
    again = forgotten(house)
    runs(again, DUE + 2 * HOUR)
    assert len([m for m in again.direct("dana") if "Week 2026-W47," in m.text]) == 1
    assert state_of(again) == "sent"


def test_where_nobody_can_be_reached_it_is_dead_loudly(house: StillHouse, caplog: pytest.LogCaptureFixture) -> None:
    """Channel and catcher archived, and no manager left: the log and the admins have it, and it is not tried again."""
    for name in ("support-managers", "tier-2"):
        house.slack.archive(house.channel_id(name))
    with house.engine.ctx.store.write() as tx:
        (workspace,) = tx.workspaces.all()
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        changes = {"managers": [], "catcher": [house.channel_id("tier-2")]}
        version = tx.policies.add(workspace.id, {**latest.document, **changes}, "digest", "U1", latest.at)
        tx.workspaces.use_policy(workspace.id, version.id)
    caplog.set_level(logging.ERROR)
    runs(house, DUE + 24 * HOUR)
    assert state_of(house) == "dead"
    assert "reached nobody" in caplog.text
    notes = [message.text for message in house.direct("dana")]
    assert [text for text in notes if "/escalations summary 2026-W47 post" in text and "could not be posted" in text]
    assert posted(house) == []


def test_what_slack_refuses_twice_is_dead_loudly(house: StillHouse) -> None:
    """Neither with its blocks nor plain: the admins are told once."""
    for _ in range(2):
        house.wire.faults.error("chat.postMessage", "invalid_blocks")
    runs(house, DUE + 24 * HOUR)
    assert state_of(house) == "dead"
    (note,) = [message for message in house.direct("dana") if "could not be posted" in message.text]
    assert "2026-W47" in note.text
