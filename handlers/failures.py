"""What a person sees when a listener fails: a readable sentence and a reference; the log has the trace under it."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt import Ack, App, BoltResponse

from handlers.desk import Desk
from slackbot.errors import RungError
from slackbot.slack.parse import MalformedPayloadError, sender_of

log = logging.getLogger(__name__)
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
    if body.get("trigger_id"):
        _told_later(desk, body, text)
    return BoltResponse(status=200, body="")


def _told_later(desk: Desk, body: Mapping[str, Any], text: str) -> None:
    """Tell whoever pressed or chose something; a modal that is open is not covered, since that would close it."""
    try:
        sender = sender_of(body)
    except MalformedPayloadError:
        log.warning("nobody could be told: the payload names nobody")
        return
    shown = body.get("view")
    in_a_form = isinstance(shown, Mapping) and shown.get("type") == "modal"
    trigger, url = None if in_a_form else str(body["trigger_id"]), str(body.get("response_url") or "") or None
    desk.do_later(lambda: desk.tell(sender, trigger, url, text))
