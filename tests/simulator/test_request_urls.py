"""Deliveries over HTTP: what an app with request URLs gets, with signatures, retries, redirects and forgeries."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier

from slackbot.simulator.hands.stage import DeliveryFailedError
from slackbot.simulator.model import RequestUrls
from slackbot.simulator.server import Simulator
from slackbot.simulator.signing import signature
from tests.simulator.desk import Desk, card, form
from tests.simulator.http_app import Endpoint, bare_endpoint, open_http_house
from tests.simulator.small_app import House, furnished, plain

if TYPE_CHECKING:
    from slackbot.clock import ManualClock
    from slackbot.simulator.request_urls import Forgery

EVENT = {"type": "app_home_opened", "user": "U0002", "channel": "D1", "tab": "home"}
ACME_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar"
    b"&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com"
    b"%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    b".803a0bc887a14d10d2c447fce8b6703c"
)


@pytest.fixture(scope="module")
def shared_house(shared_desk: Desk) -> Iterator[House]:
    """Give a workspace and a stock Bolt app behind a request URL."""
    with open_http_house(shared_desk.register) as house:
        yield house


@pytest.fixture
def endpoint() -> Endpoint:
    """Give a request URL that answers 200 and nothing."""
    return Endpoint()


@pytest.fixture
def simulator(clock: ManualClock, endpoint: Endpoint) -> Iterator[Simulator]:
    """Give a simulator that posts to the endpoint, with short pauses between retries."""
    with (
        Simulator(furnished(clock, None), http_retry_seconds=(0, 0.02, 0.04)) as running,
        bare_endpoint(endpoint) as url,
    ):
        running.workspace.installation.deliver_to(RequestUrls.all_at(url))
        yield running
        running.mishaps.assert_all_met()


def test_the_signature_is_slacks_own() -> None:
    """The vector of Slack's documentation comes out."""
    signed = signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", ACME_BODY)
    assert signed == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


def test_a_command_a_form_and_a_press_work_as_over_the_socket(house: House, desk: Desk) -> None:
    """A stock Bolt app that verifies signatures answers a command, opens a form, takes it, offers options."""
    ana = house.simulator.person("ana")
    assert ana.types("/note buy  milk", in_="#support").text == "Noted: buy  milk"
    assert ana.types("/form", in_="#support").modal.title == "Escalate"
    ana.fills(Summary="Refund stuck", Category="Billing")
    ana.chooses("Customer", "Acid")
    desk.submission_ack = {"response_action": "errors", "errors": {"summary": "Say more"}}
    assert ana.submits().errors == {"Summary": "Say more"}
    desk.submission_ack = {"response_action": "update", "view": form(title="Sent")}
    assert ana.submits().kind == "updated"
    house.client.chat_postMessage(channel=house.simulator.channel("#tier-2").id, text="Card", blocks=card())
    lea = house.simulator.person("lea")
    lea.clicks("Acknowledge", on=house.simulator.channel("#tier-2").shows("ESC-1"))
    assert desk.last["actions"][0]["action_id"] == "acknowledge"
    assert house.simulator.failures == []


def test_an_event_is_taken_and_the_challenge_answered(house: House) -> None:
    """An event is acknowledged; the URL's challenge and the probe of its certificate are answered."""
    delivery = house.simulator.deliver_event(EVENT)
    assert house.simulator.wait_acknowledged(delivery).answers[0].status == 200
    answer = house.simulator.requests.verify_url("abc")
    assert (answer.status, b"abc" in answer.body) == (200, True)
    assert house.simulator.requests.check_ssl().status == 200


@pytest.mark.parametrize("how", ["wrong_signature", "no_signature", "old_timestamp"])
def test_a_forged_command_is_turned_away(house: House, desk: Desk, how: Forgery) -> None:
    """Bolt answers 401 to what is not signed by the secret and now, and no listener hears of it."""
    house.simulator.mishaps.forge("/note", how)
    with pytest.raises(DeliveryFailedError, match="http_error: the app answered 401"):
        house.simulator.person("ana").types("/note forged", in_="#support")
    assert desk.heard == []


def test_the_word_payload_trips_stock_bolt(house: House) -> None:
    """The known defect of Bolt's HTTP mode shows here: a command whose text says `payload` fails for its person."""
    with pytest.raises(DeliveryFailedError, match="404"):
        house.simulator.person("ana").types("/note the payload parser", in_="#support")


def test_bodies_and_headers_are_those_of_slack(simulator: Simulator, endpoint: Endpoint) -> None:
    """A command is a form, an interaction a form with JSON, an event JSON; each is signed over its raw bytes."""
    ana = simulator.person("ana")
    ana.types("/note ä & b", in_="#support")
    ana.uses_global_shortcut("from_anywhere")
    simulator.wait_acknowledged(simulator.deliver_event(EVENT))
    command, shortcut, event = endpoint.wait_for(3)
    verifier = SignatureVerifier(simulator.signing_secret)
    for heard in (command, shortcut, event):
        assert verifier.is_valid_request(heard.body, heard.headers)
        assert "x-slack-retry-num" not in heard.headers
    assert parse_qs(command.body.decode())["text"] == ["ä & b"]
    assert json.loads(parse_qs(shortcut.body.decode())["payload"][0])["type"] == "shortcut"
    assert json.loads(event.body)["event"]["type"] == "app_home_opened"
    kinds = [heard.headers["content-type"] for heard in (command, shortcut, event)]
    assert kinds == ["application/x-www-form-urlencoded"] * 2 + ["application/json"]


def test_each_kind_has_its_own_address(simulator: Simulator, endpoint: Endpoint) -> None:
    """Commands, interactions, options and events go where the installation says."""
    base = simulator.requests.urls()
    assert base is not None
    root = base.events.removesuffix("/slack/events")
    urls = RequestUrls(f"{root}/c", f"{root}/i", f"{root}/o?x=1", f"{root}/e")
    simulator.workspace.installation.deliver_to(urls)
    ana = simulator.person("ana")
    ana.types("/note x", in_="#support")
    ana.uses_global_shortcut("from_anywhere")
    with pytest.raises(DeliveryFailedError, match="invalid_options"):
        ana.sends_raw({"type": "block_suggestion", "value": "x"})
    simulator.wait_acknowledged(simulator.deliver_event(EVENT))
    assert [heard.path for heard in endpoint.wait_for(4)] == ["/c", "/i", "/o?x=1", "/e"]


def test_a_failed_event_comes_three_times_more_and_says_why(simulator: Simulator, endpoint: Endpoint) -> None:
    """Each retry has its number and reason and the same event id; after the third it is given up."""
    endpoint.answer = lambda _heard: (500, {}, b"")
    delivery = simulator.deliver_event(EVENT)
    with pytest.raises(DeliveryFailedError, match="given up after 3 retries"):
        simulator.wait_acknowledged(delivery)
    heard = endpoint.wait_for(4)
    assert [each.headers.get("x-slack-retry-num") for each in heard] == [None, "1", "2", "3"]
    assert {each.headers.get("x-slack-retry-reason") for each in heard[1:]} == {"http_error"}
    assert len({json.loads(each.body)["event_id"] for each in heard}) == 1
    assert [answer.status for answer in delivery.answers] == [500] * 4


def test_an_event_taken_at_the_second_try_comes_no_more(simulator: Simulator, endpoint: Endpoint) -> None:
    """A 2xx ends the retries, and 204 is one."""
    endpoint.answer = lambda heard: (204 if "x-slack-retry-num" in heard.headers else 503, {}, b"")
    delivery = simulator.wait_acknowledged(simulator.deliver_event(EVENT))
    assert (delivery.attempts, delivery.retries, delivery.acks) == (2, 1, 1)


def test_an_app_may_ask_for_no_retry(simulator: Simulator, endpoint: Endpoint) -> None:
    """`x-slack-no-retry: 1` beside a failure ends it there."""
    endpoint.answer = lambda _heard: (500, {"x-slack-no-retry": "1"}, b"")
    with pytest.raises(DeliveryFailedError, match="http_error: the app answered 500"):
        simulator.wait_acknowledged(simulator.deliver_event(EVENT))
    assert len(endpoint.wait_for(1)) == 1


def test_two_redirects_are_followed_and_a_third_is_not(simulator: Simulator, endpoint: Endpoint) -> None:
    """A request moves on twice with its body and signature; the third redirect is a failure of its own."""
    hops = {"/slack/events": "/a", "/a": "/b"}

    def answer(heard: Any) -> tuple[int, dict[str, str], bytes]:
        to = hops.get(heard.path)
        return (302, {"Location": to}, b"") if to else (200, {}, b"")

    endpoint.answer = answer
    simulator.wait_acknowledged(simulator.deliver_event(EVENT))
    verifier = SignatureVerifier(simulator.signing_secret)
    assert [each.path for each in endpoint.heard] == ["/slack/events", "/a", "/b"]
    assert verifier.is_valid_request(endpoint.heard[2].body, endpoint.heard[2].headers)
    hops["/b"] = "/c"
    with pytest.raises(DeliveryFailedError, match="too_many_redirects"):
        simulator.person("ana").types("/note x", in_="#support")


def test_nobody_listening_is_named(simulator: Simulator) -> None:
    """A closed port is `connection_failed` to the person at once, and the reason of an event's retries."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    simulator.workspace.installation.deliver_to(RequestUrls.all_at(f"http://127.0.0.1:{port}/"))
    with pytest.raises(DeliveryFailedError, match="connection_failed: the app answered nothing"):
        simulator.person("ana").types("/note x", in_="#support")
    delivery = simulator.deliver_event(EVENT)
    with pytest.raises(DeliveryFailedError, match="given up"):
        simulator.wait_acknowledged(delivery)
    assert {answer.reason for answer in delivery.answers} == {"connection_failed"}


def test_slack_hangs_up_after_three_seconds(simulator: Simulator, endpoint: Endpoint) -> None:
    """A command unanswered for three seconds is a timeout to its person; an event comes again because of it."""
    free = threading.Event()

    def answer(heard: Any) -> tuple[int, dict[str, str], bytes]:
        if "x-slack-retry-num" not in heard.headers:
            free.wait(10)
        return 200, {}, b""

    endpoint.answer = answer
    event = simulator.deliver_event(EVENT)
    try:
        with pytest.raises(DeliveryFailedError, match="operation_timeout"):
            simulator.person("ana").types("/note slow", in_="#support")
        simulator.wait_acknowledged(event)
    finally:
        free.set()
    assert [answer.reason for answer in event.answers] == ["http_timeout", ""]
    retry = next(each for each in endpoint.heard if "x-slack-retry-num" in each.headers)
    assert retry.headers["x-slack-retry-reason"] == "http_timeout"


def test_a_body_can_be_missing_or_cut(simulator: Simulator, endpoint: Endpoint) -> None:
    """What loses its body on the way is signed as it arrives: only reading it can tell."""
    verifier = SignatureVerifier(simulator.signing_secret)
    forgeries: tuple[Forgery, ...] = ("no_body", "cut_body")
    for how in forgeries:
        simulator.mishaps.forge("/note", how)
        simulator.person("ana").types("/note whole", in_="#support")
    empty, cut = endpoint.wait_for(2)
    assert empty.body == b""
    assert b"trigger_id" not in cut.body
    assert all(verifier.is_valid_request(each.body, each.headers) for each in (empty, cut))


def test_any_bytes_can_be_posted(simulator: Simulator, endpoint: Endpoint) -> None:
    """For what no payload can express: raw bytes of any type, signed or not."""
    urls = simulator.requests.urls()
    assert urls is not None
    answer = simulator.requests.post(urls.events, b"\xff\x00", "application/json", forged="no_signature")
    assert answer.status == 200
    assert endpoint.heard[0].body == b"\xff\x00"
    assert "x-slack-signature" not in endpoint.heard[0].headers


def test_a_delivery_can_be_doubled_delayed_and_overtaken(simulator: Simulator, endpoint: Endpoint) -> None:
    """A double has the same ids, a delayed one waits in real seconds, an overtaken one comes after the next."""
    simulator.mishaps.double("first")
    simulator.mishaps.reorder("second")
    simulator.mishaps.delay(0.05, "third")
    for name in ("first", "second", "third"):
        simulator.deliver_event({"type": name})
    bodies = [json.loads(each.body) for each in endpoint.wait_for(4)]
    assert [each["event"]["type"] for each in bodies] == ["first", "first", "third", "second"]
    assert bodies[0]["event_id"] == bodies[1]["event_id"]


def test_without_request_urls_nothing_can_be_forged(clock: ManualClock) -> None:
    """Socket Mode signs nothing; asking for a forgery there is an error that says so."""
    with Simulator(furnished(clock, None)) as simulator:
        simulator.mishaps.forge("/note", "wrong_signature")
        with pytest.raises(DeliveryFailedError, match="give the installation request URLs"):
            simulator.person("ana").types("/note x", in_="#support")


def test_an_answer_to_a_command_may_be_json(simulator: Simulator, endpoint: Endpoint) -> None:
    """JSON in the answer's body is an ack's payload, and is held to Block Kit as everywhere."""
    said = {"text": "Here", "blocks": [{"type": "section", "text": plain("Blocks")}]}
    endpoint.answer = lambda _heard: (200, {}, json.dumps(said).encode())
    ana = simulator.person("ana")
    assert "Blocks" in ana.types("/note x", in_="#support").text
    said["blocks"] = [{"type": "nonsense"}]
    with pytest.raises(DeliveryFailedError, match="invalid_blocks"):
        ana.types("/note x", in_="#support")
