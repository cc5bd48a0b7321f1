"""Ask why a case is to go up at once."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press_open
from slackbot.ids import PRESS_ESCALATE_NOW
from slackbot.services.escalate import may_escalate


def register(app: App, desk: Desk) -> None:
    """Bind the button to its form."""
    on_press_open(
        app,
        desk,
        PRESS_ESCALATE_NOW,
        lambda who, press: may_escalate(desk.ctx, who, press.escalation_id, press.visit),
        desk.renderer.escalate_form,
    )
