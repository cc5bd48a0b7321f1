"""More of a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from slackbot.ids import PRESS_LINK, PRESS_PAGE
from slackbot.services.looking import MayNotLook, list_further
from slackbot.slack.parse import pressed_value, sender_of
from slackbot.slack.views import Payload


def register(app: App, desk: Desk) -> None:
    """Bind the button under a list, and the buttons that only open an address."""

    def more(ack: Ack, body: Mapping[str, Any]) -> None:
        found = list_further(desk.ctx, requester(sender_of(body)), pressed_value(body))
        ack()
        payload = (
            Payload(desk.renderer.denial(found.reason), [])
            if isinstance(found, MayNotLook)
            else desk.renderer.listing(found)
        )
        url = str(body.get("response_url") or "")
        desk.do_later(lambda: desk.outside.whisper(url, payload, replace=True))

    def link(ack: Ack) -> None:
        ack()

    app.action(PRESS_PAGE)(more)
    app.action(PRESS_LINK)(link)
