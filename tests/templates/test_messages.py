"""Pings, notices, the agent's messages, lists and answers."""

from __future__ import annotations

import pytest

from slackbot import ids
from slackbot.core.commands import Action
from slackbot.core.decision import RefusalCode
from slackbot.core.messages import Kind, News
from slackbot.core.policy import Severity
from slackbot.simulator.text import Mentions
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.render import Renderer
from slackbot.slack.rendering.lists import PAGE
from slackbot.slack.views import ListView
from tests.templates.cases import AGENT, FIELDS, GROUP, HEAD, LEAD, LEADS, Story, story, with_notes
from tests.templates.everything import AT_THE_SOURCE, buttons, called, objects, said, strings


def test_a_ping_says_what_comes_next(renderer: Renderer) -> None:
    """A ping calls the tier, names the case and says when the next tier is called."""
    payload = renderer.ping(story("pinged").view(), 2, broadcast=False)
    assert called(payload) == Mentions(users=frozenset({LEAD}), groups=frozenset({GROUP}))
    assert "ESC-142 (call 3)" in payload.text
    assert "it goes to *Department managers* <!date^" in payload.text
    assert buttons(payload) == []


def test_the_last_ping_links_the_card(renderer: Renderer) -> None:
    """Seen in the channel, away from its card, the last ping leads there."""
    (link,) = buttons(renderer.ping(story("pinged").view(), 2, broadcast=True))
    assert (link["action_id"], link["url"]) == (ids.PRESS_LINK, "https://acme.slack.com/archives/C0/p1")


def test_an_owner_ping_calls_the_owner_alone(renderer: Renderer) -> None:
    """Nobody else hears of a promise that is due."""
    missed = renderer.owner_ping(story("overdue").view(), "promise_missed")
    reminder = renderer.owner_ping(story("reminded").view(), "remind")
    assert called(missed) == called(reminder) == Mentions(users=frozenset({LEAD}))
    assert "was promised by" in missed.text
    assert "How does it stand?" in reminder.text


def test_the_catcher_learns_who_was_called(renderer: Renderer) -> None:
    """The catcher reads which tier is silent, whom it names, and how often that was told before."""
    view = story("caught").view()
    first = renderer.catcher(view, 1).text
    assert "the last tier, *Department managers*, since <!date^1795275000^" in first
    assert f"Called: <@{HEAD}>" in first
    assert "(you were told 3 times)" in renderer.catcher(view, 3).text


def test_a_notice_names_the_tier_that_could_not_be_reached(renderer: Renderer) -> None:
    """An admin reads which channel failed, with Slack's code, though the case has moved on."""
    payload = renderer.admin_notice(story("passed over").view(), "unreachable", "is_archived")
    assert f"*Team leads* in <#{LEADS}> (`is_archived`)" in payload.text
    assert "The case went to the next tier at once." in payload.text
    assert "(`is_archived`)" in renderer.admin_notice(story("passed over").view(), "unreachable", "").text


def test_a_notice_does_without_a_code(renderer: Renderer) -> None:
    """Where Slack's code is not known, nothing empty stands in its place."""
    assert "``" not in renderer.admin_notice(story("waiting").view(), "message_dead", "").text


def test_a_notice_makes_its_detail_harmless(renderer: Renderer) -> None:
    """What Slack or a library said goes through the same filter as what people write."""
    payload = renderer.admin_notice(story("waiting").view(), "message_dead", "<!channel> `x`")
    assert called(payload).broadcasts == frozenset()


AGENTS = {
    "pending": [ids.PRESS_LINK, ids.PRESS_WITHDRAW],
    "waiting": [ids.PRESS_LINK, ids.PRESS_WITHDRAW],
    "acknowledged": [ids.PRESS_LINK, ids.PRESS_WITHDRAW],
    "resolved": [ids.PRESS_CLOSE, ids.PRESS_NOT_SOLVED, ids.PRESS_LINK],
    "closed": [ids.PRESS_LINK],
    "withdrawn": [ids.PRESS_LINK],
}


@pytest.mark.parametrize(("situation", "presses"), AGENTS.items())
def test_the_agent_is_offered_what_is_the_agents(renderer: Renderer, situation: str, presses: list[str]) -> None:
    """Withdraw while it is not over, a verdict once there is a solution, and never a lead's button."""
    shown = buttons(renderer.case(story(situation).view()))
    assert [button["action_id"] for button in shown] == presses


def test_withdrawing_asks_first(renderer: Renderer) -> None:
    """The one press that can't be taken back is confirmed."""
    (withdraw,) = [b for b in buttons(renderer.case(story("waiting").view())) if b["action_id"] == ids.PRESS_WITHDRAW]
    assert withdraw["confirm"]["title"]["text"] == "Withdraw ESC-142?"
    assert withdraw["style"] == "danger"


def test_the_solution_comes_with_the_question(renderer: Renderer) -> None:
    """The agent reads what to tell the customer and can say at once whether it helped."""
    told = story("resolved")
    payload = renderer.news(told.view(with_notes(told)), News.RESOLVED)
    assert [button["action_id"] for button in buttons(payload)][:2] == [ids.PRESS_CLOSE, ids.PRESS_NOT_SOLVED]
    assert "Text of resolution.1" in list(strings(payload.blocks))


def test_late_news_is_still_true(renderer: Renderer) -> None:
    """News that leaves after the case has moved on names no promise that is gone."""
    payload = renderer.news(story("promise broken").view(), News.ACKNOWLEDGED)
    assert "was taken" in payload.text
    verdict = {ids.PRESS_CLOSE, ids.PRESS_NOT_SOLVED}
    late = renderer.news(story("closed").view(), News.RESOLVED)
    assert not verdict & {button["action_id"] for button in buttons(late)}


def test_a_refused_agent_reads_why(renderer: Renderer) -> None:
    """Somebody who may not escalate is told why and what to do."""
    assert "you are a guest" in renderer.news(story("refused").view(), News.REFUSED).text


def test_a_reply_at_the_source_gives_nothing_away(renderer: Renderer) -> None:
    """Where the case came from, customers may read: no person, no tier, no channel, no word of the case."""
    for situation in ("waiting", "acknowledged", "resolved", "caught", "promise broken", "closed"):
        view = story(situation).view()
        for topic in AT_THE_SOURCE:
            payload = renderer.source_reply(view, topic)
            assert not called(payload)
            for secret in ("Team leads", "managers", "<#", "Refund", "ACME", "4711"):
                assert secret not in payload.text + str(payload.blocks)


def test_the_receipt_can_be_passed_on(renderer: Renderer) -> None:
    """The customer's sentence has the time written out in the agent's zone and nothing that only Slack can read."""
    view = renderer.receipt_view(story("waiting").view(), "Europe/Madrid")
    sentence = view["blocks"][-1]["text"]
    assert sentence["type"] == "plain_text"
    assert "reference ESC-142. If nobody there has taken it on by Sat 21 Nov, 16:30 (CET), it goes" in sentence["text"]
    assert "<" not in sentence["text"]


def test_the_receipt_knows_other_clocks(renderer: Renderer) -> None:
    """A zone without a name of its own is given as an offset; an unknown zone is UTC."""
    view = story("waiting").view()
    texts = {zone: str(renderer.receipt_view(view, zone)) for zone in ("America/Sao_Paulo", "Mars/Olympus")}
    assert "12:30 (UTC-0300)" in texts["America/Sao_Paulo"]
    assert "15:30 (UTC)" in texts["Mars/Olympus"]


def test_the_receipt_promises_no_higher_level_than_there_is(renderer: Renderer) -> None:
    """At the last tier the customer is not told of another one; a pending case is not called escalated."""
    last = Story(category="Other", severity=Severity.LOW)
    assert "highest level" in str(renderer.receipt_view(last.view(), "UTC"))
    pending = renderer.receipt_view(story("pending").view(), "UTC")
    assert pending["title"]["text"] == "ESC-142 is stored"
    assert "has been escalated" not in str(pending)


def test_the_line_is_read_back(renderer: Renderer) -> None:
    """Who escalates by a line of text reads what was understood."""
    text = str(renderer.receipt_message(story("waiting").view(), "UTC").blocks)
    assert "Severity: High, Category: Billing" in text
    assert "Ticket: #4711" in text


def test_a_list_has_pages(renderer: Renderer) -> None:
    """A list shows at most a page, says how many there are, and offers the next page."""
    payload = renderer.listing(ListView("open", [story("waiting").view()] * (PAGE + 3), 40, "cursor"))
    assert "(40)" in payload.text
    assert str(payload.blocks).count("Refund") == PAGE
    (more,) = buttons(payload)
    assert (more["action_id"], more["value"]) == (ids.PRESS_PAGE, "cursor")


def test_an_empty_list_says_so(renderer: Renderer) -> None:
    """Nothing to show is said in words."""
    assert renderer.listing(ListView("mine", [], 0)).text == "You have no open escalations."


def test_why_tells_everything(renderer: Renderer) -> None:
    """The rule, every call, every jump, who did what and what comes next with its time are told."""
    told = Story(category="Other", severity=Severity.URGENT)
    text = renderer.why(told.wait(2).view()).text
    assert "Route 1 (category Other, severity Urgent, Low) chose the policy *short*" in text
    long = renderer.why(story("last tier").view()).text
    for part in (
        "posted to *Team leads*",
        "(call 2)",
        "also in the channel",
        "nobody answered in time",
        "told the catcher",
    ):
        assert part in long
    assert "Next: they are called again <!date^" in long.splitlines()[-1]


def test_refusals_say_what_happened_since(renderer: Renderer) -> None:
    """Who pressed too late reads who has the case and until when."""
    view = story("acknowledged").view()
    assert f"<@{LEAD}> has it" in renderer.refusal(view, RefusalCode.ALREADY_TAKEN)
    assert f"<@{LEAD}> has it" in renderer.refusal(view, RefusalCode.WENT_ON)
    over = renderer.refusal(story("withdrawn").view(), RefusalCode.NOT_NOW)
    assert f"<@{AGENT}> took it back" in over


def test_a_refusal_can_be_shown_in_a_modal(renderer: Renderer) -> None:
    """What the renderer said is read as mrkdwn there, anything else as plain text."""
    refused = renderer.refusal(story("acknowledged").view(), RefusalCode.ALREADY_TAKEN)
    assert renderer.notice_view("Taken", refused)["blocks"][0]["text"]["type"] == "mrkdwn"
    assert renderer.notice_view("Taken", "<!channel>")["blocks"][0]["text"]["type"] == "plain_text"


def test_a_confirmation_says_what_was_done(renderer: Renderer) -> None:
    """Who takes a case reads what was promised by it."""
    assert "First answer promised by <!date^1795280400^" in renderer.confirmation(
        story("acknowledged").view(), Action.ACKNOWLEDGE
    )


def test_the_last_resort_still_calls(renderer: Renderer) -> None:
    """Without blocks and without a word people wrote, a call still reaches the tier and says where to read on."""
    view = story("waiting").view({**FIELDS, "summary": "canary"})
    payload = renderer.minimal(view, Kind.CARD)
    assert payload.blocks == []
    assert said(payload.text).groups == {GROUP}
    assert "canary" not in payload.text
    assert "`/escalations show ESC-142`" in payload.text
    assert not said(renderer.minimal(view, Kind.CASE).text).groups


def test_help_guesses(renderer: Renderer) -> None:
    """An unknown word is answered by what was probably meant, then by the help."""
    text = renderer.help(ids.COMMAND_ESCALATIONS, "show").text
    assert text.startswith("I don't know that one. Did you mean `/escalations show`?\n")
    assert "Did you mean" not in renderer.help(ids.COMMAND_ESCALATE, None).text


def test_mrkdwn_takes_only_what_was_made_safe(renderer: Renderer) -> None:
    """A plain string stays plain text, even where a sentence was expected."""
    drawn = renderer._kit.fill(
        "messages/note", lines=["<!channel>", Mrkdwn("*safe*")], passages=[], aside=None, buttons=[], label=""
    )
    assert [each["type"] for each in objects(drawn) if "text" in each and each["type"] != "section"] == [
        "plain_text",
        "mrkdwn",
    ]
