"""Whatever an app sends, the Web API answers in JSON with Slack's words; it never falls over."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slackbot.clock import ManualClock
from slackbot.simulator.acks import apply_ack
from slackbot.simulator.facts import MethodFact, load_facts
from slackbot.simulator.http import json_bytes
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.response_urls import ResponseUrls
from slackbot.simulator.web_api.api import WebApi
from tests.simulator.small_app import furnished

FACTS = load_facts()
START = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
TYPES = ("section", "actions", "input", "button", "plain_text", "mrkdwn", "modal", "home", "static_select", "rich_text")

# Any code point, halves of pairs among them: JSON can carry them.
texts = st.text(st.characters(), max_size=12) | st.sampled_from(
    ["C0001", "U0002", "\ud83d", "1795315307.000100", *TYPES]
)
scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | texts
names = st.sampled_from(
    ["type", "text", "blocks", "elements", "element", "options", "value", "block_id", "title", "id"]
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | texts, inner, max_size=4),
    max_leaves=10,
)


def args_for(fact: MethodFact) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Make arguments for a method: its own names more often than others, any value for each."""
    known = st.sampled_from([*fact.required, *fact.optional, "team_id"])
    required = st.fixed_dictionaries(dict.fromkeys(fact.required, values))
    more = st.dictionaries(known | texts, values, max_size=4)
    return st.tuples(required, more).map(lambda pair: (fact.name, {**pair[0], **pair[1]}))


calls = st.sampled_from(sorted(FACTS)).flatmap(lambda name: args_for(FACTS[name]))
bodies = st.dictionaries(
    st.sampled_from(
        ["text", "blocks", "attachments", "replace_original", "delete_original", "response_type", "thread_ts"]
    ),
    values,
    max_size=4,
)


@pytest.mark.parametrize("examples", [150, pytest.param(2_000, marks=pytest.mark.proof)])
def test_any_arguments_get_an_answer(examples: int) -> None:
    """No value of any argument, sent as JSON or as a form, makes a method raise or answer what is no JSON."""
    api = WebApi(furnished(ManualClock(START), None), FACTS, connect=lambda: "ws://127.0.0.1/")
    app = api.workspace.app

    @settings(max_examples=examples, deadline=None)
    @given(calls, st.booleans())
    def answered(call: tuple[str, dict[str, Any]], as_text: bool) -> None:  # noqa: FBT001 hypothesis calls it so
        method, args = call
        token = app.app_token if method == "apps.connections.open" else app.bot_token
        sent = {name: value if isinstance(value, str) else json.dumps(value) for name, value in args.items()}
        reply = api.call(method, token=token, args=sent if as_text else args)
        assert isinstance(reply.body["ok"], bool)
        assert reply.body["ok"] or reply.body["error"]
        json_bytes(reply.body)

    answered()


@pytest.mark.parametrize("examples", [50, pytest.param(2_000, marks=pytest.mark.proof)])
def test_any_post_to_a_response_url_and_any_ack_get_an_answer(examples: int) -> None:
    """No body makes either raise anything but a refusal."""
    workspace = furnished(ManualClock(START), None)
    urls = ResponseUrls(workspace)
    command = {"command": "/note", "channel_id": "C0001", "user_id": "U0002"}

    @settings(max_examples=examples, deadline=None)
    @given(bodies)
    def answered(body: dict[str, Any]) -> None:
        status, said, _ = urls.use(urls.issue("U0002", "C0001"), body)
        assert status in (200, 404)
        json_bytes(said)
        with suppress(RefusedError):
            apply_ack(workspace, command, body)

    answered()
