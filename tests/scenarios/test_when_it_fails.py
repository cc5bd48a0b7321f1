"""When a listener fails: a sentence with a reference for the person, the trace for us."""

from __future__ import annotations

import re

import pytest

from tests.house import House

REFERENCE = re.compile(r"reference: `(\w{8})`")


class BrokenError(Exception):
    """Something nobody thought of."""


def breaks(*_: object, **__: object) -> None:
    """Stand in for a use case with a fault."""
    raise BrokenError


def referred(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Find the reference a person reads, and under it the trace in the log; then forget it."""
    found = REFERENCE.search(text)
    assert found, text
    entry = next(record for record in caplog.records if found[1] in record.getMessage())
    assert entry.exc_info
    assert entry.exc_info[0] is BrokenError
    caplog.clear()


def test_whoever_asked_is_told_and_the_log_knows_why(
    acme_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A command, a press and a form that fail are acknowledged in time and answered with a reference."""
    card, ana, lena = acme_house.escalates(summary="a case"), acme_house.person("ana"), acme_house.person("lena")
    ana.types("/escalate", in_="#support")
    ana.chooses("Category", "Other")
    ana.fills(Summary="typed with care")
    monkeypatch.setattr("handlers.commands.escalate.submit_line", breaks)
    monkeypatch.setattr("handlers.actions.acknowledge.acknowledge", breaks)
    monkeypatch.setattr("handlers.actions.resolve.may_resolve", breaks)
    monkeypatch.setattr("handlers.views.intake.submit_form", breaks)

    referred(ana.types("/escalate again", in_="#support").text, caplog)
    for label in ("Acknowledge", "Resolve"):
        lena.clicks(label, on=card)
        referred("\n".join(lena.sees_ephemeral("That did not work").lines), caplog)
        acme_house.workspace.history.dismiss_ephemerals(lena.id)
    outcome = ana.submits()
    assert (outcome.kind, outcome.view is not None) == ("pushed", True)
    referred("\n".join(ana.modal_shows("That did not work").lines), caplog)
    ana.closes()
    assert ana.modal.fields["Summary"] == "typed with care"

    monkeypatch.undo()
    assert ana.submits().kind == "updated"
    ana.modal_shows("ESC-2 is escalated")


def test_what_fails_half_way_is_not_stored_at_all(
    acme_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Case, texts, history and messages are stored together or not at all, and no number is lost."""
    ana, lena = acme_house.person("ana"), acme_house.person("lena")
    line = "/escalate half of it category:Account customer:Nordic"
    monkeypatch.setattr("slackbot.services.raising.write_aftermath", breaks)
    referred(ana.types(line, in_="#support").text, caplog)
    assert "There are no open escalations." in ana.types("/escalations open", in_="#support").text
    monkeypatch.undo()
    assert "ESC-1" in ana.types(line, in_="#support").text

    card = acme_house.channel("#tier-2").shows("half of it")
    monkeypatch.setattr("slackbot.services.transact.write_aftermath", breaks)
    lena.clicks("Acknowledge", on=card)
    referred("\n".join(lena.sees_ephemeral("That did not work").lines), caplog)
    monkeypatch.undo()
    acme_house.comes_to_rest()
    assert card.now().says("Nobody has it.")
    lena.clicks("Acknowledge", on=card)
    acme_house.channel("#tier-2").shows("@lena has it and promised")


def test_a_form_that_slack_no_longer_opens(acme_house: House) -> None:
    """A trigger lives three seconds: when it came too late, the person is told to try again."""
    ana = acme_house.person("ana")
    acme_house.simulator.faults.error("views.open", "expired_trigger_id")
    assert "Slack took too long, so the form did not open" in ana.types("/escalate", in_="#support").text
    card, lena = acme_house.escalates(summary="a case"), acme_house.person("lena")
    acme_house.simulator.faults.status("views.open", 503)
    lena.clicks("Other time", on=card)
    lena.sees_ephemeral("the form did not open")


def test_a_button_of_another_version_is_answered(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A button or form that this Rung does not know is acknowledged, and its presser is told."""
    card, lena = acme_house.escalates(summary="a case"), acme_house.person("lena")
    acme_house.clicks_late("lena", "Resolve", on=card, action_id="press_of_another_age")
    lena.sees_ephemeral("This comes from another version of Rung than the one that runs. Nothing was changed.")
    acme_house.simulator.wait_acknowledged(acme_house.simulator.deliver_event({"type": "app_mention", "user": lena.id}))
    caplog.clear()


def test_without_a_place_to_answer_in_a_modal_says_it(
    acme_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A global shortcut and a button of the Home tab bring no response_url: the reference stands in a modal."""
    ana = acme_house.person("ana")
    ana.opens_home()
    ana.home_shows("What waits for you")
    monkeypatch.setattr("handlers.intake.open_form", breaks)
    ana.uses_global_shortcut("Escalate a case")
    referred("\n".join(ana.modal_shows("That did not work").lines), caplog)
    ana.closes()
    ana.clicks("Escalate a case", in_home=True)
    referred("\n".join(ana.modal_shows("That did not work").lines), caplog)
    ana.closes()
    monkeypatch.setattr("handlers.shortcuts.escalate_case.open_intake", breaks)
    ana.uses_global_shortcut("Escalate a case")
    referred("\n".join(ana.modal_shows("That did not work").lines), caplog)


def test_where_no_modal_opens_a_direct_message_says_it(
    acme_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A trigger that came too late opens nothing: neither the form nor the notice in its place."""
    ana = acme_house.person("ana")
    acme_house.simulator.faults.error("views.open", "expired_trigger_id")
    ana.uses_global_shortcut("Escalate a case")
    ana.dm.shows("Slack took too long, so the form did not open. Please try again.")
    monkeypatch.setattr("handlers.intake.open_form", breaks)
    acme_house.simulator.faults.error("views.open", "expired_trigger_id")
    ana.uses_global_shortcut("Escalate a case")
    referred("\n".join(ana.dm.shows("That did not work").lines), caplog)


def test_a_choice_that_fails_is_said_above_the_form(
    acme_house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The form stays as it is, with all that was typed and one sentence on top; the next choice draws it anew."""
    ana, long = acme_house.person("ana"), "they wrote again and again " * 20
    ana.types(f"/escalate {long}", in_="#support")
    ana.fills(Customer="Nordic")
    monkeypatch.setattr("handlers.actions.form.redraw_form", breaks)
    ana.chooses("Category", "Account")
    first = ana.modal_shows("That did not work").lines[0]
    referred(first, caplog)
    ana.chooses("Category", "Billing")
    assert acme_house.workspace.wait_for(lambda: not ana.modal.says(first))
    said = ana.modal_shows("That did not work", "You wrote: they wrote again")
    referred(said.lines[0], caplog)
    assert "\n".join(said.lines).count("That did not work") == 1
    assert said.fields["Customer"] == "Nordic"
    acme_house.simulator.faults.error("views.update", "hash_conflict")
    ana.chooses("Category", "Account")
    referred("\n".join(ana.dm.shows("That did not work").lines), caplog)
    monkeypatch.undo()
    ana.chooses("Category", "Other")
    drawn = ana.modal_shows("Goes to *Team leads*", "You wrote: they wrote again")
    assert not drawn.says("That did not work")
    assert drawn.fields["Customer"] == "Nordic"
