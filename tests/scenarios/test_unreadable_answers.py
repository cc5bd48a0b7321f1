"""Slack took the card or did not, and its answer can't be read: the tier sees each case once, over real sockets."""

from __future__ import annotations

import pytest

from slackbot.simulator.faults import in_channel
from tests.house import House

POST = "chat.postMessage"
PATIENCE = 120.0


def cards(house: House, summary: str) -> int:
    """Count the cards of a case in its tier's channel."""
    tier = house.channel("#tier-2")
    return len(tier.matching(summary))


def waits_for_cards(house: House, *summaries: str, count: int = 1) -> None:
    """Wait until each case has so many cards."""
    assert house.workspace.wait_for(lambda: all(cards(house, each) == count for each in summaries), timeout=PATIENCE), {
        each: cards(house, each) for each in summaries
    }


def asks_for_help(house: House, summary: str) -> None:
    """Have the agent raise a case; its card is not waited for."""
    house.person("ana").types(f'/escalate {summary} category:Account customer:"Nordic"', in_="#support")
    assert house.workspace.wait_for(lambda: not house.simulator.faults.left(), timeout=PATIENCE)


@pytest.mark.proof
def test_an_answer_nobody_can_read_loses_and_doubles_nothing(acme_house: House) -> None:
    """Half the JSON, half the body, a page of HTML: after a look into the channel each case stands there once."""
    faults, tier = acme_house.simulator.faults, in_channel(acme_house.channel("#tier-2").id)
    for summary, fault in (("one", faults.truncated), ("two", faults.drop_midway), ("three", faults.html)):
        fault(POST, tier)
        asks_for_help(acme_house, f"case {summary}")
    waits_for_cards(acme_house, "case one", "case two", "case three")


@pytest.mark.proof
def test_a_card_that_lands_after_its_second_copy_is_taken_away(acme_house: House) -> None:
    """A post that takes effect long after it was given up for lost makes a twin, and the twin does not stay."""
    held = acme_house.simulator.faults.hold(POST, in_channel(acme_house.channel("#tier-2").id))
    asks_for_help(acme_house, "the late case")
    waits_for_cards(acme_house, "the late case")
    held.land()
    assert cards(acme_house, "the late case") == 2
    waits_for_cards(acme_house, "the late case")
