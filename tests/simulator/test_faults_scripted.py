"""Faults beyond the plain ones: late landings, answers that can't be read, the nth call, and times of trouble."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from http.client import IncompleteRead
from typing import TYPE_CHECKING

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from slackbot.simulator.facts import load_facts
from slackbot.simulator.faults import ANY_METHOD, RESPONSE_URL, FaultScript, FaultsLeftError, in_channel
from slackbot.simulator.server import Simulator
from slackbot.slack.failures import RETRY_AFTER_UNSAID, Ambiguous, NotApplied, RateLimited
from tests.simulator.small_app import client_for, furnished, gateway_for

if TYPE_CHECKING:
    from slackbot.clock import ManualClock
    from slackbot.slack.gateway import Gateway

POST = "chat.postMessage"


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    """Give a running simulator; a fault nobody met fails the test."""
    with Simulator(furnished(clock, None)) as running:
        yield running
        running.faults.assert_all_met()


@pytest.fixture
def gateway(simulator: Simulator) -> Gateway:
    """Give the app's own way to Slack: what it makes of a fault is what counts."""
    return gateway_for(simulator)


def post(gateway: Gateway, simulator: Simulator, text: str, channel: str = "#support") -> None:
    """Post as the app does."""
    gateway.call(1, POST, channel=simulator.channel(channel).id, text=text)


def test_a_held_call_takes_effect_after_its_caller_has_given_up(simulator: Simulator, gateway: Gateway) -> None:
    """The connection is dropped, nothing is there, and later the post lands all the same."""
    held = simulator.faults.hold(POST)
    with pytest.raises(Ambiguous):
        post(gateway, simulator, "On its way")
    simulator.channel("#support").does_not_show("On its way")
    assert held.waiting() == 1
    held.land()
    assert simulator.channel("#support").shows("On its way")
    assert held.waiting() == 0


def test_a_late_call_lands_by_itself(simulator: Simulator, gateway: Gateway) -> None:
    """Some real moments after the connection was dropped the post is there."""
    simulator.faults.land_late(POST, 0.05)
    with pytest.raises(Ambiguous):
        post(gateway, simulator, "Late")
    assert simulator.channel("#support").shows("Late")


def test_an_answer_that_breaks_off_leaves_the_caller_in_doubt(simulator: Simulator, gateway: Gateway) -> None:
    """Half the body comes, then the connection ends; the post is there, and the app knows that it does not know."""
    simulator.faults.drop_midway(POST, times=2)
    with pytest.raises(IncompleteRead):
        client_for(simulator).chat_postMessage(channel=simulator.channel("#support").id, text="Half said")
    with pytest.raises(Ambiguous):
        post(gateway, simulator, "Half heard")
    assert simulator.channel("#support").shows("Half said")
    assert simulator.channel("#support").shows("Half heard")


def test_truncated_json_hides_a_success(simulator: Simulator, gateway: Gateway) -> None:
    """An answer of 200 with half the JSON was applied; the app can't know."""
    simulator.faults.truncated(POST)
    with pytest.raises(Ambiguous, match="no_json"):
        post(gateway, simulator, "Cut short")
    assert simulator.channel("#support").shows("Cut short")


def test_a_page_of_html_is_no_answer(simulator: Simulator, gateway: Gateway) -> None:
    """A 200 that holds HTML applied nothing; the app can't know that either."""
    simulator.faults.html(POST)
    with pytest.raises(Ambiguous, match="no_json"):
        post(gateway, simulator, "Swallowed")
    simulator.channel("#support").does_not_show("Swallowed")


def test_an_unknown_code_is_in_no_table_and_the_same_for_a_seed(simulator: Simulator) -> None:
    """A code drawn from a seed is one Slack documents nowhere; the next run draws the same."""
    code = simulator.faults.unknown_error(POST, seed=7)
    assert all(code not in fact.errors for fact in load_facts().values())
    assert FaultScript().unknown_error(POST, seed=7) == code
    assert FaultScript().unknown_error(POST, seed=8) != code
    with pytest.raises(SlackApiError) as caught:
        client_for(simulator).chat_postMessage(channel=simulator.channel("#support").id, text="Odd")
    assert caught.value.response["error"] == code


def test_a_429_may_come_without_saying_when_to_return(simulator: Simulator, gateway: Gateway) -> None:
    """Without `Retry-After` the app falls back on a pause of its own."""
    simulator.faults.status(POST, 429)
    with pytest.raises(RateLimited) as caught:
        post(gateway, simulator, "Too fast")
    assert caught.value.retry_after == RETRY_AFTER_UNSAID


def test_the_nth_call_to_a_channel_is_hit_and_no_other(simulator: Simulator, gateway: Gateway) -> None:
    """A fault for the third post to one channel lets two pass there and any number elsewhere."""
    tier = in_channel(simulator.channel("#tier-2").id)
    simulator.faults.drop_after(POST, tier, nth=3)
    for number in (1, 2):
        post(gateway, simulator, f"Tier {number}", "#tier-2")
        post(gateway, simulator, f"Support {number}")
    with pytest.raises(Ambiguous):
        post(gateway, simulator, "Tier 3", "#tier-2")
    post(gateway, simulator, "Tier 4", "#tier-2")


def test_calls_others_take_count_too() -> None:
    """The second call is the second, whether or not the first met another fault."""
    script = FaultScript()
    script.error(POST, "first")
    script.error(POST, "second", nth=2)
    script.error(POST, "fourth", nth=4)
    names = [found.name if (found := script.take(POST, {})) else None for _ in range(4)]
    assert names == ["error first", "error second", None, "error fourth"]


def test_slack_is_off_for_a_while(simulator: Simulator, gateway: Gateway, clock: ManualClock) -> None:
    """For a minute of the workspace's clock every call is answered with 503; then all is well."""
    simulator.faults.off(60)
    for _ in range(3):
        with pytest.raises(Ambiguous, match="http_503"):
            post(gateway, simulator, "Down")
    with pytest.raises(Ambiguous, match="http_503"):
        gateway.call(1, "auth.test")
    clock.advance(timedelta(seconds=60))
    post(gateway, simulator, "Up again")


def test_a_method_is_limited_for_a_while(simulator: Simulator, gateway: Gateway, clock: ManualClock) -> None:
    """For a minute one method answers 429, and the others go on."""
    simulator.faults.limited(POST, 20, 60)
    with pytest.raises(RateLimited) as caught:
        post(gateway, simulator, "Wait")
    assert caught.value.retry_after == 20
    assert gateway.call(1, "auth.test")["ok"]
    clock.advance(timedelta(seconds=61))
    post(gateway, simulator, "Now")


def test_what_lasts_ends_when_told_and_complains_if_nobody_met_it(simulator: Simulator, gateway: Gateway) -> None:
    """A time of trouble without an end is ended by hand; one that troubled nobody is an error of the test."""
    trouble = simulator.faults.off()
    with pytest.raises(Ambiguous):
        post(gateway, simulator, "Down")
    simulator.faults.end(trouble)
    post(gateway, simulator, "Up")
    assert [(met.method, met.fault) for met in simulator.faults.met] == [(POST, trouble)]
    unmet = simulator.faults.limited(POST, 1)
    assert simulator.faults.left() == [f"status 429 on {POST}"]
    with pytest.raises(FaultsLeftError, match="status 429"):
        simulator.faults.end(unmet)


def test_a_post_to_a_response_url_meets_faults_too(simulator: Simulator) -> None:
    """`RESPONSE_URL` stands for a method; what lands late there does so as elsewhere."""
    stage = simulator.person("ana")._stage
    url = stage.response_url(simulator.person("ana").person, simulator.channel("#support").id)
    held = simulator.faults.hold(RESPONSE_URL, lambda body: body.get("text") == "Slowly")
    simulator.faults.status(ANY_METHOD, 500)
    client = WebhookClient(url, retry_handlers=[])
    with pytest.raises(OSError, match=r"Remote end closed|reset"):
        client.send(text="Slowly")
    assert client.send(text="Not now").status_code == 500
    held.land()
    assert simulator.person("ana").sees_ephemeral("Slowly")


def test_a_slack_that_is_gone_refuses_connections(simulator: Simulator, gateway: Gateway) -> None:
    """Nobody listens: the app knows that nothing was taken; afterwards the same address works again."""
    post(gateway, simulator, "Before")
    simulator.goes_dark()
    with pytest.raises(NotApplied, match="no_connection"):
        post(gateway, simulator, "Meanwhile")
    simulator.comes_back()
    post(gateway, simulator, "After")
    simulator.channel("#support").does_not_show("Meanwhile")
