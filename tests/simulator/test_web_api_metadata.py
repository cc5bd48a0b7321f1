"""What hangs on a message besides text and blocks: metadata and attachments."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from slackbot.simulator.model import Channel, Json
from slackbot.simulator.workspace import Workspace

Caller = Callable[..., Json]


@pytest.fixture
def channel(workspace: Workspace) -> Channel:
    """Give a public channel with the app in it."""
    return workspace.add_channel("tier-2")


@pytest.mark.parametrize(
    "metadata",
    [
        "{",
        "[]",
        {"event_type": "x"},
        {"event_payload": {}},
        {"event_type": "", "event_payload": {}},
        {"event_type": "x", "event_payload": []},
        {"event_type": "x", "event_payload": {}, "more": 1},
    ],
)
def test_metadata_has_a_form(call: Caller, channel: Channel, metadata: object) -> None:
    """It is an event type with a payload and nothing else."""
    answer = call("chat.postMessage", channel=channel.id, text="x", metadata=metadata)
    assert answer["error"] == "invalid_metadata_format"


def test_an_update_keeps_metadata_unless_told(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """Left out it stays, an empty object removes it."""
    metadata: Json = {"event_type": "card", "event_payload": {"key": "k1"}}
    ts = call("chat.postMessage", channel=channel.id, text="x", metadata=metadata)["ts"]
    call("chat.update", channel=channel.id, ts=ts, text="y")
    assert workspace.history.messages(channel.id)[0].metadata == metadata
    call("chat.update", channel=channel.id, ts=ts, text="z", metadata={})
    assert workspace.history.messages(channel.id)[0].metadata is None


def test_attachments_are_kept_by_an_update_unless_told(call: Caller, workspace: Workspace, channel: Channel) -> None:
    """They can be a message by themselves; left out of an update they stay, an empty list removes them."""
    bar: Json = {"color": "#ff0000", "text": "red"}
    ts = call("chat.postMessage", channel=channel.id, attachments=[bar])["ts"]
    call("chat.update", channel=channel.id, ts=ts, text="y")
    assert workspace.history.messages(channel.id)[0].attachments == (bar,)
    call("chat.update", channel=channel.id, ts=ts, text="z", attachments=[])
    assert workspace.history.messages(channel.id)[0].attachments == ()


def test_attachments_have_a_number(call: Caller, channel: Channel) -> None:
    """A hundred pass, one more does not."""
    full: list[Json] = [{"text": "x"}] * 100
    assert call("chat.postMessage", channel=channel.id, attachments=full)["ok"]
    over = call("chat.postMessage", channel=channel.id, attachments=[*full, {"text": "y"}])
    assert over["error"] == "too_many_attachments"
    assert call("chat.postMessage", channel=channel.id, attachments="{")["error"] == "invalid_attachments"
