from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import pytest
from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler as BuiltinHandler
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from slackbot.clock import ManualClock
from slackbot.simulator.hands.stage import DeliveryFailedError
from slackbot.simulator.server import Simulator
from tests.simulator.small_app import client_for, furnished, open_house

if TYPE_CHECKING:
    from tests.simulator.small_app import Handler


def echoing(app: App) -> None:
    """Answer /note with its text."""

    @app.command("/note")
    def note(ack: Ack, command: dict[str, Any]) -> None:
        ack(f"Noted: {command['text']}")


def dial(simulator: Simulator) -> ClientConnection:
    """Open a connection as an app does, without the SDK."""
    url = client_for(simulator).apps_connections_open(app_token=simulator.app_token)["url"]
    return connect(url, proxy=None)


def frame(link: ClientConnection) -> dict[str, Any]:
    """Read the next frame."""
    read: dict[str, Any] = json.loads(link.recv(timeout=5))
    return read


@pytest.mark.parametrize("handler", [SocketModeHandler, BuiltinHandler])
def test_a_real_client_gets_a_command_and_its_ack_is_shown(handler: Handler) -> None:
    """Both of the SDK's synchronous clients carry a command there and its answer back."""
    with open_house(echoing, handler=handler) as house:
        answer = house.simulator.person("ana").types("/note milk & <eggs>", in_="#support")
        assert answer.text == "Noted: milk & <eggs>"
        assert answer.delivery.ack_seconds is not None
        assert 0 < answer.delivery.ack_seconds < 3
        assert answer.delivery.attempts == answer.delivery.acks == 1


def test_a_dropped_connection_is_replaced_by_the_client() -> None:
    """After the TCP streams end without a goodbye the SDK's client comes back and works."""
    with open_house(echoing) as house:
        house.simulator.drop_connections()
        assert house.simulator.connections == 0
        house.simulator.wait_connected()
        answer = house.simulator.person("ana").types("/note back", in_="#support")
        assert answer.text == "Noted: back"


def test_a_disconnect_frame_makes_the_client_reconnect_before_the_close() -> None:
    """Asked to reconnect, the client opens a new connection long before the old one is taken away."""
    with open_house(echoing) as house:
        house.simulator.ask_to_reconnect("warning", closes_after=60)
        made = house.simulator
        # slack_sdk closes the old stream under the thread that reads it: that thread may sleep ten seconds before it
        # notices and dials anew.
        assert house.workspace.wait_for(lambda: made.connections_made == 2, timeout=20)
        answer = house.simulator.person("ana").types("/note moved", in_="#support")
        assert answer.text == "Noted: moved"


def test_hello_counts_the_connections_and_a_ticket_opens_one(clock: ManualClock) -> None:
    """The first frame is hello with the number of connections; a used ticket is turned away."""
    with Simulator(furnished(clock, None)) as simulator:
        url = client_for(simulator).apps_connections_open(app_token=simulator.app_token)["url"]
        with connect(url, proxy=None) as first, dial(simulator) as second:
            hello = frame(first)
            assert hello["type"] == "hello"
            assert hello["connection_info"]["app_id"] == simulator.workspace.app.app_id
            assert hello["num_connections"] == 1
            assert frame(second)["num_connections"] == 2
            with pytest.raises(InvalidStatus), connect(url, proxy=None):
                pass


def test_an_eleventh_connection_is_refused(clock: ManualClock) -> None:
    """Ten connections are open; the next is told why and closed."""
    with Simulator(furnished(clock, None)) as simulator, ExitStack() as links:
        for _ in range(10):
            links.enter_context(dial(simulator))
        simulator.wait_connected(10)
        with dial(simulator) as one_more:
            assert frame(one_more)["reason"] == "too_many_websockets"
            with pytest.raises(ConnectionClosed):
                one_more.recv(timeout=5)
        assert simulator.connections == 10


def test_payloads_go_to_arbitrary_connections_the_same_ones_for_the_same_seed(
    clock: ManualClock,
) -> None:
    """Over two connections each gets some of twenty events, and the seed decides which."""

    def spread() -> list[int]:
        with (
            Simulator(furnished(ManualClock(clock.now()), None), seed=7) as simulator,
            dial(simulator),
            dial(simulator),
        ):
            simulator.wait_connected(2)
            for number in range(20):
                simulator.deliver_event({"type": "numbered", "number": number})
            # The server's thread takes its work in order: answered means that the events are on their way.
            client_for(simulator).auth_test()
            taken = [each.link for each in simulator.deliveries]
            return [taken.index(link) for link in taken]

    assert len(set(spread())) == 2
    assert spread() == spread()


def test_an_envelope_says_whether_the_body_of_its_ack_counts(clock: ManualClock) -> None:
    """A slash command accepts a response payload, an event and a shortcut do not."""
    with Simulator(furnished(clock, None)) as simulator, dial(simulator) as link:
        frame(link)
        simulator.person("ana").types("/note x", in_="#support", wait=False)
        command = frame(link)
        assert command["type"] == "slash_commands"
        assert command["accepts_response_payload"] is True
        simulator.deliver_event({"type": "something"})
        event = frame(link)
        assert (event["accepts_response_payload"], event["retry_attempt"]) == (False, 0)
        assert event["retry_reason"] == ""


def test_nobody_connected_is_a_failure_the_person_sees_at_once(clock: ManualClock) -> None:
    """A command while no connection is open fails for its person, without three seconds of waiting."""
    with Simulator(furnished(clock, None)) as simulator:
        with pytest.raises(DeliveryFailedError, match="no open connection"):
            simulator.person("ana").types("/note x", in_="#support")
        assert [each.name for each in simulator.failures] == ["/note"]


def test_an_event_nobody_acknowledged_comes_again(clock: ManualClock) -> None:
    """An unanswered event returns under the same event id, counted, with its reason, and stops when acknowledged."""
    with Simulator(furnished(clock, None), retry_seconds=0.05) as simulator, dial(simulator) as link:
        frame(link)
        delivery = simulator.deliver_event({"type": "something"})
        first, second = frame(link), frame(link)
        assert first["payload"]["event_id"] == second["payload"]["event_id"]
        assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
        link.send(json.dumps({"envelope_id": second["envelope_id"]}))
        assert simulator.wait_acknowledged(delivery).ack_seconds is not None
        while True:
            try:
                late = json.loads(link.recv(timeout=0.2))
            except TimeoutError:
                break
            assert late["retry_attempt"] <= 3


def test_an_event_is_given_up_after_three_retries(clock: ManualClock) -> None:
    """An app that never acknowledges gets an event four times and no more."""
    with Simulator(furnished(clock, None), retry_seconds=0.02) as simulator, dial(simulator) as link:
        frame(link)
        delivery = simulator.deliver_event({"type": "something"})
        assert [frame(link)["retry_attempt"] for _ in range(4)] == [0, 1, 2, 3]
        with pytest.raises(DeliveryFailedError, match="given up after 3 retries"):
            simulator.wait_acknowledged(delivery)


def test_an_event_that_was_on_a_dropped_connection_comes_again(clock: ManualClock) -> None:
    """What a lost connection held unacknowledged arrives on the next one in the same envelope."""
    with Simulator(furnished(clock, None), retry_seconds=60) as simulator:
        with dial(simulator) as link:
            frame(link)
            simulator.deliver_event({"type": "something"})
            lost = frame(link)
            simulator.drop_connections()
        with dial(simulator) as link:
            frame(link)
            assert frame(link)["envelope_id"] == lost["envelope_id"]


def test_an_event_waits_for_a_connection(clock: ManualClock) -> None:
    """An event that happens while nobody is connected is delivered when somebody is."""
    with Simulator(furnished(clock, None)) as simulator:
        simulator.deliver_event({"type": "something"})
        with dial(simulator) as link:
            frame(link)
            assert frame(link)["payload"]["event"]["type"] == "something"


def test_an_uninstalled_app_is_told_and_its_token_is_dead(clock: ManualClock) -> None:
    """Removing the app delivers both of its events and makes the bot token answer so."""
    with Simulator(furnished(clock, None)) as simulator, dial(simulator) as link:
        frame(link)
        simulator.uninstall()
        told = {frame(link)["payload"]["event"]["type"] for _ in range(2)}
        assert told == {"tokens_revoked", "app_uninstalled"}
        with pytest.raises(SlackApiError) as caught:
            client_for(simulator).auth_test()
        assert caught.value.response["error"] == "account_inactive"


def test_a_stalled_connection_stays_open_and_answers_no_ping(clock: ManualClock) -> None:
    """A stalled connection gives no pong, whereas before it did."""
    with Simulator(furnished(clock, None)) as simulator, dial(simulator) as link:
        frame(link)
        assert link.ping().wait(5)
        simulator.stall_connections()
        assert not link.ping().wait(0.3)
        assert simulator.connections == 1
        simulator.drop_connections()


def test_envelopes_can_be_doubled_and_overtaken(clock: ManualClock) -> None:
    """A double is the same envelope twice; an overtaken event arrives after the one that followed it."""
    with Simulator(furnished(clock, None), retry_seconds=60) as simulator, dial(simulator) as link:
        frame(link)
        simulator.mishaps.double("first")
        simulator.mishaps.reorder("second")
        for name in ("first", "second", "third"):
            simulator.deliver_event({"type": name})
        frames = [frame(link) for _ in range(4)]
        assert [each["payload"]["event"]["type"] for each in frames] == ["first", "first", "third", "second"]
        assert frames[0]["envelope_id"] == frames[1]["envelope_id"]
        simulator.mishaps.assert_all_met()


def test_a_half_open_connection_carries_nothing_in_either_direction(clock: ManualClock) -> None:
    """Neither an envelope nor a pong comes through, though the connection is there; what was lost comes by the next."""
    with Simulator(furnished(clock, None), retry_seconds=60) as simulator, dial(simulator) as dead:
        frame(dead)
        simulator.half_open_connections()
        lost = simulator.deliver_event({"type": "something"})
        assert not dead.ping().wait(0.2)
        with pytest.raises(TimeoutError):
            dead.recv(timeout=0.1)
        assert (lost.attempts, simulator.connections) == (1, 1)
        simulator.drop_connections()
        with dial(simulator) as link:
            frame(link)
            again = frame(link)
            assert again["envelope_id"] == lost.envelope_id
            assert again["retry_attempt"] == 0


def test_a_slack_that_was_gone_takes_connections_again(clock: ManualClock) -> None:
    """Going dark cuts every connection and refuses new ones; back again, what waited is delivered."""
    with Simulator(furnished(clock, None), retry_seconds=60) as simulator:
        with dial(simulator) as lost:
            frame(lost)
            simulator.goes_dark()
            with pytest.raises(ConnectionClosed):
                lost.recv(timeout=5)
        assert simulator.workspace.wait_for(lambda: simulator.connections == 0)
        with pytest.raises(URLError, match="refused"), dial(simulator):
            pass
        simulator.deliver_event({"type": "something"})
        simulator.comes_back()
        with dial(simulator) as link:
            frame(link)
            assert frame(link)["payload"]["event"]["type"] == "something"


def test_acks_of_many_threads_are_all_told_apart() -> None:
    """Thirty commands at once over three connections are each answered with their own text."""
    with open_house(echoing, connections=3) as house:
        said: dict[int, str] = {}

        def ask(number: int) -> None:
            person = house.simulator.person("ana")
            answer = person.types(f"/note {number}", in_="#support")
            effect = answer.delivery.effect.message
            said[number] = "" if effect is None else effect.text

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert said == {number: f"Noted: {number}" for number in range(30)}
