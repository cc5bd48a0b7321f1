from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.slack.parse import (
    MalformedPayloadError,
    place_of,
    press_of,
    quote_of,
    sender_of,
    submission_of,
)

READERS: tuple[Callable[[dict[str, Any]], object], ...] = (sender_of, press_of, submission_of, quote_of, place_of)
KEYS = [
    "user",
    "user_id",
    "team",
    "team_id",
    "id",
    "view",
    "state",
    "values",
    "field_summary",
    "x",
    "value",
    "selected_option",
    "selected_date_time",
    "actions",
    "action_ts",
    "container",
    "message_ts",
    "channel",
    "channel_id",
    "name",
    "message",
    "text",
    "thread_ts",
    "attachments",
    "user_profile",
    "bot_profile",
]
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["C1", "U1", "e0:1"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=25,
)
BODIES = st.dictionaries(st.sampled_from(KEYS), TREES, max_size=12)


@given(body=BODIES)
@settings(max_examples=300)
def test_a_payload_is_read_or_refused_whatever_it_holds(body: dict[str, Any]) -> None:
    """Nothing but our own error comes out of reading what anybody may have forged."""
    for read in READERS:
        try:
            read(body)
        except MalformedPayloadError:
            continue


def shortcut(**message: Any) -> dict[str, Any]:
    """Write the payload of a message shortcut that Ana uses."""
    user = {"id": "U1", "name": "ana", "team_id": "T1"}
    channel = {"id": "C1", "name": "support"}
    return {"user": user, "team": {"id": "T1"}, "channel": channel, "message": {"ts": "1.2", **message}}


def test_a_quote_names_its_author_where_the_payload_does() -> None:
    """Slack names the presser, an app, and whoever comes along with a profile; of others it gives the id alone."""
    assert quote_of(shortcut(user="U1", text="mine")).author == "ana"
    assert quote_of(shortcut(bot_id="B1", bot_profile={"name": "Zendesk"}, text="new")).author == "Zendesk"
    assert (
        quote_of(shortcut(user="U2", user_profile={"display_name": "", "real_name": "Ben Cole"})).author == "Ben Cole"
    )
    assert quote_of(shortcut(user="U2", text="his")).author is None


def test_a_message_that_is_all_attachment_is_quoted_too() -> None:
    """Ticket systems post attachments without a text."""
    attached = [{"text": "Ticket 12 reopened"}, {"fallback": "Prio 1"}, "?"]
    assert quote_of(shortcut(text="", attachments=attached)).text == "Ticket 12 reopened\nPrio 1"


@pytest.mark.parametrize(
    ("channel", "private"),
    [
        ({"id": "C1", "name": "support"}, False),
        ({"id": "C1", "name": "privategroup"}, True),
        ({"id": "C1", "name": "mpdm-ana--ben-1"}, True),
        ({"id": "D1", "name": "directmessage"}, True),
        ({"id": "G1", "name": "old-private"}, True),
    ],
)
def test_a_private_place_is_known_as_such(channel: dict[str, str], private: bool) -> None:  # noqa: FBT001 - a table
    """Direct messages and private channels are told by the name that Slack gives instead of theirs, or by their id."""
    assert quote_of({**shortcut(text="x"), "channel": channel}).source.private is private
