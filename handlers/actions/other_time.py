"""Ask for another promise than the default one."""

from __future__ import annotations

from slack_bolt import App

from handlers.desk import Desk
from handlers.presses import on_press_open
from slackbot.ids import PRESS_OTHER_TIME
from slackbot.services.acknowledge import may_acknowledge


def register(app: App, desk: Desk) -> None:
    """Bind the button to its form."""
    on_press_open(
        app,
        desk,
        PRESS_OTHER_TIME,
        lambda who, press: may_acknowledge(desk.ctx, who, press.escalation_id),
        lambda view: desk.renderer.promise_form(view, change=False),
    )
