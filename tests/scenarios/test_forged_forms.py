"""Forms that somebody has tampered with: metadata, choices, fields that are not asked."""

from __future__ import annotations

import copy

import pytest

from tests.house import House


def test_forged_forms_change_nothing(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Another case in the metadata, a choice that was not offered, fields that are not asked: all refused."""
    card, lena = acme_house.escalates(summary="real one"), acme_house.person("lena")
    lena.clicks("Other time", on=card)
    lena.modal_shows("First answer within")
    assert lena.submits().kind == "closed"
    acme_house.channel("#tier-2").shows("@lena has it")
    sent = acme_house.newest_payload()
    for metadata, choice in (("e0:1", "15m"), ("nonsense", "15m"), (sent["view"]["private_metadata"], "3650d")):
        payload = copy.deepcopy(sent)
        payload["view"] |= {
            "id": f"V{metadata}{choice}",
            "private_metadata": metadata,
            "callback_id": "view_change_time",
        }
        option = payload["view"]["state"]["values"]["field_promise"]["field_input"]["selected_option"]
        option["value"] = choice
        delivery = lena.sends_raw(payload)
        assert "reference" in str(delivery.ack_body)
    assert "changed the promised time" not in lena.types("/escalations why ESC-1", in_="#support").text
    caplog.clear()


def test_somebody_elses_draft_tells_nothing(acme_house: House) -> None:
    """The metadata of another person's form leads to no message of theirs."""
    ana, ben = acme_house.person("ana"), acme_house.person("ben")
    acme_house.workspace.add_channel("secret", members=[ana.id], with_app=False, private=True)
    ana.uses_shortcut("Escalate conversation", on=ana.says("only for Ana", in_="#secret"))
    draft = ana.modal.view.private_metadata
    ben.types("/escalate", in_="#support")
    ben.chooses("Category", "Other")
    ben.fills(Summary="nosy")
    ben.submits()
    payload = acme_house.newest_payload()
    payload["view"] |= {"id": "V666", "private_metadata": draft}
    values = payload["view"]["state"]["values"]
    values["field_source_link"] = {"x": {"type": "plain_text_input", "value": "https://evil.example"}}
    values["field_resolution.1"] = {"x": {"type": "plain_text_input", "value": "forged"}}
    ben.sends_raw(payload)
    card = acme_house.channel("#tier-2").shows("ESC-2", "nosy")
    assert "archives" not in str(card.blocks)
    assert "evil.example" not in str(card.blocks)
    acme_house.person("lena").clicks("Resolve", on=card)
    assert "forged" not in str(acme_house.person("lena").modal.lines)


def test_choices_that_the_form_does_not_offer(acme_house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A severity, category or time out of somebody's head is refused at its field, or altogether."""
    ana = acme_house.person("ana")
    ana.types("/escalate", in_="#support")
    ana.chooses("Category", "Other")
    ana.fills(Summary="first")
    ana.submits()
    sent = acme_house.newest_payload()
    values = sent["view"]["state"]["values"]
    for block, value in (("field_severity", "apocalypse"), ("field_category", "Nope"), ("field_why", "because")):
        forged = copy.deepcopy(sent)
        forged["view"]["id"] = block
        forged["view"]["state"]["values"][block] = {"x": {"selected_option": {"value": value}}}
        answer = ana.sends_raw(forged).ack_body
        assert (answer["response_action"], list(answer["errors"])) == ("errors", [block])
    values["field_deadline"] = {"x": {"selected_date_time": 10**30}}
    assert "Nothing was changed" in str(ana.sends_raw(sent).ack_body)
    acme_house.comes_to_rest()
    assert len(acme_house.channel("#tier-2").messages()) == 1
    caplog.clear()
