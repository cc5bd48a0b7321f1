"""A failover to a standby that lacks the last commits: what is lost then, and that nothing stands twice or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from slackbot.clock import Clocks
from slackbot.core.messages import Kind
from slackbot.core.model import State
from slackbot.engine import build_engine
from slackbot.services.composing import keys_in
from slackbot.services.deliver import OneByOne
from slackbot.services.restoring import after_restore
from storage.outbox_rows import OutboxState
from storage.restored import NUMBERS_LEFT_OUT
from tests.cluster import Cluster, started
from tests.services.still_house import ENDS, StillHouse, still_house_on

pytestmark = pytest.mark.proof


@pytest.fixture
def own() -> Iterator[Cluster]:
    """A server that a test may stop: nobody else's."""
    with started() as running:
        yield running


def fails_over(still: StillHouse, own: Cluster, copy: Path) -> None:
    """Go on with a copy, and start Rung as docs/operating.md says for that."""
    own.put_back(copy)
    clocks = Clocks(case=still.clock, wire=still.clock)
    still.engine = build_engine(still.engine.ctx.store, still.wire, clocks, wake=lambda: None, carriers=OneByOne())
    after_restore(still.engine.ctx)
    still.engine.heartbeat.begin(restored=True)


def assert_nothing_twice(still: StillHouse) -> None:
    """Check that every message came to its end and that none stands twice."""
    assert [row for row in still.rows() if row.state not in ENDS] == []
    carried = [key for message in still.visible() for key in keys_in(message.metadata)]
    assert len(carried) == len(set(carried))


def test_a_failover_that_loses_the_last_commits(own: Cluster, tmp_path: Path) -> None:
    """What was sent since is found, what was taken is asked for again, what was raised is gone with its number."""
    with own.database() as url, still_house_on(url) as still:
        still.engine.heartbeat.begin()
        taken = still.raises("taken since")
        still.runs(60)
        unsent = still.raises("not sent yet")
        own.keep_copy(tmp_path / "standby")
        still.runs(10)
        still.acknowledges(taken)
        gone = still.raises("raised since")
        still.runs(10)
        seen = len(still.visible())
        fails_over(still, own, tmp_path / "standby")
        still.runs(300)
        assert_nothing_twice(still)
        sent = [row for row in still.rows(Kind.CARD) if row.escalation_id == unsent.id]
        assert [row.state for row in sent] == [OutboxState.SENT]
        assert len([m for m in still.visible("tier-2") if "not sent yet" in m.text]) == 1
        (card,) = [m for m in still.visible("tier-2") if "taken since" in m.text]
        assert "Nobody has it" in card.text
        assert (
            still.case_of(next(r for r in still.rows(Kind.CARD) if r.escalation_id == taken.id)).state is State.WAITING
        )
        assert gone.id not in {row.escalation_id for row in still.rows()}
        assert [m for m in still.direct("dana") if "restored" in m.text]
        assert len(still.visible()) >= seen
        still.acknowledges(taken)
        assert still.raises("raised anew").number == gone.number - 1 + NUMBERS_LEFT_OUT + 1
        still.runs(60)
        assert_nothing_twice(still)
