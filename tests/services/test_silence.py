"""When Slack itself is down: the window is noted for the reports, and nothing else changes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from slackbot.clock import ManualClock
from slackbot.core.outages import Cause
from slackbot.services.uptime import EVERY, Heartbeat
from slackbot.slack.failures import Ambiguous, NotApplied, RateLimited, SlackFailure, UnknownCode, failure_of
from slackbot.slack.silence import Silence
from storage.uptime import Outage
from tests.services.still_house import MORNING, StillHouse

POST = "chat.postMessage"
MINUTE = timedelta(minutes=1)


def lives(still: StillHouse, span: timedelta, *others: Heartbeat) -> None:
    """Let time pass, with a heartbeat wherever one is due."""
    for _ in range(span // EVERY):
        still.runs(EVERY.total_seconds())
        for each in (still.engine.heartbeat, *others):
            each.step()


def windows(still: StillHouse) -> list[Outage]:
    """Read what reports leave out."""
    with still.engine.ctx.store.read() as tx:
        return tx.uptime.outages_between(MORNING - timedelta(days=1), MORNING + timedelta(days=1))


def off_for(still: StillHouse, span: timedelta, *others: Heartbeat) -> tuple[datetime, datetime]:
    """Have Slack answer nothing for a while in which something is to be said; gives when it began and ended."""
    fault, began = still.wire.faults.off(), still.clock.now()
    still.raises()
    lives(still, span, *others)
    still.wire.faults.end(fault)
    return began, still.clock.now()


def test_an_outage_of_slack_is_one_window(still: StillHouse) -> None:
    """It goes from the first call without an answer to the last; no case is taken up, nobody is told of it."""
    still.engine.heartbeat.begin()
    began, ended = off_for(still, 20 * MINUTE)
    lives(still, 5 * MINUTE)
    (window,) = windows(still)
    assert (window.cause, window.started_at) == (Cause.SLACK, began)
    assert ended - 2 * MINUTE <= window.ended_at <= ended
    assert window.settled_at == window.ended_at
    (case,) = {row.escalation_id: still.case_of(row) for row in still.rows()}.values()
    assert still.events(case, "house_down") == []
    assert [each.text for each in still.direct("dana") if "affected" in each.text] == []


def test_two_outages_are_two_windows(still: StillHouse) -> None:
    """What Slack answered in between counts."""
    still.engine.heartbeat.begin()
    first, _ = off_for(still, 10 * MINUTE)
    lives(still, 10 * MINUTE)
    second, _ = off_for(still, 10 * MINUTE)
    lives(still, 5 * MINUTE)
    noted = [window.started_at for window in windows(still)]
    assert [each.replace(microsecond=0) for each in noted] == [first, second]


def test_a_short_one_is_not_noted(still: StillHouse) -> None:
    """Less than two minutes are no outage, as with Rung's own."""
    still.engine.heartbeat.begin()
    off_for(still, 90 * timedelta(seconds=1))
    lives(still, 10 * MINUTE)
    assert windows(still) == []


def test_slack_is_down_only_if_no_replica_reaches_it(still: StillHouse) -> None:
    """While another replica gets answers, one that gets none has a trouble of its own."""
    others = Silence(still.clock)
    other = Heartbeat(still.engine.ctx, lambda: 0.0, others)
    still.engine.heartbeat.begin()
    other.begin()
    still.wire.before = lambda *_: others.heard(None)
    off_for(still, 10 * MINUTE, other)
    assert windows(still) == []


def test_replicas_note_the_same_window(still: StillHouse) -> None:
    """Two that hear nothing at different moments note one stretch that holds both."""
    others = Silence(still.clock)
    other = Heartbeat(still.engine.ctx, lambda: 0.0, others)
    still.engine.heartbeat.begin()
    other.begin()
    still.wire.before = lambda *_: others.heard(Ambiguous(POST, "no_answer"))
    began, _ = off_for(still, 10 * MINUTE, other)
    assert [window.started_at for window in windows(still)] == [began]


NO_ANSWER = [Ambiguous(POST, "http_503"), NotApplied(POST, "no_connection"), failure_of(POST, "internal_error")]
ANSWERS = [None, RateLimited(POST, "ratelimited", 30.0), UnknownCode(POST, "new"), failure_of(POST, "token_revoked")]


@pytest.mark.parametrize("failure", NO_ANSWER, ids=str)
def test_what_is_no_answer_is_silence(failure: SlackFailure) -> None:
    """No connection, no word, or an error of Slack's servers: the stretch grows with each."""
    clock = ManualClock(MORNING)
    silence = Silence(clock)
    for _ in range(4):
        silence.heard(failure)
        clock.advance(MINUTE)
    found = silence.latest()
    assert found is not None
    assert (found.start, found.end) == (MORNING, MORNING + 3 * MINUTE)


@pytest.mark.parametrize("failure", ANSWERS, ids=str)
def test_an_answer_ends_it(failure: SlackFailure | None) -> None:
    """Whatever Slack answers, it answers: the next silence begins anew."""
    clock = ManualClock(MORNING)
    silence = Silence(clock)
    for each in (Ambiguous(POST, "http_503"), failure, Ambiguous(POST, "http_503")):
        silence.heard(each)
        clock.advance(MINUTE)
    found = silence.latest()
    assert found is not None
    assert found.start == MORNING + 2 * MINUTE


def test_single_failures_far_apart_are_no_silence() -> None:
    """A house that says nothing all night can't know whether Slack was there."""
    clock = ManualClock(MORNING)
    silence = Silence(clock)
    for _ in range(2):
        silence.heard(Ambiguous(POST, "http_503"))
        clock.advance(8 * 60 * MINUTE)
    found = silence.latest()
    assert found is not None
    assert found.start == found.end
