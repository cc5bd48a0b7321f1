"""Ask for the solution."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press_open
from slackbot.ids import PRESS_RESOLVE


def register(app: App, desk: Desk) -> None:
    """Bind the button to its form."""
    on_press_open(app, desk, PRESS_RESOLVE, desk.renderer.resolve_form)
