"""The limits of a `response_url`, asked in process: uses, age, pace, and what it may do to a message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator.limits import Limits, Pace
from slackbot.simulator.model import Draft, Message, Person
from slackbot.simulator.payloads import view_submission
from slackbot.simulator.response_urls import ResponseUrls
from slackbot.simulator.workspace import Workspace

Body = dict[str, Any]


@pytest.fixture
def ana(workspace: Workspace) -> Person:
    """Give somebody who asks."""
    return workspace.add_person("ana")


@pytest.fixture
def place(workspace: Workspace, ana: Person) -> str:
    """Give a channel where the app is no member: a response_url works all the same."""
    return workspace.add_channel("support", members=[ana.id], with_app=False).id


@pytest.fixture
def urls(workspace: Workspace) -> ResponseUrls:
    """Give the response_urls of the workspace."""
    return ResponseUrls(workspace)


def expired(urls: ResponseUrls, token: str) -> bool:
    """Say whether a response_url answers that it is over."""
    return urls.use(token, {"text": "x"})[:2] == (404, {"ok": False, "error": "Expired url"})


def test_five_uses_and_no_sixth(urls: ResponseUrls, ana: Person, place: str) -> None:
    """The sixth answer is refused, whoever counts."""
    token = urls.issue(ana.id, place)
    assert [urls.use(token, {"text": "x"})[0] for _ in range(5)] == [200] * 5
    assert expired(urls, token)


def test_thirty_minutes_and_no_longer(urls: ResponseUrls, ana: Person, place: str, clock: ManualClock) -> None:
    """At thirty minutes it still works, a second later it does not."""
    token = urls.issue(ana.id, place)
    clock.advance(timedelta(minutes=30))
    assert urls.use(token, {"text": "x"})[0] == 200
    clock.advance(timedelta(seconds=1))
    assert expired(urls, token)


def test_the_status_of_an_expired_one_can_be_chosen(urls: ResponseUrls, ana: Person, place: str) -> None:
    """Nobody documents it, so an app may be tried with another."""
    urls.expired_status = 410
    token = urls.issue(ana.id, place)
    for _ in range(5):
        urls.use(token, {"text": "x"})
    assert urls.use(token, {"text": "x"})[0] == 410


def test_one_message_a_second_and_channel_counts_here_too(
    workspace: Workspace, ana: Person, place: str, clock: ManualClock
) -> None:
    """Above the pace it is a 429 with a time to come back, and no use is lost by it."""
    urls = ResponseUrls(workspace, Limits(clock, Pace(message_burst=1)))
    token = urls.issue(ana.id, place)
    assert urls.use(token, {"text": "1"})[0] == 200
    for _ in range(9):
        assert urls.use(token, {"text": "too fast"}) == (
            429,
            {"ok": False, "error": "ratelimited"},
            {"Retry-After": "1"},
        )
    for number in range(4):
        clock.advance(timedelta(seconds=1))
        assert urls.use(token, {"text": str(number)})[0] == 200
    assert len(workspace.history.ephemerals(ana.id)) == 5


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"text": "x", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ({"delete_original": True, "text": "x"}, "invalid_payload"),
        ({"attachments": True}, "invalid_attachments"),
        ({"text": "x", "attachments": ["x"]}, "invalid_attachments"),
        ({"text": "x", "thread_ts": 1.5}, "invalid_payload"),
    ],
)
def test_what_cannot_be_shown_is_a_terse_404(
    urls: ResponseUrls, workspace: Workspace, ana: Person, place: str, body: Body, error: str
) -> None:
    """There is no pointer to what is wrong, as there is in the Web API; the journal knows the rule."""
    token = urls.issue(ana.id, place)
    assert urls.use(token, body) == (404, {"ok": False, "error": error}, {})
    (refused,) = workspace.journal.refused()
    assert (refused.method, refused.error) == ("response_url", error)
    assert urls.use("nobody-knows", {"text": "x"})[0] == 404


def test_it_shows_to_one_person_unless_told_otherwise(
    urls: ResponseUrls, workspace: Workspace, ana: Person, place: str
) -> None:
    """The default is ephemeral; `in_channel` is for everybody, and a thread can be named."""
    token = urls.issue(ana.id, place)
    urls.use(token, {"text": "Yours"})
    urls.use(token, {"text": "Everybody's", "response_type": "in_channel"})
    assert [each.text for each in workspace.history.ephemerals(ana.id, place)] == ["Yours"]
    (posted,) = workspace.history.messages(place)
    urls.use(token, {"text": "Reply", "response_type": "in_channel", "thread_ts": posted.ts, "replace_original": False})
    assert [each.text for each in workspace.history.replies(place, posted.ts)] == ["Reply"]


def note(workspace: Workspace, ana: Person, place: str) -> Message:
    """Show Ana something she alone sees."""
    return workspace.history.post_ephemeral(place, ana.id, workspace.app.author, Draft(text="Yours"))


def test_what_one_person_saw_never_becomes_everybodys(
    urls: ResponseUrls, workspace: Workspace, ana: Person, place: str
) -> None:
    """Replacing an ephemeral message leaves it ephemeral, whatever `response_type` says."""
    token = urls.issue(ana.id, place, note(workspace, ana, place))
    assert urls.use(token, {"text": "New", "replace_original": True, "response_type": "in_channel"})[0] == 200
    assert [each.text for each in workspace.history.ephemerals(ana.id)] == ["New"]
    assert workspace.history.messages(place) == []


def test_the_original_can_be_taken_away(urls: ResponseUrls, workspace: Workspace, ana: Person, place: str) -> None:
    """`delete_original` alone removes the message the press came from."""
    token = urls.issue(ana.id, place, note(workspace, ana, place))
    assert urls.use(token, {"delete_original": True})[0] == 200
    assert workspace.history.ephemerals(ana.id) == []


def test_a_typed_command_cannot_be_replaced(urls: ResponseUrls, workspace: Workspace, ana: Person, place: str) -> None:
    """A command's own line is nobody's to change: replacing it shows a message, deleting it does nothing."""
    token = urls.issue(ana.id, place)
    assert urls.use(token, {"text": "Instead", "replace_original": True})[0] == 200
    assert urls.use(token, {"delete_original": True})[0] == 200
    assert [each.text for each in workspace.history.ephemerals(ana.id)] == ["Instead"]


def test_a_form_may_ask_for_a_place_to_answer(workspace: Workspace, ana: Person, place: str) -> None:
    """A select with `response_url_enabled` brings a response_url for the channel chosen in it, and only then."""
    text = {"type": "plain_text", "text": "Where"}
    select = {"type": "channels_select", "action_id": "a", "response_url_enabled": True}
    blocks = [{"type": "input", "block_id": "b", "label": text, "element": select}]
    content = {"type": "modal", "title": text, "submit": text, "blocks": blocks}
    view = workspace.views.open(workspace.issue_trigger(ana.id), content)
    assert view_submission(workspace, ana, view)["response_urls"] == []
    filled = workspace.views.set_field(view.id, "b", "a", place)
    sent = view_submission(workspace, ana, filled, lambda channel: f"https://hooks.example/{channel}")
    url = f"https://hooks.example/{place}"
    assert sent["response_urls"] == [{"block_id": "b", "action_id": "a", "channel_id": place, "response_url": url}]
