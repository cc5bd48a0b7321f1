"""Sending a case up at once, with the reason."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.submissions import CaseForm, on_submit
from slackbot.ids import VIEW_ESCALATE_NOW
from slackbot.services.escalate import escalate_now
from slackbot.services.transact import Declined, Done, Invalid


def register(app: App, desk: Desk) -> None:
    """Bind the form."""

    def send_up(form: CaseForm) -> Done | Declined | Invalid:
        reason = form.values.get("reason", "")
        return escalate_now(desk.ctx, form.who, form.escalation_id, form.key, form.visit, reason)

    on_submit(app, desk, VIEW_ESCALATE_NOW, send_up)
