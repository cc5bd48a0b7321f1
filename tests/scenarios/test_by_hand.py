"""Sending a case up by hand, and presses on a card that was left behind."""

from __future__ import annotations

from slackbot.simulator.hands.screen import ShownMessage
from tests.house import House

WHY = "Why send it on?"


def test_a_lead_sends_it_up_with_a_reason(acme_house: House) -> None:
    """The reason stands on the next tier's card, the old card says who sent it on and links the new one."""
    card, tier_3 = acme_house.escalates(summary="wants a discount"), acme_house.channel("#tier-3")
    lena = acme_house.person("lena")
    form = lena.clicks("Escalate now", on=card).modal
    assert form.says("Goes to *Department managers* in #tier-3 at once")
    lena.fills(**{WHY: "Above my <limit> of 500 @here"})
    assert lena.submits().kind == "closed"
    higher = tier_3.shows("wants a discount", "Above my <limit> of 500 @", "Sent on by hand from *Team leads*")
    left = acme_house.channel("#tier-2").shows("@lena sent it on to *Department managers*")
    assert left.ts == card.ts
    acme_house.comes_to_rest()
    assert f"/archives/{tier_3.id}/p{higher.ts.replace('.', '')}" in str(left.now().blocks)
    assert all(not ping.everyone for ping in acme_house.workspace.pings)


def test_the_story_goes_up_with_the_case(acme_house: House) -> None:
    """Two tiers up, by hand and then by silence, the card still has the reason, and links to each card before."""
    first, lena = acme_house.escalates(summary="wants a discount"), acme_house.person("lena")
    lena.clicks("Escalate now", on=first)
    lena.fills(**{WHY: "Above my limit of 500"})
    lena.submits()
    second = acme_house.channel("#tier-3").shows("wants a discount", "Above my limit of 500")
    assert second.says("Stood before with: Team leads.")
    acme_house.passes("1h")
    third = acme_house.channel("#tier-4").shows("wants a discount", "Why it was sent on", "Above my limit of 500")
    assert third.says("Stood before with: Team leads, Department managers.")
    for earlier in (first, second):
        assert f"/archives/{earlier.channel_id}/p{earlier.ts.replace('.', '')}" in str(third.blocks)


def test_a_press_on_a_card_left_behind(acme_house: House) -> None:
    """What makes no sense any more is refused with what happened since; what still does, works."""
    card = acme_house.escalates(summary="wants a discount")
    acme_house.passes("30m")
    acme_house.channel("#tier-3").shows("wants a discount")
    acme_house.clicks_late("lena", "Escalate now", on=card)
    lena = acme_house.person("lena")
    lena.sees_ephemeral("ESC-1 has gone on since this was shown", "With *Department managers* since")
    acme_house.clicks_late("lena", "Acknowledge", on=card)
    acme_house.channel("#tier-3").shows("@lena has it and promised")


def test_a_form_that_was_open_too_long_is_refused_above_it(acme_house: House) -> None:
    """While the lead wrote the reason the tier's time ended: a notice says so, and the case goes up once only."""
    card, lena = acme_house.escalates(summary="wants a discount"), acme_house.person("lena")
    lena.clicks("Escalate now", on=card)
    lena.fills(**{WHY: "Too hard"})
    acme_house.passes("30m")
    assert lena.submits().kind == "pushed"
    lena.modal_shows("ESC-1 has gone on since this was shown")
    lena.closes()
    assert lena.modal.fields[WHY] == "Too hard"
    acme_house.comes_to_rest()
    assert len(acme_house.channel("#tier-3").messages()) == 1
    assert acme_house.channel("#tier-4").messages() == []


def test_a_reason_of_nothing_is_refused_at_its_field(acme_house: House) -> None:
    """Invisible marks are no reason: the form stays open and nothing has moved."""
    card, lena = acme_house.escalates(summary="wants a discount"), acme_house.person("lena")
    lena.clicks("Escalate now", on=card)
    lena.fills(**{WHY: "\u200f \x00"})
    outcome = lena.submits()
    assert (outcome.kind, list(outcome.errors)) == ("errors", [WHY])
    lena.fills(**{WHY: "Needs \u202ea manager"})
    assert lena.submits().kind == "closed"
    acme_house.channel("#tier-3").shows("Needs a manager")


def test_the_last_tier_has_nobody_above(acme_house: House) -> None:
    """At the last tier there is no such button, and a late press is told why."""
    card = acme_house.escalates(summary="wants a discount")
    for tier in ("#tier-3", "#tier-4"):
        card = press_and_go(acme_house, card, tier)
    assert not card.says("[Escalate now]")


def press_and_go(house: House, card: ShownMessage, to: str) -> ShownMessage:
    """Send a case on by hand and give the card at the next tier."""
    dana = house.person("dana")
    dana.clicks("Escalate now", on=card)
    dana.fills(**{WHY: "Not mine"})
    dana.submits()
    return house.channel(to).shows("wants a discount", "Not mine")
