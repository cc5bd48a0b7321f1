"""What a person sees when a listener fails: a readable sentence and a reference; the log has the trace under it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltResponse

from handlers.desk import Desk
from slackbot.errors import RungError

ANYTHING = re.compile(".*")


class UnheardError(RungError):
    """This comes from another version of Rung than the one that runs. Nothing was changed."""


def register(app: App, desk: Desk) -> None:
    """Bind the error handler, and last of all listeners those for what nobody else listens for."""

    def failed(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
        return _told(desk, body, desk.own_up(error))

    def unheard() -> None:
        raise UnheardError

    def unasked(ack: Ack) -> None:
        ack()

    app.error(failed)
    for bind in (app.action, app.view, app.shortcut, app.command):
        bind(ANYTHING)(unheard)
    app.event(ANYTHING)(unasked)


def _told(desk: Desk, body: Mapping[str, Any], text: str) -> BoltResponse:
    """Answer with status 200, since anything else shows Slack's own words and, in Socket Mode, is no ack at all."""
    if body.get("type") == "view_submission":
        view = desk.renderer.notice_view("Rung", text)
        return BoltResponse(status=200, body={"response_action": "push", "view": view})
    if "command" in body:
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": text})
    if body.get("response_url"):
        desk.whisper_later(str(body["response_url"]), text)
    return BoltResponse(status=200, body="")
