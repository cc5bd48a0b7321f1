"""When a summary that comes by itself is due, on the wall clock of a place."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.core.periods import Period
from slackbot.core.policy import WeeklySummary
from slackbot.core.summary_request import EVERYTHING, Scope, ScopeKind, SummaryRequest, read_request, read_scope
from slackbot.core.weekly import SHARED, Schedule, by_hand, following, latest, of_policy

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
MADRID, NEW_YORK, AUCKLAND, KOLKATA = "Europe/Madrid", "America/New_York", "Pacific/Auckland", "Asia/Kolkata"


def schedule(day: int, at: str, zone: str) -> Schedule:
    """Make one of all cases."""
    return Schedule(EVERYTHING, day, time.fromisoformat(at), zone, "C1", SINCE, "U1")


@pytest.mark.parametrize(
    ("day", "at", "zone", "now", "due"),
    [
        (1, "09:00", MADRID, "2026-11-22T20:00", "2026-11-23T08:00"),
        (1, "09:00", MADRID, "2026-11-23T08:00", "2026-11-30T08:00"),
        (1, "09:00", MADRID, "2026-10-24T12:00", "2026-10-26T08:00"),
        (1, "09:00", MADRID, "2026-03-28T12:00", "2026-03-30T07:00"),
        (7, "02:00", MADRID, "2026-03-28T12:00", "2026-03-29T01:00"),
        (7, "02:00", MADRID, "2026-10-24T12:00", "2026-10-25T00:00"),
        (7, "02:00", MADRID, "2026-10-25T00:00", "2026-11-01T01:00"),
        (7, "02:00", NEW_YORK, "2026-03-07T12:00", "2026-03-08T07:00"),
        (7, "01:00", NEW_YORK, "2026-10-31T12:00", "2026-11-01T05:00"),
        (1, "00:00", AUCKLAND, "2026-11-21T12:00", "2026-11-22T11:00"),
        (7, "23:00", KOLKATA, "2026-11-22T17:00", "2026-11-22T17:30"),
    ],
)
def test_it_is_due_at_its_hour_there(day: int, at: str, zone: str, now: str, due: str) -> None:
    """Summer time included: an hour that the clocks skip is an hour later, one that comes twice is the first."""
    said = following(schedule(day, at, zone), datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert said == datetime.fromisoformat(due).replace(tzinfo=UTC)


@settings(max_examples=60, deadline=None)
@given(
    day=st.integers(1, 7),
    hour=st.integers(0, 23),
    zone=st.sampled_from([MADRID, NEW_YORK, AUCKLAND, KOLKATA, "UTC"]),
    now=st.integers(0, 730 * 24 * 60).map(lambda minutes: SINCE + timedelta(minutes=minutes)),
)
def test_there_is_one_in_every_week(day: int, hour: int, zone: str, now: datetime) -> None:
    """What follows is ahead, within eight days; once it has come it is the latest, about the week that was over."""
    asked = schedule(day, f"{hour:02}:00", zone)
    due = following(asked, now)
    assert now < due <= now + timedelta(days=7, hours=1)
    before, then = latest(asked, now), latest(asked, due)
    assert before.at <= now
    assert then.at == due
    assert then.period.end <= due
    assert then.period.is_week
    assert then.period == before.period.moved(7)


def test_under_one_name_it_comes_once_a_week() -> None:
    """Whatever day and hour are changed; the policy's own keep theirs in whatever channel they are."""
    there = schedule(1, "09:00", MADRID)
    assert there.name == schedule(5, "17:00", NEW_YORK).name == "C1|all|"
    summary = WeeklySummary("support", 1, time(9), MADRID, "C1")
    named = of_policy(summary, SINCE)
    assert named.name == of_policy(WeeklySummary("support", 2, time(8), MADRID, "C2"), SINCE).name
    assert named.scope == Scope(ScopeKind.POLICY, "support")
    assert of_policy(WeeklySummary("", 1, time(9), MADRID, "C1"), SINCE).name != there.name
    assert latest(named, datetime(2026, 11, 23, 9, tzinfo=UTC)).period == Period(
        date(2026, 11, 16), date(2026, 11, 23), MADRID
    )


def test_a_scope_comes_back_as_it_was_written() -> None:
    """Whatever stands in a name; what is none of ours is none."""
    for scope in (EVERYTHING, Scope(ScopeKind.TIER, "Team | leads"), Scope(ScopeKind.CATEGORY, "a|b")):
        assert read_scope(scope.key) == scope
    assert read_scope("nobody|x") is None


NAMES = ["Team leads", '5" team', "Blog post", "Last week", "tier one", "Mine", "a policy b", "Über & <Co>", "*L2*"]


@pytest.mark.parametrize("kind", sorted(SHARED - {ScopeKind.ALL}))
@pytest.mark.parametrize("name", NAMES)
def test_the_command_by_hand_is_read_as_it_is_meant(kind: ScopeKind, name: str) -> None:
    """What a notice tells a manager to type asks for that week, of those cases, to be posted."""
    scope = Scope(kind, name)
    _, _, typed = by_hand("2026-W47", scope).partition(" summary ")
    asked = read_request(typed, datetime(2026, 11, 24, tzinfo=UTC), MADRID)
    assert asked == SummaryRequest(Period(date(2026, 11, 16), date(2026, 11, 23), MADRID), scope, post=True)
