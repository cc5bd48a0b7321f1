"""Ask for a new promised time."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press_open
from slackbot.ids import PRESS_CHANGE_TIME


def register(app: App, desk: Desk) -> None:
    """Bind the button to its form."""
    on_press_open(app, desk, PRESS_CHANGE_TIME, lambda view: desk.renderer.promise_form(view, change=True))
