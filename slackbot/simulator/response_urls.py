"""The `response_url`s handed out with payloads: five uses in thirty minutes, one message a second and channel.

Source: docs.slack.dev/interactivity/handling-user-interaction. How an expired one answers is not documented; the words
"Expired url" are what apps in the field look for (github.com/getsentry/sentry/pull/7955).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from slackbot.simulator.blocks.check import check_message
from slackbot.simulator.model import ApiCall, Draft, Json, Message
from slackbot.simulator.refusals import RefusedError

if TYPE_CHECKING:
    from slackbot.simulator.limits import Limits
    from slackbot.simulator.workspace import Workspace

METHOD = "response_url"
MOST_USES = 5
LIFETIME = timedelta(minutes=30)
REMEMBERED = timedelta(hours=2)
"""Older ones are forgotten: they are then unknown, no longer expired."""
_EXPIRED = "Expired url"
_NOT_FOUND, _TOO_MANY = 404, 429


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
    """Every `response_url` given out, by the token in its path; `limits` None turns the pace of messages off.

    `answer_to` finds the message with which a command was answered at once, which its `response_url` can replace.
    """

    def __init__(
        self,
        workspace: Workspace,
        limits: Limits | None = None,
        answer_to: Callable[[str], Message | None] = lambda _: None,
    ) -> None:
        self._workspace = workspace
        self._limits = limits
        self._answer_to = answer_to
        self._given: dict[str, ResponseUrl] = {}
        self.expired_status = _NOT_FOUND

    def issue(self, user: str, channel: str, message: Message | None = None) -> str:
        """Give out a token for a person in a channel; `message` is the one the interaction came from."""
        with self._workspace.changed:
            token = f"{self._workspace.team_id}-{self._workspace.changes.next_serial():08d}"
            replaces = None if message is None else (message.channel, message.ts)
            now = self._workspace.clock.now()
            while self._given and now - next(iter(self._given.values())).issued_at > REMEMBERED:
                del self._given[next(iter(self._given))]
            self._given[token] = ResponseUrl(token, user, channel, now, replaces)
            return token

    def use(self, token: str, body: Json) -> tuple[int, Json | str, dict[str, str]]:
        """Apply what an app posted to a `response_url`; gives the HTTP status, the body and the headers of the answer.

        What is refused is not counted as a use. It stands in the workspace's journal under `response_url`.
        """
        with self._workspace.changed:
            refused: RefusedError | None = None
            answer: tuple[int, Json | str, dict[str, str]] = (200, "ok", {})
            try:
                self._apply(self._usable(token, body), body)
            except RefusedError as error:
                refused, answer = error, self._refusal(error)
            self._workspace.journal.add(
                ApiCall(
                    at=self._workspace.clock.now(),
                    method=METHOD,
                    args=body,
                    status=answer[0],
                    error=refused.error if refused else None,
                    rule=refused.rule if refused else None,
                )
            )
            return answer

    def _refusal(self, refused: RefusedError) -> tuple[int, Json, dict[str, str]]:
        body: Json = {"ok": False, "error": refused.error}
        if refused.retry_after is not None:
            return _TOO_MANY, body, {"Retry-After": str(refused.retry_after)}
        return self.expired_status if refused.error == _EXPIRED else _NOT_FOUND, body, {}

    def _usable(self, token: str, body: Json) -> ResponseUrl:
        url = self._given.get(token)
        if url is None:
            raise RefusedError("not_found", "this response_url was never given out")
        if url.uses >= MOST_USES:
            raise RefusedError(_EXPIRED, f"a response_url is good for {MOST_USES} uses")
        if self._workspace.clock.now() - url.issued_at > LIFETIME:
            raise RefusedError(_EXPIRED, "a response_url is good for 30 minutes")
        if body.get("delete_original"):
            if len(body) > 1:
                raise RefusedError("invalid_payload", "delete_original stands alone")
        else:
            check_content(body)
        over = self._limits.message(METHOD, url.channel) if self._limits else None
        if over is not None:
            raise RefusedError("ratelimited", over.rule, retry_after=over.retry_after)
        used = replace(url, uses=url.uses + 1)
        self._given[token] = used
        return used

    def _apply(self, url: ResponseUrl, body: Json) -> None:
        history = self._workspace.history
        original = self._original(url)
        draft = draft_of(body)
        if body.get("delete_original"):
            if original is not None:
                history.delete(original)
        elif body.get("replace_original") and original is not None:
            # Whatever its response_type says: what one person saw alone stays theirs alone.
            history.edit(original, draft, marked=False)
        elif body.get("response_type") == "in_channel":
            history.post(url.channel, self._workspace.app.author, draft)
        else:
            history.post_ephemeral(url.channel, url.user, self._workspace.app.author, draft)

    def _original(self, url: ResponseUrl) -> Message | None:
        answer = self._answer_to(url.token) if url.message is None else None
        place = url.message if answer is None else (answer.channel, answer.ts)
        if place is None:
            return None
        history = self._workspace.history
        return history.get(*place) or history.ephemeral(*place)


def check_content(body: Json) -> None:
    """Raise RefusedError unless an ack's payload or a post to a `response_url` can be shown as a message."""
    attachments, thread_ts = body.get("attachments") or [], body.get("thread_ts")
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise RefusedError("invalid_attachments", "attachments are a list of objects")
    if thread_ts is not None and not isinstance(thread_ts, str):
        raise RefusedError("invalid_payload", "thread_ts is the ts of a message, a string")
    if not (str(body.get("text") or "").strip() or body.get("blocks") or attachments):
        raise RefusedError("no_text", "an answer needs text, blocks or attachments")
    problems = check_message(body.get("blocks"), text=body.get("text"))
    if problems:
        raise RefusedError("invalid_blocks", "; ".join(map(str, problems)))


def draft_of(body: Json) -> Draft:
    """Read a message out of an ack's payload or a post to a `response_url`."""
    return Draft(
        text=str(body.get("text") or ""),
        blocks=tuple(body.get("blocks") or ()),
        attachments=tuple(body.get("attachments") or ()),
        thread_ts=body.get("thread_ts"),
    )
