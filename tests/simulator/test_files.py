"""The way of a file: three steps by the real client, and what goes wrong at each."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from slackbot.clock import ManualClock
from slackbot.simulator.model import Json
from slackbot.simulator.server import Simulator
from slackbot.simulator.workspace import Workspace
from tests.simulator.small_app import client_for, furnished

Call = Callable[..., Json]


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    """Give a running simulator."""
    with Simulator(furnished(clock, None)) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator) -> WebClient:
    """Give the real client."""
    return client_for(simulator)


def put(url: str, body: bytes, kind: str = "application/octet-stream") -> int:
    """Upload bytes; says the status."""
    request = urllib.request.Request(url, body, {"Content-Type": kind})  # noqa: S310 loopback only
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 loopback only
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


def shown(file_id: str) -> list[Json]:
    """Make an image block of a file."""
    return [{"type": "image", "alt_text": "A chart", "slack_file": {"id": file_id}}]


def test_the_real_client_uploads_and_finds_the_message(simulator: Simulator, client: WebClient) -> None:
    """`files_upload_v2` goes all three steps; the answer names no message, `files.info` does."""
    support = simulator.channel("#support")
    done: Any = client.files_upload_v2(
        channel=support.id, content="a,b\n1,2\n", filename="cases.csv", title="Cases", initial_comment="Here"
    )
    (file,) = done["files"]
    assert "shares" not in done
    message = support.shows("Here")
    told = client.files_info(file=file["id"])["file"]
    assert told["shares"] == {"public": {support.id: [{"ts": message.ts}]}}
    assert (told["title"], told["size"]) == ("Cases", 8)


def test_a_file_shared_nowhere_stays_private_and_can_be_shown_in_an_image(
    client: WebClient, simulator: Simulator
) -> None:
    """Without a channel there is no share; an image block shows the file by its id or its address."""
    room: Any = client.files_getUploadURLExternal(filename="chart.png", length=3, alt_txt="Rising")
    assert put(room["upload_url"], b"png") == 200
    client.files_completeUploadExternal(files=[{"id": room["file_id"]}])
    told = client.files_info(file=room["file_id"])["file"]
    assert (told["shares"], told["is_public"], told["alt_txt"]) == ({}, False, "Rising")
    channel = simulator.channel("#support").id
    assert client.chat_postMessage(channel=channel, text="t", blocks=shown(room["file_id"]))["ok"]
    by_url = [{"type": "image", "alt_text": "A chart", "slack_file": {"url": told["url_private"]}}]
    assert client.chat_postMessage(channel=channel, text="t", blocks=by_url)["ok"]


def test_an_upload_of_another_length_is_turned_away(client: WebClient) -> None:
    """What was announced and what comes must be the same; then the file can't be finished."""
    room: Any = client.files_getUploadURLExternal(filename="chart.png", length=4)
    assert put(room["upload_url"], b"png") == 400
    refused = client_answer(client, "files.completeUploadExternal", files=[{"id": room["file_id"]}])
    assert refused["error"] == "file_not_found"
    assert put(room["upload_url"] + "0", b"nowhere") == 400


def test_an_upload_may_be_a_form(client: WebClient) -> None:
    """One file in a multipart form counts as its own bytes."""
    room: Any = client.files_getUploadURLExternal(filename="chart.png", length=3)
    form = b'--b\r\nContent-Disposition: form-data; name="f"; filename="c.png"\r\n\r\npng\r\n--b--\r\n'
    assert put(room["upload_url"], form, "multipart/form-data; boundary=b") == 200


def client_answer(client: WebClient, method: str, **args: Any) -> Json:
    """Call a method by its name and give the answer, refusals included."""
    try:
        answer = client.api_call(method, json=args)
    except SlackApiError as error:
        answer = error.response
    assert isinstance(answer.data, dict)
    return answer.data


def finished(call: Call, workspace: Workspace, **more: Any) -> tuple[str, Json]:
    """Go the three steps in process; gives the file's id and the last answer."""
    room = call("files.getUploadURLExternal", filename="c.png", length=3)
    workspace.files.take(room["file_id"], b"png")
    return room["file_id"], call("files.completeUploadExternal", files=[{"id": room["file_id"]}], **more)


def test_a_file_is_shown_only_when_slack_has_processed_it(call: Call, workspace: Workspace, clock: ManualClock) -> None:
    """Right after the upload an image of it is refused, and nothing tells of its message; later both work."""
    channel = workspace.add_channel("support").id
    workspace.files.processing = timedelta(seconds=5)
    file_id, done = finished(call, workspace, channel_id=channel)
    assert done["ok"]
    refused = call("chat.postMessage", channel=channel, text="t", blocks=shown(file_id))
    assert refused["errors"] == ["invalid slack file [json-pointer:/blocks/0/slack_file]"]
    assert call("files.info", file=file_id)["file"]["shares"] == {}
    clock.advance(timedelta(seconds=5))
    assert call("chat.postMessage", channel=channel, text="t", blocks=shown(file_id))["ok"]
    assert list(call("files.info", file=file_id)["file"]["shares"]["public"]) == [channel]


def test_a_view_shows_no_lost_file_either(call: Call, workspace: Workspace) -> None:
    """In a Home tab it is an invalid argument that says where."""
    person = workspace.add_person("ana").id
    refused = call("views.publish", user_id=person, view={"type": "home", "blocks": shown("F99999999")})
    messages = refused["response_metadata"]["messages"]
    assert messages == ["[ERROR] invalid slack file [json-pointer:/view/blocks/0/slack_file]"]


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"filename": "a", "length": 0}, "invalid_arguments"),
        ({"filename": "a", "length": 1, "alt_txt": "x" * 1001}, "alt_txt_too_large"),
        ({"length": 1}, "invalid_arguments"),
    ],
)
def test_room_is_made_for_what_is_described_well(call: Call, args: Json, error: str) -> None:
    """A length of at least one byte, a name, and an alternative text of at most 1,000 characters."""
    assert call("files.getUploadURLExternal", filename="a", length=1, alt_txt="x" * 1000)["ok"]
    assert call("files.getUploadURLExternal", **args)["error"] == error


def test_a_file_is_finished_once_and_where_the_app_may_post(call: Call, workspace: Workspace) -> None:
    """A second time, in a foreign or an archived channel, in too many, beside a markdown block: refused by name."""
    away = workspace.add_channel("away", with_app=False).id
    old = workspace.archive(workspace.add_channel("old").id).id
    file_id, _ = finished(call, workspace)
    again = call("files.completeUploadExternal", files=[{"id": file_id}])
    assert again["error"] == "file_update_failed"
    assert finished(call, workspace, channel_id=away)[1]["error"] == "not_in_channel"
    assert finished(call, workspace, channels=f"{old}")[1]["error"] == "posting_to_channel_denied"
    assert finished(call, workspace, channels=",".join([away] * 101))[1]["error"] == "channels_limit_exceeded"
    markdown = [{"type": "markdown", "text": "m"}]
    home = workspace.add_channel("home").id
    assert finished(call, workspace, channel_id=home, blocks=markdown)[1]["error"] == "internal_error"
    assert call("files.completeUploadExternal", files=[])["error"] == "invalid_arguments"
    assert call("files.info", file="F000000000")["error"] == "file_not_found"


def test_json_is_refused_where_a_form_is_wanted(client: WebClient) -> None:
    """`files.getUploadURLExternal` as JSON misses its fields, as in Slack."""
    refused = client_answer(client, "files.getUploadURLExternal", filename="a", length=1)
    assert refused["error"] == "invalid_arguments"
    assert "missing required field: filename" in str(refused)
