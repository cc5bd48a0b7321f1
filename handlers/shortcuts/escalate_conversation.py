"""The shortcut on a message: the form with the quote, its author and its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk
from handlers.intake import open_intake
from slackbot.core.intake import unescape
from slackbot.ids import SHORTCUT_MESSAGE
from slackbot.slack.parse import quote_of, sender_of, trigger_of


def register(app: App, desk: Desk) -> None:
    """Bind the shortcut; it also works where the bot is no member, since the payload carries the text."""

    def escalate_conversation(ack: Ack, body: Mapping[str, Any]) -> None:
        ack()
        quote, url = quote_of(body), str(body.get("response_url") or "") or None
        begins = f"{quote.author}: " if quote.author else ""
        values = {"quote": begins + unescape(quote.text)}
        author = None if quote.author else quote.author_id
        sender, trigger = sender_of(body), trigger_of(body)
        open_intake(desk, sender, trigger, url, values=values, source=quote.source, author=author)

    app.shortcut({"type": "message_action", "callback_id": SHORTCUT_MESSAGE})(escalate_conversation)
