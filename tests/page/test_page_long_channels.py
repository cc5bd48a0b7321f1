"""A channel of two thousand messages: a stretch of it is in the page, and nobody loses their place in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, expect

from slackbot.clock import ManualClock
from slackbot.simulator.model import Draft, Message
from slackbot.simulator.page.live import LiveWindow, Patch
from slackbot.simulator.server import Simulator
from slackbot.simulator.workspace import Workspace
from tests.page.conftest import Visit
from tests.page.still_backstage import page_on
from tests.page.visitor import Visitor

pytestmark = pytest.mark.proof

COUNT = 2000
PAGE = 50
MOST = 250
PLACE = "C0001"


@dataclass
class Archive:
    """The workspace with its long channel, and where it is shown."""

    workspace: Workspace
    url: str

    def messages(self) -> list[Message]:
        """List what is said in the channel."""
        return self.workspace.history.messages(PLACE)

    def says(self, text: str) -> None:
        """Have the app say something more."""
        self.workspace.history.post(PLACE, self.workspace.app.author, Draft(text=text))


@pytest.fixture(scope="module")
def archive(browser: Browser) -> Iterator[Archive]:
    """Fill a channel, once for the file: forty messages a day."""
    del browser
    clock = ManualClock(datetime(2026, 9, 1, 8, 0, tzinfo=UTC))
    workspace = Workspace(clock)
    workspace.add_channel("long", members=[workspace.add_person("ana").id])
    with Simulator(workspace) as simulator, page_on(simulator) as page:
        found = Archive(workspace, page.url)
        for number in range(COUNT):
            clock.advance(timedelta(minutes=36))
            found.says(f"note {number}")
        yield found


@pytest.fixture
def ana(archive: Archive, visit: Visit) -> Visitor:
    """Open Ana's window on it."""
    visitor = visit(archive.url, "ana", PLACE)
    expect(visitor.last).to_be_visible()
    return visitor


def first(visitor: Visitor) -> Locator:
    """Find the oldest message that is in the page."""
    return visitor.log.locator(".msg").first


def scrolls_back(visitor: Visitor, loads: int) -> None:
    """Scroll to the top so often, each time until older messages are there."""
    for _ in range(loads):
        key = first(visitor).get_attribute("data-key") or ""
        visitor.page.locator("#scroll").evaluate("box => box.scrollTop = 0")
        expect(first(visitor)).not_to_have_attribute("data-key", key)


def test_older_ones_come_and_far_ones_go(archive: Archive, ana: Visitor) -> None:
    """Scrolling back loads page by page; what is in the page stays few, in order, each once, and days stand once."""
    assert ana.log.locator(".msg").count() == PAGE
    ana.last.click()
    scrolls_back(ana, 8)
    keys = ana.log.locator(".msg").evaluate_all("all => all.map(each => each.dataset.key)")
    assert len(keys) <= MOST
    everything = [each.ts for each in archive.messages()]
    start = everything.index(keys[0])
    assert start == len(everything) - 9 * PAGE
    assert keys == everything[start : start + len(keys)]
    ana.page.locator("#scroll").evaluate("box => box.scrollTop = box.scrollHeight")
    expect(ana.page.locator(f"[id='m{everything[start + len(keys)]}']")).to_be_attached()
    days = ana.log.locator(".day").all_inner_texts()
    assert len(days) == len(set(days))


def test_what_is_looked_at_stays_where_it_stands(ana: Visitor) -> None:
    """While older ones are put in above and newer ones go below, the line under one's eyes does not move."""
    for _ in range(6):
        edge = first(ana).element_handle()
        ana.page.locator("#scroll").evaluate("box => box.scrollTop = 120")
        before = edge.bounding_box()
        ana.page.wait_for_function("edge => edge.previousElementSibling !== null", arg=edge)
        after = edge.bounding_box()
        assert before is not None
        assert after is not None
        assert abs(after["y"] - before["y"]) < 2


def test_going_back_by_keyboard_keeps_the_focus(ana: Visitor) -> None:
    """Arrow keys lead from message to message beyond what was loaded; the focused one is never taken away."""
    ana.last.focus()
    focused = ana.page.locator(".msg:focus")
    newest = focused.get_attribute("data-key")
    scrolls_back(ana, 6)
    expect(focused).to_have_attribute("data-key", newest or "")
    first(ana).focus()
    for _ in range(3):
        key = focused.get_attribute("data-key") or ""
        expect(ana.page.locator(f"[id='m{key}']")).to_be_focused()
        expect(first(ana)).not_to_have_attribute("data-key", key)
        ana.page.keyboard.press("ArrowUp")
        expect(focused).not_to_have_attribute("data-key", key)


def test_a_new_message_waits_at_the_end(archive: Archive, ana: Visitor) -> None:
    """Whoever reads far back is not disturbed by what is new; the way to the end is one press, or saying something."""
    scrolls_back(ana, 6)
    back = ana.page.get_by_role("button", name="Jump to the newest")
    expect(back).to_be_visible()
    archive.says("said meanwhile")
    ana.picture("far-back")
    back.click()
    expect(ana.last).to_contain_text("said meanwhile")
    expect(ana.last).to_be_in_viewport()
    expect(back).not_to_be_visible()
    scrolls_back(ana, 6)
    ana.writes("Ana says something")
    expect(ana.last).to_contain_text("Ana says something")
    expect(ana.last).to_be_in_viewport()


def test_a_line_that_was_cut_leaves_no_gap(archive: Archive, ana: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said while the window had no line is there when it has one again, nothing left out."""
    cut = threading.Event()

    def breaks(_window: LiveWindow) -> list[Patch]:
        cut.set()
        raise ConnectionResetError

    with monkeypatch.context() as line:
        line.setattr(LiveWindow, "news", breaks)
        archive.says("unheard")
        assert cut.wait(10)
        for number in range(2 * PAGE):
            archive.says(f"unheard {number}")
    expect(ana.last).to_contain_text(f"unheard {2 * PAGE - 1}", timeout=20_000)
    newest = [each.ts for each in archive.messages()][-PAGE:]
    expect(first(ana)).to_have_attribute("data-key", newest[0])
    assert ana.log.locator(".msg").evaluate_all("all => all.map(each => each.dataset.key)") == newest


def test_a_link_leads_to_an_old_message(archive: Archive, visit: Visit) -> None:
    """A link's message is shown with what stands around it, focused, however old; both ways lead on from there."""
    old = archive.messages()[700]
    visitor = visit(archive.url, "ana", PLACE, extra=f"#m{old.ts}")
    expect(visitor.page.locator(f"[id='m{old.ts}']")).to_be_focused()
    expect(visitor.page.locator(f"[id='m{old.ts}']")).to_be_in_viewport()
    expect(visitor.page.get_by_role("button", name="Jump to the newest")).to_be_visible()
    archive.workspace.history.edit(old, Draft(text="changed long after"))
    expect(visitor.page.locator(f"[id='m{old.ts}']")).to_contain_text("changed long after")
