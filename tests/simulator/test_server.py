from __future__ import annotations

import json
import threading
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from slack_sdk.errors import SlackApiError
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from slackbot.simulator.hands.stage import NotPossibleError
from slackbot.simulator.server import Simulator
from slackbot.simulator.wire import ServerStartError
from tests.simulator.small_app import client_for, furnished

if TYPE_CHECKING:
    from slackbot.clock import ManualClock


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    """Give a running simulator without an app behind it."""
    with Simulator(furnished(clock, None)) as running:
        yield running


def raw(
    simulator: Simulator, method: str, body: bytes | None, kind: str | None, token: str | None = None
) -> dict[str, Any]:
    """Call a method without the SDK."""
    headers = {} if kind is None else {"Content-Type": kind}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(simulator.api_url + method, body, headers)  # noqa: S310 loopback only
    with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 loopback only
        read: dict[str, Any] = json.load(answer)
        return read


def test_the_real_client_reaches_the_workspace(simulator: Simulator) -> None:
    """slack_sdk's client posts a message that the channel then shows."""
    client = client_for(simulator)
    client.chat_postMessage(channel=simulator.channel("#support").id, text="Hello")
    assert simulator.channel("#support").shows("Hello").text == "Hello"
    assert client.auth_test()["team_id"] == simulator.workspace.team_id


def test_a_refused_call_reaches_the_real_client_as_slacks_error(simulator: Simulator) -> None:
    """A refusal of the Web API is an error of the SDK with the same name."""
    with pytest.raises(SlackApiError) as caught:
        client_for(simulator).chat_postMessage(channel="C999", text="Hello")
    assert caught.value.response["error"] == "channel_not_found"


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"a=1", "text/plain", "invalid_post_type"),
        (b"token=wrong", "application/x-www-form-urlencoded", "invalid_auth"),
        (b"", "application/x-www-form-urlencoded", "not_authed"),
    ],
)
def test_a_body_slack_cannot_read_is_refused_by_name(simulator: Simulator, body: bytes, kind: str, error: str) -> None:
    """What is wrong with a request's body or token is answered with Slack's name for it."""
    assert raw(simulator, "auth.test", body, kind)["error"] == error


def test_a_call_without_arguments_is_taken_by_methods_that_want_a_form(simulator: Simulator) -> None:
    """slack_sdk says JSON and sends no body then; a JSON body is refused all the same."""
    assert client_for(simulator).users_list()["members"]
    assert "warning" not in client_for(simulator).usergroups_list()
    refused = raw(simulator, "users.list", b"{}", "application/json; charset=utf-8", simulator.bot_token)
    assert refused["error"] == "invalid_arguments"


def test_a_token_may_come_in_the_form_or_the_query(simulator: Simulator) -> None:
    """The token counts in a form and in a GET's query; a charset in a form is warned of."""
    form = f"token={simulator.bot_token}".encode()
    kind = "application/x-www-form-urlencoded;charset=utf-8"
    assert raw(simulator, "auth.test", form, kind)["warning"] == "superfluous_charset"
    assert raw(simulator, f"auth.test?token={simulator.bot_token}", None, None)["ok"]


def test_the_socket_address_needs_the_app_token(simulator: Simulator) -> None:
    """`apps.connections.open` gives a loopback address to the app token and refuses the bot's."""
    client = client_for(simulator)
    opened = client.apps_connections_open(app_token=simulator.app_token)
    assert opened["url"].startswith(simulator.base_url.replace("http", "ws") + "/link/?ticket=")
    with pytest.raises(SlackApiError) as caught:
        client.apps_connections_open(app_token=simulator.bot_token)
    assert caught.value.response["error"] == "not_allowed_token_type"


def test_a_slow_answer_delays_no_other(simulator: Simulator) -> None:
    """A call whose answer is minutes away does not keep another from being answered."""
    simulator.faults.slow("users.list", 600)
    waiting = threading.Thread(target=_swallowed, args=(simulator,), daemon=True)
    waiting.start()
    assert simulator.workspace.wait_for(lambda: bool(simulator.workspace.journal.calls("users.list")))
    assert client_for(simulator).auth_test()["ok"]
    assert waiting.is_alive()
    simulator.stop()
    waiting.join(5)
    assert not waiting.is_alive()


def _swallowed(simulator: Simulator) -> None:
    with pytest.raises(OSError, match="Remote end closed"):
        client_for(simulator).users_list(limit=10)


def test_a_lone_surrogate_in_a_field_is_answered_as_it_stands(simulator: Simulator) -> None:
    """A view whose state holds half a face, as JSON may carry, is updated and comes back whole."""
    text = {"type": "plain_text", "text": "Words"}
    field = {"type": "input", "block_id": "b", "label": text, "element": {"type": "plain_text_input", "action_id": "a"}}
    view: dict[str, Any] = {"type": "modal", "title": text, "submit": text, "blocks": [field]}
    trigger = simulator.workspace.issue_trigger(simulator.person("ana").id)
    opened = client_for(simulator).views_open(trigger_id=trigger, view=view)["view"]
    simulator.workspace.views.set_field(opened["id"], "b", "a", "half a face: \ud83d")
    answer = client_for(simulator).views_update(view_id=opened["id"], view=view)
    assert answer["view"]["state"]["values"]["b"]["a"]["value"] == "half a face: \ud83d"


def test_more_addresses_can_be_served(clock: ManualClock) -> None:
    """A page added before the start is served beside Slack's own addresses."""
    simulator = Simulator(furnished(clock, None))
    simulator.add_routes([Route("/", lambda _request: PlainTextResponse("Look here"))])
    with simulator:
        url = simulator.base_url
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 loopback only
            assert answer.read() == b"Look here"


def test_a_taken_port_is_named(simulator: Simulator, clock: ManualClock) -> None:
    """Starting on a port that is in use says which port and what to do."""
    port = int(simulator.base_url.rsplit(":", 1)[1])
    with pytest.raises(ServerStartError, match=f"Port {port} .* choose another"):
        Simulator(furnished(clock, None), port=port).start()


def test_a_stranger_and_an_unknown_channel_are_named(simulator: Simulator) -> None:
    """Asking for somebody or a channel that is not there says who and what is."""
    with pytest.raises(NotPossibleError, match="'nobody', only rung, ana, lea, gil"):
        simulator.person("nobody")
    with pytest.raises(NotPossibleError, match="#nowhere, only #support, #tier-2, #boss"):
        simulator.channel("#nowhere")
