"""What stands under a summary: other periods, posting it, the export, the cases behind a figure."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from slack_bolt import Ack, App

from handlers.desk import Desk, requester
from handlers.summaries import announce, count_later, drawn, explained, open_when_counted
from slackbot.core.summary_request import SummaryRequest, read_behind
from slackbot.ids import (
    PRESS_SUMMARY_BEHIND,
    PRESS_SUMMARY_EARLIER,
    PRESS_SUMMARY_EXPORT,
    PRESS_SUMMARY_LATER,
    PRESS_SUMMARY_POST,
)
from slackbot.services.exporting import export
from slackbot.services.summaries import ask_again, cases_behind, may_post
from slackbot.slack.failures import Ambiguous, SlackFailure, UnknownCode
from slackbot.slack.parse import MalformedPayloadError, Sender, press_key, pressed_block, pressed_value, sender_of
from slackbot.slack.uploading import SentFile

log = logging.getLogger(__name__)

_NO_PERMISSION = "missing_scope"

Show = Callable[[], None]
Work = Callable[[Desk, Mapping[str, Any], SummaryRequest, str], Show]


def register(app: App, desk: Desk) -> None:
    """Bind the buttons and the select."""
    for action, work in (
        (PRESS_SUMMARY_EARLIER, _shown),
        (PRESS_SUMMARY_LATER, _shown),
        (PRESS_SUMMARY_POST, _posted),
        (PRESS_SUMMARY_EXPORT, _exported),
    ):
        app.action(action)(_on_press(desk, work))
    app.action(PRESS_SUMMARY_BEHIND)(_on_choice(desk))


def _on_press(desk: Desk, work: Work) -> Callable[..., None]:
    """Acknowledge, ask anew who may, count, show."""

    def listener(ack: Ack, body: Mapping[str, Any]) -> None:
        ack()
        url = str(body.get("response_url") or "")

        def counted() -> Show:
            asked = ask_again(desk.ctx, requester(sender_of(body)), pressed_value(body))
            if isinstance(asked, SummaryRequest):
                return work(desk, body, asked, url)
            return partial(desk.whisper, url, explained(desk, asked))

        count_later(desk, url, counted, replace=work is _shown)

    return listener


def _shown(desk: Desk, body: Mapping[str, Any], request: SummaryRequest, url: str) -> Show:
    return partial(desk.outside.whisper, url, drawn(desk, body, request).payload, replace=True)


def _posted(desk: Desk, body: Mapping[str, Any], request: SummaryRequest, url: str) -> Show:
    found = drawn(desk, body, replace(request, post=True))
    if may_post(desk.ctx, requester(sender_of(body)), press_key(body)):
        return partial(announce, desk, body, request, found.payload)
    return partial(desk.whisper, url, desk.renderer.told("posted_before"))


def _exported(desk: Desk, body: Mapping[str, Any], request: SummaryRequest, url: str) -> Show:
    """Write cases and timeline as files for the one who asked."""
    sender = sender_of(body)
    files, whole = export(desk.ctx, requester(sender), request)
    return partial(_sent, desk, sender, files, desk.renderer.export_note(request, whole=whole), url)


def _sent(desk: Desk, sender: Sender, files: Sequence[SentFile], note: str, url: str) -> None:
    try:
        desk.outside.send_files(sender.team_id, sender.user_id, files, note)
    except SlackFailure as failure:
        log.warning("an export could not be sent: %s", failure)
        desk.whisper(url, _not_sent(desk, failure))
    else:
        desk.whisper(url, desk.renderer.told("exported"))


def _not_sent(desk: Desk, failure: SlackFailure) -> str:
    """Say what is known: that a permission lacks, that an answer did, or what Slack answered."""
    if failure.code == _NO_PERMISSION:
        return desk.renderer.told("not_allowed_to_export")
    if isinstance(failure, Ambiguous) and not isinstance(failure, UnknownCode):
        return desk.renderer.told("maybe_exported")
    return desk.renderer.told("not_exported", code=failure.code)


def _on_choice(desk: Desk) -> Callable[..., None]:
    def listener(ack: Ack, body: Mapping[str, Any]) -> None:
        ack()
        sender, url = sender_of(body), str(body.get("response_url") or "")
        name, carried = pressed_value(body), pressed_block(body)
        behind = read_behind(name)
        if behind is None:
            raise MalformedPayloadError

        def draw() -> dict[str, Any] | str:
            asked = ask_again(desk.ctx, requester(sender), carried)
            if not isinstance(asked, SummaryRequest):
                return explained(desk, asked)
            lists = cases_behind(desk.ctx, requester(sender), asked, behind)
            return desk.renderer.behind(lists, behind, asked.period)

        open_when_counted(desk, sender, str(body.get("trigger_id") or ""), url, draw)

    return listener
