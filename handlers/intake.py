"""Opening the intake form, however it was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.desk import Desk, requester
from slackbot.core.model import Source
from slackbot.services.intake import open_form
from slackbot.services.raising import Denied
from slackbot.slack.parse import Sender


def open_intake(
    desk: Desk,
    sender: Sender,
    trigger_id: str,
    response_url: str | None,
    *,
    values: Mapping[str, str] | None = None,
    source: Source | None = None,
    note: str | None = None,
    author: str | None = None,
) -> None:
    """Open the form once the ack has left, filled in as far as something is known.

    `author` is the id of who wrote the quoted message, where no name came along.
    """

    def draw() -> dict[str, Any]:
        form = open_form(desk.ctx, requester(sender), values or {}, source, note, author)
        if isinstance(form, Denied):
            return desk.renderer.notice_view("Rung", desk.renderer.denial(form.reason))
        return desk.renderer.intake_form(form)

    desk.open_later(sender, trigger_id, response_url, draw)
