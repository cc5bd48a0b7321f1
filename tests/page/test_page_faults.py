"""Faults by hand on the demo's page: the person presses the button, sees how Rung copes, and that mending works."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from slackbot.cli.workplace.serve import Workplace
from slackbot.simulator.page import mischief
from tests.page.conftest import Visit
from tests.page.visitor import Visitor

pytestmark = pytest.mark.usefixtures("artefacts")

SUPPORT, TIER_2, TIER_3 = "C0001", "C0003", "C0004"
PATIENCE_MS = 20_000
TOKEN_PATIENCE_MS = 90_000
"""A refused token is tried again once a minute."""


@pytest.fixture
def lena(demo: Workplace, visit: Visit) -> Visitor:
    """Open the lead's window on her tier, the panel beside it."""
    return visit(demo.url, "lena", TIER_2)


@pytest.fixture
def ana(demo: Workplace, visit: Visit) -> Visitor:
    """Open the agent's window."""
    return visit(demo.url, "ana", SUPPORT)


def breaks(visitor: Visitor, label: str) -> Locator:
    """Press a fault's button in the panel, and give the panel."""
    panel = visitor.looks_behind("Faults")
    visitor.presses(label, panel)
    return panel


def escalates(visitor: Visitor, summary: str) -> None:
    """Raise an urgent case in one line, and see the receipt."""
    visitor.writes(f'/escalate {summary} category:Account severity:urgent customer:"Kite Tea"')
    expect(visitor.message("Only visible to you", summary)).to_be_visible()


def sees(visitor: Visitor, *texts: str, within: int = PATIENCE_MS) -> Locator:
    """Wait for a message of Rung's in the conversation, and give it."""
    card = visitor.message(*texts)
    expect(card).to_be_visible(timeout=within)
    return card


def traffic(visitor: Visitor, name: str, result: str) -> Locator:
    """Wait for a line of the traffic, and give the newest one."""
    panel = visitor.looks_behind("Traffic")
    found = panel.locator(".traffic li").filter(has_text=name).filter(has_text=result).first
    expect(found).to_be_visible(timeout=PATIENCE_MS)
    return found


@pytest.mark.proof
def test_an_emptied_group_is_passed_over(demo: Workplace, lena: Visitor, ana: Visitor, visit: Visit) -> None:
    """With nobody left in the tier's group the case goes to the next tier at once, and says why; filled, it is called.

    First in this file: Rung believes what it heard of a group for a minute.
    """
    breaks(lena, "Empty @support-leads")
    escalates(ana, "Nobody in the group")
    sees(lena, "Nobody in the group", "could not be reached", "went on to Department managers")
    dana = visit(demo.url, "dana", TIER_3)
    sees(dana, "Nobody in the group", "Team leads could not be reached, so it was passed over")
    panel = lena.looks_behind("Why")
    plan = panel.locator(".plan").filter(has_text="Nobody in the group")
    plan.locator("summary").click()
    expect(plan).to_contain_text("found nobody to call at tier 1")
    lena.picture("fault-group")
    breaks(lena, "Fill @support-leads again")
    lena.presses("Kill the app", panel)
    lena.presses("Start it again")
    expect(lena.page.locator(".dead")).to_have_count(0, timeout=PATIENCE_MS)
    escalates(ana, "Somebody in the group")
    sees(lena, "@support-leads", "Somebody in the group", "Acknowledge")


@pytest.mark.proof
def test_removed_from_a_channel_rung_comes_back(lena: Visitor, ana: Visitor) -> None:
    """The refused post is red with its rule; Rung joins the public channel again and posts the card there."""
    breaks(lena, "Remove the app from #tier-2")
    expect(lena.page.locator(".head")).to_contain_text("without Rung")
    escalates(ana, "Rung was removed")
    sees(lena, "Rung was removed", "Acknowledge")
    expect(lena.page.locator(".head")).not_to_contain_text("without Rung")
    refused = traffic(lena, "chat.postMessage", "not_in_channel")
    expect(refused.locator(".rule")).to_contain_text("a bot posts only where it is a member")
    traffic(lena, "conversations.join", "ok")
    lena.picture("fault-kicked")
    breaks(lena, "Remove the app from #tier-2")
    breaks(lena, "Invite the app to #tier-2")
    expect(lena.page.locator(".head")).not_to_contain_text("without Rung")


@pytest.mark.proof
def test_with_a_revoked_token_nothing_is_lost(lena: Visitor, ana: Visitor) -> None:
    """What is raised is stored and said so; every call is refused in red; given back, the card leaves by itself."""
    breaks(lena, "Revoke the token")
    escalates(ana, "Raised without a token")
    refused = traffic(lena, "chat.postMessage", "token_revoked")
    expect(refused.locator(".rule")).to_be_visible()
    expect(lena.message("Raised without a token")).to_have_count(0)
    lena.picture("fault-token")
    breaks(lena, "Give the token back")
    sees(lena, "Raised without a token", "Acknowledge", within=TOKEN_PATIENCE_MS)


@pytest.mark.proof
def test_a_limited_rate_only_delays(lena: Visitor, ana: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The 429s are red; Rung keeps silent as long as it is told, and the card comes once."""
    monkeypatch.setattr(mischief, "LIMITED_SECONDS", 2)
    monkeypatch.setattr(mischief, "RETRY_SECONDS", 2)
    breaks(lena, "Limit the rate for a minute")
    escalates(ana, "Slack is busy")
    refused = traffic(lena, "chat.postMessage", "429")
    expect(refused.locator(".rule")).to_contain_text("nothing was done")
    lena.picture("fault-limited")
    sees(lena, "Slack is busy", "Acknowledge")
    expect(lena.log.locator(".msg").filter(has_text="Slack is busy")).to_have_count(1)


def test_a_lost_answer_makes_no_second_card(lena: Visitor, ana: Visitor) -> None:
    """The post arrived and its answer did not: Rung looks for it in the channel and leaves it at that."""
    breaks(lena, "Lose the next answer")
    escalates(ana, "The answer got lost")
    sees(lena, "The answer got lost", "Acknowledge")
    lost = traffic(lena, "chat.postMessage", "no answer")
    expect(lost.locator(".rule")).to_contain_text("it was done all the same")
    traffic(lena, "conversations.history", "ok")
    lena.picture("fault-lost")
    expect(lena.log.locator(".msg").filter(has_text="The answer got lost")).to_have_count(1)
    ana.goes_to("Rung")
    sees(ana, "The answer got lost", "Nobody has it")
    expect(ana.log.locator(".msg").filter(has_text="The answer got lost")).to_have_count(1)


@pytest.mark.proof
def test_a_cut_connection_is_made_anew(demo: Workplace, lena: Visitor, ana: Visitor) -> None:
    """Rung opens another one at once, and who asks next gets an answer."""
    made = demo.simulator.connections_made
    breaks(lena, "Cut the connection")
    traffic(lena, "apps.connections.open", "ok")
    assert demo.simulator.workspace.wait_for(lambda: demo.simulator.connections_made > made, timeout=10)
    ana.writes("/escalations open")
    sees(ana, "Only visible to you", "Open escalations")
    lena.picture("fault-cut")


def test_the_manager_reads_the_summary(demo: Workplace, visit: Visit) -> None:
    """Table and charts are drawn, the week before is a press away, and a figure leads to its cases in a modal."""
    dana = visit(demo.url, "dana", SUPPORT)
    dana.writes("/escalations summary")
    summary = sees(dana, "Only visible to you", "Week 20", "so far")
    expect(summary.get_by_role("table").first).to_contain_text("Time until taken, median")
    expect(summary.get_by_role("img", name="Cases a week")).to_be_visible()
    expect(summary).to_contain_text("taken (median")
    summary.scroll_into_view_if_needed()
    dana.page.locator("#scroll").evaluate("box => box.scrollTop -= 420")
    dana.picture("summary")
    week = summary.inner_text().partition("Week ")[2].split()[0]
    summary.get_by_label("Cases behind").select_option("Raised")
    expect(dana.modal.get_by_role("heading", name="Cases behind a figure")).to_be_visible()
    expect(dana.modal).to_contain_text("Raised")
    expect(dana.modal.get_by_role("link", name="ESC-10", exact=True)).to_be_visible()
    dana.picture("summary-cases")
    dana.page.keyboard.press("Escape")
    expect(dana.modal).not_to_be_visible()
    dana.presses("Earlier", summary)
    expect(dana.message("Only visible to you", "Week 20")).not_to_contain_text(week)
    dana.presses("Later", dana.message("Only visible to you", "Week 20"))
    expect(dana.message("Only visible to you", week)).to_be_visible()
