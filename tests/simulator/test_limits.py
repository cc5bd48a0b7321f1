"""The pace of calls and messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.clock import ManualClock
from slackbot.simulator.facts import load_facts
from slackbot.simulator.limits import UNLISTED_APP, Limits, Pace
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.workspace import Workspace

START = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_a_channel_takes_a_burst_and_then_one_message_a_second() -> None:
    """After the burst a message is refused until the second it was told to wait has passed."""
    clock = ManualClock(START)
    limits = Limits(clock, Pace(message_burst=2))
    assert [limits.message("chat.postMessage", "C1") for _ in range(2)] == [None, None]
    refused = limits.message("chat.postMessage", "C1")
    assert refused is not None
    assert refused.retry_after == 1
    clock.advance(SECOND)
    assert limits.message("chat.postMessage", "C1") is None
    assert limits.message("chat.postMessage", "C1") is not None


def test_channels_do_not_share_their_second() -> None:
    """A full channel holds no other channel up."""
    limits = Limits(ManualClock(START), Pace(message_burst=1))
    assert limits.message("chat.postMessage", "C1") is None
    assert limits.message("chat.postMessage", "C1") is not None
    assert limits.message("chat.postMessage", "C2") is None


def test_the_workspace_has_a_cap_over_all_channels() -> None:
    """Many channels at once run into the workspace's cap, which refills at its own rate."""
    clock = ManualClock(START)
    limits = Limits(clock, Pace(workspace_messages_per_minute=300, workspace_burst=10))
    refused = [limits.message("chat.postMessage", f"C{n}") for n in range(12)]
    assert [each is None for each in refused] == [True] * 10 + [False] * 2
    clock.advance(SECOND)
    again = [limits.message("chat.postMessage", f"C{n}") for n in range(100, 106)]
    assert [each is None for each in again] == [True] * 5 + [False]


def test_a_refused_message_uses_nothing_up() -> None:
    """Knocking on a full channel does not push the moment away at which it opens."""
    clock = ManualClock(START)
    limits = Limits(clock, Pace(message_burst=1))
    assert limits.message("chat.postMessage", "C1") is None
    for _ in range(9):
        clock.advance(SECOND / 10)
        assert limits.message("chat.postMessage", "C1") is not None
    clock.advance(SECOND / 10)
    assert limits.message("chat.postMessage", "C1") is None


@pytest.mark.parametrize(("tier", "per_minute"), [(2, 20), (3, 50), (4, 100)])
def test_a_tier_is_its_calls_per_minute(tier: int, per_minute: int) -> None:
    """Over a long time a method passes exactly as often as its tier says."""
    clock = ManualClock(START)
    limits = Limits(clock)
    while limits.call("views.open", tier) is None:
        pass
    passed = 0
    for _ in range(600):
        clock.advance(SECOND / 10)
        passed += limits.call("views.open", tier) is None
    assert passed == per_minute


def test_retry_after_is_enough() -> None:
    """Whoever waits as long as told passes."""
    clock = ManualClock(START)
    limits = Limits(clock)
    while (refused := limits.call("users.list", 2)) is None:
        pass
    clock.advance(timedelta(seconds=refused.retry_after))
    assert limits.call("users.list", 2) is None


def test_methods_do_not_share_their_tier() -> None:
    """An exhausted method leaves the others of its tier alone."""
    limits = Limits(ManualClock(START))
    while limits.call("users.list", 2) is None:
        pass
    assert limits.call("usergroups.list", 2) is None


def test_an_unlisted_app_reads_one_page_a_minute() -> None:
    """The 2025 limit for unlisted apps is a pace like any other."""
    clock = ManualClock(START)
    limits = Limits(clock, Pace(by_method=UNLISTED_APP))
    assert limits.call("conversations.history", 3) is None
    refused = limits.call("conversations.history", 3)
    assert refused is not None
    assert refused.retry_after == 60


def test_without_enforcement_everything_passes_and_is_counted() -> None:
    """Counting alone lets a message above the pace through and remembers it."""
    limits = Limits(ManualClock(START), Pace(message_burst=1), enforce=False)
    assert [limits.message("chat.postMessage", "C1") for _ in range(3)] == [None] * 3
    assert [(each.method, each.channel) for each in limits.violations] == [("chat.postMessage", "C1")] * 2


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(min_value=0, max_value=3000), min_size=1, max_size=60))
def test_no_window_holds_more_than_burst_and_rate(gaps: list[int]) -> None:
    """However calls fall, the accepted ones never exceed the burst plus a message a second."""
    clock = ManualClock(START)
    limits = Limits(clock, Pace(message_burst=2))
    accepted = []
    for gap in gaps:
        clock.advance(timedelta(milliseconds=gap))
        if limits.message("chat.postMessage", "C1") is None:
            accepted.append(clock.now())
    for at, first in enumerate(accepted):
        for count, last in enumerate(accepted[at:], start=1):
            assert count <= 2 + (last - first).total_seconds() + 1e-3


def test_the_web_api_answers_429_with_retry_after() -> None:
    """A message above the pace gets status 429 and the header, and is not posted."""
    clock = ManualClock(START)
    workspace = Workspace(clock)
    channel = workspace.add_channel("tier-2")
    api = WebApi(workspace, load_facts(), limits=Limits(clock, Pace(message_burst=1)))
    args = {"channel": channel.id, "text": "hello"}
    first = api.call("chat.postMessage", token=workspace.app.bot_token, args=args)
    second = api.call("chat.postMessage", token=workspace.app.bot_token, args=args)
    assert first.status == 200
    assert (second.status, second.headers["Retry-After"]) == (429, "1")
    assert second.body == {"ok": False, "error": "ratelimited"}
    assert len(workspace.history.messages(channel.id)) == 1
    assert [each.status for each in workspace.journal.calls()] == [200, 429]


def test_the_web_api_paces_calls_by_method() -> None:
    """A method called above its tier gets 429 while another goes on."""
    clock = ManualClock(START)
    workspace = Workspace(clock)
    api = WebApi(workspace, load_facts(), limits=Limits(clock))
    token = workspace.app.bot_token
    statuses = [api.call("users.list", token=token, args={}).status for _ in range(5)]
    assert statuses == [200] * 4 + [429]
    assert api.call("auth.test", token=token, args={}).status == 200
