"""The last tier does not end the story."""

from __future__ import annotations

from tests.house import House


def test_after_the_last_tier_it_goes_on_slower(acme_house: House) -> None:
    """The catcher is told once and then daily, the calls go on at growing distances, and the agent is told."""
    acme_house.escalates(summary="site is down")
    acme_house.passes("1h 30m")
    tier_4, caught = acme_house.channel("#tier-4"), acme_house.channel("#support-managers")
    card = tier_4.shows("site is down", "@carla please take this case")
    acme_house.passes("1h 50m")
    assert len(tier_4.thread(card).messages()) == 3
    assert caught.messages() == []
    acme_house.passes("10m")
    caught.shows("Nobody has taken ESC-1. It stands at the last tier, *Chief customer service officer*", "@carla")
    acme_house.person("ana").dm.shows("Nobody has taken ESC-1 yet, and nobody stands above")

    acme_house.passes("30m")
    assert len(tier_4.thread(card).messages()) == 4
    acme_house.passes("59m")
    assert len(tier_4.thread(card).messages()) == 4, "the next call comes an hour after the one before"
    acme_house.passes("1m")
    assert len(tier_4.thread(card).messages()) == 5
    assert len(caught.messages()) == 1
    acme_house.passes("1d")
    caught.shows("Still nobody has taken ESC-1 (you were told 2 times)")
    assert len(acme_house.person("ana").dm.matching("nobody stands above")) == 1

    acme_house.person("carla").clicks("Acknowledge", on=card)
    calls = len(tier_4.thread(card).messages())
    acme_house.passes("50m")
    assert len(tier_4.thread(card).messages()) == calls, "whoever has it is left in peace"


def test_each_new_message_to_the_agent_has_an_occasion(acme_house: House) -> None:
    """Edits notify nobody, so each thing the agent must know comes as a message of its own."""
    card, ana = acme_house.escalates(summary="site is down"), acme_house.person("ana")
    lena = acme_house.person("lena")
    ana.dm.shows("site is down", "Nobody has it.")
    lena.clicks("Acknowledge", on=card)
    ana.dm.shows("@lena has ESC-1 and promised a first answer by")
    acme_house.passes("1h 15m")
    ana.dm.shows("The promised answer on ESC-1 did not come")
    again = acme_house.channel("#tier-2").shows("the promised answer did not come, please take")
    lena.clicks("Resolve", on=again)
    lena.fills(**{"What to tell the customer": "It is up again"})
    lena.submits()
    ana.dm.shows("@lena gave a solution for ESC-1. Did it solve the case?", "It is up again")
    acme_house.comes_to_rest()
    assert len(ana.dm.messages()) == 4
    ana.clicks("Solved", on=ana.dm.messages()[-1])
    acme_house.channel("#tier-2").shows("site is down", "Closed.")
    acme_house.comes_to_rest()
    assert len(ana.dm.messages()) == 4
    assert ana.dm.messages()[0].says("Closed.")
