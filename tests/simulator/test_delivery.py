from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.webhook import WebhookClient
from websockets.sync.client import connect

from slackbot.simulator.hands.stage import DeliveryFailedError
from slackbot.simulator.server import Simulator
from tests.simulator.desk import Desk, card, form
from tests.simulator.small_app import House, client_for, furnished, open_house, plain

if TYPE_CHECKING:
    from slackbot.clock import ManualClock
    from slackbot.simulator.hands.person import Hands

Json = dict[str, Any]


@pytest.fixture(scope="module")
def shared_house(shared_desk: Desk) -> Iterator[House]:
    """Give a running workspace and app, one for all tests here: closing a Socket Mode client takes a second."""
    with open_house(shared_desk.register) as house:
        yield house


@pytest.fixture
def ana(house: House) -> Hands:
    """Give the hands of Ana, with the form open and its required fields filled in."""
    hands = house.simulator.person("ana")
    assert hands.types("/form", in_="#support").modal.title == "Escalate"
    hands.fills(Summary="Refund stuck", Category="Billing")
    return hands


def test_a_command_carries_what_slack_sends(house: House, desk: Desk) -> None:
    """The app reads every documented field of a slash command."""
    house.simulator.person("ana").types("/note buy  milk", in_="#support")
    body = desk.last
    ana = house.simulator.person("ana").person
    assert body["user_id"] == ana.id
    assert body["channel_id"] == house.simulator.channel("#support").id
    assert body["channel_name"] == "support"
    assert (body["command"], body["text"]) == ("/note", "buy  milk")
    assert (body["team_id"], body["api_app_id"]) == ("T0001", house.workspace.app.app_id)
    assert body["trigger_id"]
    assert body["response_url"].startswith(house.simulator.base_url)


def test_an_empty_ack_closes_the_modal(house: House, ana: Hands, desk: Desk) -> None:
    """A submission acked with nothing closes its view, and carries what was entered."""
    assert ana.submits().kind == "closed"
    assert house.workspace.views.stack(ana.id) == []
    values = desk.last["view"]["state"]["values"]
    assert values["summary"]["summary"] == {"type": "plain_text_input", "value": "Refund stuck"}
    assert values["category"]["category"]["selected_option"]["value"] == "billing"
    assert values["severity"]["severity"]["selected_option"] is None


def test_errors_come_back_by_label_and_the_modal_stays(ana: Hands, desk: Desk) -> None:
    """Errors named by block id are shown under their labels; nothing typed is lost."""
    desk.submission_ack = {"response_action": "errors", "errors": {"summary": "Say more"}}
    outcome = ana.submits()
    assert (outcome.kind, outcome.errors) == ("errors", {"Summary": "Say more"})
    assert ana.modal.fields["Summary"] == "Refund stuck"


def test_errors_for_what_is_no_input_are_refused(ana: Hands, desk: Desk) -> None:
    """An error on a block that is no input shows the person a failure, as Slack does."""
    desk.submission_ack = {"response_action": "errors", "errors": {"more": "No such field"}}
    with pytest.raises(DeliveryFailedError, match="input blocks of the view only, not more"):
        ana.submits()


def test_an_update_keeps_what_stands_under_unchanged_ids(ana: Hands, desk: Desk) -> None:
    """`response_action: update` changes the view in place."""
    desk.submission_ack = {"response_action": "update", "view": form(title="Sent")}
    outcome = ana.submits()
    assert outcome.kind == "updated"
    assert outcome.view is not None
    assert outcome.view.title == ana.modal.title == "Sent"
    assert ana.modal.fields["Summary"] == "Refund stuck"


def test_a_push_lies_on_top_and_a_clear_takes_all(house: House, ana: Hands, desk: Desk) -> None:
    """`push` puts a second view on the first, `clear` closes both."""
    desk.submission_ack = {"response_action": "push", "view": form(title="Second")}
    assert ana.submits().kind == "pushed"
    assert [each.content["title"]["text"] for each in house.workspace.views.stack(ana.id)] == ["Escalate", "Second"]
    ana.fills(Summary="x", Category="Other")
    desk.submission_ack = {"response_action": "clear"}
    assert ana.submits().kind == "cleared"
    assert house.workspace.views.stack(ana.id) == []


@pytest.mark.parametrize(
    ("ack", "why"),
    [
        ({"response_action": "update", "view": {"type": "modal", "title": plain("x" * 25), "blocks": []}}, "title"),
        ({"response_action": "push", "view": form(blocks=[])}, "blocks"),
        ({"response_action": "update", "view": form(private_metadata="x" * 3001)}, "private_metadata"),
        ({"response_action": "update", "view": {**form(), "padding": "x"}}, "padding"),
    ],
)
def test_a_view_slack_would_not_take_fails_for_the_person(ana: Hands, desk: Desk, ack: Json, why: str) -> None:
    """A view in an ack is held to the limits of Block Kit; what breaks them is a failure that says where."""
    desk.submission_ack = ack
    with pytest.raises(DeliveryFailedError, match=why):
        ana.submits()


def test_a_double_click_sends_two_and_the_second_finds_the_modal_gone(ana: Hands, desk: Desk) -> None:
    """Submitting twice at once tells the app twice of the same view; both are acknowledged."""
    desk.heard.clear()
    outcome = ana.submits(times=2)
    assert outcome.kind == "closed"
    assert [each.acks for each in outcome.deliveries] == [1, 1]
    assert len(desk.heard) == 2
    assert len({each["view"]["id"] for each in desk.heard}) == 1
    assert len({each["trigger_id"] for each in desk.heard}) == 2


def test_the_same_envelope_may_come_twice(house: House, desk: Desk) -> None:
    """A delivery sent again has the same envelope and payload, and is acknowledged by itself."""
    first = house.simulator.person("ana").types("/note twice", in_="#support").delivery
    second = house.simulator.wait_acknowledged(house.simulator.deliver_again(first))
    assert second.envelope_id == first.envelope_id
    assert second.ack_seconds is not None
    assert desk.heard[0] == desk.heard[1]


def test_options_are_the_apps_to_say(house: House, ana: Hands, desk: Desk) -> None:
    """Typing into an external select asks the app; what it offers can be chosen."""
    ana.chooses("Customer", "Acid")
    assert desk.last["type"] == "block_suggestion"
    assert (desk.last["action_id"], desk.last["value"]) == ("customer", "Acid")
    assert ana.modal.fields["Customer"] == "Acid"
    assert house.simulator.deliveries[-1].effect.kind == "options"


def test_too_long_options_fail_for_the_person(ana: Hands, desk: Desk) -> None:
    """An option's text above 75 characters is refused."""
    kept = desk.options_ack
    desk.options_ack = {"options": [{"text": plain("x" * 76), "value": "1"}]}
    with pytest.raises(DeliveryFailedError, match="76 characters"):
        ana.chooses("Customer", "x")
    desk.options_ack = kept


def test_closing_is_told_where_the_view_asks_for_it(house: House, ana: Hands, desk: Desk) -> None:
    """Closing a view with `notify_on_close` tells the app, without what stood in the inputs."""
    delivery = ana.closes()[0]
    assert delivery.ack_seconds is not None
    body = desk.last
    assert (body["type"], body["is_cleared"]) == ("view_closed", False)
    assert body["view"]["state"]["values"] == {}
    assert house.workspace.views.stack(ana.id) == []


def test_the_cross_closes_the_stack_and_tells_of_the_root(house: House, ana: Hands, desk: Desk) -> None:
    """The cross takes every view away and names the root with `is_cleared`."""
    root = ana.modal.view.id
    ana.clicks("Read all", in_modal=True)
    ana.modal_shows("All of it")
    ana.closes(whole_stack=True)
    assert (desk.last["view"]["id"], desk.last["is_cleared"]) == (root, True)
    assert house.workspace.views.stack(ana.id) == []


def test_a_press_on_an_ephemeral_message_names_but_does_not_repeat_it(house: House, desk: Desk) -> None:
    """The payload of a press on an ephemeral message has a container and no message."""
    lea = house.simulator.person("lea")
    support = house.simulator.channel("#support").id
    house.client.chat_postEphemeral(channel=support, user=lea.id, text="Yours", blocks=card())
    lea.clicks("Acknowledge", on=lea.sees_ephemeral("ESC-1"))
    body = desk.last
    assert "message" not in body
    assert body["container"]["is_ephemeral"] is True


def test_a_response_url_answers_five_times_in_thirty_minutes(house: House, desk: Desk) -> None:
    """A `response_url` shows an ephemeral message, replaces a card, and dies after five uses."""
    lea = house.simulator.person("lea")
    tier = house.simulator.channel("#tier-2")
    house.client.chat_postMessage(channel=tier.id, text="Card", blocks=card())
    lea.clicks("Acknowledge", on=tier.shows("ESC-1"))
    url = desk.last["response_url"]
    answers = [_respond(house, url, {"text": f"Answer {number}"}) for number in range(4)]
    assert set(answers) == {(200, "ok")}
    assert lea.sees_ephemeral("Answer 3")
    assert _respond(house, url, {"text": "Replaced", "replace_original": True}) == (200, "ok")
    assert tier.shows("Replaced")
    status, body = _respond(house, url, {"text": "Once more"})
    assert (status, json.loads(body)) == (404, {"ok": False, "error": "Expired url"})


def _respond(house: House, url: str, body: Json) -> tuple[int, str]:
    """Post to a response_url with the SDK's client."""
    assert house.simulator.base_url in url
    answer = WebhookClient(url).send_dict(body)
    return answer.status_code, answer.body


def test_a_missing_ack_fails_after_three_seconds_and_a_late_one_changes_nothing(clock: ManualClock) -> None:
    """Nobody acks for three real seconds: the person sees a timeout, and what comes later shows nothing."""
    with Simulator(furnished(clock, None)) as simulator:
        url = client_for(simulator).apps_connections_open(app_token=simulator.app_token)["url"]
        with connect(url, proxy=None) as link:
            simulator.wait_connected()
            answer = simulator.person("ana").types("/note late", in_="#support", wait=False)
            assert simulator.workspace.wait_for(lambda: answer.delivery.failed)
            assert answer.delivery.failure == "operation_timeout: no ack within 3.000 s"
            link.recv(timeout=5)
            envelope_id = json.loads(link.recv(timeout=5))["envelope_id"]
            link.send(json.dumps({"envelope_id": envelope_id, "payload": {"text": "Too late"}}))
            assert simulator.workspace.wait_for(lambda: answer.delivery.acks == 1)
            assert answer.delivery.ack_seconds is not None
            assert answer.delivery.ack_seconds > 3
            assert answer.is_silent
            assert simulator.failures == [answer.delivery]
