"""Somebody's account changed: zone, guest status, deactivation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import App

from handlers.desk import Desk
from slackbot.ids import EVENT_USER_CHANGE
from slackbot.services.people import ask_anew
from slackbot.slack.parse import person_of


def register(app: App, desk: Desk) -> None:
    """Bind the event; Bolt acknowledges events by itself."""

    def changed(body: Mapping[str, Any]) -> None:
        ask_anew(desk.ctx, *person_of(body))

    app.event(EVENT_USER_CHANGE)(changed)
