"""Summaries that people set up by a button: once a week, whatever restarts, and only managers may."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from slackbot.core.authorise import Denial
from slackbot.core.problems import ProblemCode
from slackbot.core.summary_request import EVERYTHING, Scope, ScopeKind, SummaryRequest
from slackbot.core.weekly import Schedule
from slackbot.services.scheduling import SetUp, look_at_schedules, schedule_in, set_up, stop
from slackbot.services.summaries import Unread, ask_for
from slackbot.services.transact import Invalid
from slackbot.slack.views import WeeklyView
from tests.engines import SQLITE_EVERY_DAY, Databases
from tests.services.still_house import StillHouse, still_house_on, to
from tests.services.test_summaries_of_replicas import other_replica_applies
from tests.services.weekly_house import DUE, HOUR, SUNDAY, posted, restarted, runs, state_of

MONDAY_AT_NINE = {"day": "1", "hour": "9", "zone": "Europe/Madrid"}


@pytest.fixture(params=SQLITE_EVERY_DAY)
def house(request: pytest.FixtureRequest, databases: Databases) -> Iterator[StillHouse]:
    """Rung at Acme on the evening before; its policy brings no summary by itself."""
    with databases.fresh(request.param) as url, still_house_on(url) as opened:
        opened.clock.set(SUNDAY)
        other_replica_applies(opened, {"summaries": []})
        yield opened


def sets_up(house: StillHouse, scope: Scope = EVERYTHING, channel: str = "support", **values: str) -> Schedule:
    """Let the manager set one up, by default on Mondays at nine."""
    chosen = {**MONDAY_AT_NINE, "channel": house.channel_id(channel), **values}
    outcome = set_up(house.engine.ctx, house.requester("dana"), scope, chosen)
    assert isinstance(outcome, SetUp)
    return outcome.schedule


def test_it_comes_every_week_to_its_channel(house: StillHouse) -> None:
    """On Monday at nine there, about the week before; who set it up is known."""
    made = sets_up(house)
    assert (made.by, made.since) == (house.requester("dana").user_id, SUNDAY)
    runs(house, DUE - timedelta(seconds=1))
    assert posted(house, "support") == []
    runs(house, DUE + timedelta(days=8))
    assert ["2026-W48" in message.text for message in posted(house, "support")] == [False, True]


def test_a_restart_neither_loses_nor_doubles_it(house: StillHouse) -> None:
    """Down over nine o'clock it comes when Rung is back, once, though two replicas ask for it."""
    sets_up(house)
    house.clock.set(DUE + 5 * HOUR)
    again = restarted(house)
    runs(again, DUE + 6 * HOUR)
    runs(restarted(again), DUE + 30 * HOUR)
    runs(house, DUE + 31 * HOUR)
    assert len(posted(house, "support")) == 1


def test_changed_after_it_came_it_comes_next_week(house: StillHouse) -> None:
    """Neither another hour, nor stopping it and setting it up again, brings the same week twice."""
    made = sets_up(house)
    runs(house, DUE + HOUR)
    sets_up(house, day="3", hour="17")
    runs(house, DUE + timedelta(days=4))
    assert stop(house.engine.ctx, house.requester("dana"), made.name) is None
    sets_up(house, day="6")
    runs(house, DUE + timedelta(days=6))
    assert len(posted(house, "support")) == 1
    runs(house, DUE + timedelta(days=13))
    assert len(posted(house, "support")) == 2


def test_set_up_after_its_hour_it_waits_for_the_next(house: StillHouse) -> None:
    """What nobody had asked for then is not posted late."""
    house.clock.set(DUE + HOUR)
    sets_up(house)
    runs(house, DUE + timedelta(days=6))
    assert posted(house, "support") == []
    runs(house, DUE + timedelta(days=8))
    assert len(posted(house, "support")) == 1


def test_stopped_it_comes_no_more(house: StillHouse) -> None:
    """And those of other cases, or in other channels, go on."""
    made = sets_up(house)
    sets_up(house, Scope(ScopeKind.TIER, "Team leads"))
    sets_up(house, channel="support-managers")
    assert stop(house.engine.ctx, house.requester("dana"), made.name) is None
    assert stop(house.engine.ctx, house.requester("dana"), made.name) is None, "gone already"
    runs(house, DUE + HOUR)
    (message,) = posted(house, "support")
    assert "tier Team leads" in message.text
    assert len(posted(house, "support-managers")) == 1


def test_only_managers_may_as_the_policy_says_now(house: StillHouse) -> None:
    """Nobody else sees, sets up or stops one; who stopped being a manager by another replica's hand may not either."""
    ctx, made = house.engine.ctx, sets_up(house)
    for who in ("ana", "dana"):
        if who == "dana":
            other_replica_applies(house, {"managers": []})
        asking = house.requester(who)
        denied = Unread(Denial.NO_MANAGER)
        chosen = {**MONDAY_AT_NINE, "channel": house.channel_id("tier-2")}
        assert set_up(ctx, asking, EVERYTHING, chosen) == denied
        assert stop(ctx, asking, made.name) == denied
        assert look_at_schedules(ctx, asking, EVERYTHING, made.channel) == denied
    assert schedule_in(ctx, house.requester("ana"), EVERYTHING, made.channel) == made


def test_what_can_not_be_set_up_is_said(house: StillHouse) -> None:
    """A zone that is none, a day or hour or place that was never offered, a customer's name; nothing is stored."""
    ctx, dana = house.engine.ctx, house.requester("dana")
    chosen = {**MONDAY_AT_NINE, "channel": house.channel_id("support")}
    for wrong, field, code in (
        ({"zone": "Europe/Madird"}, "zone", ProblemCode.NO_ZONE),
        ({"zone": "../etc/passwd"}, "zone", ProblemCode.NO_ZONE),
        ({"day": "8"}, "day", ProblemCode.NOT_OFFERED),
        ({"hour": "24"}, "hour", ProblemCode.NOT_OFFERED),
        ({"channel": "U12345"}, "channel", ProblemCode.NOT_OFFERED),
        ({"channel": ""}, "channel", ProblemCode.NOT_OFFERED),
    ):
        outcome = set_up(ctx, dana, EVERYTHING, chosen | wrong)
        assert isinstance(outcome, Invalid)
        assert {name: problem.code for name, problem in outcome.problems.items()} == {field: code}
    assert isinstance(set_up(ctx, dana, Scope(ScopeKind.CUSTOMER, "Nordic"), chosen), Invalid)
    assert isinstance(set_up(ctx, dana, Scope(ScopeKind.MINE, dana.user_id), chosen), Invalid)
    with ctx.store.read() as tx:
        assert tx.schedules.of(tx.workspaces.all()[0].id) == []


def test_a_zone_is_known_whatever_its_case_and_the_nearest_is_named(house: StillHouse) -> None:
    """A city is enough to be told the name."""
    assert sets_up(house, zone=" america/new york ").zone == "America/New_York"
    chosen = {**MONDAY_AT_NINE, "channel": house.channel_id("support"), "zone": "Madrid"}
    outcome = set_up(house.engine.ctx, house.requester("dana"), EVERYTHING, chosen)
    assert isinstance(outcome, Invalid)
    assert outcome.problems["zone"].values["near"] == "Europe/Madrid"


def test_the_policys_own_stays_as_it_is(house: StillHouse) -> None:
    """It is listed, can't be stopped by a button, and is not doubled in its channel; elsewhere one may be set up."""
    ctx, dana, place = house.engine.ctx, house.requester("dana"), house.channel_id("support")
    summary = {"policy": "", "day": 1, "at": "09:00", "zone": "Europe/Madrid", "channel": place}
    house.clock.set(SUNDAY - timedelta(days=1))
    other_replica_applies(house, {"summaries": [summary]})
    outcome = set_up(ctx, dana, EVERYTHING, {**MONDAY_AT_NINE, "channel": place})
    assert isinstance(outcome, Invalid)
    assert outcome.problems["channel"].code is ProblemCode.SET_BY_POLICY
    assert stop(ctx, dana, "policy|all|") is None
    sets_up(house, channel="tier-2")
    view = look_at_schedules(ctx, dana, EVERYTHING, place)
    assert isinstance(view, WeeklyView)
    assert [(each.channel, each.by) for each in view.schedules] == [
        (place, None),
        (house.channel_id("tier-2"), dana.user_id),
    ]
    runs(house, DUE + HOUR)
    assert [len(posted(house, name)) for name in ("support", "tier-2")] == [1, 1]


def test_where_its_channel_is_archived_it_goes_elsewhere(house: StillHouse, caplog: pytest.LogCaptureFixture) -> None:
    """To the catcher, and the admins are told, as the policy's own."""
    made = sets_up(house)
    house.slack.archive(house.channel_id("support"))
    caplog.set_level(logging.CRITICAL)
    runs(house, DUE + HOUR)
    assert len(posted(house, "support-managers")) == 1
    assert state_of(house, name=made.name) == "sent"
    assert [message for message in house.direct("dana") if "could not be posted to" in message.text]


@pytest.mark.parametrize("lost", [True, False], ids=["unknown", "dead"])
def test_the_notice_names_the_command_that_brings_it(house: StillHouse, *, lost: bool) -> None:
    """It says which cases it was about, that a manager types it, and where; typed so, the same summary is asked for."""
    scope = Scope(ScopeKind.TIER, "Team leads")
    made = sets_up(house, scope)
    if lost:
        house.wire.faults.drop_after("chat.postMessage", to(made.channel))
    else:
        house.wire.faults.error("chat.postMessage", "invalid_blocks", to(made.channel), times=2)
    runs(house, DUE + HOUR)
    assert state_of(house, name=made.name) == ("unknown" if lost else "dead")
    (note,) = [message.text for message in house.direct("dana") if "2026-W47" in message.text]
    command = '/escalations summary 2026-W47 tier "Team leads" post'
    assert f"`{command}`" in note
    assert "(tier Team leads)" in note
    assert "a manager" in note.lower()
    assert f"<#{made.channel}>" in note
    assert ("typing there" if lost else "in the channel that is to have it") in note
    asked = ask_for(house.engine.ctx, house.requester("dana"), command.partition(" summary ")[2])
    assert isinstance(asked, SummaryRequest)
    assert (asked.scope, asked.post) == (scope, True)
