"""The main job, as its people live it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines import ENGINES, Databases
from tests.house import House, house


@pytest.fixture(params=ENGINES)
def acme_house(request: pytest.FixtureRequest, databases: Databases) -> Iterator[House]:
    """Rung at Acme, with the example policy, on every engine there is."""
    with databases.fresh(request.param) as url, house(url) as open_house:
        yield open_house


def test_silence_climbs_and_an_acknowledgement_ends_it(acme_house: House) -> None:
    """A case nobody takes is called again and goes up; once somebody takes it, nobody is called any more."""
    card = acme_house.escalates(summary="checkout is down")
    tier_2, tier_3 = acme_house.channel("#tier-2"), acme_house.channel("#tier-3")

    acme_house.passes("10m")
    tier_2.thread(card).shows("nobody has ESC-1")
    acme_house.passes("20m")
    higher = tier_3.shows("checkout is down")
    tier_2.shows("went on to", "Department managers")

    acme_house.person("dana").clicks("Acknowledge", on=higher)
    tier_3.shows("has it and promised")
    acme_house.person("ana").dm.shows("@dana", "promised")
    acme_house.passes("45m")
    assert tier_3.thread(higher).messages() == []


def test_the_whole_way_to_solved(acme_house: House) -> None:
    """Taken, answered, resolved and confirmed: each step shows on the card and the agent is told."""
    card = acme_house.escalates(summary="invoice is wrong")
    lena, ana, tier_2 = acme_house.person("lena"), acme_house.person("ana"), acme_house.channel("#tier-2")

    lena.clicks("Acknowledge", on=card)
    lena.clicks("Answered", on=tier_2.shows("has it and promised"))
    tier_2.shows("invoice is wrong", "answer")
    lena.clicks("Resolve", on=card)
    lena.fills(**{"What to tell the customer": "It was booked twice; one is refunded."})
    lena.submits()
    ana.dm.shows("booked twice")
    ana.clicks("Solved", on=ana.dm.shows("Solved", "invoice is wrong"))
    tier_2.shows("invoice is wrong", "Closed")
