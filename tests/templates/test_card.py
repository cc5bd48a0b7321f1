"""The card: who is called, what can be pressed, what it says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from slackbot import ids
from slackbot.core import commands as c
from slackbot.simulator.text import Mentions
from slackbot.slack.render import Renderer
from slackbot.slack.views import Payload
from tests.templates.cases import AGENT, FIELDS, GROUP, HOUR, LEAD, SITUATIONS, Story, story, with_notes
from tests.templates.everything import buttons, called, objects, strings

WAITING = [ids.PRESS_ACKNOWLEDGE, ids.PRESS_OTHER_TIME, ids.PRESS_ESCALATE_NOW, ids.PRESS_RESOLVE]
TAKEN = [ids.PRESS_ANSWERED, ids.PRESS_CHANGE_TIME, ids.PRESS_ESCALATE_NOW, ids.PRESS_RESOLVE]
PRESSES = {
    "waiting": WAITING,
    "pinged": WAITING,
    "promise broken": WAITING,
    "not solved": WAITING,
    "unanswered": [press for press in WAITING if press != ids.PRESS_ESCALATE_NOW],
    "acknowledged": TAKEN,
    "overdue": TAKEN,
    "answered": TAKEN[2:],
    "reminded": TAKEN[2:],
    "resolved": [],
    "closed": [],
    "withdrawn": [],
    "pending": [],
}


def _card(renderer: Renderer, situation: str, fields: dict[str, str] | None = None) -> Payload:
    told = story(situation)
    return renderer.card(told.view(fields), told.case.visit.ordinal)


def _plain(payload: Payload) -> list[str]:
    return [each["text"] for each in objects(payload.blocks) if each.get("type") == "plain_text"]


@pytest.mark.parametrize(("situation", "presses"), PRESSES.items())
def test_the_card_offers_what_can_be_pressed(renderer: Renderer, situation: str, presses: list[str]) -> None:
    """A card's buttons are those whose press makes sense in its state, in a fixed order."""
    payload = _card(renderer, situation)
    assert [button["action_id"] for button in buttons(payload)] == presses


def test_a_button_carries_case_and_visit(renderer: Renderer) -> None:
    """Every button tells which case and which visit it was drawn for, and says to a screen reader which case it is."""
    told = story("promise broken")
    for button in buttons(renderer.card(told.view(), 2)):
        assert button["value"] == ids.press_value(told.case.id, 2)
        assert "ESC-142" in button["accessibility_label"]


def test_one_press_takes_it_for_the_default_time(renderer: Renderer) -> None:
    """The first button is the only one that stands out, and says what is promised by pressing it."""
    first, *others = buttons(_card(renderer, "waiting"))
    assert (first["text"]["text"], first["style"]) == ("Acknowledge (1 h)", "primary")
    assert not any("style" in other for other in others)


def test_read_all_is_offered_when_something_was_cut(renderer: Renderer) -> None:
    """Whoever can't see everything on the card can open it."""
    cut = _card(renderer, "waiting", {**FIELDS, "tried": "many words " * 300, "quote": "and more " * 300})
    assert buttons(cut)[-1]["action_id"] == ids.PRESS_READ_ALL
    assert any(text.endswith("…") for text in _plain(cut))


@pytest.mark.parametrize("name", ["summary", "customer", "tried"])
def test_a_long_field_alone_offers_read_all(renderer: Renderer, name: str) -> None:
    """It does not matter which field was cut."""
    cut = _card(renderer, "waiting", {**FIELDS, name: "line\n" * 500})
    assert ids.PRESS_READ_ALL in {button["action_id"] for button in buttons(cut)}


def test_a_note_that_is_not_shown_offers_read_all(renderer: Renderer) -> None:
    """Notes of earlier visits that the card leaves out can be read."""
    told = story("acknowledged")
    payload = renderer.card(told.view({**FIELDS, "reason.1": "because"}), 1)
    assert ids.PRESS_READ_ALL in {button["action_id"] for button in buttons(payload)}


def test_short_texts_are_shown_whole_when_others_are_long(renderer: Renderer) -> None:
    """A long text gives way; a short one beside it is not cut."""
    payload = _card(renderer, "waiting", {**FIELDS, "tried": "many words " * 300, "quote": "more words " * 250})
    assert FIELDS["asked"] in _plain(payload)


def test_what_people_wrote_stands_in_plain_text_only(renderer: Renderer) -> None:
    """In blocks, no field of a case is read as mrkdwn."""
    marked = {name: f"canary{n}" for n, name in enumerate(FIELDS) if name not in {"deadline", "source_link"}}
    payload = _card(renderer, "waiting", marked)
    read = [each["text"] for each in objects(payload.blocks) if each.get("type") == "mrkdwn"]
    assert not [text for text in read if "canary" in text]
    assert set(marked.values()) <= set(_plain(payload))


def test_every_mrkdwn_is_verbatim(renderer: Renderer) -> None:
    """Slack is told not to turn plain words into mentions."""
    for situation in SITUATIONS:
        for each in objects(_card(renderer, situation).blocks):
            if each.get("type") == "mrkdwn":
                assert each["verbatim"] is True
            if each.get("type") == "plain_text":
                assert each["emoji"] is False


def test_a_waiting_card_calls_whom_the_tier_names(renderer: Renderer) -> None:
    """The card's first line calls the tier's people and group."""
    payload = _card(renderer, "waiting")
    assert called(payload) == Mentions(users=frozenset({LEAD, AGENT}), groups=frozenset({GROUP}))
    assert payload.blocks[0]["text"]["text"].startswith(f"<!subteam^{GROUP}> <@{LEAD}> ")


@pytest.mark.parametrize("situation", ["not solved", "promise broken"])
def test_the_previous_owner_is_named_first(renderer: Renderer, situation: str) -> None:
    """Who had the case is asked first when it comes back, and not twice."""
    opening = _card(renderer, situation).blocks[0]["text"]["text"]
    assert opening.startswith(f"<@{LEAD}> <!subteam^{GROUP}> ")
    assert opening.count(LEAD) == 1


def test_a_taken_card_calls_the_tier_no_more(renderer: Renderer) -> None:
    """Once somebody has it, the card names the owner instead of the tier."""
    payload = _card(renderer, "acknowledged")
    assert called(payload).groups == frozenset()
    assert any(f"<@{LEAD}> has it" in text for text in strings(payload.blocks))


def test_who_sent_it_on_is_not_called(renderer: Renderer) -> None:
    """The new tier's card does not ping the one who sent the case there."""
    assert LEAD not in called(_card(renderer, "by hand")).users


def test_the_new_tier_reads_why_it_was_sent_on(renderer: Renderer) -> None:
    """The reason somebody gave stands on the next tier's card."""
    told = story("by hand")
    payload = renderer.card(told.view({**FIELDS, "reason.1": "Only you may approve this."}), 2)
    assert "Only you may approve this." in _plain(payload)
    assert any("Sent on by hand from *Team leads*" in text for text in strings(payload.blocks))


def test_what_did_not_solve_it_is_read_further_up(renderer: Renderer) -> None:
    """A solution that failed stands on the cards of all visits after it, until something newer was written."""
    told = story("not solved").wait(3)
    visit = told.case.visit.ordinal
    assert visit > 2
    payload = renderer.card(told.view({**FIELDS, "resolution.1": "Restart it."}), visit)
    assert "Restart it." in _plain(payload)
    newer = renderer.card(told.view({**FIELDS, "resolution.1": "Restart it.", "reason.2": "No router here."}), visit)
    assert "No router here." in _plain(newer)
    assert "Restart it." not in _plain(newer)
    assert ids.PRESS_READ_ALL in {button["action_id"] for button in buttons(newer)}


def test_a_card_names_the_newest_stops_before(renderer: Renderer) -> None:
    """However often a case came back, the line stays short, and says how many stops it leaves out."""
    told = Story()
    for _ in range(9):
        told.do(c.Acknowledge(LEAD, told.now + HOUR)).do(c.Resolve(LEAD)).do(c.ReportNotSolved(AGENT))
    texts = strings(renderer.card(told.view(), 10).blocks)
    (said,) = (line for text in texts for line in text.splitlines() if "Stood before" in line)
    assert said.count("Team leads") == 6
    assert said.count("|Team leads>") == 5, "a card whose place is not known is named without a link"
    assert said.endswith("and 3 times before that.")


def test_the_card_says_that_a_tier_was_passed_over(renderer: Renderer) -> None:
    """A tier that could not be reached is named on the card, and Slack's code where nobody stands above."""
    assert any("*Team leads* could not be reached" in text for text in strings(_card(renderer, "passed over").blocks))
    assert any("`not_in_channel`" in text for text in strings(_card(renderer, "all unreachable").blocks))


def test_the_solution_stands_on_the_card(renderer: Renderer) -> None:
    """A resolved card shows what to tell the customer; when that failed, the next card shows what did not help."""
    resolved = story("resolved")
    assert "Text of resolution.1" in _plain(renderer.card(resolved.view(with_notes(resolved)), 1))
    again = story("not solved")
    assert "Text of resolution.1" in _plain(renderer.card(again.view(with_notes(again)), 2))


@pytest.mark.parametrize(
    ("situation", "went"),
    [
        ("unanswered", "Nobody answered in time. It went on to *Department managers*"),
        ("by hand", f"<@{LEAD}> sent it on to *Department managers*"),
        ("passed over", "This tier could not be reached. It went on to *Department managers*"),
        ("promise broken", "It waits for *Team leads* again, on a new card"),
        ("not solved", "It waits for *Team leads* again, on a new card"),
    ],
)
def test_a_card_left_behind_says_where_the_case_went(renderer: Renderer, situation: str, went: str) -> None:
    """An earlier visit's card says why and where the case went, links there, and can't be pressed."""
    payload = renderer.card(story(situation).view(), 1)
    assert buttons(payload) == []
    said = payload.blocks[-1]["text"]["text"]
    assert went in said
    assert "<https://acme.slack.com/archives/C0/p2|Open the new card>" in said
    assert called(payload).groups == frozenset()


def test_a_card_left_behind_does_without_history_and_link(renderer: Renderer) -> None:
    """Where neither is known, the card still says which tier has the case."""
    view = replace(story("unanswered").view(links={}), history=())
    assert renderer.card(view, 1).blocks[-1]["text"]["text"] == "It went on to *Department managers*."


def test_the_text_alone_says_what_matters(renderer: Renderer) -> None:
    """State, what is needed, due time and next step are in the top-level text, however long the rest is."""
    text = _card(renderer, "waiting", {**FIELDS, "summary": "long " * 60, "asked": "please " * 400}).text
    for part in ("ESC-142 · High · Billing: long", "Needed: please", "Nobody has it", "needs it by <!date^", "Next: "):
        assert part in text
    assert text.endswith(".")


def test_a_case_without_words_is_still_a_card(renderer: Renderer) -> None:
    """Erased fields leave a card that can be read and pressed."""
    payload = _card(renderer, "waiting", {})
    assert "(no summary)" in _plain(payload)
    assert len(buttons(payload)) == 4


def test_a_damaged_link_is_left_out(renderer: Renderer) -> None:
    """A source link that could break out of Slack's syntax, or is none, is not linked."""
    for link in ("javascript:alert(1)", "https://x|<!channel>", "https://a b", ""):
        texts = list(strings(_card(renderer, "waiting", {**FIELDS, "source_link": link}).blocks))
        assert not any("Message it came from" in text for text in texts)
