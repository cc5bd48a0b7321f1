"""The demo's page in a real browser: how long until a change is on the screen, and what the page's thread spends."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from rig.machine import BenchError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_VIEW = {"width": 1280, "height": 800}
_PATIENCE = 15.0
_WATCH = """
localStorage.setItem("rung-tour-seen", "1");
const painted = (tell) => requestAnimationFrame(() => setTimeout(tell));
const wall = () => (performance.timeOrigin + performance.now()) / 1000;
addEventListener("click", (event) => (window.pressedAt = (performance.timeOrigin + event.timeStamp) / 1000), true);
window.watchFor = (selector, text) => {
  const there = () => [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(text));
  window.shown = new Promise((done, failed) => {
    setTimeout(() => failed(new Error("in vain: " + text)), 15000);
    const seen = new MutationObserver(() => {
      if (!there()) return;
      seen.disconnect();
      painted(() => done(wall()));
    });
    seen.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
};
"""


def chromium() -> str | None:
    """Find a browser on this machine."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


@contextmanager
def browser(path: str) -> Iterator[Browser]:
    """Start the browser."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield started
        started.close()


@dataclass(slots=True)
class Screen:
    """One window; times are seconds of the machine's clock, which browser and house share."""

    page: Page
    _trace: CDPSession

    @classmethod
    def opens(cls, browser: Browser, url: str) -> Screen:
        """Open a window at an address and wait for its messages."""
        page = browser.new_page(viewport=_VIEW)  # type: ignore[arg-type] # two numbers, as it wants them
        page.set_default_timeout(_PATIENCE * 1000)
        page.add_init_script(_WATCH)
        page.goto(url)
        page.locator("#log .msg").last.wait_for(state="attached")
        trace = page.context.new_cdp_session(page)
        trace.send("Performance.enable")
        return cls(page, trace)

    def after_press(self, button: str, card: str, text: str) -> float:
        """Press a button and say how many seconds later the card said the text, painted."""
        self.page.evaluate("([card, text]) => void watchFor(card, text)", [card, text])
        self.page.locator(card).get_by_role("button", name=button).first.click()
        return self._shown() - float(self.page.evaluate("pressedAt"))

    def after(self, happens: Callable[[], object], text: str) -> float:
        """Have something happen in the workspace and say how many seconds later a message said the text, painted."""
        self.page.evaluate("text => void watchFor('#log .msg:last-of-type', text)", text)
        began = time.time()
        happens()
        return self._shown() - began

    def scroll_cost(self, steps: int, pixels: int) -> float:
        """Scroll step by step and say how many seconds of the page's thread a step takes, painting included."""
        before = self._busy()
        self.page.evaluate(
            """async ([steps, pixels]) => {
                 const box = document.getElementById("scroll");
                 for (let step = 0; step < steps; step++) {
                   box.scrollTop += pixels;
                   await new Promise(requestAnimationFrame);
                 }
               }""",
            [steps, pixels],
        )
        return (self._busy() - before) / steps

    def older(self) -> float:
        """Scroll to where older messages are wanted and say how many seconds they take to be there, painted."""
        return float(
            self.page.evaluate(
                """() => new Promise((done, failed) => {
                     setTimeout(() => failed(new Error("no older messages came")), 15000);
                     const log = document.getElementById("log");
                     const first = log.querySelector(".msg")?.id;
                     const began = performance.now();
                     const seen = new MutationObserver(() => {
                       if (log.querySelector(".msg")?.id === first) return;
                       seen.disconnect();
                       requestAnimationFrame(() => setTimeout(() => done((performance.now() - began) / 1000)));
                     });
                     seen.observe(log, { childList: true });
                     document.getElementById("scroll").scrollTop = 0;
                   })"""
            )
        )

    def goes_to_the_end(self) -> None:
        """Look at the newest messages again."""
        back = self.page.locator("#newest")
        if back.is_visible():
            back.click()
        else:
            self.page.evaluate("document.getElementById('scroll').scrollTop = 1e9")

    def settles(self) -> None:
        """Let the page's own late work pass, its animations too."""
        self.page.wait_for_timeout(1600)

    def _shown(self) -> float:
        return float(self.page.evaluate("window.shown"))

    def _busy(self) -> float:
        metrics = self._trace.send("Performance.getMetrics")["metrics"]
        found = next((each["value"] for each in metrics if each["name"] == "TaskDuration"), None)
        if found is None:
            raise BenchError("the browser does not say how long its page was busy")
        return float(found)
