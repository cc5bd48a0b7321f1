"""Pages shorter than asked: every list method, read by the app's own gateway until the cursor ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator.model import Json
from slackbot.simulator.server import Simulator
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.workspace import Workspace
from tests.simulator.small_app import furnished, gateway_for

Call = Callable[..., Json]


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    """Give a workspace of a dozen people behind a server."""
    workspace = furnished(clock, None)
    for number in range(8):
        workspace.add_person(f"p{number}")
    with Simulator(workspace) as running:
        yield running
        assert running.api.pager.unmet() == []


@pytest.mark.parametrize("sizes", [(1,), (0,), (3, 0, 0, 2), (12,), (0,) * 6])
def test_the_gateway_reads_on_past_short_and_empty_pages(simulator: Simulator, sizes: tuple[int, ...]) -> None:
    """However pages are cut, everybody is read once and in order."""
    simulator.api.pager.shorten("users.list", *sizes)
    names = [each["name"] for each in gateway_for(simulator).pages(1, "users.list", "members")]
    assert names == [each.name for each in simulator.workspace.people()]


def pages(call: Call, method: str, key: str, **args: str) -> list[list[Json]]:
    """Walk through a list by its cursors."""
    found, cursor = [], ""
    while True:
        answer = call(method, limit=100, **({"cursor": cursor} if cursor else {}), **args)
        assert answer["ok"], answer
        found.append(answer[key])
        cursor = answer.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return found


def test_every_list_can_be_short(api: WebApi, call: Call, workspace: Workspace) -> None:
    """Members, channels, messages and replies come in the pages that were asked for, all but the last with a cursor."""
    people = [workspace.add_person(f"p{number}").id for number in range(3)]
    place = workspace.add_channel("support", members=people).id
    top = [workspace.say(people[0], place, f"top {number}") for number in range(3)]
    for number in range(2):
        workspace.say(people[0], place, f"under {number}", thread_ts=top[0].ts)
    for method in ("conversations.members", "conversations.list", "conversations.history", "conversations.replies"):
        api.pager.shorten(method, 1, 0)
    asked = {"channel": place}
    assert [len(page) for page in pages(call, "conversations.members", "members", **asked)] == [1, 0, 3]
    assert [len(page) for page in pages(call, "conversations.list", "channels")] == [1, 0, 0]
    history = pages(call, "conversations.history", "messages", **asked)
    assert [[each["text"] for each in page] for page in history] == [["top 2"], [], ["top 1", "top 0"]]
    replies = pages(call, "conversations.replies", "messages", **asked, ts=top[0].ts)
    assert [len(page) for page in replies] == [1, 0, 2]
    assert api.pager.unmet() == []


def test_a_page_filtered_empty_is_not_the_last(api: WebApi, call: Call, workspace: Workspace) -> None:
    """Archived channels are cut into the page and then left out: an empty page with a cursor, by Slack's own rule."""
    for number in range(4):
        workspace.archive(workspace.add_channel(f"old-{number}").id)
    living = workspace.add_channel("living").id
    first = call("conversations.list", limit=2, exclude_archived=True)
    assert first["channels"] == []
    cursor = first["response_metadata"]["next_cursor"]
    second = call("conversations.list", limit=4, exclude_archived=True, cursor=cursor)
    assert [each["id"] for each in second["channels"]] == [living]
    assert api.pager.unmet() == []


def test_a_cursor_dies_with_time(api: WebApi, call: Call, workspace: Workspace) -> None:
    """An expired cursor is `invalid_cursor`; whoever begins anew gets all."""
    for number in range(3):
        workspace.add_person(f"p{number}")
    cursor = call("users.list", limit=2)["response_metadata"]["next_cursor"]
    assert call("users.list", limit=2, cursor=cursor)["ok"]
    api.pager.expire()
    assert call("users.list", limit=2, cursor=cursor)["error"] == "invalid_cursor"
    assert len(call("users.list", limit=100)["members"]) == 4
