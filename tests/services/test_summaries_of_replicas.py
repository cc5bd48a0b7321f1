"""Who may read a summary, and what its words mean, is what the policy says now, whichever replica is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from slackbot.clock import Clocks
from slackbot.core.authorise import Denial
from slackbot.core.periods import week_of
from slackbot.core.summary_request import Scope, ScopeKind, SummaryRequest
from slackbot.engine import build_engine
from slackbot.services.deliver import OneByOne
from slackbot.services.summaries import Unread, ask_again, ask_for, this_week
from tests.engines import SQLITE_EVERY_DAY, Databases
from tests.services.still_house import StillHouse, still_house_on


@pytest.fixture(params=SQLITE_EVERY_DAY)
def house(request: pytest.FixtureRequest, databases: Databases) -> Iterator[StillHouse]:
    """Rung at Acme; it has answered a summary, so it knows the policy."""
    with databases.fresh(request.param) as url, still_house_on(url) as opened:
        assert isinstance(ask_for(opened.engine.ctx, opened.requester("dana"), ""), SummaryRequest)
        yield opened


def other_replica_applies(house: StillHouse, changes: Mapping[str, Any]) -> None:
    """Let another engine over the same database put a changed policy in force."""
    clocks = Clocks(case=house.clock, wire=house.clock)
    other = build_engine(house.engine.ctx.store, house.wire, clocks, wake=lambda: None, carriers=OneByOne())
    with other.ctx.store.write() as tx:
        (workspace,) = tx.workspaces.all()
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        version = tx.policies.add(workspace.id, {**latest.document, **changes}, "digest", "U1", house.clock.now())
        tx.workspaces.use_policy(workspace.id, version.id)


def test_who_stopped_being_a_manager_reads_no_more(house: StillHouse) -> None:
    """Neither by words nor by a button of a summary that stands there; Home shows them their own week."""
    ctx, dana = house.engine.ctx, house.requester("dana")
    shown = ask_for(ctx, dana, "last week")
    assert isinstance(shown, SummaryRequest)
    other_replica_applies(house, {"managers": []})
    assert ask_for(ctx, dana, "last week") == Unread(Denial.NO_MANAGER)
    assert ask_again(ctx, dana, shown.key) == Unread(Denial.NO_MANAGER)
    assert this_week(ctx, dana).request.scope == Scope(ScopeKind.MINE, dana.user_id)


def test_who_became_a_manager_reads_at_once(house: StillHouse) -> None:
    """And the week that runs, on Home."""
    ctx, ana = house.engine.ctx, house.requester("ana")
    other_replica_applies(house, {"managers": [ana.user_id]})
    assert isinstance(ask_for(ctx, ana, ""), SummaryRequest)
    assert this_week(ctx, ana).request.scope == Scope()


def test_days_begin_where_the_policy_says_now(house: StillHouse) -> None:
    """A policy that another replica moved to another zone moves the weeks of this one too."""
    ctx = house.engine.ctx
    other_replica_applies(house, {"timezone": "Pacific/Auckland"})
    asked = ask_for(ctx, house.requester("dana"), "this week")
    assert isinstance(asked, SummaryRequest)
    assert asked.period == week_of(house.clock.now(), "Pacific/Auckland")
