"""What Slack itself can't be used to tell is told outside Slack, once in an hour; stuck rows are sent on by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from slackbot.cli.check import main as check
from slackbot.core.messages import Kind
from slackbot.services.stuck import send_again
from storage.outbox_rows import OutboxState
from tests.services.still_house import StillHouse, still_house, to

POST = "chat.postMessage"


@pytest.fixture
def told(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, str]]:
    """Have somebody listen outside."""
    heard: list[Mapping[str, str]] = []

    def listen(alert: Mapping[str, str]) -> bool:
        heard.append(alert)
        return True

    monkeypatch.setattr(still.engine.sender._s.mishaps, "_tell_outside", listen)
    return heard


def test_a_slack_that_takes_nothing_for_ten_minutes(still: StillHouse, told: list[Mapping[str, str]]) -> None:
    """One alert an hour however many messages wait; a short trouble is none."""
    still.wire.faults.error(POST, "team_added_to_org", times=20)
    for number in range(2):
        still.raises(f"refund {number}")
    still.runs(500)
    assert told == []
    still.wire.faults.error(POST, "team_added_to_org", times=40)
    still.runs(1000)
    assert [alert["event"] for alert in told] == ["slack_unreachable"]
    still.wire.faults.clear()
    still.runs(200)
    assert len(still.visible("tier-2")) >= 2


def test_a_limit_of_the_plan_is_told(still: StillHouse, told: list[Mapping[str, str]]) -> None:
    """The messages wait a quarter of an hour and leave then; somebody who can pay hears of it once."""
    still.wire.faults.error(POST, "message_limit_exceeded", times=2)
    still.raises()
    still.runs(600)
    assert [alert["event"] for alert in told] == ["plan_limit"]
    assert still.visible("tier-2") == []
    still.runs(400)
    assert len([message for message in still.visible("tier-2") if not message.is_reply]) == 1


def test_a_warning_that_reaches_nobody_is_told(still: StillHouse, told: list[Mapping[str, str]]) -> None:
    """When neither admins nor primary owner can be written to, somebody outside hears that something is wrong."""
    still.slack.archive(still.channel_id("tier-2"))
    for name in ("dana", "carla"):
        still.slack.deactivate(still.requester(name).user_id)
    still.raises()
    still.runs(60)
    assert [alert["event"] for alert in told] == ["nobody_told"]
    assert len(still.visible("support")) == 1


def test_a_dead_row_is_sent_once_more(still: StillHouse) -> None:
    """After somebody mended the cause a dead message arrives in its full form, as if nothing had been."""
    still.wire.faults.error(POST, "invalid_blocks", to(still.channel_id("tier-2")), times=2)
    still.raises()
    still.runs(30)
    row = still.row(Kind.CARD)
    assert row.state is OutboxState.DEAD
    assert send_again(still.engine.ctx.store, [row.id, 999], still.clock.now()) == [row.id]
    still.runs(5)
    (card,) = still.visible("tier-2")
    assert card.blocks != ()


def test_an_unknown_row_is_looked_for_at_once(still: StillHouse) -> None:
    """What may have arrived is not sent again by hand, only looked for sooner: it is seen once."""
    still.raises()
    still.wire.faults.drop_after(POST, lambda args: "thread_ts" in args)
    still.runs(605)
    ping = still.row(Kind.PING)
    assert ping.state is OutboxState.UNKNOWN
    assert send_again(still.engine.ctx.store, None, still.clock.now()) == [ping.id]
    still.runs(1)
    assert still.row(Kind.PING).state is OutboxState.SENT
    assert len([message for message in still.visible("tier-2") if message.is_reply]) == 1


def test_check_lists_what_is_stuck_and_retries_it(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`rung check` names a refused token and every dead row, and sends them on though nobody runs."""
    with still_house(template, tmp_path) as house:
        house.wire.faults.error(POST, "invalid_blocks", to(house.channel_id("tier-2")), times=2)
        house.raises()
        house.runs(30)
        house.slack.revoke_token()
        house.raises("refund again")
        house.runs(5)
        dead = house.rows(Kind.CARD)[0]
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'rung.db'}")
    assert check([]) == 1
    said = capsys.readouterr().out
    assert "Slack refuses its token since 2026-11-23 09:00 UTC: chat.postMessage: token_revoked" in said
    assert f"row {dead.id}: card of {dead.escalation_id} to {dead.destination} is dead: plain: invalid_blocks" in said
    assert check(["--retry", "all"]) == 0
    assert capsys.readouterr().out == f"Row {dead.id} is on its way again.\n"
    assert check(["--retry", str(dead.id)]) == 1
