"""What Slack's limits do to the pace: each lane waits alone, and as long as Slack says."""

from __future__ import annotations

import pytest

from slackbot.core.messages import Kind
from slackbot.services.reactions import backoff
from slackbot.simulator.model import Message
from storage.outbox_rows import OutboxState
from tests.services.still_house import StillHouse, to

POST = "chat.postMessage"
UPDATE = "chat.update"


def test_rate_limit_pauses_its_own_lane_only(still: StillHouse) -> None:
    """After a 429 nothing goes to that channel until Retry-After; messages elsewhere leave, and no attempt counts."""
    tier = still.channel_id("tier-2")
    still.wire.faults.status(POST, 429, to(tier), retry_after=30)
    case = still.raises()
    still.settles()
    assert still.visible("tier-2") == []
    assert len(still.direct()) == 1
    card = still.row(Kind.CARD)
    assert (card.state, card.attempt) == (OutboxState.PENDING, 0)
    still.acknowledges(case)
    still.runs(5)
    assert len(still.direct()) == 2, "the news of the acknowledgement does not wait"
    still.runs(24)
    assert still.visible("tier-2") == []
    still.runs(2)
    assert len(still.visible("tier-2")) == 1
    assert len([args for args in still.wire.of(POST) if args["channel"] == tier]) == 2


def test_second_case_waits_behind_a_paused_lane(still: StillHouse) -> None:
    """A pause holds for every message to that channel, and none of them asks Slack meanwhile."""
    tier = still.channel_id("tier-2")
    still.wire.faults.status(POST, 429, to(tier), retry_after=30)
    still.raises()
    still.settles()
    still.raises("another refund")
    still.runs(25)
    assert len([args for args in still.wire.of(POST) if args["channel"] == tier]) == 1
    still.runs(10)
    assert len(still.visible("tier-2")) == 2


def test_rate_limited_edits_hold_up_no_post(still: StillHouse) -> None:
    """After a 429 on an edit no further edit is tried until Retry-After; posts go on."""
    case = still.raises()
    still.runs(5)
    still.wire.faults.status(UPDATE, 429, retry_after=20, times=2)
    still.acknowledges(case)
    still.runs(15)
    assert len(still.wire.of(UPDATE)) == 2, "the card's and the agent's, in the same breath"
    assert any("promised" in message.text for message in still.direct())
    still.runs(10)
    assert "promised" in still.visible("tier-2")[0].text


def test_a_429_without_a_date_waits_half_a_minute(still: StillHouse) -> None:
    """Slack's `ratelimited` in a body, without Retry-After, pauses the lane for 30 s."""
    still.wire.faults.error(POST, "ratelimited", to(still.channel_id("tier-2")))
    still.raises()
    still.runs(28)
    assert still.visible("tier-2") == []
    still.runs(3)
    assert len(still.visible("tier-2")) == 1


def test_one_post_a_second_and_channel(still: StillHouse) -> None:
    """Five cases at once reach the channel one a second, the most urgent first."""
    for severity in ("low", "normal", "urgent", "high"):
        still.raises(f"refund of a {severity} one", severity=severity)
    arrived = []
    for _ in range(4):
        still.runs(0.9)
        arrived.append([_severity(message) for message in still.visible("tier-2")])
        still.runs(0.1)
    order = ["urgent", "high", "normal", "low"]
    assert arrived == [order[: count + 1] for count in range(4)]


def _severity(message: Message) -> str:
    return message.text.partition("refund of a ")[2].split()[0]


def test_not_applied_backs_off(still: StillHouse) -> None:
    """What certainly did not arrive is sent again after 1, 2 and 4 s, without a look."""
    tier = still.channel_id("tier-2")
    still.wire.faults.error(POST, "request_timeout", to(tier), times=3)
    still.raises()
    began, tries = still.clock.now(), []
    still.wire.during = lambda method, args: (
        tries.append(round((still.clock.now() - began).total_seconds()))
        if method == POST and args["channel"] == tier
        else None
    )
    still.runs(20)
    assert tries == [0, 1, 3, 7]
    assert still.wire.of("conversations.history") == []


@pytest.mark.parametrize(("attempt", "seconds"), [(0, 1), (1, 1), (2, 2), (3, 4), (7, 60), (1_000_000, 60)])
def test_backoff(attempt: int, seconds: int) -> None:
    """The wait doubles from one second and never exceeds a minute."""
    assert backoff(attempt).total_seconds() == seconds


def test_a_dead_token_loses_nothing(still: StillHouse) -> None:
    """While Slack refuses the token, messages wait and deadlines pass; afterwards each is there once."""
    case = still.raises()
    still.runs(5)
    still.slack.installation.revoke()
    still.acknowledges(case)
    still.raises("second refund")
    still.runs(200)
    assert not [row for row in still.rows() if row.state in {OutboxState.DEAD, OutboxState.OBSOLETE}]
    still.slack.installation.restore()
    still.runs(100)
    assert len(still.visible("tier-2")) == 2
    assert "promised" in still.visible("tier-2")[0].text


def test_an_outage_asks_less_and_less(still: StillHouse) -> None:
    """While every answer is a 503, a message is tried ever more rarely: 20 minutes cost few calls."""
    tier = still.channel_id("tier-2")
    still.wire.faults.status(POST, 503, to(tier), times=200)
    still.raises()
    still.runs(1200)
    tried = len([args for args in still.wire.of(POST) if args["channel"] == tier])
    assert tried < 30
    still.wire.faults.clear()
