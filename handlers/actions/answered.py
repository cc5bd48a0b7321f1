"""Keep a promise: the customer's side got a first answer."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press
from slackbot.ids import PRESS_ANSWERED
from slackbot.services.acknowledge import answered


def register(app: App, desk: Desk) -> None:
    """Bind the button."""
    on_press(app, desk, PRESS_ANSWERED, lambda who, press: answered(desk.ctx, who, press.escalation_id, press.key))
