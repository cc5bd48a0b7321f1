"""Say that a case is not solved after all."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press
from slackbot.ids import PRESS_NOT_SOLVED
from slackbot.services.resolve import not_solved


def register(app: App, desk: Desk) -> None:
    """Bind the button."""
    on_press(app, desk, PRESS_NOT_SOLVED, lambda who, press: not_solved(desk.ctx, who, press.escalation_id, press.key))
