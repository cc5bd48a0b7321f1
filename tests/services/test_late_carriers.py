"""A message whose lease is nearly over is not begun: whoever claims it next sends it, and nobody sends it twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slackbot.core.messages import Kind
from slackbot.services import deliver
from slackbot.services.composing import Letter, compose
from slackbot.services.context import ServiceContext
from slackbot.services.reactions import LEASE, LONGEST_CALL
from slackbot.slack.render import Renderer
from storage.outbox_rows import OutboxRow, OutboxState
from tests.services.still_house import StillHouse

POST = "chat.postMessage"


def slow_to_compose(monkeypatch: pytest.MonkeyPatch, still: StillHouse, takes: timedelta, only: Kind) -> list[int]:
    """Have the first composing of a kind take so long; says how many calls had been made when it was done."""
    good = compose
    calls: list[int] = []

    def slow(ctx: ServiceContext, renderer: Renderer, row: OutboxRow) -> Letter:
        letter = good(ctx, renderer, row)
        if row.kind is only and not calls:
            still.clock.advance(takes)
            calls.append(len(still.wire.of(POST)))
        return letter

    monkeypatch.setattr(deliver, "compose", slow)
    return calls


@pytest.mark.parametrize("late", [LEASE - LONGEST_CALL + timedelta(seconds=1), LEASE, 3 * LEASE], ids=str)
def test_nothing_is_begun_that_may_outlast_its_lease(
    still: StillHouse, monkeypatch: pytest.MonkeyPatch, late: timedelta
) -> None:
    """The database was away while a card was composed: the call is not made, and the card comes once all the same."""
    calls = slow_to_compose(monkeypatch, still, late, Kind.CARD)
    case = still.raises()
    still.engine.sender.step()
    assert [args for args in still.wire.of(POST)[calls[0] :] if args["channel"] == still.channel_id("tier-2")] == []
    still.runs(120)
    assert still.row(Kind.CARD).state is OutboxState.SENT
    assert len([args for args in still.wire.of(POST) if args["channel"] == still.channel_id("tier-2")]) == 1
    assert still.case_of(still.row(Kind.CARD)).id == case.id


def test_what_is_in_time_is_sent(still: StillHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as a call's whole time is left it is made."""
    slow_to_compose(monkeypatch, still, LEASE - LONGEST_CALL, Kind.CARD)
    still.raises()
    still.engine.sender.step()
    assert still.row(Kind.CARD).state is OutboxState.SENT
