"""Confirm that a case is solved."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press
from slackbot.ids import PRESS_CLOSE
from slackbot.services.resolve import close


def register(app: App, desk: Desk) -> None:
    """Bind the button."""
    on_press(app, desk, PRESS_CLOSE, lambda who, press: close(desk.ctx, who, press.escalation_id, press.key))
