"""What arrives is believed only as far as Slack vouches for it: who, where, which view. Everything else is checked."""

from __future__ import annotations

import re

import pytest

from tests.house import House

AT = "2026-01-01T00:00:00"
CURSORS = (
    "",
    "|",
    f"{AT}|x",
    f"{AT}|ID",
    f"{AT}+00:00|",
    f"{AT}+00:00|x",
    f"{AT}+00:00|\ud800",
    f"{AT}+00:00|ID\0",
    f"{AT}+00:00|ID|ID",
    f"{AT}+00:00|' OR 1=1 --",
    "\ud800|ID",
    "|ID",
    "2026-13-41|ID",
    "0001-01-01T00:00:00+14:00|ID",
    "9999-12-31T23:59:59-14:00|ID",
    "9" * 2000 + "|ID",
)
FORGED = ("", ":", "e0:1", "e0:x", "../1:1", "' OR 1=1 --:1", "e0:²", "x" * 2000, "e0:" + "9" * 400)


def test_forged_buttons_change_nothing(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever a button's value says, a case that is not there is not touched, and the presser is told."""
    card, lena = acme_house.escalates(summary="real one"), acme_house.person("lena")
    for value in FORGED:
        for action_id in ("press_acknowledge", "press_escalate_now", "press_read_all", "press_withdraw"):
            acme_house.clicks_late("lena", "Resolve", on=card, action_id=action_id, value=value)
            lena.sees_ephemeral("reference")
            acme_house.workspace.history.dismiss_ephemerals(lena.id)
    acme_house.comes_to_rest()
    assert card.now().says("Nobody has it.")
    caplog.clear()


def test_another_workspace_is_unknown_here(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A payload of a workspace where Rung is not installed is told so and stores nothing."""
    ana = acme_house.person("ana")
    ana.types("/escalate help", in_="#support")
    payload = acme_house.newest_payload() | {"team_id": "T0999", "text": "steal category:Account customer:x"}
    delivery = ana.sends_raw(payload, kind="slash_commands")
    assert "Rung is not installed in this workspace" in str(delivery.ack_body)
    assert "There are no open escalations" in ana.types("/escalations open", in_="#support").text
    caplog.clear()


@pytest.mark.parametrize("heading", ["open", "mine", "", "found"])
def test_a_forged_page_starts_from_the_first(acme_house: House, heading: str) -> None:
    """Whatever a cursor says, what is shown is the first page of a list."""
    for number in range(1, 10):
        acme_house.escalates(summary=f"case number {number}", customer=f"customer {number}")
    ana = acme_house.person("ana")
    note = ana.types("/escalations open", in_="#support").message
    known = str(note.blocks)
    real = re.search(r"\|(e[0-9a-f]{20})", known)
    assert real, known
    for forged in CURSORS:
        acme_house.workspace.history.dismiss_ephemerals(ana.id)
        value = f"{heading}:{forged.replace('ID', real[1])}"
        acme_house.clicks_late("ana", "Show more", on=note, action_id="press_page", value=value)
        shown = ana.sees_ephemeral("*Your escalations* (9)" if heading == "mine" else "*Open escalations* (9)")
        assert shown.says("Showing 8 of 9."), value


def test_a_payload_that_names_nobody(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """It is answered, not left to time out."""
    ana = acme_house.person("ana")
    ana.types("/escalate help", in_="#support")
    delivery = ana.sends_raw({**acme_house.newest_payload(), "text": "x", "user_id": ""}, kind="slash_commands")
    assert "Nothing was changed" in str(delivery.ack_body)
    caplog.clear()


def test_a_case_of_another_workspace_is_not_there(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Where Rung serves two workspaces, an id out of the other one leads nowhere."""
    card, lena = acme_house.escalates(summary="of Acme"), acme_house.person("lena")
    with acme_house.rung.engine.ctx.store.write() as tx:
        tx.workspaces.add_or_refresh("T0999", None, "U999", "Other", acme_house.clock.now(), url="https://o.slack.com/")
    acme_house.clicks_late("lena", "Resolve", on=card)
    elsewhere = {"team": {"id": "T0999"}, "user": {"id": lena.id, "name": "lena", "team_id": "T0999"}}
    action = {**acme_house.newest_payload()["actions"][0], "action_id": "press_acknowledge", "action_ts": "1.1"}
    lena.closes()
    lena.sends_raw({**acme_house.newest_payload(), **elsewhere, "actions": [action]})
    lena.sees_ephemeral("There is no such case in this workspace")
    acme_house.comes_to_rest()
    assert card.now().says("Nobody has it.")
    caplog.clear()
