"""The shortcut on a message."""

from __future__ import annotations

from slackbot.simulator.hands.person import Hands
from slackbot.simulator.hands.screen import ShownMessage
from tests.house import House

SHORTCUT = "Escalate conversation"
QUOTE = "Message that will be quoted"


def raises_from(hands: Hands, said: ShownMessage, summary: str) -> None:
    """Use the shortcut, complete the form and submit it."""
    hands.uses_shortcut(SHORTCUT, on=said)
    hands.chooses("Category", "Other")
    hands.fills(Summary=summary)
    assert hands.submits().kind == "updated"


def test_a_conversation_goes_up_with_its_quote_and_a_link(acme_house: House) -> None:
    """The quote can be edited, the card links the message, and the thread it came from is told how it goes on."""
    ana, support = acme_house.person("ana"), acme_house.channel("#support")
    said = acme_house.person("ben").says("They ask <why> it is *charged* twice & when; IBAN 42", in_="#support")
    form = ana.uses_shortcut(SHORTCUT, on=said).modal
    assert form.says("About a message in #support", "ben: They ask <why> it is *charged* twice & when")
    ana.chooses("Category", "Other")
    ana.modal_shows("Will be visible in #tier-2.")
    ana.fills(Summary="Charged twice")
    ana.fills(**{QUOTE: "They ask why it is charged twice"})
    ana.submits()

    card = acme_house.channel("#tier-2").shows("Charged twice", "They ask why it is charged twice", "Message it came")
    assert not card.says("IBAN 42")
    link = f"https://acme.slack.com/archives/{support.id}/p{said.ts.replace('.', '')}"
    assert link in str(card.blocks)
    support.thread(said).shows("Escalated as ESC-1")
    acme_house.person("lena").clicks("Acknowledge", on=card)
    support.thread(said).shows("ESC-1: somebody has it")


def test_a_reply_in_a_thread_is_linked_within_its_thread(acme_house: House) -> None:
    """The link names the thread, and the answer goes into that thread."""
    ben, support = acme_house.person("ben"), acme_house.channel("#support")
    asked = ben.says("Is Nordic waiting?", in_="#support")
    reply = ben.says("Yes, for two days", in_="#support", thread=asked)
    raises_from(acme_house.person("ana"), reply, "Nordic waits")
    card = acme_house.channel("#tier-2").shows("Nordic waits")
    assert f"thread_ts={asked.ts}&amp;cid={support.id}" in str(card.blocks)
    support.thread(asked).shows("Escalated as ESC-1")


def test_the_shortcut_works_where_rung_is_no_member(acme_house: House) -> None:
    """The payload carries the text; no answer is posted there, Rung does not join, and nobody is bothered about it."""
    ana = acme_house.person("ana")
    acme_house.workspace.add_channel("sales", members=[ana.id], with_app=False)
    said = ana.says("The customer threatens to leave", in_="#sales")
    raises_from(ana, said, "Customer about to leave")
    acme_house.channel("#tier-2").shows("Customer about to leave", "The customer threatens to leave")
    acme_house.comes_to_rest()
    sales = acme_house.channel("#sales")
    assert sales.thread(said).messages() == []
    assert acme_house.workspace.app.bot_user_id not in sales.channel.members
    assert acme_house.person("dana").dm.messages() == []


def test_a_private_channel_keeps_its_name(acme_house: House) -> None:
    """From a private place the quote goes up and the name stays: neither card, nor form, nor any text has it."""
    ana = acme_house.person("ana")
    acme_house.workspace.add_channel("secret-merger", members=[ana.id], with_app=False, private=True)
    said = ana.says("They know about the outage", in_="#secret-merger")
    form = ana.uses_shortcut(SHORTCUT, on=said).modal
    assert form.says("About a message from a private conversation. Its name is not shown to others.")
    ana.chooses("Category", "Other")
    ana.modal_shows("Its name is not shown", "The place it comes from is not named.")
    ana.fills(Summary="Outage is known")
    ana.submits()
    card = acme_house.channel("#tier-2").shows("Outage is known", "They know about the outage")
    acme_house.comes_to_rest()
    assert "secret-merger" not in f"{card}{card.blocks}{card.text}{ana.dm.dump()}"
    assert f"<#{acme_house.channel('#secret-merger').id}" not in f"{card.blocks}{card.text}"


def test_what_is_quoted_names_who_wrote_it(acme_house: House) -> None:
    """The quote begins with its author, so that the next tier knows whose words they are."""
    ana = acme_house.person("ana")
    said = ana.says("I told them Friday", in_="#support")
    form = ana.uses_shortcut(SHORTCUT, on=said).modal
    assert form.says("ana: I told them Friday")
