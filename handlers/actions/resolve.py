"""Ask for the solution."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press_open
from slackbot.ids import PRESS_RESOLVE
from slackbot.services.resolve import may_resolve


def register(app: App, desk: Desk) -> None:
    """Bind the button to its form."""
    on_press_open(
        app,
        desk,
        PRESS_RESOLVE,
        lambda who, press: may_resolve(desk.ctx, who, press.escalation_id),
        desk.renderer.resolve_form,
    )
