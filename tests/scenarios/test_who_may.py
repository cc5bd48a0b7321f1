"""Who may do what, whatever a payload carries."""

from __future__ import annotations

from typing import Any

from tests.house import House

LINE = "/escalate help me category:Account customer:Nordic"
OUTSIDERS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("gus", {"guest": True}, "Guests can't do that"),
    ("single", {"ultra_restricted": True}, "Guests can't do that"),
    ("sten", {"stranger": True}, "Only members of this workspace can do that"),
    ("gone", {"deleted": True}, "Your account is deactivated"),
    ("bot", {"is_bot": True}, "Apps can't do that"),
)


def test_outsiders_raise_and_take_nothing(acme_house: House) -> None:
    """Guests, strangers, deactivated people and bots are told why; the case stays as it was."""
    card = acme_house.escalates(summary="secret of Nordic")
    for name, kind, said in OUTSIDERS:
        outsider = acme_house.newcomer(name, **kind)
        for words in ("/escalations open", "/escalations why ESC-1", "/escalations withdraw ESC-1", LINE):
            assert said in outsider.types(words, in_="#support").text, name
        assert outsider.types("/escalate", in_="#support").modal.says(said), name
        for label in ("Acknowledge", "Resolve"):
            acme_house.clicks_late(name, label, on=card)
            assert not outsider.sees_ephemeral(said).says("secret of Nordic")
    acme_house.comes_to_rest()
    assert card.now().says("Nobody has it.")
    assert len(acme_house.channel("#tier-2").messages()) == 1


def test_somebody_of_another_team_is_a_stranger(acme_house: House) -> None:
    """In a shared channel people of other workspaces can press: their own team is in the payload, and counts."""
    card = acme_house.escalates(summary="secret of Nordic")
    tom = acme_house.newcomer("tom", team_id="T0666")
    acme_house.clicks_late("tom", "Acknowledge", on=card)
    tom.sees_ephemeral("Only members of this workspace can do that")
    assert tom.uses_global_shortcut("Escalate a case").modal.says("Only members of this workspace can do that")


def test_somebody_new_is_believed_once_slack_confirms(acme_house: House) -> None:
    """The case is stored at once and said to be stored; it is posted when Slack says that they belong here."""
    acme_house.simulator.faults.error("users.info", "internal_error")
    nora = acme_house.newcomer("nora", known=False)
    stored = nora.types(LINE, in_="#support").text
    assert "ESC-1 is stored. It is posted as soon as Slack has confirmed who you are." in stored
    acme_house.waits_until(lambda _: not acme_house.simulator.faults.left())
    acme_house.comes_to_rest()
    assert acme_house.channel("#tier-2").messages() == []

    acme_house.rung.engine.acquaintance.learn_everybody(acme_house.rung.workspace)
    acme_house.rung.wake()
    acme_house.channel("#tier-2").shows("help me")
    nora.dm.shows("help me", "Nobody has it.")


def test_a_new_guest_is_refused_and_told(acme_house: House) -> None:
    """What a guest sent before we knew them is never posted; they are told in a direct message."""
    gus = acme_house.newcomer("gus", known=False, guest=True)
    gus.types(LINE, in_="#support")
    gus.dm.shows("ESC-1 was not posted: you are a guest")
    assert "Guests can't do that" in gus.types(LINE, in_="#support").text
    acme_house.comes_to_rest()
    assert acme_house.channel("#tier-2").messages() == []
    shown = acme_house.person("ana").types("/escalations why ESC-1", in_="#support").text
    assert "not posted: the person who raised it is a guest" in shown


def test_a_press_by_somebody_new_is_asked_for_again(acme_house: House) -> None:
    """The first press starts asking Slack, the second one counts."""
    card = acme_house.escalates(summary="help me")
    nora = acme_house.newcomer("nora", known=False)
    nora.clicks("Acknowledge", on=card)
    nora.sees_ephemeral("Slack has not confirmed yet who you are. Please try again in a minute.")
    acme_house.knows(nora, verified=True)
    nora.clicks("Acknowledge", on=card)
    acme_house.channel("#tier-2").shows("@nora has it and promised")


def test_who_was_made_a_guest_may_no_longer(acme_house: House) -> None:
    """The event makes Rung ask Slack at once."""
    card, ben = acme_house.escalates(summary="help me"), acme_house.person("ben")
    acme_house.workspace.change_person(ben.id, guest=True)
    acme_house.knows(ben, guest=True)
    ben.clicks("Acknowledge", on=card)
    ben.sees_ephemeral("Guests can't do that")
