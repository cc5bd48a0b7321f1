"""Raising a case by the form."""

from __future__ import annotations

from datetime import timedelta

from tests.house import MONDAY_MORNING, House

SUMMARY, CUSTOMER, ASKED, TRIED = "Summary", "Customer", "What is needed?", "What was tried?"


def test_ana_fills_in_the_form_and_gets_a_receipt(acme_house: House) -> None:
    """Choices redraw the form and keep what was typed; what lacks is said at its field; then comes the receipt."""
    ana = acme_house.person("ana")
    form = ana.types("/escalate", in_="#support").modal
    assert form.says("Choose a category to see who gets it")
    ana.fills(**{SUMMARY: "Two refunds are stuck", CUSTOMER: "Nordic Outdoor"})

    assert form.says("What you did, and what came of it.", "Its link or number in your ticket system.")
    ana.chooses("Category", "Account")
    ana.modal_shows("Goes to *Team leads* in #tier-2. No answer in 30 min: *Department managers*")
    ana.chooses("Category", "Billing")
    ana.chooses("Severity", "Urgent")
    form = ana.modal_shows("No answer in 15 min", "Two refunds are stuck", "Nordic Outdoor")
    assert (form.fields["Category"], form.fields["Severity"]) == ("Billing", "Urgent")

    outcome = ana.submits()
    assert (outcome.kind, set(outcome.errors)) == ("not sent", {TRIED, ASKED})
    ana.fills(**{TRIED: "Asked the bank", ASKED: "Pay by hand", "Needed by": MONDAY_MORNING - timedelta(hours=1)})
    outcome = ana.submits()
    assert (outcome.kind, set(outcome.errors)) == ("errors", {"Needed by"})

    ana.fills(**{"Needed by": MONDAY_MORNING + timedelta(hours=6)})
    assert ana.submits().kind == "updated"
    receipt = ana.modal_shows("ESC-1 is escalated", "ESC-1 is with *Team leads* in #tier-2", "Two refunds are stuck")
    assert receipt.says(
        "reference ESC-1. If nobody there has taken it on by Mon 23 Nov, 10:15 (CET), it goes one level higher."
    )
    card = acme_house.channel("#tier-2").shows("ESC-1 · Urgent · Billing", "Two refunds are stuck", "Nordic Outdoor")
    assert card.says("Asked the bank", "Pay by hand", "The customer needs it by")
    ana.dm.shows("Two refunds are stuck", "Nobody has it.", "[Open the card]")


def test_the_global_shortcut_opens_the_same_form(acme_house: House) -> None:
    """From the search, without a channel, the case is raised all the same; the time is in the agent's own zone."""
    ben = acme_house.person("ben")
    ben.uses_global_shortcut("Escalate a case")
    ben.chooses("Category", "Other")
    ben.fills(**{SUMMARY: "Parcel lost"})
    ben.submits()
    ben.modal_shows("ESC-1 is with *Team leads*", "Mon 23 Nov, 04:30 (EST)")
    acme_house.channel("#tier-2").shows("Parcel lost")


def test_text_that_says_nothing_is_refused_at_its_field(acme_house: House) -> None:
    """Blanks, marks and null bytes are no summary: the form stays open and says so."""
    ana = acme_house.person("ana")
    ana.types("/escalate", in_="#support")
    ana.chooses("Category", "Account")
    ana.fills(**{SUMMARY: " \u202e\x00 ", CUSTOMER: "Nordic"})
    outcome = ana.submits()
    assert (outcome.kind, dict(outcome.errors)) == ("errors", {SUMMARY: "Say in a sentence what happened."})
    acme_house.comes_to_rest()
    assert acme_house.channel("#tier-2").messages() == []
