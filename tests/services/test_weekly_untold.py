"""A weekly summary that got lost is told to somebody, however long that takes, and `rung check` lists it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from slackbot.cli.check import main as check
from slackbot.simulator.faults import Fault, status_fault
from tests.engines import SQLITE_EVERY_DAY, Databases
from tests.services.still_house import StillHouse, still_house, to
from tests.services.weekly_house import DUE, HOUR, SUNDAY, posted, restarted, runs, set_up, state_of, sunday_evening

POST = "chat.postMessage"
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=SQLITE_EVERY_DAY)
def house(request: pytest.FixtureRequest, databases: Databases) -> Iterator[StillHouse]:
    """Rung at Acme on the evening before, to post a summary of all cases to #support-managers on Mondays at nine."""
    with sunday_evening(databases, request.param) as opened:
        yield opened
        assert opened.wire.faults.left() == []


@pytest.fixture
def told(house: StillHouse, monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """Have somebody listen outside."""
    heard: list[Mapping[str, str]] = []

    def listen(alert: Mapping[str, str]) -> bool:
        heard.append(alert)
        return True

    monkeypatch.setattr(house.engine.weekly, "_tell_outside", listen)
    return heard


def silent() -> Fault:
    """Make a fault that answers every post with 503, to be put on with `last`."""
    return status_fault(POST, 503)


def notes(house: StillHouse) -> list[str]:
    """Read what the admin was told of summaries that may be missing."""
    return [message.text for message in house.direct("dana") if "Slack did not say" in message.text]


def test_a_lost_summary_is_told_when_slack_is_back(house: StillHouse, told: list[Mapping[str, str]]) -> None:
    """Slack is silent for two minutes from nine on: nobody can be told then, the admin is told afterwards, once."""
    fault = house.wire.faults.last(silent())
    runs(house, DUE + 2 * MINUTE)
    assert state_of(house) == "pending"
    assert len([args for args in house.wire.of(POST) if args["channel"] == house.channel_id("support-managers")]) == 1
    house.wire.faults.end(fault)
    runs(house, DUE + HOUR)
    assert state_of(house) == "unknown"
    assert len(notes(house)) == 1
    assert posted(house) == []
    assert told == []


def test_where_nobody_can_be_told_somebody_outside_is(house: StillHouse, told: list[Mapping[str, str]]) -> None:
    """After some minutes of that `RUNG_ALERT_URL` hears of it, once in an hour, and the admin is still told later."""
    fault = house.wire.faults.last(silent())
    runs(house, DUE + 50 * MINUTE)
    assert [alert["event"] for alert in told] == ["nobody_told"]
    house.wire.faults.end(fault)
    runs(house, DUE + 2 * HOUR)
    assert len(told) == 1
    assert len(notes(house)) == 1
    assert state_of(house) == "unknown"


def test_a_dead_one_stays_a_dead_one_until_it_is_told(house: StillHouse) -> None:
    """Refused twice, and no answer when the admin is told: the next process says the same of it, and posts nothing."""
    house.wire.faults.error(POST, "invalid_blocks", to(house.channel_id("support-managers")), times=2)
    admin = house.requester("dana").user_id
    house.wire.faults.error(POST, "internal_error", to(admin), times=3)
    runs(house, DUE + timedelta(seconds=1))
    assert state_of(house) == "pending"
    again = restarted(house)
    runs(again, DUE + HOUR)
    assert state_of(again) == "dead"
    assert len([m for m in again.direct("dana") if "could not be posted" in m.text]) == 1
    assert posted(again) == []


def test_who_dies_while_telling_again_leaves_it_as_it_was(house: StillHouse) -> None:
    """Taken to be told, and killed: when the lease is over the next one tells what there was to tell."""
    house.wire.faults.error(POST, "invalid_blocks", to(house.channel_id("support-managers")), times=2)
    house.wire.faults.error(POST, "internal_error", to(house.requester("dana").user_id))
    runs(house, DUE + timedelta(seconds=1))
    house.clock.set(DUE + MINUTE)
    with house.engine.ctx.store.write() as tx:
        assert tx.weekly.take(house.clock.now(), 5 * MINUTE) is not None
    runs(restarted(house), DUE + HOUR)
    assert state_of(house) == "dead"
    assert notes(house) == []


def test_a_pause_that_slack_asks_for_is_kept(house: StillHouse) -> None:
    """Told to wait for a minute, Rung does not try to tell the admin before that."""
    house.wire.faults.drop_after(POST, to(house.channel_id("support-managers")))
    admin = house.requester("dana").user_id
    house.wire.faults.status(POST, 429, to(admin), retry_after=60)
    runs(house, DUE + timedelta(seconds=59))
    assert len([args for args in house.wire.of(POST) if args["channel"] == admin]) == 1
    runs(house, DUE + 2 * MINUTE)
    assert len(notes(house)) == 1


def ruled(house: StillHouse, **changes: object) -> None:
    """Put the policy in force with something else in it."""
    with house.engine.ctx.store.write() as tx:
        (workspace,) = tx.workspaces.all()
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        version = tx.policies.add(workspace.id, {**latest.document, **changes}, "digest", "U1", latest.at)
        tx.workspaces.use_policy(workspace.id, version.id)


@pytest.mark.parametrize("has_channel", [True, False], ids=["their channel", "nobody named"])
def test_where_no_admin_is_named_somebody_else_is_told(house: StillHouse, *, has_channel: bool) -> None:
    """The admins' channel, or else the workspace's primary owner, hears of a lost summary."""
    ruled(house, admins=[], admin_channel=house.channel_id("support") if has_channel else None)
    house.wire.faults.drop_after(POST, to(house.channel_id("support-managers")))
    runs(house, DUE + HOUR)
    assert state_of(house) == "unknown"
    heard = [
        [m for m in found if "Slack did not" in m.text] for found in (house.visible("support"), house.direct("carla"))
    ]
    assert [len(each) for each in heard] == ([1, 0] if has_channel else [0, 1])


def test_where_no_admin_can_be_told_the_primary_owner_is(house: StillHouse) -> None:
    """The only admin has left the company: a lost summary is told to whoever comes next, at once."""
    house.slack.deactivate(house.requester("dana").user_id)
    house.wire.faults.drop_after(POST, to(house.channel_id("support-managers")))
    runs(house, DUE + MINUTE)
    assert state_of(house) == "unknown"
    assert len([m for m in house.direct("carla") if "Slack did not say" in m.text]) == 1


def test_check_lists_it_until_the_next_one_has_come(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`rung check` says in words which one is in doubt, where it was to be, and what to do; a week later no more."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'rung.db'}")
    with still_house(template, tmp_path) as house:
        house.clock.set(SUNDAY)
        set_up(house, SUNDAY - 10 * HOUR)
        fault = house.wire.faults.last(silent())
        runs(house, DUE + MINUTE)
        place = house.channel_id("support-managers")
        assert check([]) == 1
        said = capsys.readouterr().out
        assert f"weekly summary 2026-W47 of all cases to {place}: Slack did not say whether it was posted" in said
        assert "http_503" in said
        assert "/escalations summary 2026-W47 post" in said
        assert "nobody could be told of it yet" in said
        house.wire.faults.end(fault)
        runs(house, DUE + HOUR)
        assert check([]) == 1
        said = capsys.readouterr().out
        assert f"weekly summary 2026-W47 of all cases to {place}: Slack did not say whether it was posted" in said
        assert "nobody could be told" not in said
        runs(house, DUE + timedelta(days=8))
        assert check([]) == 0, "the next one has come"
        assert "weekly summary" not in capsys.readouterr().out


def test_check_names_what_a_dead_one_was_about(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A summary of one policy's cases that could not be posted is named so, with the command that brings it."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'rung.db'}")
    with still_house(template, tmp_path) as house:
        house.clock.set(SUNDAY)
        set_up(house, SUNDAY - 10 * HOUR, policy="support")
        house.wire.faults.error(POST, "invalid_blocks", to(house.channel_id("support-managers")), times=2)
        runs(house, DUE + MINUTE)
        assert check([]) == 1
        said = capsys.readouterr().out
        assert "weekly summary 2026-W47 of policy support to" in said
        assert "could not be posted (invalid_blocks)" in said
        assert '/escalations summary 2026-W47 policy "support" post' in said
