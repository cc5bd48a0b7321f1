"""After a standstill: one call for each case, one note for the admins, a window that figures leave out."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from slackbot.clock import Clocks, ManualClock
from slackbot.core.decide import decide
from slackbot.core.events import HouseDown
from slackbot.core.messages import Kind
from slackbot.core.model import Escalation
from slackbot.core.outages import Cause
from slackbot.engine import build_engine
from slackbot.services import uptime
from slackbot.services.context import ServiceContext
from slackbot.services.deliver import OneByOne
from slackbot.services.uptime import Heartbeat
from storage.tables.delivery import lanes
from storage.tables.directory import people
from storage.uptime import Outage
from tests.services.still_house import MORNING, StillHouse, to

MINUTE = timedelta(minutes=1)
POST = "chat.postMessage"


def opens(still: StillHouse) -> None:
    """Start Rung, as a process does."""
    clocks = Clocks(case=still.clock, wire=still.clock)
    store = still.engine.ctx.store
    still.engine = build_engine(store, still.wire, clocks, wake=lambda: None, carriers=OneByOne())
    still.engine.heartbeat.begin()


def down_for(still: StillHouse, span: timedelta) -> datetime:
    """Stop Rung, let time pass, start it again; says when it went down."""
    still.engine.heartbeat.end()
    since = still.clock.now()
    still.clock.advance(span)
    opens(still)
    return since


def outages(still: StillHouse) -> list[Outage]:
    """Read the table."""
    with still.engine.ctx.store.read() as tx:
        return tx.uptime.outages_between(MORNING - timedelta(days=9), MORNING + timedelta(days=99))


def notes(still: StillHouse) -> list[str]:
    """Read what the admin was told of outages."""
    return [message.text for message in still.direct("dana") if "Rung" in message.text and "affected" in message.text]


def test_four_cases_are_called_once_each_and_the_admins_are_told_once(still: StillHouse) -> None:
    """Down for 90 minutes: each waiting case is called once, no tier is left, the admin reads one line, so does why."""
    opens(still)
    cases = [still.raises(f"refund {number}") for number in range(4)]
    still.runs(5 * 60)
    since = down_for(still, 90 * MINUTE)
    until = still.clock.now()
    still.settles()
    still.runs(30)
    pings = still.rows(Kind.PING)
    assert {row.escalation_id for row in pings} == {case.id for case in cases}
    assert len(pings) == 4
    assert all(still.case_of(row).visit.tier == 0 for row in pings)
    assert [still.events(case, "house_down") for case in cases] == [[HouseDown(since, until, Cause.DOWN)]] * 4
    (note,) = notes(still)
    assert "4 open cases were affected" in note
    ((_, started, ended, cause, settled),) = [tuple(getattr(o, n) for n in Outage.__slots__) for o in outages(still)]
    assert (started, ended, cause) == (since, until, Cause.DOWN)
    assert settled is not None


def test_a_short_standstill_is_nobody_s_business(still: StillHouse) -> None:
    """A restart within two minutes is neither noted nor told, and changes no timer."""
    opens(still)
    case = still.raises()
    still.runs(30)
    down_for(still, uptime.TOLD_FROM)
    still.runs(30)
    assert outages(still) == []
    assert notes(still) == []
    assert still.events(case, "house_down") == []


def test_three_days_are_caught_up_by_one_call(still: StillHouse) -> None:
    """After a weekend no storm: one call a case, then the usual distance, and the tier has all its time."""
    opens(still)
    case = still.raises()
    still.runs(60)
    down_for(still, timedelta(days=3))
    back = still.clock.now()
    still.runs(60)
    assert len(still.rows(Kind.PING, Kind.PING_BROADCAST)) == 1
    still.runs(3600)
    entered = still.events(case, "entered")
    assert [each.tier for each in entered] == [0, 1]
    second = still.case_of(still.row(Kind.CARD, visit=2)).visit
    assert second.began_at - back >= 28 * MINUTE


def test_a_call_under_way_when_it_went_down_is_the_only_one(still: StillHouse) -> None:
    """A ping that was wanted and had not left is not doubled by the one that an outage would have asked for."""
    opens(still)
    case = still.raises()
    still.runs(60)
    still.clock.advance(9 * MINUTE)
    still.engine.sweep.step()
    assert [row.state for row in still.rows(Kind.PING)] == ["pending"]
    down_for(still, 40 * MINUTE)
    still.runs(30)
    assert len(still.rows(Kind.PING, Kind.PING_BROADCAST)) == 1
    assert still.events(case, "house_down")[0].call_waited


def test_a_crash_in_the_middle_leaves_the_rest_to_the_next_start(
    still: StillHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two batches, the next start takes up the others, and nobody twice; the note comes once."""
    monkeypatch.setattr(uptime, "BATCH", 2)
    opens(still)
    cases = [still.raises(f"refund {number}") for number in range(5)]
    still.runs(60)
    good, left = Heartbeat._resume, iter([True, True])

    def dies(self: Heartbeat, *args: Any) -> None:
        if not next(left, False):
            raise KeyboardInterrupt
        good(self, *args)

    monkeypatch.setattr(Heartbeat, "_resume", dies)
    with pytest.raises(KeyboardInterrupt):
        down_for(still, 90 * MINUTE)
    monkeypatch.setattr(Heartbeat, "_resume", good)
    opens(still)
    still.runs(60)
    assert [len(still.events(case, "house_down")) for case in cases] == [1] * 5
    assert len(still.rows(Kind.PING)) == 5
    (note,) = notes(still)
    assert "5 open cases" in note


def test_one_broken_case_holds_up_no_other(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that can't be taken up is put off and named in the log; the others are called."""
    opens(still)
    cases = [still.raises(f"refund {number}") for number in range(3)]
    still.runs(60)
    good = decide

    def stumbles(case: Escalation, *args: Any) -> Any:
        if case.id == cases[1].id:
            raise ValueError("a fault of ours")
        return good(case, *args)

    monkeypatch.setattr("slackbot.services.uptime.decide", stumbles)
    down_for(still, 90 * MINUTE)
    still.runs(30)
    assert {row.escalation_id for row in still.rows(Kind.PING)} == {cases[0].id, cases[2].id}
    still.runs(600)
    assert {row.escalation_id for row in still.rows(Kind.PING, Kind.PING_BROADCAST)} == {case.id for case in cases}


def test_the_house_was_not_down_while_another_replica_ran(still: StillHouse) -> None:
    """A process that comes back finds a fresh beat of another one, so nothing was down."""
    opens(still)
    still.raises()
    still.runs(60)
    still.clock.advance(90 * MINUTE)
    with still.engine.ctx.store.write() as tx:
        tx.uptime.beat(still.clock.now() - MINUTE)
    opens(still)
    assert outages(still) == []


def test_nobody_is_told_while_nothing_is_installed(still: StillHouse) -> None:
    """An outage before the first case is noted, and there is nobody to tell and nothing to tell of."""
    opens(still)
    down_for(still, 90 * MINUTE)
    still.runs(30)
    assert [each.cause for each in outages(still)] == [Cause.DOWN]
    assert notes(still) == []


class Watch:
    """A steady clock in the test's hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Say the seconds."""
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    """Make one."""
    return Watch()


def beating(still: StillHouse, watch: Watch) -> Heartbeat:
    """Give a heartbeat that has begun."""
    heartbeat = Heartbeat(still.engine.ctx, watch, still.wire.silence)
    heartbeat.begin()
    return heartbeat


def test_a_process_that_stood_still_was_down(still: StillHouse, watch: Watch) -> None:
    """Frozen for an hour, or unable to write for an hour: its own next beat knows."""
    heartbeat = beating(still, watch)
    still.raises()
    still.runs(60)
    watch.seconds += 60
    heartbeat.step()
    still.clock.advance(60 * MINUTE)
    watch.seconds += 3600
    assert heartbeat.step()
    assert [each.cause for each in outages(still)] == [Cause.DOWN]


def test_it_beats_often_enough_and_not_more(still: StillHouse, watch: Watch) -> None:
    """A beat every fifteen seconds, and none between."""
    heartbeat = beating(still, watch)
    assert heartbeat.next_moment() == still.clock.now() + uptime.EVERY
    still.clock.advance(timedelta(seconds=14))
    watch.seconds += 14
    assert not heartbeat.step()
    with still.engine.ctx.store.read() as tx:
        assert tx.uptime.seen() == MORNING
    still.clock.advance(timedelta(seconds=1))
    watch.seconds += 1
    heartbeat.step()
    with still.engine.ctx.store.read() as tx:
        assert tx.uptime.seen() == MORNING + uptime.EVERY


def test_a_clock_put_forward_loses_nobody_a_turn(still: StillHouse, watch: Watch) -> None:
    """An hour that never was: one call for what seems missed, no jump, and the note says that it was the clock."""
    heartbeat = beating(still, watch)
    case = still.raises()
    still.runs(60)
    watch.seconds += 60
    heartbeat.step()
    still.clock.advance(60 * MINUTE)
    watch.seconds += 15
    heartbeat.step()
    still.runs(30)
    assert [each.cause for each in outages(still)] == [Cause.CLOCK]
    assert len(still.rows(Kind.PING)) == 1
    assert [each.tier for each in still.events(case, "entered")] == [0]
    (note,) = notes(still)
    assert "clock" in note


def test_a_clock_put_back_stops_no_channel(still: StillHouse, watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    """What was paced and leased by the clock as it was goes on at once, and no deadline comes early or is lost."""
    heartbeat = beating(still, watch)
    case = still.raises()
    still.runs(60)
    watch.seconds += 60
    heartbeat.step()
    still.raises("second refund")
    still.engine.sender.step()
    now = still.clock.now()
    still.clock.set(now - 60 * MINUTE)
    watch.seconds += 15
    assert heartbeat.next_moment() <= still.clock.now()
    heartbeat.step()
    still.runs(30)
    assert len(still.visible("tier-2")) == 2
    assert "put back by 1:00:15" in caplog.text
    assert still.rows(Kind.PING) == []
    still.runs(70 * 60)
    assert case.id in {row.escalation_id for row in still.rows(Kind.PING)}
    assert outages(still) == []


def test_a_start_with_a_clock_put_back(still: StillHouse, caplog: pytest.LogCaptureFixture) -> None:
    """A database out of the future of a clock that was wrong: nothing waits for that hour to come again."""
    opens(still)
    still.raises()
    still.runs(60)
    still.wire.faults.drop_after(POST, to(still.channel_id("tier-2")))
    still.raises("second refund")
    still.settles()
    still.engine.heartbeat.end()
    still.clock.set(still.clock.now() - 60 * MINUTE)
    with caplog.at_level(logging.WARNING):
        opens(still)
    assert "put back" in caplog.text
    still.runs(60)
    assert len(still.visible("tier-2")) == 2


class Behind:
    """Slack's clock, an hour behind ours: ours was put forward."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """Say Slack's time."""
        return self._clock.now() - 60 * MINUTE


def test_a_clock_an_hour_fast_finds_what_it_lost(still: StillHouse) -> None:
    """By our clock the message was wanted after Slack says that it arrived: it is found, and not sent again."""
    still.slack.clock = still.slack.changes.clock = Behind(still.clock)
    still.wire.faults.drop_after(POST, to(still.channel_id("tier-2")))
    still.raises()
    still.runs(120)
    assert len(still.visible("tier-2")) == 1
    assert len([args for args in still.wire.of(POST) if args["channel"] == still.channel_id("tier-2")]) == 1


def waits(still: StillHouse) -> dict[str, Any]:
    """Read what waits for a moment, of every kind."""
    with still.engine.ctx.store.read() as tx:
        lane = tx.connection.execute(sa.select(sa.func.max(lanes.c.paused_until))).scalar_one()
        person = tx.connection.execute(sa.select(sa.func.max(people.c.refresh_at))).scalar_one()
        (refusal,) = tx.refusals.all()
    return {"lane": lane, "person": person, "refusal": refusal.check_at}


def with_something_waiting(still: StillHouse) -> None:
    """Have a lane paused, a token refused and somebody to be looked up again."""
    now = still.clock.now()
    with still.engine.ctx.store.write() as tx:
        (workspace,) = tx.workspaces.all()
        tx.lanes.pause(workspace.id, POST, still.channel_id("tier-2"), now + timedelta(seconds=30))
        tx.refusals.note(workspace.id, "account_inactive", now, now + MINUTE)


def test_replicas_put_a_wait_back_once(still: StillHouse, watch: Watch) -> None:
    """The database's clock is put back: of three replicas that notice it, one puts back what waits."""
    beats = [beating(still, watch) for _ in range(3)]
    with_something_waiting(still)
    before = waits(still)
    still.clock.set(still.clock.now() - 60 * MINUTE)
    for heartbeat in beats:
        heartbeat.step()
    assert waits(still) == {name: moment - 60 * MINUTE for name, moment in before.items()}
    for _ in range(3):
        still.clock.advance(uptime.EVERY)
        watch.seconds += 15
        for heartbeat in beats:
            heartbeat.step()
    assert waits(still) == {name: moment - 60 * MINUTE for name, moment in before.items()}
    still.engine.tokens.step()


def test_a_replica_that_has_not_heard_of_it_spoils_nothing(still: StillHouse, watch: Watch) -> None:
    """One beats by the old clock after another put everything back; what it stored meanwhile is put back as well."""
    ahead, own = ManualClock(still.clock.now()), still.engine.ctx
    late = Heartbeat(ServiceContext(own.store, Clocks(ahead, ahead), lambda: None), watch, still.wire.silence)
    quick = beating(still, watch)
    late.begin()
    with_something_waiting(still)
    before = waits(still)
    still.clock.set(still.clock.now() - 60 * MINUTE)
    quick.step()
    ahead.advance(uptime.EVERY)
    watch.seconds += 15
    late.step()
    with own.store.write() as tx:
        tx.lanes.pause(1, POST, "C-LATE", ahead.now() + timedelta(seconds=1))
    ahead.set(still.clock.advance(uptime.EVERY))
    late.step()
    assert {name: moment for name, moment in waits(still).items() if name != "lane"} == {
        name: moment - 60 * MINUTE for name, moment in before.items() if name != "lane"
    }
    with own.store.read() as tx:
        found = tx.connection.execute(sa.select(lanes.c.channel, lanes.c.paused_until))
        paused = {row.channel: row.paused_until for row in found}
    assert paused["C-LATE"] <= still.clock.now() + timedelta(seconds=1)
    assert paused[still.channel_id("tier-2")] == before["lane"] - 60 * MINUTE
    assert outages(still) == []


def test_the_admins_of_the_policy_in_force_are_told(still: StillHouse) -> None:
    """Another process applied a policy with another admin: the note goes to them, though this one has not heard."""
    opens(still)
    still.raises()
    still.runs(60)
    carla = still.requester("carla").user_id
    with still.engine.ctx.store.write() as tx:
        (workspace,) = tx.workspaces.all()
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        document = {**latest.document, "admins": [carla]}
        version = tx.policies.add(workspace.id, document, "digest", "U1", still.clock.now())
        tx.workspaces.use_policy(workspace.id, version.id)
    still.clock.advance(90 * MINUTE)
    still.engine.heartbeat._beat_steady -= 90 * 60
    still.engine.heartbeat.step()
    still.runs(30)
    assert notes(still) == []
    assert [message for message in still.direct("carla") if "affected" in message.text]


@pytest.mark.parametrize("has_channel", [True, False], ids=["their channel", "nobody named"])
def test_where_no_admin_is_named_somebody_else_is_told(still: StillHouse, *, has_channel: bool) -> None:
    """The note goes where other warnings go then: to the admins' channel, or else to the primary owner."""
    opens(still)
    still.raises()
    still.runs(60)
    with still.engine.ctx.store.write() as tx:
        (workspace,) = tx.workspaces.all()
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        document = {**latest.document, "admins": []} | (
            {"admin_channel": still.channel_id("support")} if has_channel else {}
        )
        version = tx.policies.add(workspace.id, document, "digest", "U1", still.clock.now())
        tx.workspaces.use_policy(workspace.id, version.id)
    down_for(still, 90 * MINUTE)
    still.runs(30)
    assert notes(still) == []
    heard = [[m for m in found if "affected" in m.text] for found in (still.visible("support"), still.direct("carla"))]
    assert [len(each) for each in heard] == ([1, 0] if has_channel else [0, 1])
