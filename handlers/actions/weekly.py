"""Having a summary come every week: the button under it, and the one that stops what comes already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from handlers.summaries import explained, weekly_asked_of
from slackbot.core.summary_request import Scope, SummaryRequest
from slackbot.ids import PRESS_SUMMARY_WEEKLY, PRESS_WEEKLY_STOP
from slackbot.services.scheduling import look_at_schedules, stop
from slackbot.services.summaries import Unread, ask_again
from slackbot.slack.parse import Sender, place_of, pressed_value, sender_of, submission_of


def register(app: App, desk: Desk) -> None:
    """Bind both buttons."""

    def asked(ack: Ack, body: Mapping[str, Any]) -> None:
        ack()
        sender, url = sender_of(body), str(body.get("response_url") or "")
        carried, place = pressed_value(body), place_of(body)

        def draw() -> dict[str, Any] | str:
            request = ask_again(desk.ctx, requester(sender), carried)
            if not isinstance(request, SummaryRequest):
                return explained(desk, request)
            found = look_at_schedules(desk.ctx, requester(sender), request.scope, place)
            return explained(desk, found) if isinstance(found, Unread) else desk.renderer.weekly_form(found)

        desk.open_later(sender, str(body.get("trigger_id") or ""), url, draw)

    def stopped(ack: Ack, body: Mapping[str, Any]) -> None:
        form = submission_of(body)
        place, scope = weekly_asked_of(form.private_metadata)
        denied = stop(desk.ctx, requester(form.sender), pressed_value(body))
        ack()
        desk.do_later(lambda: _redraw(desk, form.sender, form.view_id, place, scope, denied))

    app.action(PRESS_SUMMARY_WEEKLY)(asked)
    app.action(PRESS_WEEKLY_STOP)(stopped)


def _redraw(desk: Desk, sender: Sender, view_id: str, place: str, scope: Scope, denied: Unread | None) -> None:
    """Show what is left; what was chosen in the form stays."""
    found = denied or look_at_schedules(desk.ctx, requester(sender), scope, place)
    if isinstance(found, Unread):
        drawn = desk.renderer.notice_view("Rung", explained(desk, found))
    else:
        drawn = desk.renderer.weekly_form(found)
    desk.outside.update_view(sender.team_id, view_id, drawn, None)
