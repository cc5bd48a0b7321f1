"""What is measured is what happened: how late deadlines and messages were, and what waits at this moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from slackbot.services.reactions import AUTH_PAUSE
from slackbot.services.waiting import waiting
from slackbot.slack.failures import failure_of
from storage.pace import POST
from tests.engines import SQLITE, Databases
from tests.services.still_house import StillHouse, still_house_on

SEND_EVERYTHING = 5.0
PING_AFTER = 600.0


@dataclass(slots=True)
class Notes:
    """A meter that keeps what it is told, in seconds."""

    late: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)

    def acted(self, late: float) -> None:
        """Keep it."""
        self.late.append(late)

    def sent(self, after: float) -> None:
        """Keep it."""
        self.after.append(after)


@pytest.fixture
def notes() -> Notes:
    """Give an empty meter."""
    return Notes()


@pytest.fixture
def measured(databases: Databases, notes: Notes) -> Iterator[StillHouse]:
    """Give a house that tells it everything."""
    with databases.fresh(SQLITE) as url, still_house_on(url, meter=notes) as house:
        yield house


def test_lateness_is_from_the_moment_to_the_commit(measured: StillHouse, notes: Notes) -> None:
    """A case found seven seconds after its moment was acted on seven seconds late; nothing is noted before."""
    case = measured.raises()
    measured.settles()
    assert notes.late == []
    assert case.next_at is not None
    measured.clock.set(case.next_at + timedelta(seconds=7))
    while measured.engine.sweep.step():
        pass
    assert notes.late == [7.0]


def test_messages_are_timed_from_being_wanted(measured: StillHouse, notes: Notes) -> None:
    """A card sent four seconds after the case was raised took four seconds; edits are no messages."""
    measured.raises()
    measured.clock.advance(timedelta(seconds=4))
    measured.runs(SEND_EVERYTHING)
    posts = measured.wire.of("chat.postMessage")
    assert len(notes.after) == len(posts)
    assert min(notes.after) == 4.0
    before = len(notes.after)
    measured.acknowledges(measured.case_of(measured.rows()[0]))
    measured.runs(SEND_EVERYTHING)
    assert measured.wire.of("chat.update")
    assert len(notes.after) - before == len(measured.wire.of("chat.postMessage")) - len(posts)


def test_what_waits_can_be_read(still: StillHouse) -> None:
    """Nothing is overdue before its moment; afterwards it is so many seconds; messages are counted by state."""
    case = still.raises()
    fresh = waiting(still.engine.ctx)
    assert fresh.overdue == 0
    assert fresh.messages["pending"] >= 1
    still.settles()
    still.runs(SEND_EVERYTHING)
    assert waiting(still.engine.ctx).messages == {"pending": 0, "leased": 0, "unknown": 0, "dead": 0}
    assert case.next_at is not None
    still.clock.set(case.next_at + timedelta(seconds=90))
    assert waiting(still.engine.ctx).overdue == 90


def test_an_acted_upon_case_is_overdue_no_more(still: StillHouse) -> None:
    """Once the sweep has been there, the next moment lies ahead again."""
    still.raises()
    still.runs(PING_AFTER + 60)
    assert waiting(still.engine.ctx).overdue == 0


def test_pauses_are_counted_while_they_last(still: StillHouse) -> None:
    """Two channels paused for 30 and 20 seconds: both count, the longer one is told, and after it none."""
    with still.engine.ctx.store.write() as tx:
        for channel, seconds in (("C1", 30), ("C2", 20)):
            until = still.clock.now() + timedelta(seconds=seconds)
            tx.lanes.pause(still.engine.ctx.workspace(tx, still.team).id, POST, channel, until)
    found = waiting(still.engine.ctx)
    assert (found.paused_lanes, found.longest_pause) == (2, 30)
    still.clock.advance(timedelta(seconds=31))
    assert waiting(still.engine.ctx).paused_lanes == 0


def test_the_token_is_asked_about_once_a_minute_while_in_doubt(still: StillHouse) -> None:
    """While Slack has refused the token it is asked again every minute, though nothing has to be said; else never."""
    tokens, state = still.engine.tokens, still.wire.token_state
    state.heard(None)
    still.clock.advance(2 * AUTH_PAUSE)
    assert tokens.next_moment() is None
    tokens.step()
    assert still.wire.of("auth.test") == []
    still.slack.revoke_token()
    state.heard(failure_of("chat.postMessage", "token_revoked"))
    for _ in range(3):
        tokens.step()
    assert len(still.wire.of("auth.test")) == 1
    still.clock.advance(AUTH_PAUSE)
    tokens.step()
    assert len(still.wire.of("auth.test")) == 2
    still.slack.installation.restore()


@pytest.mark.parametrize("code", ["missing_scope", "channel_not_found", "ratelimited", "internal_error"])
def test_only_the_token_as_a_whole_puts_it_in_doubt(still: StillHouse, code: str) -> None:
    """A missing scope, a closed channel or a bad moment of Slack's say nothing of the token."""
    state = still.wire.token_state
    state.heard(None)
    state.heard(failure_of("chat.postMessage", code))
    assert state.trouble is None
