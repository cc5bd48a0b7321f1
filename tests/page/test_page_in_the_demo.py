"""The demo's page in a browser: the main job, time, faults, the tour, as people meet them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from slackbot.cli.workplace.serve import Workplace
from tests.page.conftest import Visit
from tests.page.visitor import Visitor

pytestmark = pytest.mark.usefixtures("artefacts")

SUPPORT, TIER_2, TIER_3 = "C0001", "C0003", "C0004"


@pytest.fixture(scope="module")
def url(demo: Workplace) -> str:
    """Where the page is."""
    return demo.url


def escalates(visitor: Visitor, summary: str, severity: str = "Urgent") -> Locator:
    """Raise a case by the form, and give the modal with the receipt."""
    visitor.writes("/escalate")
    form = visitor.modal
    form.get_by_label("Category").select_option("Technical")
    form.get_by_label("Severity").select_option(severity)
    expect(form).to_contain_text("Team leads")
    form.get_by_label("Summary").fill(summary)
    form.get_by_label("Customer").fill("Nordic Outdoor")
    form.get_by_label("What was tried?").fill("Two cards")
    form.get_by_label("What is needed?").fill("Find out why")
    visitor.presses("Escalate", form)
    expect(form).to_contain_text("ESC-")
    return form


def skips(visitor: Visitor, what: str) -> None:
    """Skip to what happens next, which must be this."""
    ahead = visitor.page.locator(".skip-ahead")
    expect(ahead).to_contain_text(what)
    ahead.click()


def test_the_first_visit_teaches_and_can_be_dismissed(url: str, visit: Visit) -> None:
    """A short tour is there at the first visit, leads through four cards, and does not come back."""
    ana = visit(url, "ana", SUPPORT, first_time=True)
    tour = ana.page.get_by_role("dialog", name="A short tour")
    expect(tour).to_contain_text("/escalate")
    ana.picture("tour")
    for heading in ("Nobody answers", "Be somebody else", "Behind the scenes"):
        ana.presses("Next", tour)
        expect(tour.get_by_role("heading", name=heading)).to_be_visible()
    ana.presses("Done", tour)
    expect(tour).to_have_count(0)
    expect(ana.page.locator("#write")).to_be_focused()
    ana.page.reload()
    expect(ana.last).to_be_visible()
    expect(tour).to_have_count(0)


def test_a_form_says_what_is_missing_and_keeps_what_was_typed(url: str, visit: Visit) -> None:
    """A required field left empty is named beside it; what was typed stays, also while the app redraws the form."""
    ana = visit(url, "ana", SUPPORT)
    ana.writes("/escalate")
    form = ana.modal
    form.get_by_label("Summary").fill("Typed before the category")
    form.get_by_label("Category").select_option("Billing")
    expect(form).to_contain_text("Goes to Team leads")
    ana.presses("Escalate", form)
    expect(form.locator(".wrong").first).to_contain_text("Please complete this required field.")
    expect(form.locator(".wrong .problem").first).to_be_in_viewport()
    expect(form.get_by_label("Summary")).to_have_value("Typed before the category")
    ana.picture("form-with-problems")
    form.get_by_label("Category").focus()
    ana.page.keyboard.type("Account", delay=100)
    expect(form.get_by_label("Category")).to_have_value("Account")
    ana.presses("Cancel", form)
    expect(form).not_to_be_visible()


def test_a_case_climbs_and_is_taken_in_another_window(url: str, visit: Visit) -> None:
    """Escalated, ignored, called again, climbed by skipping; the manager's press changes the agent's window live."""
    ana = visit(url, "ana", SUPPORT)
    receipt = escalates(ana, "Checkout refuses every card")
    label = receipt.inner_text().partition("ESC-")[2].split()[0].rstrip(".")
    ana.presses("Done", receipt)
    ana.goes_to("tier-2")
    cards = ana.log.locator(".msg").filter(has_text=f"ESC-{label}").filter(has_text="Checkout refuses every card")
    card = cards.first
    expect(card).to_contain_text("please take this case")
    for calls in ("1 reply", "2 replies", "3 replies"):
        skips(ana, f"calls again for ESC-{label}")
        expect(card.locator(".replies")).to_contain_text(calls)
    expect(cards.last).to_contain_text("last call")
    skips(ana, f"takes ESC-{label} one tier up")
    expect(card).to_contain_text("It went on to Department managers")
    ana.picture("climbed")
    dana = visit(url, "dana", TIER_3)
    taken = dana.message(f"ESC-{label}", "Checkout refuses every card")
    expect(taken.locator(".mention.me")).to_have_text("@dana")
    ana.goes_to("Rung")
    dana.presses("Acknowledge", taken)
    expect(dana.message(f"ESC-{label}")).to_contain_text("has it and promised")
    expect(ana.message(f"has ESC-{label} and promised")).to_be_visible()
    dana.picture("acknowledged")


def test_a_reply_in_a_thread_and_a_reaction_reach_the_other_window(url: str, visit: Visit) -> None:
    """Threads and reactions are live: what one person does the other sees, and unread channels are marked."""
    lena, ben = visit(url, "lena", SUPPORT), visit(url, "ben", SUPPORT)
    lena.writes("Anybody from #tier-2 here, @ben?")
    said = ben.message("Anybody from #tier-2")
    expect(said.locator(".mention.me")).to_have_text("@ben")
    said.hover()
    said.get_by_label("More actions for this message").click()
    said.get_by_role("menuitem", name="React with eyes").click()
    expect(lena.message("Anybody from").locator(".reactions")).to_contain_text("1")
    said.hover()
    said.get_by_label("More actions for this message").click()
    said.get_by_role("menuitem", name="Reply in thread").click()
    reply = ben.page.get_by_label("Reply in thread", exact=True)
    reply.fill("I am")
    reply.press("Enter")
    expect(ben.page.get_by_role("region", name="Thread")).to_contain_text("I am")
    expect(lena.message("Anybody from").locator(".replies")).to_contain_text("1 reply")
    ben.goes_to("tier-3")
    lena.writes("@ben one more")
    sidebar = ben.page.get_by_role("navigation", name="Conversations")
    expect(sidebar.get_by_role("link", name=re.compile(r"support\W+1 for you"))).to_be_visible()
    ben.picture("unread")


def test_a_message_becomes_a_case_by_its_menu(url: str, visit: Visit) -> None:
    """The message shortcut opens the form with the quote, as seen by whoever uses it."""
    ben = visit(url, "ben", SUPPORT)
    said = ben.message("Nordic Outdoor just called")
    said.hover()
    said.get_by_label("More actions for this message").click()
    said.get_by_role("menuitem", name="Escalate conversation").click()
    expect(ben.modal).to_be_visible()
    expect(ben.modal.locator("textarea").filter(has_text="Nordic Outdoor just called")).to_have_count(1)
    ben.page.keyboard.press("Escape")
    expect(ben.modal).not_to_be_visible()


def test_commands_are_completed_and_answered_privately(url: str, visit: Visit) -> None:
    """Typing / offers the commands; the answer is marked as visible to one person only, and can be dismissed."""
    dana = visit(url, "dana", TIER_2)
    box = dana.page.locator("#write")
    held: list[Route] = []
    dana.page.route("**/names", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it is given
    box.press_sequentially("/escalations")
    for each in reversed(held):  # what was asked for first comes last, and offers nothing any more
        with dana.page.expect_response("**/names"):
            each.continue_()
    expect(dana.page.get_by_role("option", name="/escalations")).to_have_attribute("aria-selected", "true")
    dana.picture("commands")
    dana.writes("/escalations why ESC-10")
    answer = dana.message("what happened and why")
    expect(answer).to_contain_text("Only visible to you")
    expect(visit(url, "lena", TIER_2).message("what happened and why")).to_have_count(0)
    dana.presses("Dismiss", answer)
    expect(answer).to_have_count(0)
    dana.writes("/nonsense")
    expect(dana.page.locator("#toast")).to_contain_text("not a valid command")


def test_withdrawing_asks_first(url: str, visit: Visit) -> None:
    """A button with a confirm dialog does nothing until it is confirmed."""
    ana = visit(url, "ana", SUPPORT)
    ana.presses("Done", escalates(ana, "Asked by mistake", "Low"))
    ana.goes_to("Rung")
    message = ana.message("Asked by mistake")
    ana.presses("Withdraw", message)
    sure = ana.page.get_by_role("dialog", name="Withdraw ESC")
    ana.picture("confirm")
    sure.get_by_role("button").first.click()
    expect(sure).to_have_count(0)
    expect(message).not_to_contain_text("took it back")
    ana.presses("Withdraw", message)
    sure.get_by_role("button").last.click()
    expect(message).to_contain_text("took it back")


def test_the_panel_tells_why_and_what_went_over_the_wire(url: str, visit: Visit) -> None:
    """Behind the scenes: each open case with what is planned, each request with its ack, each call with its result."""
    lena = visit(url, "lena", TIER_2)
    panel = lena.looks_behind("Why")
    case = panel.locator("#plan-ESC-10")
    expect(case).to_contain_text("asks how ESC-10 stands")
    case.locator("summary").click()
    expect(case).to_contain_text("what happened and why")
    lena.picture("why")
    lena.looks_behind("Traffic")
    expect(panel.locator(".traffic .in").first).to_contain_text("ack")
    expect(panel.locator(".traffic .out").first).to_contain_text("ok")


def test_time_runs_at_the_chosen_pace(url: str, demo: Workplace, visit: Visit) -> None:
    """The pressed pace is the clock's, in every window and for the app."""
    lena, ben = visit(url, "lena", TIER_2), visit(url, "ben", SUPPORT)
    lena.presses("60 times as fast")
    expect(ben.page.get_by_role("button", name="60 times as fast")).to_have_attribute("aria-pressed", "true")
    assert demo.backstage.clock.rate == 60
    ben.presses("1 times as fast")
    expect(lena.page.get_by_role("button", name="1 times as fast")).to_have_attribute("aria-pressed", "true")


def test_faults_by_hand_are_told_and_mended(url: str, visit: Visit) -> None:
    """An archived tier is passed over loudly; a refused call is red with its rule; a killed app comes back."""
    lena = visit(url, "lena", TIER_2)
    panel = lena.looks_behind("Faults")
    lena.presses("Archive #tier-2", panel)
    expect(lena.page.locator(".compose")).to_contain_text("archived")
    ana = visit(url, "ana", SUPPORT)
    ana.presses("Done", escalates(ana, "Nobody can be told"))
    expect(ana.message("Nobody can be told", "could not be reached")).to_be_visible()
    lena.looks_behind("Traffic")
    refused = panel.locator(".traffic .bad").filter(has_text="is_archived").first
    expect(refused.locator(".rule")).to_be_visible()
    lena.picture("refused")
    lena.looks_behind("Faults")
    lena.presses("Bring back #tier-2", panel)
    expect(lena.page.locator("#write")).to_be_visible()
    lena.presses("Kill the app", panel)
    expect(lena.page.locator(".dead")).to_contain_text("The app is down")
    ana.writes("/escalations open")
    expect(ana.page.locator("#toast")).to_contain_text("the app did not respond")
    lena.picture("killed")
    lena.presses("Start it again")
    expect(lena.page.locator(".dead")).to_have_count(0)
    ana.writes("/escalations open")
    expect(ana.message("Open escalations", "ESC-10")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone(url: str, scheme: str, visit: Visit) -> None:
    """At 360 px nothing is cut off or scrolls sideways; conversations are behind a button; both schemes are drawn."""
    look = {"viewport": {"width": 360, "height": 720}, "color_scheme": scheme}
    ana = visit(url, "ana", SUPPORT, **look)
    expect(ana.last).to_be_visible()
    assert ana.page.evaluate("document.documentElement.scrollWidth") <= 360
    ana.picture(f"phone-{scheme}")
    ana.presses("Show conversations")
    expect(ana.page.get_by_role("navigation", name="Conversations").get_by_role("button")).to_be_focused()
    ana.page.keyboard.press("Escape")
    expect(ana.page.get_by_role("button", name="Show conversations")).to_be_focused()
    ana.presses("Show conversations")
    ana.goes_to("tier-2")
    expect(ana.message("ESC-10")).to_be_visible()
    outside = ana.page.evaluate(
        "[...document.querySelectorAll('.msg, .top > *, .compose')].filter("
        "each => each.checkVisibility() && each.getBoundingClientRect().right > 361).map(each => each.className)"
    )
    assert outside == []


def test_show_me_begins_the_story_where_it_happens(url: str, visit: Visit) -> None:
    """The terminal's story is told on the page by captions, and the window goes with it: Ana's form fills by itself."""
    ben = visit(url, "ben", TIER_2)
    ben.presses("Show me")
    expect(ben.page.locator(".caption")).to_contain_text("Ana types /escalate")
    expect(ben.page.locator(".people summary")).to_contain_text("Ana Ruiz")
    expect(ben.modal.get_by_label("Summary")).to_have_value("Checkout refuses every card since 9:30")
    ben.picture("story")


@pytest.mark.usefixtures("browser")
def test_pictures_are_kept(artefacts: Path) -> None:
    """Every surface driven above left its picture."""
    kept = {path.stem for path in artefacts.glob("*.png")}
    assert {"tour", "climbed", "acknowledged", "refused", "killed", "phone-dark", "story"} <= kept
