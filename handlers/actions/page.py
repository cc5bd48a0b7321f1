"""More of a list, or of a history that is told in parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from slackbot.ids import PRESS_LINK, PRESS_PAGE, WHY_PART
from slackbot.services.context import Requester
from slackbot.services.looking import MayNotLook, list_further, look_at
from slackbot.services.transact import NoSuchCaseError
from slackbot.slack.parse import pressed_value, sender_of
from slackbot.slack.views import ListView, Payload

_PART = re.compile(rf"{WHY_PART}:([0-9]{{1,9}})\|([0-9]{{1,6}})")


def register(app: App, desk: Desk) -> None:
    """Bind the button under a list, and the buttons that only open an address."""

    def more(ack: Ack, body: Mapping[str, Any]) -> None:
        payload = _further(desk, requester(sender_of(body)), pressed_value(body))
        ack()
        url = str(body.get("response_url") or "")
        desk.do_later(lambda: desk.outside.whisper(url, payload, replace=True))

    def link(ack: Ack) -> None:
        ack()

    app.action(PRESS_PAGE)(more)
    app.action(PRESS_LINK)(link)


def _further(desk: Desk, asking: Requester, value: str) -> Payload:
    part = _PART.fullmatch(value)
    try:
        found = look_at(desk.ctx, asking, int(part[1]), history=True) if part else list_further(desk.ctx, asking, value)
    except NoSuchCaseError as error:
        return Payload(str(error), [])
    if isinstance(found, MayNotLook):
        return Payload(desk.renderer.denial(found.reason), [])
    if isinstance(found, ListView):
        return desk.renderer.listing(found)
    return desk.renderer.why(found, int(part[2]) if part else None)
