"""A sender that has to stop gives back what it can't finish, and sends nothing after that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from slackbot.core.messages import Kind
from slackbot.services.deliver import Sender
from storage.outbox_rows import OutboxState
from storage.pace import POST
from tests.services.still_house import StillHouse


@dataclass(slots=True)
class Stalled:
    """Carriers that take errands on and do not set out."""

    errands: list[Callable[[], None]] = field(default_factory=list)

    def free(self) -> int:
        """Say how many messages can be taken on now."""
        return 16

    def carry(self, errand: Callable[[], None]) -> None:
        """Take it on."""
        self.errands.append(errand)


@pytest.fixture
def stalled() -> Stalled:
    """Carriers that wait for the test."""
    return Stalled()


@pytest.fixture
def sender(still: StillHouse, stalled: Stalled) -> Sender:
    """A sender with such carriers: that of another replica."""
    return Sender(replace(still.engine.sender._s, carriers=stalled))


def test_what_slack_has_not_heard_of_is_sent_by_another_at_once(
    still: StillHouse, sender: Sender, stalled: Stalled
) -> None:
    """A claimed row is pending again, its attempt forgiven; the one who gave it back does not send it any more."""
    still.raises()
    assert sender.step()
    sender.give_back()
    assert {row.state for row in still.rows()} == {OutboxState.PENDING}
    assert {row.attempt for row in still.rows()} == {0}
    for errand in stalled.errands:
        errand()
    assert still.visible() == []
    still.runs(2)
    assert len(still.visible("tier-2")) == len(still.direct()) == 1


def test_what_slack_may_have_heard_of_is_looked_for(still: StillHouse, sender: Sender, stalled: Stalled) -> None:
    """A post that is under way becomes unknown, is looked for and found; nothing is visible twice."""
    still.raises()
    assert sender.step()

    def stops(method: str, _: Mapping[str, Any]) -> None:
        if method == POST:
            still.wire.during = lambda *_: None
            sender.give_back()

    still.wire.during = stops
    stalled.errands[0]()
    assert len(still.visible()) == 1
    still.runs(60)
    assert len(still.visible("tier-2")) == len(still.direct()) == 1


def test_what_is_done_is_not_given_back(still: StillHouse, sender: Sender, stalled: Stalled) -> None:
    """A message that arrived stays sent."""
    still.raises()
    assert sender.step()
    for errand in stalled.errands:
        errand()
    before = still.rows(Kind.CARD, Kind.CASE)
    sender.give_back()
    assert still.rows(Kind.CARD, Kind.CASE) == before
    assert {row.state for row in before} == {OutboxState.SENT}
