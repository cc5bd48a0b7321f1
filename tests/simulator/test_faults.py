from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError

from slackbot.simulator.faults import ANY_METHOD, FaultScript, FaultsLeftError, in_channel
from slackbot.simulator.server import Simulator
from tests.simulator.small_app import client_for, furnished

if TYPE_CHECKING:
    from slackbot.clock import ManualClock


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    """Give a running simulator; a fault nobody met fails the test."""
    with Simulator(furnished(clock, None)) as running:
        yield running
        running.faults.assert_all_met()


def post(simulator: Simulator, text: str, channel: str = "#support") -> None:
    """Post with the real client, which repeats nothing."""
    client_for(simulator).chat_postMessage(channel=simulator.channel(channel).id, text=text)


def test_a_drop_after_the_post_leaves_it_visible_and_the_caller_in_doubt(simulator: Simulator) -> None:
    """The connection ends without an answer, and yet the message is there."""
    simulator.faults.drop_after("chat.postMessage")
    with pytest.raises(OSError, match=r"Remote end closed|reset"):
        post(simulator, "Lost answer")
    assert simulator.channel("#support").shows("Lost answer")


def test_a_drop_before_the_post_leaves_nothing(simulator: Simulator) -> None:
    """The connection ends without an answer and no message is there."""
    simulator.faults.drop_before("chat.postMessage")
    with pytest.raises(OSError, match=r"Remote end closed|reset"):
        post(simulator, "Lost request")
    simulator.channel("#support").does_not_show("Lost request")


def test_an_internal_error_may_hide_a_success(simulator: Simulator) -> None:
    """An error that is answered after the call was applied leaves the message visible."""
    simulator.faults.apply_then_error("chat.postMessage")
    with pytest.raises(SlackApiError) as caught:
        post(simulator, "Said and denied")
    assert caught.value.response["error"] == "internal_error"
    assert simulator.channel("#support").shows("Said and denied")


def test_a_scripted_error_applies_nothing(simulator: Simulator) -> None:
    """A scripted refusal leaves no message behind."""
    simulator.faults.error("chat.postMessage", "is_archived")
    with pytest.raises(SlackApiError) as caught:
        post(simulator, "Refused")
    assert caught.value.response["error"] == "is_archived"
    simulator.channel("#support").does_not_show("Refused")


def test_a_status_carries_its_retry_after(simulator: Simulator) -> None:
    """A scripted 429 and a 503 come as such, with the header asked for."""
    simulator.faults.status("chat.postMessage", 429, retry_after=7)
    simulator.faults.status("chat.postMessage", 503)
    with pytest.raises(SlackApiError) as caught:
        post(simulator, "Too fast")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"
    with pytest.raises(SlackApiError) as caught:
        post(simulator, "Too bad")
    assert caught.value.response.status_code == 503
    simulator.channel("#support").does_not_show("Too")


def test_faults_are_met_in_order_and_only_by_what_they_match(simulator: Simulator) -> None:
    """A fault for one channel passes over calls to another, and two faults come one after the other."""
    tier = in_channel(simulator.channel("#tier-2").id)
    simulator.faults.error("chat.postMessage", "not_in_channel", tier)
    simulator.faults.error("chat.postMessage", "internal_error", tier)
    post(simulator, "Elsewhere")
    for code in ("not_in_channel", "internal_error"):
        with pytest.raises(SlackApiError) as caught:
            post(simulator, "Here", "#tier-2")
        assert caught.value.response["error"] == code
    post(simulator, "Here at last", "#tier-2")


def test_an_outage_hits_whatever_is_called(simulator: Simulator) -> None:
    """A fault for any method is met by the next call, whichever it is."""
    simulator.faults.status(ANY_METHOD, 503)
    with pytest.raises(SlackApiError) as caught:
        client_for(simulator).auth_test()
    assert caught.value.response.status_code == 503
    assert client_for(simulator).auth_test()["ok"]


def test_a_fault_nobody_met_fails_the_test() -> None:
    """What is left of the script is named in the complaint."""
    script = FaultScript()
    script.slow("views.open", 1.0, times=2)
    script.take("views.open", {})
    with pytest.raises(FaultsLeftError, match=r"slow on views\.open"):
        script.assert_all_met()
    script.clear()
    script.assert_all_met()


def test_a_slow_call_is_applied_before_it_is_answered(simulator: Simulator) -> None:
    """A client that gives up waiting does not undo the post."""
    simulator.faults.slow("chat.postMessage", 60)
    client = client_for(simulator)
    client.timeout = 1
    with pytest.raises(TimeoutError):
        client.chat_postMessage(channel=simulator.channel("#support").id, text="In time")
    assert simulator.channel("#support").shows("In time")


def test_latency_lengthens_every_call(simulator: Simulator) -> None:
    """With a round trip of 60 ms no call is answered sooner."""
    simulator.faults.latency(0.06)
    started = time.monotonic()
    client_for(simulator).auth_test()
    assert time.monotonic() - started >= 0.06
