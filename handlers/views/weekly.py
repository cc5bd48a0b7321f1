"""Having a summary come every week, as the form was filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from handlers.submissions import at_fields
from handlers.summaries import explained, weekly_asked_of
from slackbot.ids import VIEW_WEEKLY
from slackbot.services.scheduling import SetUp, set_up
from slackbot.services.transact import Invalid
from slackbot.slack.parse import submission_of


def register(app: App, desk: Desk) -> None:
    """Bind the form: stored first, then the form says so."""

    def submitted(ack: Ack, body: Mapping[str, Any]) -> None:
        form = submission_of(body)
        _, scope = weekly_asked_of(form.private_metadata)
        outcome = set_up(desk.ctx, requester(form.sender), scope, form.values)
        if isinstance(outcome, Invalid):
            ack(response_action="errors", errors=at_fields(desk, outcome.problems))
            return
        if isinstance(outcome, SetUp):
            said = desk.renderer.weekly_done(outcome.schedule, outcome.first)
        else:
            said = explained(desk, outcome)
        ack(response_action="update", view=desk.renderer.notice_view("Rung", said))

    app.view(VIEW_WEEKLY)(submitted)
