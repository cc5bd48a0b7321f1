"""A row that can't be read, drawn or decided holds up no other, and ends loudly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from slackbot.core.messages import Kind
from slackbot.core.model import Escalation
from slackbot.services import sweep as sweeping
from slackbot.slack.views import CaseView, Payload
from storage.outbox_rows import OutboxState
from storage.tables.cases import escalations
from tests.services.still_house import StillHouse, to

POST = "chat.postMessage"


def broken(still: StillHouse, case: Escalation) -> None:
    """Have a case follow a policy that does not exist."""
    with still.engine.ctx.store.write() as tx:
        tx.connection.execute(sa.update(escalations).where(escalations.c.id == case.id).values(policy="no such policy"))


def mended(still: StillHouse, case: Escalation) -> None:
    """Undo `broken`."""
    with still.engine.ctx.store.write() as tx:
        tx.connection.execute(sa.update(escalations).where(escalations.c.id == case.id).values(policy="support"))


def test_a_poisoned_case_holds_up_no_other(still: StillHouse, caplog: pytest.LogCaptureFixture) -> None:
    """One due case that can't be decided is put off by a minute and named in the log; the others are pinged."""
    cases = [still.raises(f"refund {number}") for number in range(3)]
    still.runs(30)
    broken(still, cases[1])
    still.runs(600)
    pinged = {row.escalation_id for row in still.rows(Kind.PING)}
    assert pinged == {cases[0].id, cases[2].id}
    assert f"{cases[1].label} could not be moved on" in caplog.text
    mended(still, cases[1])
    still.runs(120)
    assert {row.escalation_id for row in still.rows(Kind.PING)} == {case.id for case in cases}


def test_a_poisoned_case_among_a_full_batch(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """More due cases than a batch holds are all done though the first of them is poisoned."""
    monkeypatch.setattr(sweeping, "BATCH", 3)
    cases = [still.raises(f"refund {number}") for number in range(7)]
    still.runs(30)
    broken(still, cases[0])
    still.runs(640)
    assert len(still.rows(Kind.PING)) == 6
    mended(still, cases[0])


def unrenderable(monkeypatch: pytest.MonkeyPatch, still: StillHouse, *names: str) -> None:
    """Have the renderer fail at some of its messages, for the first case."""
    for name in names:
        good: Callable[..., Payload] = getattr(still.engine.renderer, name)

        def fails(view: CaseView, *args: Any, good: Callable[..., Payload] = good, **named: Any) -> Payload:
            if view.escalation.number == 1:
                raise ValueError("a template broke")
            return good(view, *args, **named)

        monkeypatch.setattr(still.engine.renderer, name, fails)


def test_what_can_not_be_drawn_goes_plain(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that our template can't draw arrives as plain text and still calls the tier."""
    unrenderable(monkeypatch, still, "card")
    still.raises()
    still.raises("second refund")
    still.runs(10)
    plain, rich = sorted(still.visible("tier-2"), key=lambda message: bool(message.blocks))
    assert plain.blocks == ()
    assert "<@" in plain.text
    assert rich.blocks != ()


def test_what_can_not_be_drawn_at_all_is_dead(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A card that can't be drawn in any form is dead and told to the admins; the case goes on climbing."""
    unrenderable(monkeypatch, still, "card", "minimal")
    case = still.raises()
    still.raises("second refund")
    still.runs(10)
    first = next(row for row in still.rows(Kind.CARD) if row.escalation_id == case.id)
    assert first.state is OutboxState.DEAD
    assert any(case.label in message.text for message in still.direct("dana"))
    assert len(still.visible("tier-2")) == 1
    monkeypatch.undo()
    still.runs(1900)
    assert len(still.visible("tier-3")) == 2


def test_what_can_not_be_drawn_holds_up_no_look(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message whose fate is unknown is found by its key, though it can't be drawn any more."""
    still.wire.faults.drop_after(POST, to(still.channel_id("tier-2")), times=2)
    still.raises()
    still.raises("second refund")
    still.runs(2)
    unrenderable(monkeypatch, still, "card", "minimal", "case")
    still.runs(10)
    assert {row.state for row in still.rows(Kind.CARD)} == {OutboxState.SENT}
    assert len(still.visible("tier-2")) == 2


def test_a_case_whose_policy_is_lost_dies_loudly(still: StillHouse, caplog: pytest.LogCaptureFixture) -> None:
    """Where not even the admins are known, the message is dead and the log says so; others go on."""
    case = still.raises()
    broken(still, case)
    still.raises("second refund")
    still.runs(10)
    states = {row.escalation_id: row.state for row in still.rows(Kind.CARD)}
    assert states[case.id] is OutboxState.DEAD
    assert len(still.visible("tier-2")) == 1
    assert "is dead" in caplog.text
    mended(still, case)


def test_an_error_in_putting_one_row_right_holds_up_no_other(
    still: StillHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with one unknown row, the others of its channel are settled, and it is tried again."""
    still.wire.faults.drop_after(POST, to(still.channel_id("tier-2")), times=2)
    still.raises()
    still.raises("second refund")
    still.runs(2)
    judge = still.engine.reconciler._settle
    fails = iter([True])

    def stumbles(row: Any, copies: Any) -> None:
        if next(fails, False):
            raise ValueError("a fault of ours")
        judge(row, copies)

    monkeypatch.setattr(still.engine.reconciler, "_settle", stumbles)
    still.runs(2)
    assert sorted(row.state for row in still.rows(Kind.CARD)) == ["sent", "unknown"]
    still.runs(15)
    assert {row.state for row in still.rows(Kind.CARD)} == {OutboxState.SENT}
