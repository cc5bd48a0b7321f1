"""Somebody at a browser window of the page: writes, presses and looks as a person does, by words and roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Locator, Page, Route, expect

WIDE = {"width": 1280, "height": 800}
SEEN_BEFORE = "localStorage.setItem('rung-tour-seen', '1')"
ARTEFACTS = Path(__file__).parents[2] / "build" / "page"


@dataclass
class Windows:
    """Windows of one browser, each apart from the others; whoever comes takes one that was left.

    Opening one costs a second of the processor, an empty one too: the browser starts a process for it.
    """

    browser: Browser
    free: list[Page] = field(default_factory=list)

    @contextmanager
    def one(self) -> Iterator[Page]:
        """Give a window that has seen the tour."""
        page = self.free.pop() if self.free else self._opened()
        yield page
        self.free.append(page)

    @contextmanager
    def another(self, *, first_time: bool = False, **look: Any) -> Iterator[Page]:
        """Give a window of another look, of its own; `look` is what Playwright takes for a context."""
        page = self._opened(first_time=first_time, **look)
        yield page
        page.context.close()

    def _opened(self, *, first_time: bool = False, **look: Any) -> Page:
        context = self.browser.new_context(**{"viewport": WIDE, **look})
        if not first_time:
            context.add_init_script(SEEN_BEFORE)
        return context.new_page()


@dataclass
class Visitor:
    """A window of its own, as in another browser; `errors` are what its scripts or its console complained of."""

    page: Page
    errors: list[str] = field(default_factory=list)

    @classmethod
    def arrives(cls, page: Page, url: str, person: str, place: str, extra: str = "") -> Visitor:
        """Come to a place as a person."""
        visitor = cls(page)
        page.on("pageerror", visitor.notes)
        page.goto(f"{url}?as={person}&in={place}{extra}")
        return visitor

    def leaves(self) -> None:
        """Leave the window to the next; raises AssertionError where its scripts failed."""
        self.page.remove_listener("pageerror", self.notes)
        self.page.unroute_all()
        self.page.goto("about:blank")
        assert self.errors == []

    def notes(self, error: Error) -> None:
        """Note what a script complained of."""
        self.errors.append(str(error))

    @property
    def modal(self) -> Locator:
        """The form on the screen."""
        return self.page.locator("#modal")

    @property
    def log(self) -> Locator:
        """The messages of the conversation."""
        return self.page.get_by_role("log")

    @property
    def last(self) -> Locator:
        """The newest message."""
        return self.log.locator(".msg").last

    def writes(self, text: str) -> None:
        """Type into the composer and press Enter."""
        box = self.page.locator("#write")
        box.fill(text)
        box.press("Enter")

    def goes_to(self, name: str) -> None:
        """Choose a conversation in the sidebar."""
        self.page.get_by_role("navigation", name="Conversations").get_by_role("link", name=name, exact=False).click()
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(name)

    def becomes(self, name: str) -> None:
        """Choose whom to act as."""
        self.page.locator(".people summary").click()
        self.page.locator(".people").get_by_role("link", name=name).click()
        expect(self.page.locator(".people summary")).to_contain_text(name)

    def message(self, *texts: str) -> Locator:
        """Find the newest message that says each text."""
        found = self.log.locator(".msg")
        for text in texts:
            found = found.filter(has_text=text)
        return found.last

    def presses(self, label: str, on: Locator | None = None) -> None:
        """Press a button by its words."""
        (on or self.page).get_by_role("button", name=label).first.click()

    def holds(self, *acts: Callable[[], object]) -> list[Route]:
        """Do what the page tells the server of, one after the other, and give what is on its way, held up."""
        held: list[Route] = []

        def meet(route: Route) -> None:
            if len(held) < len(acts):
                held.append(route)
            else:
                route.continue_()

        self.page.route("**/act", meet)
        for act in acts:
            with self.page.expect_request("**/act"):
                act()
        self.page.evaluate("0")  # by its answer, everything said before it was heard
        return held

    def draws_anew(self, told: Route) -> None:
        """Let the server hear what it draws the form anew for, and wait until it stands there."""
        drawn = self.page.locator("#modal form").element_handle()
        told.continue_()
        self.page.wait_for_function("drawn => !drawn.isConnected", arg=drawn)

    def looks_behind(self, tab: str) -> Locator:
        """Open a tab of the side panel."""
        panel = self.page.get_by_role("complementary", name="Behind the scenes")
        if not panel.is_visible():
            self.page.get_by_role("link", name="Behind the scenes").click()
        panel.get_by_role("link", name=tab).click()
        expect(panel.get_by_role("link", name=tab)).to_have_attribute("aria-current", "page")
        return panel

    def picture(self, name: str) -> None:
        """Keep a screenshot as a build artefact."""
        self.page.screenshot(path=ARTEFACTS / f"{name}.png")
