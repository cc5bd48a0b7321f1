"""When many cases wait in one channel, their tier is called once for all of them."""

from __future__ import annotations

from slackbot.core.messages import FOLD_ABOVE
from slackbot.simulator.hands.screen import ShownMessage
from tests.house import House

SELECT = "Acknowledge one of these"


def cards(house: House, count: int) -> list[ShownMessage]:
    """Have so many cases raised at the same moment."""
    return [house.escalates(summary=f"refund no. {number} is stuck") for number in range(1, count + 1)]


def test_seven_calls_are_one_message(acme_house: House) -> None:
    """Seven calls due together are one message in the channel, with a line for each case and a link to its card."""
    shown, tier_2 = cards(acme_house, FOLD_ABOVE + 2), acme_house.channel("#tier-2")
    acme_house.passes("10m")
    call = tier_2.shows("@lena nobody has these 7 cases.", "refund no. 1 is stuck", "refund no. 7 is stuck")
    drawn = str(call.blocks)
    for number, card in enumerate(shown, start=1):
        assert f"/archives/{tier_2.id}/p{card.ts.replace('.', '')}|ESC-{number}>* · Normal · posted" in drawn
        assert tier_2.thread(card).messages() == []
    acme_house.comes_to_rest()
    assert len(tier_2.messages()) == len(shown) + 1


def test_one_of_seven_is_taken(acme_house: House) -> None:
    """Choosing a case in the select takes it as its button would; a second choice is told who has it."""
    shown, tier_2 = cards(acme_house, FOLD_ABOVE + 2), acme_house.channel("#tier-2")
    acme_house.passes("10m")
    call = tier_2.shows("nobody has these 7 cases.")
    acme_house.person("lena").chooses(SELECT, "ESC-3 · Normal", on=call)
    tier_2.shows("refund no. 3 is stuck", "@lena has it and promised a first answer")
    acme_house.person("ana").dm.shows("@lena has ESC-3 and promised a first answer by")
    acme_house.person("marco").chooses(SELECT, "ESC-3 · Normal", on=call)
    acme_house.person("marco").sees_ephemeral("ESC-3 is taken already", "@lena has it and promised")
    acme_house.person("marco").chooses(SELECT, "ESC-4 · Normal", on=call)
    tier_2.shows("refund no. 4 is stuck", "@marco has it and promised a first answer")

    acme_house.passes("10m")
    acme_house.comes_to_rest()
    assert len(tier_2.messages()) == len(shown) + 1 + FOLD_ABOVE, "five are left: each is called for on its own again"
    assert [bool(tier_2.thread(card).messages()) for card in shown] == [n not in (3, 4) for n in range(1, 8)]


def test_a_guest_takes_none(acme_house: House) -> None:
    """The select asks for the same rights as the button."""
    cards(acme_house, FOLD_ABOVE + 1)
    acme_house.passes("10m")
    call = acme_house.channel("#tier-2").shows("nobody has these 6 cases.")
    guest = acme_house.newcomer("gus", guest=True)
    acme_house.workspace.invite(call.channel_id, guest.id)
    guest.chooses(SELECT, "ESC-1 · Normal", on=call)
    guest.sees_ephemeral("Guests can't do that.")
    acme_house.channel("#tier-2").shows("refund no. 1 is stuck", "Nobody has it.")


def test_five_calls_are_five_pings(acme_house: House) -> None:
    """Up to five cases are called for in their own threads."""
    shown, tier_2 = cards(acme_house, FOLD_ABOVE), acme_house.channel("#tier-2")
    acme_house.passes("10m")
    acme_house.comes_to_rest()
    assert [len(tier_2.thread(card).matching("nobody has ESC-")) for card in shown] == [1] * FOLD_ABOVE
    assert len(tier_2.messages()) == FOLD_ABOVE
