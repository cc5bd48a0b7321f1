"""A weekly summary that never came because Rung was down is named in the one that comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from slackbot.core.summary_request import EVERYTHING
from slackbot.services import scheduling
from tests.engines import SQLITE_EVERY_DAY, Databases
from tests.services.still_house import StillHouse
from tests.services.weekly_house import DUE, HOUR, posted, restarted, runs, set_up, settles, sunday_evening

WEEK = timedelta(days=7)


@pytest.fixture(params=SQLITE_EVERY_DAY)
def house(request: pytest.FixtureRequest, databases: Databases) -> Iterator[StillHouse]:
    """Rung at Acme on the evening before, to post a summary of all cases to #support-managers on Mondays at nine."""
    with sunday_evening(databases, request.param) as opened:
        opened.engine.heartbeat.begin()
        yield opened


def down_until(house: StillHouse, until: datetime) -> StillHouse:
    """Stop Rung, and start it again at an instant; it posts what is to be posted."""
    house.engine.heartbeat.end()
    house.clock.set(until)
    again = restarted(house)
    again.engine.heartbeat.begin()
    settles(again)
    return again


def gaps(house: StillHouse) -> list[str]:
    """List what the summaries say of those that did not come, in the text and in the blocks alike."""
    found = []
    for message in posted(house):
        lines = [line for line in message.text.splitlines() if line.startswith("No summary came")]
        found.append("".join(lines))
        assert ("No summary came" in str(message.blocks)) == bool(lines)
    return found


def test_a_week_that_was_missed_is_named_once(house: StillHouse) -> None:
    """Down over two Mondays: the newest summary comes and says which one did not; the one after says nothing."""
    again = down_until(house, DUE + WEEK + HOUR)
    assert gaps(again) == ["No summary came for 2026-W47: Rung was not running."]
    assert "2026-W48" in posted(again)[0].text
    again.engine.heartbeat.step()
    runs(again, DUE + 2 * WEEK + HOUR)
    assert gaps(again)[1:] == [""]


def test_several_weeks_are_named_together(house: StillHouse) -> None:
    """It came, then Rung was down for three Mondays: two of them are lost, and named."""
    runs(house, DUE + HOUR)
    again = down_until(house, DUE + 3 * WEEK + HOUR)
    assert gaps(again) == ["", "No summary came for 2026-W48 to 2026-W49: Rung was not running."]


def test_one_that_is_late_misses_none(house: StillHouse) -> None:
    """Down over nine o'clock it comes late, and there is nothing to tell."""
    runs(house, DUE + HOUR)
    again = down_until(house, DUE + WEEK + 24 * HOUR)
    assert gaps(again) == ["", ""]


def test_what_nobody_wanted_was_not_missed(house: StillHouse) -> None:
    """Taken out of the policy and put back, or set up after the outage: no week of that time is missed."""
    runs(house, DUE + HOUR)
    with house.engine.ctx.store.write() as tx:
        (workspace,) = tx.workspaces.all()
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        version = tx.policies.add(workspace.id, {**latest.document, "summaries": []}, "digest", "U1", DUE + HOUR)
        tx.workspaces.use_policy(workspace.id, version.id)
    runs(house, DUE + 2 * WEEK + HOUR)
    set_up(house, DUE + 2 * WEEK + HOUR)
    runs(house, DUE + 3 * WEEK + HOUR)
    assert set(gaps(house)) == {""}


def test_one_set_up_after_the_outage_missed_nothing(house: StillHouse) -> None:
    """Down for two weeks, then a manager has one come: it says nothing of the time before."""
    again = down_until(house, DUE + 2 * WEEK + HOUR)
    chosen = {"day": "1", "hour": "9", "zone": "Europe/Madrid", "channel": again.channel_id("tier-2")}
    scheduling.set_up(again.engine.ctx, again.requester("dana"), EVERYTHING, chosen)
    again.engine.heartbeat.step()
    runs(again, DUE + 3 * WEEK + HOUR)
    (message,) = posted(again, "tier-2")
    assert "No summary came" not in message.text
