"""A workspace whose clock stands still, its Web API, and a watch that every refusal has a name Slack knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator.facts import load_facts
from slackbot.simulator.model import Json
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.workspace import Workspace
from tests.simulator.desk import Desk
from tests.simulator.small_app import House

# docs.slack.dev: errors any method may answer with.
COMMON_ERRORS = frozenset(
    {
        "account_inactive",
        "internal_error",
        "invalid_arguments",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "ratelimited",
        "token_expired",
        "token_revoked",
        "unknown_method",
    }
)
# In no method's table, but reported from the field.
UNDOCUMENTED = {
    "chat.postMessage": {"thread_not_found", "user_disabled", "cannot_dm_bot", "invalid_attachments", "msg_too_long"},
    "chat.postEphemeral": {"thread_not_found", "msg_blocks_too_long"},
    "chat.update": {"msg_blocks_too_long"},
    "conversations.open": {"cannot_dm_bot"},
    "conversations.replies": {"not_in_channel"},
    "users.list": {"invalid_limit"},
}


@pytest.fixture
def clock() -> ManualClock:
    """Give a clock that stands on a Monday morning."""
    return ManualClock(datetime(2026, 11, 16, 8, 0, tzinfo=UTC))


@pytest.fixture
def workspace(clock: ManualClock) -> Workspace:
    """Give an empty workspace with the app installed and every scope granted."""
    return Workspace(clock)


@pytest.fixture
def api(workspace: Workspace) -> Iterator[WebApi]:
    """Give the Web API without rate limits; afterwards every refusal must have a name Slack uses there."""
    facts = load_facts()
    yield WebApi(workspace, facts)
    for refused in workspace.journal.refused():
        fact = facts.get(refused.method)
        known = COMMON_ERRORS | (fact.errors if fact else set()) | UNDOCUMENTED.get(refused.method, set())
        assert refused.error in known, f"{refused.method} never answers {refused.error}"


@pytest.fixture
def call(api: WebApi) -> Callable[..., Json]:
    """Give a function that calls a method with the bot's token and says what came back."""

    def _call(method: str, /, **args: Any) -> Json:
        return api.call(method, token=api.workspace.app.bot_token, args=args).body

    return _call


@pytest.fixture(scope="module")
def shared_desk() -> Desk:
    """Give the small app's state, one for all tests of a file, which says by `shared_house` how that app is met."""
    return Desk()


@pytest.fixture
def desk(shared_desk: Desk) -> Desk:
    """Give the small app's state, emptied."""
    shared_desk.heard.clear()
    shared_desk.submission_ack = {}
    return shared_desk


@pytest.fixture
def house(shared_house: House, desk: Desk) -> House:
    """Give the running workspace with nobody's modal open."""
    assert not desk.heard
    for person in shared_house.workspace.people():
        shared_house.workspace.views.clear(person.id)
    return shared_house
