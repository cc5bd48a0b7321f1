"""Taking a case and keeping the promise."""

from __future__ import annotations

from slackbot.simulator.hands.person import Hands
from slackbot.simulator.model import Message
from tests.house import House


def notes_of(house: House, people: list[Hands]) -> list[list[Message]]:
    """Give what each of some people was told alone."""
    return [house.workspace.history.ephemerals(each.id) for each in people]


def test_the_first_press_wins(acme_house: House) -> None:
    """One takes it; the second is told who has it, quietly, and nothing changes."""
    card, tier_2 = acme_house.escalates(summary="no invoice"), acme_house.channel("#tier-2")
    acme_house.person("lena").clicks("Acknowledge", on=card)
    tier_2.shows("@lena has it and promised a first answer")
    acme_house.clicks_late("marco", "Acknowledge", on=card)
    acme_house.person("marco").sees_ephemeral("ESC-1 is taken already", "@lena has it and promised")
    acme_house.comes_to_rest()
    assert len(tier_2.messages()) == 1
    assert acme_house.person("ana").dm.matching("@lena has ESC-1 and promised")


def test_two_presses_at_the_same_moment_have_one_winner(acme_house: House) -> None:
    """Whoever was faster has it, the other one is told so."""
    card = acme_house.escalates(summary="no invoice")
    rivals = [acme_house.person("lena"), acme_house.person("marco")]
    answers = [each.clicks("Acknowledge", on=card, wait=False) for each in rivals]
    for answer in answers:
        acme_house.simulator.wait_acknowledged(answer.delivery)
    acme_house.channel("#tier-2").shows("has it and promised")
    acme_house.workspace.wait_for(lambda: any(notes_of(acme_house, rivals)))
    assert sorted(map(len, notes_of(acme_house, rivals))) == [0, 1]


def test_another_time_than_the_usual_one(acme_house: House) -> None:
    """`Other time` asks; `Today` ends at 18:00 where the owner lives; a promise can be moved until it is kept."""
    card, tier_2 = acme_house.escalates(summary="no invoice"), acme_house.channel("#tier-2")
    dana = acme_house.person("dana")
    dana.clicks("Other time", on=card)
    assert dana.modal.fields == {"First answer within": "15 min"}
    dana.fills(**{"First answer within": "Today"})
    assert dana.submits().kind == "closed"
    shown = tier_2.shows("@dana has it and promised a first answer")
    assert "6:00 PM" in "\n".join(shown.as_seen_by(dana.person)), "Dana lives in London"

    dana.clicks("Change time", on=shown)
    dana.fills(**{"First answer within": "15 min"})
    dana.submits()
    tier_2.shows("promised a first answer by", "9:15 AM")
    dana.clicks("Answered", on=card)
    answered = tier_2.shows("@dana has it and gave a first answer")
    assert not answered.says("[Change time]")
    acme_house.clicks_late("dana", "Change time", on=shown)
    dana.sees_ephemeral("ESC-1 has its first answer already")


def test_a_forgotten_promise_calls_the_owner_and_then_everybody(acme_house: House) -> None:
    """The owner is called in the thread; after the grace it waits again on a new card, and the agent is told."""
    card, tier_2 = acme_house.escalates(summary="no invoice"), acme_house.channel("#tier-2")
    lena, ana = acme_house.person("lena"), acme_house.person("ana")
    lena.clicks("Acknowledge", on=card)
    acme_house.passes("1h")
    tier_2.thread(card).shows("@lena your first answer on ESC-1 was promised by")
    acme_house.passes("15m")
    ana.dm.shows("The promised answer on ESC-1 did not come")
    again = tier_2.shows("@lena", "the promised answer did not come, please take this case", "[Acknowledge (1 h)]")
    assert again.ts != card.ts
    acme_house.comes_to_rest()
    assert card.now().says("It waits for *Team leads* again, on a new card")
    assert not card.now().says("[Acknowledge")
    acme_house.person("marco").clicks("Acknowledge", on=again)
    tier_2.shows("@marco has it and promised")


def test_an_answered_case_is_asked_after_daily(acme_house: House) -> None:
    """After the first answer nothing is overdue, but the owner is reminded in the thread each day."""
    card, tier_2 = acme_house.escalates(summary="no invoice"), acme_house.channel("#tier-2")
    acme_house.person("lena").clicks("Acknowledge", on=card)
    acme_house.person("lena").clicks("Answered", on=card)
    acme_house.passes("2d 1h")
    assert len(tier_2.thread(card).matching("@lena ESC-1 had its first answer", "How does it stand?")) == 2


def test_what_a_colleague_did_bears_their_name(acme_house: House) -> None:
    """Whoever gives the answer or the solution in the owner's place is named for it, on every screen."""
    card, tier_2 = acme_house.escalates(summary="no invoice"), acme_house.channel("#tier-2")
    lena, marco, ana = map(acme_house.person, ("lena", "marco", "ana"))
    lena.clicks("Acknowledge", on=card)
    tier_2.shows("@lena has it and promised a first answer")
    marco.clicks("Answered", on=card)
    tier_2.shows("@lena has it. @marco gave a first answer")
    ana.dm.shows("@marco gave a first answer")
    acme_house.passes("1d 1h")
    tier_2.thread(card).shows("@lena ESC-1 had its first answer")
    marco.clicks("Resolve", on=card)
    marco.fills(**{"What to tell the customer": "The invoice is on its way"})
    marco.submits()
    tier_2.shows("@marco gave a solution")
    ana.dm.shows("@marco gave a solution for ESC-1. Did it solve the case?")
    ana.dm.shows("@marco gave a solution", "has not confirmed it yet")
    for asked in ("show", "why"):
        assert "@marco gave a solution" in ana.types(f"/escalations {asked} ESC-1", in_="#support").text
    acme_house.clicks_late("lena", "Resolve", on=card)
    lena.sees_ephemeral("That can't be done with ESC-1 now", "@marco gave a solution")
