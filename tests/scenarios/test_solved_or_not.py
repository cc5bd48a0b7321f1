"""How a case ends: solved, not solved, or taken back."""

from __future__ import annotations

from slackbot.simulator.hands.screen import ShownMessage
from tests.house import House

SOLUTION, NEXT_TIME = "What to tell the customer", "What could be done on the first level next time?"


def resolved(house: House) -> ShownMessage:
    """Have Lena take a case of Ana's and resolve it; gives its card."""
    card, lena = house.escalates(summary="cannot log in"), house.person("lena")
    lena.clicks("Acknowledge", on=card)
    lena.clicks("Resolve", on=card)
    lena.fills(**{SOLUTION: "Ask them to reset the <password>", NEXT_TIME: "See the runbook"})
    assert lena.submits().kind == "closed"
    return house.channel("#tier-2").shows("@lena gave a solution", "Ask them to reset the <password>")


def test_not_solved_puts_it_back(acme_house: House) -> None:
    """It waits at the same tier on a new card that names the same owner first, with what did not help."""
    card, ana = resolved(acme_house), acme_house.person("ana")
    news = ana.dm.shows("@lena gave a solution for ESC-1", "Ask them to reset the <password>", "See the runbook")
    ana.clicks("Not solved", on=news)
    again = acme_house.channel("#tier-2").shows("this case is not solved yet, please take it again")
    assert again.lines[0].startswith("@lena")
    assert again.says("This did not solve it", "Ask them to reset the <password>")
    assert again.ts != card.ts
    acme_house.comes_to_rest()
    assert card.now().says("It was not solved. It waits for *Team leads* again")
    acme_house.person("marco").clicks("Acknowledge", on=again)
    assert len(ana.dm.shows("@marco has ESC-1").lines)


def test_only_the_agent_says_whether_it_is_solved(acme_house: House) -> None:
    """Somebody else's press is refused, a press after the end as well; silence closes it after the policy's days."""
    resolved(acme_house)
    ana = acme_house.person("ana")
    news = ana.dm.shows("@lena gave a solution for ESC-1")
    acme_house.clicks_late("ben", "Solved", on=news)
    acme_house.person("ben").sees_ephemeral("Only the person who raised the case can do that")
    acme_house.passes("7d")
    acme_house.channel("#tier-2").shows("cannot log in", "Closed. Nobody objected to the solution, so it closed")
    acme_house.clicks_late("ana", "Not solved", on=news)
    ana.sees_ephemeral("That can't be done with ESC-1 now", "Closed.")


def test_the_agent_confirms_the_solution(acme_house: House) -> None:
    """What is closed says who closed it and when, on every screen."""
    resolved(acme_house)
    acme_house.passes("7m")
    ana = acme_house.person("ana")
    ana.clicks("Solved", on=ana.dm.shows("@lena gave a solution for ESC-1"))
    for place in (acme_house.channel("#tier-2"), ana.dm):
        place.shows("Closed. @ana confirmed the solution", "at 9:07 AM.", "cannot log in")
    assert "Closed. @ana confirmed the solution" in ana.types("/escalations show ESC-1", in_="#support").text


def test_the_agent_takes_it_back(acme_house: House) -> None:
    """Withdraw stands in the agent's message alone and asks first; afterwards nobody is called any more."""
    card, ana = acme_house.escalates(summary="cannot log in"), acme_house.person("ana")
    assert not card.says("[Withdraw]")
    follows = ana.dm.shows("cannot log in", "[Withdraw]")
    ana.clicks("Withdraw", on=follows, confirms=False)
    acme_house.clicks_late("ben", "Withdraw", on=follows)
    acme_house.person("ben").sees_ephemeral("Only the person who raised the case can do that")
    ana.clicks("Withdraw", on=follows, confirms=True)
    gone = acme_house.channel("#tier-2").shows("@ana took it back")
    assert not gone.says("[Acknowledge")
    acme_house.passes("2h")
    assert acme_house.channel("#tier-2").thread(card).messages() == []
    assert acme_house.channel("#tier-3").messages() == []
    acme_house.clicks_late("lena", "Resolve", on=card)
    acme_house.person("lena").sees_ephemeral("That can't be done with ESC-1 now", "@ana took it back")


def test_a_solution_without_taking_it_first(acme_house: House) -> None:
    """Who simply knows the answer resolves at once and counts as its owner; an empty one is refused at its field."""
    card, lena = acme_house.escalates(summary="cannot log in"), acme_house.person("lena")
    lena.clicks("Resolve", on=card)
    lena.fills(**{SOLUTION: "\u2066\u2069"})
    assert list(lena.submits().errors) == [SOLUTION]
    lena.fills(**{SOLUTION: "Use the \u202enew link"})
    lena.submits()
    acme_house.channel("#tier-2").shows("@lena gave a solution", "Use the new link")


def test_a_solution_that_came_too_late_is_not_lost(acme_house: House) -> None:
    """The agent withdrew while the solution was written: the refusal stands above the form, which keeps the text."""
    card, lena = acme_house.escalates(summary="cannot log in"), acme_house.person("lena")
    lena.clicks("Resolve", on=card)
    lena.fills(**{SOLUTION: "Half an hour of writing", NEXT_TIME: "See the runbook"})
    acme_house.person("ana").types("/escalations withdraw ESC-1", in_="#support")
    assert lena.submits().kind == "pushed"
    lena.modal_shows("That can't be done with ESC-1 now", "@ana took it back")
    lena.closes()
    assert lena.modal.fields == {SOLUTION: "Half an hour of writing", NEXT_TIME: "See the runbook"}
