"""`/escalate [text]`: the form, or straight to the tier when the text says enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from handlers.intake import open_intake
from slackbot.ids import COMMAND_ESCALATE
from slackbot.services.intake import Incomplete, submit_line
from slackbot.services.raising import Denied, Submitted
from slackbot.slack.parse import sender_of, trigger_of


def register(app: App, desk: Desk) -> None:
    """Bind the command."""

    def escalate(ack: Ack, body: Mapping[str, Any]) -> None:
        sender, text = sender_of(body), str(body.get("text") or "").strip()
        trigger, url = trigger_of(body), str(body.get("response_url") or "") or None
        if not text:
            ack()
            open_intake(desk, sender, trigger, url)
            return
        if text.casefold() == "help":
            payload = desk.renderer.help(COMMAND_ESCALATE, None)
            ack(text=payload.text, blocks=payload.blocks, response_type="ephemeral")
            return
        outcome = submit_line(desk.ctx, requester(sender), text)
        match outcome:
            case Denied(reason):
                ack(text=desk.renderer.denial(reason), response_type="ephemeral")
            case Incomplete(values, problems):
                ack()
                note = " ".join(map(desk.renderer.problem, problems)) or None
                open_intake(desk, sender, trigger, url, values=values, note=note)
            case Submitted(view, zone, repeated):
                receipt = desk.renderer.already(view) if repeated else desk.renderer.receipt_message(view, zone)
                ack(text=receipt.text, blocks=receipt.blocks, response_type="ephemeral")

    app.command(COMMAND_ESCALATE)(escalate)
