"""A COMMIT whose answer is lost may have been carried out: whatever is done again then is done once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from slackbot.core.messages import Kind
from slackbot.core.model import State
from slackbot.services.acknowledge import acknowledge
from slackbot.services.intake import submit_form, submit_line
from slackbot.services.raising import Submitted
from slackbot.services.resolve import resolve
from slackbot.services.transact import Done
from storage.errors import LostError
from storage.outbox_rows import OutboxState
from storage.pace import POST
from storage.unit_of_work import Store, Transaction
from tests.services.still_house import CANARY, StillHouse, to

FORM = {"category": "Account", "summary": "stuck", "customer": CANARY}

Loses = Callable[..., None]


@pytest.fixture
def loses(monkeypatch: pytest.MonkeyPatch) -> Loses:
    """Have the answers to the next commits lost, carried out or not."""
    losses: list[bool] = []
    write = Store.write

    @contextmanager
    def lossy(store: Store) -> Iterator[Transaction]:
        with write(store) as tx:
            yield tx
            if losses and not losses[0]:
                losses.pop(0)
                raise LostError
        if losses and losses.pop(0):
            raise LostError

    monkeypatch.setattr(Store, "write", lossy)

    def arm(*carried_out: bool) -> None:
        losses.extend(carried_out)

    return arm


CARRIED_OUT_OR_NOT = pytest.mark.parametrize("losses", [(True,), (False,), (True, False, True)], ids=str)


@CARRIED_OUT_OR_NOT
def test_a_case_is_raised_once(still: StillHouse, loses: Loses, losses: tuple[bool, ...]) -> None:
    """By a line or by a form, whoever raises it gets one number, and its tier one card."""
    ctx, ana = still.engine.ctx, still.requester("ana")
    loses(*losses)
    by_line = submit_line(ctx, ana, f'it is stuck category:Account customer:"{CANARY}"')
    loses(*losses)
    by_form = submit_form(ctx, ana, "V1", "no draft", FORM)
    assert isinstance(by_line, Submitted)
    assert isinstance(by_form, Submitted)
    assert [each.view.escalation.number for each in (by_line, by_form)] == [1, 2]
    still.runs(5)
    assert len(still.visible("tier-2")) == 2


@CARRIED_OUT_OR_NOT
def test_a_case_is_taken_and_resolved_once(still: StillHouse, loses: Loses, losses: tuple[bool, ...]) -> None:
    """The one who took it is told so, not that somebody has it already; its history has each step once."""
    case = still.raises()
    ctx, lena = still.engine.ctx, still.requester("lena")
    loses(*losses)
    taken = acknowledge(ctx, lena, case.id, "press 1")
    loses(*losses)
    solved = resolve(ctx, lena, case.id, "press 2", "all is well", "")
    assert isinstance(taken, Done)
    assert isinstance(solved, Done)
    assert solved.view.escalation.state is State.RESOLVED
    assert [len(still.events(case, code)) for code in ("acknowledged", "resolved")] == [1, 1]


@CARRIED_OUT_OR_NOT
def test_what_has_left_is_noted_once(still: StillHouse, loses: Loses, losses: tuple[bool, ...]) -> None:
    """A post that Slack took is sent, known by its place, and not sent again."""
    still.raises()

    def lose(method: str, _: object) -> None:
        if method == POST:
            still.wire.during = lambda *_: None
            loses(*losses)

    still.wire.during = lose
    still.runs(5)
    assert len(still.visible("tier-2")) == len(still.direct()) == 1
    assert {row.state for row in still.rows(Kind.CARD, Kind.CASE)} == {OutboxState.SENT}


@CARRIED_OUT_OR_NOT
def test_what_was_refused_is_reacted_to_once(still: StillHouse, loses: Loses, losses: tuple[bool, ...]) -> None:
    """A card whose channel is gone goes to the backup channel once, with one line in the history."""
    tier = still.channel_id("tier-2")
    still.wire.faults.error(POST, "is_archived", to(tier))

    def lose(method: str, args: Mapping[str, object]) -> None:
        if method == POST and args.get("channel") == tier:
            still.wire.during = lambda *_: None
            loses(*losses)

    still.wire.during = lose
    case = still.raises()
    still.runs(10)
    assert len(still.visible("support")) == 1
    assert len(still.events(case, "unreachable")) == 1
    assert still.row(Kind.CARD).state is OutboxState.SENT
