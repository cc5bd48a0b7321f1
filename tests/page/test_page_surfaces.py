"""Every surface of the page with an app of every kind of block: fields, menus, dialogs, threads, edits, charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from slackbot.simulator.page.site import WorkspacePage
from tests.page.conftest import Visit
from tests.page.still_backstage import page_on
from tests.page.visitor import Visitor
from tests.simulator.desk import Desk, card
from tests.simulator.small_app import MANIFEST, House, open_house, plain

pytestmark = pytest.mark.usefixtures("artefacts")

SERIES = [
    {"name": name, "data": [{"label": day, "value": value} for day, value in zip(("Mon", "Tue"), values, strict=True)]}
    for name, values in (("Raised", (4, 7)), ("Closed", (3, 9)))
]
AXES = {"categories": ["Mon", "Tue"]}


@dataclass
class Office:
    """The small app's house with a page on it."""

    house: House
    desk: Desk
    page: WorkspacePage

    def posts(self, text: str, blocks: list[dict[str, Any]] | None = None, channel: str = "C0001") -> str:
        """Have the app post a message, and give its ts."""
        answer = self.house.client.chat_postMessage(channel=channel, text=text, blocks=blocks)
        return str(answer["ts"])

    def hears(self, action_id: str) -> dict[str, Any]:
        """Wait for the app to be told of a press, and give the action."""

        def told() -> bool:
            return bool(self.desk.last.get("actions", [{}])[0].get("action_id") == action_id)

        assert self.house.workspace.wait_for(told)
        found: dict[str, Any] = self.desk.last["actions"][0]
        return found


@pytest.fixture(scope="module")
def office(browser: Browser) -> Iterator[Office]:
    """Open the small app's house, once for the file."""
    del browser
    desk = Desk()
    with open_house(desk.register, manifest=MANIFEST) as house, page_on(house.simulator) as page:
        yield Office(house, desk, page)


@pytest.fixture
def ana(office: Office, visit: Visit) -> Iterator[Visitor]:
    """Open Ana's window on #support; her zone is New York's. A form that a test leaves open is closed."""
    yield visit(office.page.url, "ana", "C0001")
    hands = office.house.simulator.person("ana")
    if office.house.workspace.views.stack(hands.id):
        hands.closes(whole_stack=True)


def test_what_is_chosen_while_the_form_is_drawn_anew_stays(ana: Visitor) -> None:
    """A choice made before the form shows the one before it is not undone when it does."""
    ana.writes("/form")
    tags = [ana.modal.get_by_label(name) for name in ("refund", "outage")]
    first, second = ana.holds(*(tag.check for tag in tags))
    ana.draws_anew(first)
    assert [tag.is_checked() for tag in tags] == [True, True]
    second.continue_()


def test_what_is_looked_for_while_the_form_is_drawn_anew_is_found(ana: Visitor) -> None:
    """What is typed to find an option, and the options offered for it, outlive a drawing; a late answer is void."""
    ana.writes("/form")
    customer, acid = ana.modal.get_by_label("Customer"), ana.modal.get_by_role("option", name="Acid")
    refund, first, second = ana.holds(
        lambda: ana.modal.get_by_label("refund").check(),
        lambda: customer.press_sequentially("A"),
        lambda: customer.press_sequentially("c"),
    )
    second.continue_()
    expect(acid).to_be_visible()
    first.fulfill(json={"options": []})
    ana.draws_anew(refund)
    expect(customer).to_have_value("Ac")
    expect(customer).to_be_focused()
    acid.click()
    expect(ana.modal.get_by_role("button", name="Remove Acid")).to_be_visible()


def test_an_answer_finds_the_field_that_was_drawn_anew(ana: Visitor) -> None:
    """Options that come after the form was drawn anew are offered in the form that stands there."""
    ana.writes("/form")
    customer = ana.modal.get_by_label("Customer")
    refund, offers = ana.holds(lambda: ana.modal.get_by_label("refund").check(), lambda: customer.fill("Ac"))
    ana.draws_anew(refund)
    offers.continue_()
    expect(ana.modal.get_by_role("option", name="Acid")).to_be_visible()


def test_what_is_marked_stays_marked_while_the_form_is_drawn_anew(ana: Visitor) -> None:
    """Whoever marked the text of a field and types writes over it, in a form drawn anew meanwhile too."""
    ana.writes("/form")
    summary = ana.modal.get_by_label("Summary")
    summary.fill("Two lines")
    (refund,) = ana.holds(lambda: ana.modal.get_by_label("refund").check())
    summary.select_text()
    ana.draws_anew(refund)
    ana.page.keyboard.type("Hm")
    expect(summary).to_have_value("Hm")


def test_every_kind_of_field_reaches_the_app(office: Office, ana: Visitor) -> None:
    """What is typed, picked and chosen in a form is what its submission carries, in the person's own zone."""
    office.desk.submission_ack = {}
    ana.writes("/form")
    form = ana.modal
    form.get_by_label("Category").select_option("Technical")
    form.get_by_label("high").check()
    form.get_by_label("Summary").fill("Two lines\nof text")
    form.get_by_label("Due").fill("2026-11-20T15:30")
    form.get_by_label("Day").fill("2026-11-21")
    form.get_by_label("refund").check()
    form.get_by_label("outage").check()
    form.get_by_label("Who").select_option("Lea")
    form.get_by_label("Place").select_option("#support")
    form.get_by_label("Amount").fill("12")
    form.get_by_label("Customer").press_sequentially("Ac")
    form.get_by_role("option", name="Acid").click()
    expect(form.get_by_role("button", name="Remove Acid")).to_be_visible()
    ana.picture("fields")
    ana.presses("Send", form)
    expect(form).not_to_be_visible()
    submitted = next(each for each in reversed(office.desk.heard) if each["type"] == "view_submission")
    state = {block: next(iter(held.values())) for block, held in submitted["view"]["state"]["values"].items()}
    assert state["category"]["selected_option"]["value"] == "technical"
    assert state["severity"]["selected_option"]["value"] == "high"
    assert state["summary"]["value"] == "Two lines\nof text"
    assert state["due"]["selected_date_time"] == 1795206600
    assert state["day"]["selected_date"] == "2026-11-21"
    assert [each["value"] for each in state["tags"]["selected_options"]] == ["refund", "outage"]
    assert state["who"]["selected_user"] == office.house.simulator.person("lea").id
    assert state["place"]["selected_conversation"] == "C0001"
    assert state["amount"]["value"] == "12"
    assert state["customer"]["selected_option"]["value"] == "acid"


def test_what_the_app_holds_against_a_field_stands_beside_it(office: Office, ana: Visitor) -> None:
    """Errors of the app are shown at their field and read out with it; the form stays, with what was typed."""
    office.desk.submission_ack = {"response_action": "errors", "errors": {"summary": "Say more than that."}}
    ana.writes("/form")
    form = ana.modal
    form.get_by_label("Category").select_option("Billing")
    form.get_by_label("Summary").fill("Hm")
    ana.presses("Send", form)
    expect(form.get_by_role("alert").filter(has_text="Say more than that.")).to_be_visible()
    expect(form.get_by_label("Summary")).to_be_focused()
    expect(form.get_by_label("Summary")).to_have_value("Hm")
    ana.picture("field-error")
    ana.page.keyboard.press("Escape")
    expect(form).not_to_be_visible()


def test_a_modal_lies_on_another_and_closing_leads_back(office: Office, ana: Visitor) -> None:
    """A pushed modal covers the first; closing it shows the first again, and the cross closes all."""
    del office
    ana.writes("/form")
    ana.presses("Read all", ana.modal)
    expect(ana.modal.get_by_role("heading", name="All of it")).to_be_visible()
    ana.presses("Cancel", ana.modal)
    expect(ana.modal.get_by_role("heading", name="Escalate")).to_be_visible()
    ana.modal.get_by_label("Close", exact=True).click()
    expect(ana.modal).not_to_be_visible()


def test_menus_dialogs_and_dates_of_a_message(office: Office, ana: Visitor) -> None:
    """Overflow menus, selects and confirm dialogs press what they say; a date reads in the reader's zone."""
    ts = office.posts("a card", card())
    message = ana.page.locator(f"[id='m{ts}']")
    expect(message).to_contain_text("due 4:40 AM")
    message.get_by_label("More actions", exact=True).click()
    message.get_by_role("menuitem", name="Withdraw").click()
    assert office.hears("menu")["selected_option"]["value"] == "withdraw"
    message.get_by_label("Other time").select_option("4 h")
    assert office.hears("pick")["selected_option"]["value"] == "4 h"
    heard = len(office.desk.heard)
    ana.presses("Resolve ESC-1", message)
    sure = ana.page.get_by_role("dialog", name="Sure?")
    sure.get_by_role("button", name="No").click()
    expect(sure).to_have_count(0)
    assert len(office.desk.heard) == heard
    ana.presses("Resolve ESC-1", message)
    sure.get_by_role("button", name="Yes").click()
    assert office.hears("resolve")["type"] == "button"


def test_an_edit_takes_the_place_of_what_was(office: Office, ana: Visitor) -> None:
    """An edited message changes where it stands, and a deleted one goes."""
    ts = office.posts("before")
    expect(ana.last).to_contain_text("before")
    ana.writes("after it")
    expect(ana.last).to_contain_text("after it")
    office.house.client.chat_update(channel="C0001", ts=ts, text="changed in place")
    message = ana.page.locator(f"[id='m{ts}']")
    expect(message).to_contain_text("changed in place")
    expect(message).to_contain_text("(edited)")
    expect(ana.last).to_contain_text("after it")
    office.house.client.chat_delete(channel="C0001", ts=ts)
    expect(message).to_have_count(0)


def test_charts_and_tables_are_drawn(office: Office, ana: Visitor) -> None:
    """A bar chart, a pie and a table are drawn, and their values can be read without seeing them."""
    pie = {"type": "pie", "segments": [{"label": "Billing", "value": 3}, {"label": "Other", "value": 1}]}
    bars = {"type": "bar", "series": SERIES, "axis_config": AXES}
    rows = [[{"type": "raw_text", "text": text} for text in row] for row in (("Tier", "Cases"), ("Leads", "12"))]
    for chart in (bars, pie):
        office.posts("chart", [{"type": "data_visualization", "title": "This week", "chart": chart}])
    office.posts("table", [{"type": "data_table", "caption": "By tier", "rows": rows}])
    expect(ana.last.get_by_role("table", name="By tier")).to_contain_text("Leads")
    charts = ana.log.get_by_role("img", name="This week")
    expect(charts).to_have_count(2)
    expect(charts.first.locator(".shape")).to_have_count(4)
    expect(charts.first.locator("text[text-anchor=end]")).to_have_text(["0", "3", "6", "9", "12"])
    expect(ana.log.get_by_role("table", name="This week").last).to_contain_text("Billing")
    ana.picture("charts")


def test_the_home_tab_is_opened_and_drawn(office: Office, ana: Visitor) -> None:
    """The app hears that its Home tab was opened, and what it publishes is drawn there."""
    ana.goes_to("tiny")
    ana.page.get_by_role("link", name="Home").click()
    view = {"type": "home", "blocks": [{"type": "header", "text": plain("Your cases")}]}
    office.house.client.views_publish(user_id=office.house.simulator.person("ana").id, view=view)
    expect(ana.page.get_by_role("heading", name="Your cases")).to_be_visible()
    assert [each.name for each in office.house.simulator.deliveries].count("app_home_opened") == 1
    ana.picture("home")


def test_a_global_shortcut_opens_the_form(office: Office, ana: Visitor) -> None:
    """What the manifest offers from anywhere is behind the composer's plus sign."""
    del office
    ana.page.get_by_label("Shortcuts").click()
    ana.page.get_by_role("menuitem", name="Open the form").click()
    expect(ana.modal.get_by_role("heading", name="Escalate")).to_be_visible()
    ana.page.keyboard.press("Escape")
    expect(ana.modal).not_to_be_visible()


def test_nobody_can_write_where_they_are_not(office: Office, visit: Visit) -> None:
    """A public channel can be read and joined; a private one is not even named to others."""
    ana = visit(office.page.url, "ana", "C0002")
    expect(ana.page.locator(".compose")).to_contain_text("without being in it")
    expect(ana.page.get_by_role("navigation", name="Conversations")).not_to_contain_text("boss")
    ana.presses("Join")
    expect(ana.page.locator("#write")).to_be_visible()


def test_everything_can_be_done_by_keyboard(office: Office, ana: Visitor) -> None:
    """From the composer to a message, its menu and back, without a mouse."""
    office.posts("reach me by keys")
    expect(ana.last).to_contain_text("reach me by keys")
    ana.last.focus()
    ana.page.keyboard.press("ArrowUp")
    ana.page.keyboard.press("ArrowDown")
    expect(ana.last).to_be_focused()
    ana.page.keyboard.press("Tab")
    for _ in range(4):
        if "More actions" in (ana.page.evaluate("document.activeElement.ariaLabel") or ""):
            break
        ana.page.keyboard.press("Tab")
    ana.page.keyboard.press("Enter")
    ana.page.keyboard.press("ArrowDown")
    ana.page.keyboard.press("Enter")
    expect(ana.last.locator(".reactions")).to_contain_text("1")
