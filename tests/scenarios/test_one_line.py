"""Raising a case in one line."""

from __future__ import annotations

from tests.house import House

LINE = '/escalate refund stuck, order #4821 and #9999 category:account customer:"Nordic Outdoor" severity:HIGH'


def test_a_line_that_says_enough_goes_up_at_once(acme_house: House) -> None:
    """The text is the summary; pairs and the first ticket number are read out; the receipt tells what was read."""
    ana = acme_house.person("ana")
    answer = ana.types(LINE + " deadline:2026-11-23T17:30", in_="#support")
    receipt = answer.text
    assert "ESC-1 is with *Team leads* in #tier-2." in receipt
    assert "Severity: High, Category: Account, Customer: Nordic Outdoor, Ticket: #4821" in receipt
    assert "reference ESC-1" in receipt
    assert "Mon 23 Nov, 10:30 (CET)" in receipt
    card = acme_house.channel("#tier-2").shows("refund stuck, order #4821 and #9999", "ESC-1 · High · Account")
    seen = "\n".join(card.as_seen_by(ana.person))
    assert "5:30 PM" in seen, "the deadline is meant in the policy's zone"
    ana.dm.shows("refund stuck, order #4821")


def test_a_line_that_lacks_something_opens_the_form_filled_in(acme_house: House) -> None:
    """What could be read stands in the form; nothing is stored before it is submitted."""
    ana = acme_house.person("ana")
    form = ana.types("/escalate card refused since 9:40 category:Technical customer:Nordic", in_="#support").modal
    assert form.fields["Summary"] == "card refused since 9:40"
    assert (form.fields["Category"], form.fields["Customer"]) == ("Technical", "Nordic")
    assert form.says("Goes to *Team leads*")
    assert "There are no open escalations." in ana.types("/escalations open", in_="#support").text
    ana.fills(**{"What was tried?": "another card", "What is needed?": "a look at the gateway"})
    ana.submits()
    acme_house.channel("#tier-2").shows("card refused since 9:40", "a look at the gateway")


def test_a_severity_nobody_knows_is_asked_about(acme_house: House) -> None:
    """Nothing is guessed: the form opens with all the rest and a sentence about what could not be read."""
    ana = acme_house.person("ana")
    form = ana.types(LINE.replace("HIGH", "urgend"), in_="#support").modal
    assert form.says("“severity:urgend” is unknown: did you mean “urgent”?")
    assert (form.fields["Summary"], form.fields["Severity"]) == ("refund stuck, order #4821 and #9999", "Normal")
    assert form.fields["Ticket"] == "#4821"


def test_what_a_form_can_not_hold_is_repeated_above_it(acme_house: House) -> None:
    """A line longer than a summary stays readable through every choice; a past deadline is asked about."""
    ana, story = acme_house.person("ana"), "they wrote again and again " * 20
    form = ana.types(f"/escalate {story} THE END category:Technical", in_="#support").modal
    assert form.says("You wrote: they wrote again", "THE END")
    ana.chooses("Category", "Account")
    ana.chooses("Severity", "Urgent")
    assert ana.modal_shows("No answer in 10 min", "You wrote: they wrote again", "THE END")
    form = ana.types(LINE + " deadline:2026-11-23T08:00", in_="#support").modal
    assert form.says("Choose a time that lies ahead.")
    ana.types(f"/escalate {story} THE END category:Account customer:Nordic", in_="#support")
    card = acme_house.channel("#tier-2").shows("they wrote again", "[Read all]")
    assert not card.says("THE END")
    acme_house.person("lena").clicks("Read all", on=card)
    assert acme_house.person("lena").modal_shows("they wrote again", "THE END")


def test_help_is_one_word_away(acme_house: House) -> None:
    """`/escalate help` says how to use it and raises nothing."""
    ana = acme_house.person("ana")
    assert "opens the form" in ana.types("/escalate help", in_="#support").text
    assert acme_house.channel("#tier-2").messages() == []


def test_people_and_channels_in_a_line_are_read_by_their_names(acme_house: House) -> None:
    """Slack sends ids; the card shows what was typed, and calls nobody but the tier."""
    card = acme_house.escalates(summary="@lena said in #support: ask <billing> & co")
    assert card.says("@lena said in #support: ask <billing> & co")
    assert {person for ping in acme_house.workspace.pings for person in ping.users} <= {
        acme_house.person("lena").id,
        acme_house.person("ana").id,
    }
