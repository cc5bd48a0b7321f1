# ruff: noqa: INP001 - a script of this folder, no package
"""Draw the README's pictures from the demo's page, in a real browser: `make screenshots`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from slackbot.cli.workplace.serve import workplace

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZE = {"width": 1180, "height": 700}
COLOURS = 96
SUMMARY = "Checkout refuses every card since 9:30"


def main(folder: Path) -> None:
    """Take every picture into a folder."""
    found = next((path for path in map(shutil.which, BROWSERS) if path), None)
    if found is None:
        sys.exit(f"There is no browser to take pictures with: install one of {', '.join(BROWSERS)}.")
    with tempfile.TemporaryDirectory() as house, workplace(Path(house)) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        ana = window(browser, f"{demo.url}?as=ana&in=C0001")
        escalate(ana, folder)
        lena = window(browser, f"{demo.url}?as=lena&in=C0003&panel=why", scheme="dark")
        expect(lena.get_by_role("log").locator(".msg").last).to_contain_text(SUMMARY)
        lena.locator(".plan summary").first.click()
        lena.screenshot(path=folder / "page-tier.png")
        browser.close()
    for name in ("page-form.png", "page-tier.png"):
        Image.open(folder / name).convert("RGB").quantize(COLOURS).save(folder / name, optimize=True)


def window(browser: Browser, url: str, scheme: str = "light") -> Page:
    """Open a window without the tour."""
    page = browser.new_context(viewport=SIZE, color_scheme=scheme).new_page()  # type: ignore[arg-type] # "light" or "dark"
    page.add_init_script("localStorage.setItem('rung-tour-seen', '1')")
    page.goto(url)
    return page


def escalate(page: Page, folder: Path) -> None:
    """Raise a case by the form, its picture taken before it is sent."""
    page.locator("#write").fill("/escalate")
    page.locator("#write").press("Enter")
    form = page.locator("#modal")
    form.get_by_label("Category").select_option("Technical")
    form.get_by_label("Severity").select_option("Urgent")
    expect(form).to_contain_text("10 min")
    form.get_by_label("Summary").fill(SUMMARY)
    form.get_by_label("Customer").fill("Nordic Outdoor")
    form.get_by_label("What was tried?").fill("Cleared the cache, tried two cards.")
    form.get_by_label("What is needed?").fill("Find out why, and tell us a workaround.")
    form.locator(".fields").evaluate("box => box.scrollTop = 0")
    page.screenshot(path=folder / "page-form.png")
    form.get_by_role("button", name="Escalate").click()
    expect(form).to_contain_text("ESC-")
    form.get_by_role("button", name="Done").click()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
