"""A long run leaves messages behind and little else: what serves for moments is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator import history
from slackbot.simulator.model import Draft
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.response_urls import ResponseUrls
from slackbot.simulator.server import Simulator
from slackbot.simulator.web_api.paging import MOST_CURSORS, Pager
from slackbot.simulator.workspace import Workspace
from tests.simulator.small_app import furnished


def test_triggers_are_forgotten_ten_minutes_later(workspace: Workspace, clock: ManualClock) -> None:
    """A week of presses keeps those of the last minutes; an old one is then nobody's."""
    person = workspace.add_person("ana").id
    first = workspace.issue_trigger(person)
    clock.advance(timedelta(seconds=4))
    with pytest.raises(RefusedError, match="expired_trigger_id"):
        workspace.triggers.look(first)
    for _ in range(10_000):
        clock.advance(timedelta(minutes=1))
        workspace.triggers.spend(workspace.triggers.look(workspace.issue_trigger(person)))
    with pytest.raises(RefusedError, match="invalid_trigger_id"):
        workspace.triggers.look(first)
    assert len(workspace.triggers._open) <= 11
    assert len(workspace.triggers._used) <= 11


def test_response_urls_are_forgotten_two_hours_later(workspace: Workspace, clock: ManualClock) -> None:
    """One given out after half an hour is expired, after two hours unknown."""
    person, place = workspace.add_person("ana").id, workspace.add_channel("support").id
    urls = ResponseUrls(workspace)
    first = urls.issue(person, place)
    for _ in range(1_000):
        clock.advance(timedelta(minutes=1))
        urls.issue(person, place)
    assert len(urls._given) <= 121
    assert urls.use(first, {"text": "x"})[1] == {"ok": False, "error": "not_found"}


def test_cursors_are_kept_to_a_number() -> None:
    """The newest work, the oldest are invalid."""
    pager = Pager()
    cursors = [pager.cut("users.list", range(3), cursor="", limit=1)[1] for _ in range(MOST_CURSORS + 1)]
    assert len(set(cursors)) == MOST_CURSORS + 1
    assert pager.cut("users.list", range(3), cursor=cursors[-1], limit=1)[0] == [1]
    with pytest.raises(RefusedError, match="invalid_cursor"):
        pager.cut("users.list", range(3), cursor=cursors[0], limit=1)


def test_what_one_person_saw_is_kept_to_a_number(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest ephemeral messages go first."""
    monkeypatch.setattr(history, "MOST_EPHEMERALS", 3)
    person, place = workspace.add_person("ana").id, workspace.add_channel("support").id
    for number in range(5):
        workspace.history.post_ephemeral(place, person, workspace.app.author, Draft(text=str(number)))
    assert [each.text for each in workspace.history.ephemerals(person)] == ["2", "3", "4"]


def test_old_deliveries_are_forgotten_and_those_on_their_way_are_not(clock: ManualClock) -> None:
    """Of what is settled the newest stay; an event nobody took yet is still to be delivered."""
    with Simulator(furnished(clock, None), kept=10) as simulator:
        waiting = simulator.deliver_event({"type": "something"})
        for _ in range(60):
            simulator.person("ana").types("/note x", in_="#support", wait=False)
            assert simulator.workspace.wait_for(lambda: simulator.deliveries[-1].settled)
        assert 10 <= len(simulator.deliveries) <= 13
        assert waiting in simulator.deliveries
        assert len(simulator._deliverer.told._by_envelope) == len(simulator.deliveries)


def test_calls_and_pings_are_kept_to_a_number(clock: ManualClock) -> None:
    """What is remembered to look at is the newest, of both kinds."""
    with Simulator(furnished(clock, None), kept=10) as simulator:
        place = simulator.channel("#support").id
        for number in range(30):
            args = {"channel": place, "text": f"<!here> {number}"}
            simulator.api.call("chat.postMessage", token=simulator.bot_token, args=args)
        assert simulator.workspace.journal.calls()[0].args["text"] == "<!here> 20"
        assert simulator.workspace.pings[0].text == "<!here> 20"
        assert len(simulator.workspace.history.messages(place)) >= 30
