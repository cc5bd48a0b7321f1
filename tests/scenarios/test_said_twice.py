"""The same thing said twice is one case."""

from __future__ import annotations

from tests.house import House

LINE = "/escalate invoice is wrong category:Account customer:Nordic"


def cards(house: House) -> int:
    """Count the cards in the tier's channel, once everything has left."""
    house.comes_to_rest()
    return len(house.channel("#tier-2").matching("invoice is wrong"))


def test_the_same_line_within_two_minutes_gets_the_same_case(acme_house: House) -> None:
    """The same person and words give the case there is; somebody else's words, or later ones, are another case."""
    ana, ben = acme_house.person("ana"), acme_house.person("ben")
    ana.types(LINE, in_="#support")
    acme_house.passes("1m 30s")
    assert "ESC-1" in ana.types(LINE.upper().replace("/ESCALATE", "/escalate"), in_="#support").text
    assert cards(acme_house) == 1
    assert "ESC-2" in ben.types(LINE, in_="#support").text
    acme_house.passes("1m")
    assert "ESC-3" in ana.types(LINE, in_="#support").text


def test_a_line_said_again_tells_how_its_case_stands(acme_house: House) -> None:
    """No second receipt: what is said is which case it is, how it stands by now and what follows."""
    ana, lena = acme_house.person("ana"), acme_house.person("lena")
    ana.types(LINE, in_="#support")
    card = acme_house.channel("#tier-2").shows("invoice is wrong")
    again = ana.types(LINE, in_="#support").text
    assert "That is ESC-1 already. Nobody has it. With *Team leads* since" in again
    assert "You can tell the customer" not in again
    lena.clicks("Acknowledge", on=card)
    again = ana.types(LINE, in_="#support").text
    assert "That is ESC-1 already. @lena has it and promised a first answer" in again
    assert "Next: if there is no first answer by" in again
    acme_house.person("marco").clicks("Resolve", on=card)
    acme_house.person("marco").fills(**{"What to tell the customer": "A new one is on its way"})
    acme_house.person("marco").submits()
    again = ana.types(LINE, in_="#support").text
    assert "That is ESC-1 already. @marco gave a solution" in again
    assert "With *Team leads*" not in again


def test_a_case_taken_back_is_no_twin(acme_house: House) -> None:
    """Who withdraws a case and types it again wants a new one."""
    ana = acme_house.person("ana")
    ana.types(LINE, in_="#support")
    ana.types("/escalations withdraw ESC-1", in_="#support")
    assert "ESC-2" in ana.types(LINE, in_="#support").text


def test_a_command_that_slack_delivers_again_is_answered_again(acme_house: House) -> None:
    """After a reconnect the same envelope may come twice: one case, told about again."""
    first = acme_house.person("ana").types(LINE, in_="#support").delivery
    again = acme_house.simulator.wait_acknowledged(acme_house.simulator.deliver_again(first))
    assert "ESC-1" in str(again.ack_body)
    assert cards(acme_house) == 1


def test_a_double_click_on_the_form_is_one_case(acme_house: House) -> None:
    """The same view submitted twice, and delivered again much later, raises one case."""
    ana = acme_house.person("ana")
    ana.types(LINE.replace("customer:Nordic", ""), in_="#support")
    ana.fills(Customer="Nordic")
    outcome = ana.submits(times=2)
    ana.modal_shows("ESC-1 is escalated")
    acme_house.passes("5m")
    again = acme_house.simulator.wait_acknowledged(acme_house.simulator.deliver_again(outcome.deliveries[0]))
    assert "ESC-1" in str(again.ack_body)
    assert cards(acme_house) == 1


def test_a_double_click_on_a_button_is_one_press(acme_house: House) -> None:
    """Pressed twice, taken once; the second press says that they have it already."""
    card, lena = acme_house.escalates(summary="invoice is wrong"), acme_house.person("lena")
    lena.clicks("Acknowledge", on=card, times=2)
    lena.sees_ephemeral("You have ESC-1 already")
    told = acme_house.person("ana").types("/escalations why ESC-1", in_="#support").text
    assert told.count("took it and promised") == 1
