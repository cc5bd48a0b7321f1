"""A manager has a summary come every week, by the button under it."""

from __future__ import annotations

from datetime import timedelta

from slackbot.ids import PRESS_SUMMARY_WEEKLY
from slackbot.slack.parse import pressed_value
from tests.house import House
from tests.scenarios.test_summaries import SUMMARY, reads


def sets_up(house: House, words: str = "last week", channel: str = "#support-managers", zone: str = "") -> None:
    """Let the manager set one up on Mondays at nine, and read that it is."""
    dana = house.person("dana")
    shown = reads(dana, words, "2026-W47")
    dana.clicks("Every week", on=shown)
    assert dana.modal.title == "Every week"
    dana.fills(Channel=channel, **({"Time zone": zone} if zone else {}))
    assert dana.submits().kind == "updated"


def test_it_is_set_up_in_a_form_and_comes_by_itself(acme_house: House) -> None:
    """The form offers Monday, nine, the manager's zone and this channel; a week later it stands there."""
    dana = acme_house.person("dana")
    dana.clicks("Every week", on=reads(dana, "last week tier Team leads", "tier Team leads"))
    assert dana.modal_shows("the summary of *tier Team leads*")
    assert dana.modal.fields == {
        "Day": "Monday",
        "Time": "09:00",
        "Time zone": dana.tz,
        "Channel": acme_house.channel("#support").id,
    }
    assert dana.submits().kind == "updated"
    assert dana.modal_shows("tier Team leads", "every Monday at 09:00", "for the first time")
    acme_house.clock.set(acme_house.clock.now() + timedelta(days=8))
    next(loop for loop in acme_house.rung.loops if loop.name == "weekly").hurry()
    posted = acme_house.channel("#support").shows("Week 2026-W48", "tier Team leads")
    assert not posted.says("Every week")


def test_the_button_says_so_and_it_is_stopped_the_same_way(acme_house: House) -> None:
    """Asked again in that channel the button has day and hour; the form lists it, and who set it up, beside Stop."""
    dana = acme_house.person("dana")
    sets_up(acme_house, channel="#support")
    shown = reads(dana, "last week", "[Every week: Mon 09:00]")
    dana.clicks("Every week", on=shown)
    assert dana.modal_shows("Comes by itself already", f"set up by @{dana.person.display_name or dana.person.name}")
    dana.fills(**{"Time zone": "Asia/Tokyo"})
    dana.clicks("Stop", in_modal=True)
    acme_house.waits_until(lambda tx: not tx.schedules.of(acme_house.rung.workspace.id))
    assert "[Every week: Mon 09:00]" not in reads(dana, "last week", "2026-W47").lines[-1]


def test_a_wrong_zone_is_said_at_its_field(acme_house: House) -> None:
    """With the nearest name that is one; nothing is set up."""
    dana = acme_house.person("dana")
    dana.clicks("Every week", on=reads(dana, "last week", "2026-W47"))
    dana.fills(**{"Time zone": "Madrid"})
    outcome = dana.submits()
    assert outcome.errors == {"Time zone": "“Madrid” is no time zone. Did you mean Europe/Madrid?"}
    with acme_house.rung.engine.ctx.store.read() as tx:
        assert tx.schedules.of(acme_house.rung.workspace.id) == []


def test_nobody_else_sets_one_up(acme_house: House) -> None:
    """An agent's own week has no such button, and a button that was forged opens no form."""
    ana, dana = acme_house.person("ana"), acme_house.person("dana")
    own = reads(ana, "mine", "your cases")
    assert "Every week" not in own.lines[-1]
    shown = reads(dana, "last week", "2026-W47")
    dana.clicks("Every week", on=shown)
    forged = acme_house.newest_payload()
    assert forged["actions"][0]["action_id"] == PRESS_SUMMARY_WEEKLY
    assert pressed_value(forged)
    forged["user"] = {**forged["user"], "id": ana.id, "username": ana.person.name, "name": ana.person.name}
    ana.sends_raw(forged)
    dana.sees_ephemeral("for the managers")
    dana.submits()
    submitted = acme_house.newest_payload()
    submitted["user"] = {**submitted["user"], "id": ana.id}
    submitted["view"]["state"]["values"]["field_channel"]["field_input"]["selected_conversation"] = acme_house.channel(
        "#tier-2"
    ).id
    ana.sends_raw(submitted)
    with acme_house.rung.engine.ctx.store.read() as tx:
        assert [each.by for each in tx.schedules.of(acme_house.rung.workspace.id)] == [dana.id]


def test_a_summary_asked_for_in_another_channel_has_its_own_button(acme_house: House) -> None:
    """What comes to one channel is nothing to another."""
    dana = acme_house.person("dana")
    sets_up(acme_house)
    assert "[Every week]" in reads(dana, "last week", "2026-W47").lines[-1]
    dana.types(f"{SUMMARY} last week", in_="#support-managers")
    dana.sees_ephemeral("2026-W47", "[Every week: Mon 09:00]")
