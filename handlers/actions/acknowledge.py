"""Take a case with the default promise."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press
from slackbot.ids import PRESS_ACKNOWLEDGE
from slackbot.services.acknowledge import acknowledge


def register(app: App, desk: Desk) -> None:
    """Bind the button."""
    on_press(
        app, desk, PRESS_ACKNOWLEDGE, lambda who, press: acknowledge(desk.ctx, who, press.escalation_id, press.key)
    )
