"""The intake form, submitted: stored first, then it turns into the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from handlers.submissions import at_fields
from slackbot.ids import VIEW_INTAKE
from slackbot.services.intake import submit_form
from slackbot.services.raising import Denied
from slackbot.services.transact import Invalid
from slackbot.slack.parse import submission_of


def register(app: App, desk: Desk) -> None:
    """Bind the form."""

    def submitted(ack: Ack, body: Mapping[str, Any]) -> None:
        form = submission_of(body)
        outcome = submit_form(desk.ctx, requester(form.sender), form.view_id, form.private_metadata, form.values)
        match outcome:
            case Invalid(problems):
                ack(response_action="errors", errors=at_fields(desk, problems))
            case Denied(reason):
                view = desk.renderer.notice_view("Rung", desk.renderer.denial(reason))
                ack(response_action="push", view=view)
            case _:
                ack(response_action="update", view=desk.renderer.receipt_view(outcome.view, outcome.zone))

    app.view(VIEW_INTAKE)(submitted)
