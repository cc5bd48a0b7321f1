"""Take one of several cases that were called for in one message."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press
from slackbot.ids import PRESS_ACKNOWLEDGE_ONE
from slackbot.services.acknowledge import acknowledge


def register(app: App, desk: Desk) -> None:
    """Bind the select; choosing a case does what its button would."""
    on_press(
        app, desk, PRESS_ACKNOWLEDGE_ONE, lambda who, press: acknowledge(desk.ctx, who, press.escalation_id, press.key)
    )
