"""Who may talk to the page: its own address, its own origin; and what its answers forbid a browser."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from slackbot.clock import ManualClock
from slackbot.simulator.model import Draft
from slackbot.simulator.server import Simulator
from slackbot.simulator.workspace import Workspace
from tests.page.still_backstage import page_on


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Serve a page on a workspace with one person and one channel."""
    workspace = Workspace(ManualClock(datetime(2026, 11, 16, 8, 0, tzinfo=UTC)))
    ana = workspace.add_person("ana")
    workspace.add_channel("support", members=[ana.id])
    with Simulator(workspace) as started, page_on(started):
        yield started


def ask(
    simulator: Simulator, method: str, path: str, *, host: str = "", origin: str = "", body: str = ""
) -> tuple[int, http.client.HTTPMessage, str]:
    """Send one request as any program could, and give status, headers and body."""
    port = int(simulator.base_url.rpartition(":")[2])
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Host": host or f"127.0.0.1:{port}"} | ({"Origin": origin} if origin else {})
    line.request(method, path, body=body or None, headers=headers)
    answer = line.getresponse()
    said = answer.read().decode()
    line.close()
    return answer.status, answer.headers, said


@pytest.mark.parametrize("path", ["/", "/live", "/messages", "/names", "/static/page.js"])
def test_another_name_for_this_machine_is_refused(simulator: Simulator, path: str) -> None:
    """A name that somebody's DNS points here reads nothing."""
    status, _, said = ask(simulator, "GET", path, host="evil.example")
    assert (status, "support" in said) == (421, False)


@pytest.mark.parametrize("origin", ["", "https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_site_can_do_nothing(simulator: Simulator, origin: str) -> None:
    """A request that changes something is refused unless it comes from the page itself."""
    body = json.dumps({"do": "say", "as": "ana", "channel": "C0001", "text": "hello"})
    assert ask(simulator, "POST", "/act", origin=origin, body=body)[0] == 403
    assert ask(simulator, "POST", "/stage", origin=origin, body='{"do": "token"}')[0] == 403
    assert simulator.workspace.history.messages("C0001") == []
    assert not simulator.workspace.installation.revoked


def test_the_page_itself_may(simulator: Simulator) -> None:
    """With the page's own origin the same request is done."""
    body = json.dumps({"do": "say", "as": "ana", "channel": "C0001", "text": "hello <b>"})
    assert ask(simulator, "POST", "/act", origin=simulator.base_url, body=body)[0] == 200
    (said,) = simulator.workspace.history.messages("C0001")
    assert said.text == "hello &lt;b&gt;"


def test_a_browser_is_told_to_load_nothing_from_elsewhere(simulator: Simulator) -> None:
    """Scripts, styles and connections are the page's own; no inline script or style stands in it."""
    status, headers, page = ask(simulator, "GET", "/")
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in page
    assert "<script>" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_files_outside_are_not_served(simulator: Simulator) -> None:
    """Only the page's own files are; a path that climbs finds nothing."""
    assert ask(simulator, "GET", "/static/page.js")[0] == 200
    for path in ("/static/..%2Fsite.py", "/static/%2e%2e%2fsite.py", "/static/nothing.css", "/static/../site.py"):
        assert ask(simulator, "GET", path)[0] == 404


def test_nobody_acts_with_what_is_another_persons(simulator: Simulator) -> None:
    """A note for one person can be neither read nor dismissed by another."""
    workspace = simulator.workspace
    ben = workspace.add_person("ben")
    ana = simulator.person("ana").id
    workspace.invite("C0001", ben.id)
    body = {"do": "dismiss", "as": "ben", "channel": "C0001"}
    note = workspace.history.post_ephemeral("C0001", ana, workspace.app.author, Draft(text="for Ana"))
    said = ask(simulator, "POST", "/act", origin=simulator.base_url, body=json.dumps({**body, "ts": note.ts}))[2]
    assert "not there any more" in said
    assert workspace.history.ephemerals(ana) == [note]
    assert "for Ana" not in ask(simulator, "GET", "/?as=ben&in=C0001")[2]
    assert "for Ana" in ask(simulator, "GET", "/?as=ana&in=C0001")[2]
