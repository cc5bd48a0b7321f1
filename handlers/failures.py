"""What a person sees when a listener fails: a readable sentence and a reference; the log has the trace under it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from slack_bolt import App, BoltRequest, BoltResponse

from handlers.desk import Desk
from slackbot.errors import RungError
from slackbot.ids import new_reference

log = logging.getLogger(__name__)


def register(app: App, desk: Desk) -> None:
    """Bind the error handler and the answers to what nobody listens for."""

    def failed(error: Exception, body: Mapping[str, Any]) -> BoltResponse:
        reference = new_reference()
        log.error("reference %s", reference, exc_info=error)
        text = str(error) if isinstance(error, RungError) else desk.renderer.failure(reference)
        return _told(desk, body, text)

    app.error(failed)


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


def unheard(request: BoltRequest) -> BoltResponse:
    """Acknowledge what nobody listens for, so that Slack does not send it again."""
    log.warning("nobody listens for a payload of type %s", request.body.get("type"))
    return BoltResponse(status=200, body="")
