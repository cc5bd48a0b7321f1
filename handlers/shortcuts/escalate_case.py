"""The global shortcut: the same form as the command without a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk
from handlers.intake import open_intake
from slackbot.ids import SHORTCUT_GLOBAL
from slackbot.slack.parse import sender_of, trigger_of


def register(app: App, desk: Desk) -> None:
    """Bind the shortcut."""

    def escalate_case(ack: Ack, body: Mapping[str, Any]) -> None:
        ack()
        open_intake(desk, sender_of(body), trigger_of(body), None)

    app.shortcut({"type": "shortcut", "callback_id": SHORTCUT_GLOBAL})(escalate_case)
