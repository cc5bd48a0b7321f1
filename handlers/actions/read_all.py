"""Show the whole texts of a case."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press_open
from slackbot.ids import PRESS_READ_ALL
from slackbot.services.looking import look_by_id


def register(app: App, desk: Desk) -> None:
    """Bind the button to its form."""
    on_press_open(
        app,
        desk,
        PRESS_READ_ALL,
        lambda who, press: look_by_id(desk.ctx, who, press.escalation_id),
        desk.renderer.read_all,
    )
