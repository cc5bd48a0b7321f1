"""The `response_url`s handed out with payloads: five uses in thirty minutes.

Source: docs.slack.dev/interactivity/handling-user-interaction. How an expired one answers is not documented; the words
"Expired url" are what apps in the field look for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slackbot.simulator.blocks.check import check_message
from slackbot.simulator.model import Draft, Json, Message

if TYPE_CHECKING:
    from slackbot.simulator.workspace import Workspace

MOST_USES = 5
LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class ResponseUrl:
    """Where an answer goes: to whom, in which channel, and which message it may replace."""

    token: str
    user: str
    channel: str
    issued_at: datetime
    message: tuple[str, str] | None = None
    uses: int = 0


class ResponseUrls:
    """Every `response_url` given out, by the token in its path."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._given: dict[str, ResponseUrl] = {}

    def issue(self, user: str, channel: str, message: Message | None = None) -> str:
        """Give out a token for a person in a channel; `message` is the one the interaction came from."""
        with self._workspace.changed:
            token = f"{self._workspace.team_id}-{self._workspace.changes.next_serial():08d}"
            replaces = None if message is None else (message.channel, message.ts)
            now = self._workspace.clock.now()
            self._given[token] = ResponseUrl(token, user, channel, now, replaces)
            return token

    def use(self, token: str, body: Json) -> tuple[int, Json | str]:
        """Apply what an app posted to a `response_url`; gives the HTTP status and the body of the answer."""
        with self._workspace.changed:
            url = self._given.get(token)
            if url is None:
                return 404, {"ok": False, "error": "not_found"}
            if url.uses >= MOST_USES or self._workspace.clock.now() - url.issued_at > LIFETIME:
                return 404, "Expired url"
            if check_message(body.get("blocks"), text=body.get("text")):
                return 404, {"ok": False, "error": "invalid_blocks"}
            self._given[token] = replace(url, uses=url.uses + 1)
            self._apply(url, body)
            return 200, "ok"

    def _apply(self, url: ResponseUrl, body: Json) -> None:
        history = self._workspace.history
        original = self._original(url)
        draft = draft_of(body)
        if body.get("delete_original"):
            if original is not None:
                history.delete(original)
        elif body.get("replace_original") and original is not None:
            history.edit(original, draft, marked=False)
        elif body.get("response_type") == "in_channel":
            history.post(url.channel, self._workspace.app.author, draft)
        else:
            history.post_ephemeral(url.channel, url.user, self._workspace.app.author, draft)

    def _original(self, url: ResponseUrl) -> Message | None:
        if url.message is None:
            return None
        history = self._workspace.history
        return history.get(*url.message) or history.ephemeral(*url.message)


def draft_of(body: Json) -> Draft:
    """Read a message out of an ack's payload or a post to a `response_url`."""
    return Draft(
        text=str(body.get("text") or ""),
        blocks=tuple(body.get("blocks") or ()),
        attachments=tuple(body.get("attachments") or ()),
        thread_ts=body.get("thread_ts"),
    )
