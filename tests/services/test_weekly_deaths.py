"""A process that dies over a weekly summary keeps no trouble to itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines import SQLITE_EVERY_DAY, Databases
from tests.services.still_house import StillHouse, still_house_on, to
from tests.services.weekly_house import DUE, HOUR, SUNDAY, posted, restarted, runs, set_up, state_of


@pytest.fixture(params=SQLITE_EVERY_DAY)
def house(request: pytest.FixtureRequest, databases: Databases) -> Iterator[StillHouse]:
    """Rung at Acme on the evening before, to post a summary of all cases to #tier-2 on Mondays at nine."""
    with databases.fresh(request.param) as url, still_house_on(url) as opened:
        opened.clock.set(SUNDAY)
        set_up(opened, SUNDAY - 10 * HOUR, channel="tier-2")
        yield opened
        assert opened.wire.faults.left() == []


class Killed(BaseException):
    """The process is gone, at this very moment."""


@pytest.mark.parametrize("trouble", ["no answer", "is_archived", "invalid_blocks"])
def test_who_dies_before_telling_the_admins_leaves_it_to_the_next(
    house: StillHouse, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """Trouble is noted after it was told: a process that is killed in between does not keep it to itself."""
    if trouble == "no answer":
        house.wire.faults.drop_after("chat.postMessage", to(house.channel_id("tier-2")))
    else:
        times = 2 if trouble == "invalid_blocks" else 1
        house.wire.faults.error("chat.postMessage", trouble, to(house.channel_id("tier-2")), times=times)

    def dies(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(house.engine.weekly, "_tell_admins", dies)
    with pytest.raises(Killed):
        runs(house, DUE + HOUR)
    again = restarted(house)
    runs(again, DUE + 2 * HOUR)
    assert [message for message in house.direct("dana") if "Slack did not say" in message.text]
    assert state_of(again) == "unknown"
    assert len(posted(house, "tier-2")) + len(posted(house)) <= 1
