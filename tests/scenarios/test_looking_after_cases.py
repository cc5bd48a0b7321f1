"""`/escalations`: lists, one case, and words nobody knows."""

from __future__ import annotations

import re

from slackbot.core.events import Pinged
from slackbot.simulator.hands.person import Hands
from tests.house import House


def asks(hands: Hands, words: str) -> str:
    """Type `/escalations ...` and read the answer."""
    return hands.types(f"/escalations {words}", in_="#support").text


def labels(text: str) -> list[str]:
    """List the cases named at the beginnings of a list's lines, from top to bottom."""
    return [word.strip("*") for line in text.splitlines() for word in line.split()[:1] if word.startswith("*ESC-")]


def test_lists_are_sorted_by_what_is_due_next(acme_house: House) -> None:
    """Mine are mine, open are everybody's; the most pressing stands on top, ended ones are gone."""
    ana, ben = acme_house.person("ana"), acme_house.person("ben")
    acme_house.escalates(summary="slow one", severity="low")
    acme_house.escalates(who="ben", summary="burning one", severity="urgent")
    acme_house.escalates(summary="usual one")
    acme_house.escalates(summary="mistake")
    assert "ESC-4 is withdrawn" in asks(ana, "withdraw ESC-4")
    mine = asks(ana, "mine")
    assert "*Your escalations* (2)" in mine
    assert labels(mine) == ["ESC-3", "ESC-1"]
    assert labels(asks(ana, "open")) == ["ESC-2", "ESC-3", "ESC-1"]
    assert labels(asks(ana, "")) == labels(mine)
    assert labels(asks(ben, "mine")) == ["ESC-2"]
    assert "You have no open escalations." in asks(acme_house.person("lena"), "mine")


def test_long_lists_come_in_pages(acme_house: House) -> None:
    """`Show more` goes on where the page ended, within the same list, and shows each case once."""
    for number in range(1, 11):
        acme_house.escalates(summary=f"case number {number:02}", customer=f"customer {number}")
        acme_house.passes("1s")
        acme_house.escalates(who="ben", summary=f"another {number:02}", customer=f"customer {number}")
    ana = acme_house.person("ana")
    answer = ana.types("/escalations mine", in_="#support")
    first = labels(answer.text)
    assert len(first) == 8
    assert "Showing 8 of 10." in answer.text
    ana.clicks("Show more", on=answer.message)
    more = ana.sees_ephemeral("*Your escalations* (10)", "case number 10")
    second = labels("\n".join(more.lines))
    assert (len(second), len({*first, *second})) == (2, 10)
    assert not more.says("another")
    assert not more.says("[Show more]")


def test_a_list_whose_rest_has_ended_starts_again(acme_house: House) -> None:
    """Where nothing is left behind a page, the first one is shown as it stands now, not that nothing is open."""
    for number in range(1, 10):
        acme_house.escalates(summary=f"case number {number}", customer=f"customer {number}")
        acme_house.passes("1s")
    ana = acme_house.person("ana")
    answer = ana.types("/escalations open", in_="#support")
    page = answer.message
    assert page.says("Showing 8 of 9.")
    asks(ana, "withdraw ESC-9")
    ana.clicks("Show more", on=page)
    again = ana.sees_ephemeral("*Open escalations* (8)")
    assert len(labels("\n".join(again.lines))) == 8


def test_one_case_and_words_nobody_knows(acme_house: House) -> None:
    """Show gives the whole case; what is misspelt is answered with what was probably meant and the help."""
    acme_house.escalates(summary="cannot pay")
    ana = acme_house.person("ana")
    assert "cannot pay" in asks(ana, "show esc-1")
    assert "cannot pay" in asks(ana, "show 1")
    assert "Did you mean `/escalations show`?" in asks(ana, "shwo ESC-1")
    nonsense = asks(ana, "@#!")
    assert "/escalations mine" in nonsense
    assert "Did you mean" not in nonsense
    assert "/escalations why ESC-142" in asks(ana, "help")
    assert "There is no such case" in asks(ana, "show ESC-99")
    assert "There is no such case" in asks(ana, "why 999999999")
    assert "Which one? Write `/escalations why ESC-142`." in asks(ana, "why")
    assert "Only the person who raised the case" in asks(acme_house.person("ben"), "withdraw ESC-1")


def test_a_long_story_is_told_in_parts(acme_house: House) -> None:
    """What does not fit between the first entry and the newest is a press away, to the last entry of it."""
    acme_house.escalates(summary="cannot pay")
    store, now = acme_house.rung.engine.ctx.store, acme_house.clock.now()
    with store.write() as tx:
        case = tx.escalations.by_number(acme_house.rung.workspace.id, 1)
        assert case is not None
        for ordinal in range(1, 200):
            tx.history.note(case.workspace_id, case.id, Pinged(1, ordinal, 0, broadcast=False), now)
    ana = acme_house.person("ana")
    page = ana.types("/escalations why ESC-1", in_="#support").message
    told = []
    for _ in range(9):
        text = "\n".join(page.as_seen_by(ana.person))
        assert "raised it" in text
        told += re.findall(r"\(call (\d+)\)", text)
        if "[Show more]" not in text:
            break
        ana.clicks("Show more", on=page)
        page = ana.sees_ephemeral(f"(call {min(map(int, told)) - 1})")
    assert sorted(map(int, told)) == list(range(2, 201))


def test_why_tells_everything_in_words(acme_house: House) -> None:
    """Every decision with its time, who made it and why, then how it stands and what comes next."""
    card = acme_house.escalates(summary="cannot pay", category="Billing", severity="high", tried="x", asked="y")
    acme_house.passes("15m")
    dana, higher = acme_house.person("dana"), acme_house.channel("#tier-3").shows("cannot pay")
    dana.clicks("Acknowledge", on=higher)
    acme_house.passes("1h")
    answer = dana.types("/escalations why ESC-1", in_="#support")
    told = "\n".join(answer.message.as_seen_by(dana.person))
    for sentence in (
        "9:00 AM @ana: raised it. Route 1 (category Billing, severity Urgent, High) chose the policy *billing*.",
        "9:00 AM Rung: posted to *Team leads*.",
        "9:05 AM Rung: called the tier again (call 2).",
        "9:10 AM Rung: called the tier again, also in the channel, before the next tier (call 3).",
        "9:15 AM Rung: nobody answered in time, so it went on to *Department managers*.",
        "9:15 AM @dana: took it and promised a first answer by",
        "10:15 AM Rung: the promised time",
        "*Now:* @dana has it. A first answer was promised by",
        "it waits for *Department managers* again.",
    ):
        assert sentence in told, told
    assert card
