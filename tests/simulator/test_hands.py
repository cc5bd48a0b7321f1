from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from slackbot.simulator.hands.stage import NotPossibleError, NotShownError
from tests.simulator.desk import Desk, card
from tests.simulator.small_app import MANIFEST, House, open_house

if TYPE_CHECKING:
    from slackbot.simulator.hands.person import Hands
    from slackbot.simulator.hands.screen import ShownMessage


@pytest.fixture(scope="module")
def shared_house(shared_desk: Desk) -> Iterator[House]:
    """Give a running workspace with a manifest, one for all tests here."""
    with open_house(shared_desk.register, manifest=MANIFEST) as house:
        yield house


@pytest.fixture
def ana(house: House) -> Hands:
    """Give the hands of Ana, who is in #support and lives in New York."""
    return house.simulator.person("ana")


@pytest.fixture
def lea(house: House) -> Hands:
    """Give the hands of Lea, who is everywhere and lives in Tokyo."""
    return house.simulator.person("lea")


@pytest.fixture
def shown(house: House) -> ShownMessage:
    """Give a card that was just posted to #tier-2."""
    tier = house.simulator.channel("#tier-2")
    house.client.chat_postMessage(channel=tier.id, text="ESC-1 waits", blocks=card())
    return tier.shows("ESC-1")


def test_a_command_with_escaping_carries_ids_of_people_and_channels(house: House, ana: Hands, desk: Desk) -> None:
    """Where the manifest asks for it, names become ids, unknown ones stay, and `&<>` are escaped."""
    ana.types("/note @lea and @nobody <in> #tier-2 or #boss", in_="#support")
    lea, tier = house.simulator.person("lea").id, house.simulator.channel("#tier-2").id
    boss = house.simulator.channel("#boss").id
    expected = f"<@{lea}|lea> and @nobody &lt;in&gt; <#{tier}|tier-2> or <#{boss}|>"
    assert desk.last["text"] == expected


def test_nobody_types_where_they_are_not_or_what_is_not_offered(ana: Hands) -> None:
    """A person outside a channel, and a command outside the manifest, are refused before the app hears of it."""
    with pytest.raises(NotPossibleError, match="ana is not in #tier-2"):
        ana.types("/note x", in_="#tier-2")
    with pytest.raises(NotPossibleError, match="no command /escalate, but /note, /form"):
        ana.types("/escalate x", in_="#support")
    with pytest.raises(NotPossibleError, match="no channel #nowhere"):
        ana.types("/note x", in_="#nowhere")


def test_a_command_works_in_the_direct_message(ana: Hands, desk: Desk) -> None:
    """The direct message with the app is a place to type in, and its name is hidden."""
    assert ana.types("/note here", in_=ana.dm).text == "Noted: here"
    assert desk.last["channel_name"] == "directmessage"


def test_a_shortcut_is_found_by_its_name_in_the_menu(house: House, lea: Hands, ana: Hands, desk: Desk) -> None:
    """A message shortcut carries the whole message, even from a private channel without the app."""
    said = lea.says("He is angry", in_="#boss")
    assert lea.uses_shortcut("Escalate conversation", on=said).modal.callback_id == "form"
    body = desk.last
    assert (body["callback_id"], body["message_ts"]) == ("from_message", said.ts)
    assert body["message"]["text"] == "He is angry"
    assert body["channel"] == {"id": house.simulator.channel("#boss").id, "name": "privategroup"}
    with pytest.raises(NotPossibleError, match="ana can't see that message"):
        ana.uses_shortcut("Escalate conversation", on=said)
    with pytest.raises(NotPossibleError, match="no message shortcut 'Open the form'"):
        lea.uses_shortcut("Open the form", on=said)


def test_a_global_shortcut_has_neither_channel_nor_response_url(ana: Hands, desk: Desk) -> None:
    """A shortcut from the search opens a form and names no place."""
    assert ana.uses_global_shortcut("Open the form").modal.title == "Escalate"
    assert not {"channel", "response_url"} & set(desk.last)


def test_every_kind_of_field_is_filled_in_by_its_label(house: House, ana: Hands, desk: Desk) -> None:
    """Texts, options by their words, people and channels by name, dates as dates reach the payload."""
    ana.types("/form", in_="#support")
    ana.fills(Summary="Refund stuck", Severity="high", Tags=["vip", "outage"], Who="lea", Place="#tier-2")
    ana.fills(Due=datetime(2026, 11, 16, 9, 30, tzinfo=UTC), Day=date(2026, 11, 17), Amount=12)
    ana.chooses("Category", "Billing")
    assert ana.modal.fields["Severity"] == "high"
    assert "Refund stuck" in "\n".join(ana.modal.lines)
    assert ana.submits().kind == "closed"
    state = {name: field[name] for name, field in desk.last["view"]["state"]["values"].items()}
    assert state["due"]["selected_date_time"] == 1794821400
    assert state["day"]["selected_date"] == "2026-11-17"
    assert [each["value"] for each in state["tags"]["selected_options"]] == ["vip", "outage"]
    assert state["who"]["selected_user"] == house.simulator.person("lea").id
    assert state["place"]["selected_conversation"] == house.simulator.channel("#tier-2").id
    assert state["amount"]["value"] == "12"


def test_choosing_where_the_form_asks_tells_the_app_at_once(ana: Hands, desk: Desk) -> None:
    """A select with `dispatch_action` tells the app with the state so far; one without does not."""
    ana.types("/form", in_="#support")
    ana.fills(Summary="Half done")
    desk.heard.clear()
    ana.chooses("Severity", "low")
    assert desk.heard == []
    ana.chooses("Category", "Tech")
    body = desk.last
    assert body["actions"][0]["selected_option"]["value"] == "technical"
    assert body["view"]["state"]["values"]["summary"]["summary"]["value"] == "Half done"
    assert body["container"] == {"type": "view", "view_id": ana.modal.view.id}


def test_slacks_own_client_refuses_an_incomplete_form(ana: Hands, desk: Desk) -> None:
    """Empty required fields, too much text and half a number never reach the app."""
    ana.types("/form", in_="#support")
    ana.fills(Summary="x" * 21, Amount="1.5")
    desk.heard.clear()
    outcome = ana.submits()
    assert (outcome.kind, desk.heard) == ("not sent", [])
    assert outcome.errors == {
        "Category": "Please complete this required field.",
        "Summary": "Enter at most 20 characters.",
        "Amount": "Enter a whole number.",
    }


def test_what_a_field_does_not_offer_is_named(ana: Hands) -> None:
    """An option or a field that is not there is refused with what is."""
    ana.types("/form", in_="#support")
    with pytest.raises(NotPossibleError, match="it offers 'Billing', 'Technical', 'Other'"):
        ana.chooses("Category", "Legal")
    with pytest.raises(NotPossibleError, match="nobody called 'zoe'"):
        ana.fills(Who="zoe")
    with pytest.raises(NotPossibleError, match="may be any of 'Severity', 'Summary'"):
        ana.fills(S="x")


def test_a_button_is_pressed_by_how_its_text_begins(house: House, lea: Hands, shown: ShownMessage, desk: Desk) -> None:
    """A press carries the action, the message and the place it stands in."""
    lea.clicks("Acknowledge", on=shown)
    body = desk.last
    assert body["actions"][0]["action_id"] == "acknowledge"
    assert (body["actions"][0]["value"], body["actions"][0]["block_id"]) == ("1", "buttons")
    assert body["message"]["ts"] == body["container"]["message_ts"] == shown.ts
    assert body["channel"] == {"id": house.simulator.channel("#tier-2").id, "name": "tier-2"}
    assert body["user"]["id"] == lea.id


def test_a_confirm_dialog_must_be_answered(lea: Hands, shown: ShownMessage, desk: Desk) -> None:
    """What asks to confirm is pressed only with a yes; a no tells the app nothing."""
    with pytest.raises(NotPossibleError, match="asks to confirm"):
        lea.clicks("Resolve ESC-1", on=shown)
    assert lea.clicks("Resolve ESC-1", on=shown, confirms=False).deliveries == ()
    assert desk.heard == []
    lea.clicks("Resolve", on=shown, confirms=True)
    assert desk.last["actions"][0]["action_id"] == "resolve"
    with pytest.raises(NotPossibleError, match="asks for no confirm"):
        lea.clicks("Acknowledge", on=shown, confirms=True)


def test_menus_and_selects_of_a_message(lea: Hands, shown: ShownMessage, desk: Desk) -> None:
    """An overflow entry is pressed and a select chosen from by their words."""
    lea.clicks("Withdraw", on=shown)
    assert desk.last["actions"][0]["selected_option"]["value"] == "withdraw"
    lea.chooses("Other time", "4 h", on=shown)
    assert desk.last["actions"][0]["selected_option"]["value"] == "4 h"
    assert desk.last["state"]["values"]["buttons"]["pick"]["selected_option"]["value"] == "4 h"


def test_pressing_twice_at_once_tells_the_app_twice(lea: Hands, shown: ShownMessage, desk: Desk) -> None:
    """A double click is two deliveries with triggers of their own."""
    answer = lea.clicks("Acknowledge", on=shown, times=2)
    assert len(answer.deliveries) == 2
    assert len({each["trigger_id"] for each in desk.heard}) == 2


def test_only_who_sees_a_message_can_press_in_it(house: House, ana: Hands, lea: Hands, shown: ShownMessage) -> None:
    """Everybody may press in a public channel but guests outside it; a note is its reader's alone."""
    ana.clicks("Acknowledge", on=shown)
    with pytest.raises(NotPossibleError, match="gil can't see"):
        house.simulator.person("gil").clicks("Acknowledge", on=shown)
    house.client.chat_postEphemeral(channel=shown.channel_id, user=lea.id, text="n", blocks=card())
    with pytest.raises(NotPossibleError, match="ana can't see"):
        ana.clicks("Acknowledge", on=lea.sees_ephemeral("ESC-1"))
    with pytest.raises(NotPossibleError, match="Say where"):
        ana.clicks("Acknowledge")


def test_everybody_reads_instants_in_their_own_zone(ana: Hands, lea: Hands, shown: ShownMessage) -> None:
    """The same message shows New York's time to Ana and Tokyo's to Lea."""
    assert any("*ESC-1* due 4:40 AM" in line for line in shown.as_seen_by(ana))
    assert any("*ESC-1* due 6:40 PM" in line for line in shown.as_seen_by(lea))


def test_a_channel_shows_the_newest_match_and_dumps_what_it_shows_otherwise(house: House) -> None:
    """The newest of several matches is given; a miss says what is there instead."""
    tier = house.simulator.channel("#tier-2")
    for number in (1, 2):
        house.client.chat_postMessage(channel=tier.id, text=f"Report {number}")
    assert tier.shows("Report").text == "Report 2"
    with pytest.raises(NotShownError, match=r"#tier-2 does not show 'Nothing such'(.|\n)*tiny:\n    Report 2"):
        tier.shows("Nothing such", within=0)
    tier.does_not_show("Report 3")
    with pytest.raises(NotShownError, match="shows 'Report 1'"):
        tier.does_not_show("Report 1")


def test_replies_stand_in_the_thread_and_broadcast_ones_outside_too(house: House, shown: ShownMessage) -> None:
    """A reply shows under its parent; only a broadcast one shows in the channel as well."""
    tier = house.simulator.channel("#tier-2")
    for text, broadcast in (("Quiet reply", False), ("Loud reply", True)):
        house.client.chat_postMessage(channel=tier.id, text=text, thread_ts=shown.ts, reply_broadcast=broadcast)
    thread = tier.thread(shown)
    assert [each.text for each in thread.messages()] == ["Quiet reply", "Loud reply"]
    tier.does_not_show("Quiet reply")
    assert tier.shows("Loud reply")


def test_a_message_is_looked_at_anew_before_it_is_pressed(house: House, lea: Hands, shown: ShownMessage) -> None:
    """What an edit took away can't be pressed any more, and a deleted message is gone."""
    house.client.chat_update(channel=shown.channel_id, ts=shown.ts, text="Done", blocks=card()[:1])
    with pytest.raises(NotShownError, match="no 'Acknowledge' to press, only 'Snooze', 'Withdraw'"):
        lea.clicks("Acknowledge", on=shown, within=0)
    house.client.chat_delete(channel=shown.channel_id, ts=shown.ts)
    with pytest.raises(NotShownError, match="is gone"):
        shown.now()


def test_the_home_tab_is_opened_and_read(house: House, ana: Hands) -> None:
    """Opening the Home tab reaches the app, and what it publishes is read."""
    house.client.views_publish(user_id=ana.id, view={"type": "home", "blocks": card()[:1]})
    assert ana.home_shows("ESC-1").buttons == ["Snooze", "Withdraw"]
    ana.opens_home()
    event = house.simulator.deliveries[-1]
    assert event.name == "app_home_opened"
    assert house.simulator.wait_acknowledged(event).payload["event"]["user"] == ana.id
    ana.clicks("Snooze", in_home=True)


def test_only_subscribed_events_are_told(house: House, ana: Hands, lea: Hands) -> None:
    """A message where the app is a member is an event; in a direct message, unsubscribed here, it is not."""
    before = len(house.simulator.deliveries)
    ana.says("Hello all", in_="#support")
    lea.says("Secret", in_="#boss")
    ana.says("Hello app", in_=ana.dm)
    told = house.simulator.deliveries[before:]
    assert [each.payload["event"]["text"] for each in told] == ["Hello all"]
    assert house.simulator.wait_acknowledged(told[0]).acks == 1


def test_a_forged_payload_is_sent_as_it_is(lea: Hands, shown: ShownMessage, desk: Desk) -> None:
    """A tampered copy of a real payload reaches the app unchanged."""
    real = lea.clicks("Acknowledge", on=shown).delivery.payload
    action = {**real["actions"][0], "value": "forged"}
    assert lea.sends_raw({**real, "actions": [action]}).acks == 1
    assert desk.last["actions"][0]["value"] == "forged"


def test_nothing_on_the_screen_is_said_in_words(house: House, ana: Hands) -> None:
    """Waiting for what does not come says what was waited for."""
    house.workspace.history.dismiss_ephemerals(ana.id)
    with pytest.raises(NotShownError, match="ana sees no ephemeral"):
        ana.sees_ephemeral("Nothing", within=0)
    with pytest.raises(NotShownError, match="no modal"):
        ana.modal_shows("Nothing", within=0)
