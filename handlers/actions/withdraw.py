"""Take a case back, from the agent's direct message."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press
from slackbot.ids import PRESS_WITHDRAW
from slackbot.services.resolve import withdraw


def register(app: App, desk: Desk) -> None:
    """Bind the button."""
    on_press(app, desk, PRESS_WITHDRAW, lambda who, press: withdraw(desk.ctx, who, press.escalation_id, press.key))
