"""A real browser on the page: Debian's Chromium or another one that is there; without any these tests are skipped."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from slackbot.cli.workplace.serve import Workplace, workplace
from tests.page.visitor import Visitor, Windows

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
PATIENCE_MS = 8_000
A_FRIDAY = date(2026, 11, 20)
"""The demo's day: its week has cases of the days before, and another day may pass in it."""

Visit = Callable[..., Visitor]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a browser, started once for a worker."""
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        pytest.skip(f"no browser to test the page in: install one of {', '.join(BROWSERS)}")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Workplace]:
    """Open the demo's house, once for a file; `browser` comes first, so that nothing is opened for a skipped test."""
    del browser
    with workplace(tmp_path_factory.mktemp("demo"), day=A_FRIDAY) as opened:
        yield opened


@pytest.fixture(scope="session")
def windows(browser: Browser) -> Windows:
    """Give the windows of that browser."""
    return Windows(browser)


@pytest.fixture
def visit(windows: Windows) -> Iterator[Visit]:
    """Give a function that opens a window as somebody; it fails the test on any error of the page's own scripts."""
    with ExitStack() as opened:

        def open_window(url: str, person: str, place: str, extra: str = "", **look: Any) -> Visitor:
            page = opened.enter_context(windows.another(**look) if look else windows.one())
            visitor = Visitor.arrives(page, url, person, place, extra)
            opened.callback(visitor.leaves)
            return visitor

        yield open_window


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """Name the folder that screenshots are kept in; git ignores it."""
    folder = Path(__file__).parents[2] / "build" / "page"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
