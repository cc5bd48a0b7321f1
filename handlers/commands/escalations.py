"""`/escalations`: everything that is not raising a case."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from handlers.summaries import answer_summary
from slackbot.core.commands import Action
from slackbot.ids import COMMAND_ESCALATIONS
from slackbot.services.looking import MayNotLook, list_open, look_at
from slackbot.services.resolve import withdraw
from slackbot.services.transact import Declined, NoSuchCaseError
from slackbot.slack.parse import Sender, sender_of, trigger_of
from slackbot.slack.views import CaseView, ListView, Payload

WORDS = ("mine", "open", "show", "why", "withdraw", "summary", "help")
_NUMBER = re.compile(r"(?:esc-?)?(\d{1,9})", re.IGNORECASE)


def register(app: App, desk: Desk) -> None:
    """Bind the command."""

    def escalations(ack: Ack, body: Mapping[str, Any]) -> None:
        word, _, rest = str(body.get("text") or "").strip().partition(" ")
        if word.casefold() == "summary":
            answer_summary(desk, ack, body, rest.strip())
            return
        payload = _answer(desk, sender_of(body), word.casefold(), rest.strip(), trigger_of(body))
        ack(text=payload.text, blocks=payload.blocks, response_type="ephemeral")

    app.command(COMMAND_ESCALATIONS)(escalations)


def _answer(desk: Desk, sender: Sender, word: str, rest: str, trigger_id: str) -> Payload:
    match word:
        case "" | "mine" | "open":
            return _shown(desk, list_open(desk.ctx, requester(sender), mine=word != "open"))
        case "show" | "why" | "withdraw":
            return _about_one(desk, sender, word, rest, trigger_id)
        case "help":
            return desk.renderer.help(COMMAND_ESCALATIONS, None)
        case _:
            nearest = difflib.get_close_matches(word, WORDS, n=1)
            return desk.renderer.help(COMMAND_ESCALATIONS, nearest[0] if nearest else "")


def _about_one(desk: Desk, sender: Sender, word: str, rest: str, trigger_id: str) -> Payload:
    number = _NUMBER.fullmatch(rest)
    if number is None:
        return Payload(desk.renderer.which_one(COMMAND_ESCALATIONS, word), [])
    try:
        found = look_at(desk.ctx, requester(sender), int(number[1]), history=word != "withdraw")
    except NoSuchCaseError as error:
        return Payload(str(error), [])
    if isinstance(found, MayNotLook):
        return _shown(desk, found)
    if word == "withdraw":
        return _withdrawn(desk, sender, found, trigger_id)
    return desk.renderer.why(found) if word == "why" else desk.renderer.show(found)


def _withdrawn(desk: Desk, sender: Sender, view: CaseView, trigger_id: str) -> Payload:
    outcome = withdraw(desk.ctx, requester(sender), view.escalation.id, f"command:{trigger_id}")
    if isinstance(outcome, Declined):
        return Payload(desk.explain(outcome), [])
    return Payload(desk.renderer.confirmation(outcome.view, Action.WITHDRAW), [])


def _shown(desk: Desk, found: ListView | MayNotLook) -> Payload:
    if isinstance(found, MayNotLook):
        return Payload(desk.renderer.denial(found.reason), [])
    return desk.renderer.listing(found)
