"""Summaries: counted beside the listeners, answered at once where that is quick, else in place of a first word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from handlers.desk import Desk, requester
from slackbot.core.summary_request import Scope, SummaryRequest, read_scope
from slackbot.services.scheduling import schedule_in
from slackbot.services.summaries import Unread, Unusable, ask_for, sum_up
from slackbot.slack.failures import SlackFailure
from slackbot.slack.parse import MalformedPayloadError, place_of, sender_of
from slackbot.slack.views import Payload

PATIENCE = 1.0
"""Seconds for which an answer is waited for; Slack gives a command three (docs.slack.dev/interactivity)."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A summary ready to be shown: to everybody, or to the one who asked."""

    payload: Payload
    public: bool = False


def answer_summary(desk: Desk, ack: Ack, body: Mapping[str, Any], text: str) -> None:
    """Answer `/escalations summary ...`: with the summary, or with a word that it is being counted."""
    url = str(body.get("response_url") or "")
    asked = ask_for(desk.ctx, requester(sender_of(body)), text)
    if not isinstance(asked, SummaryRequest):
        ack(text=explained(desk, asked), response_type="ephemeral")
        return
    counted = desk.counting.submit(lambda: drawn(desk, body, asked))
    try:
        found = counted.result(PATIENCE)
    except NotYet:
        ack(text=desk.renderer.told("counting"), response_type="ephemeral")
        desk.do_later(lambda: show(desk, url, counted.result()), url)
        return
    kind = "in_channel" if found.public else "ephemeral"
    ack(text=found.payload.text, blocks=found.payload.blocks, response_type=kind)


def drawn(desk: Desk, body: Mapping[str, Any], request: SummaryRequest) -> Drawn:
    """Count and draw what was asked for."""
    who = requester(sender_of(body))
    digest = sum_up(desk.ctx, who, request)
    standing = None if request.post else schedule_in(desk.ctx, who, request.scope, place_of(body))
    return Drawn(desk.renderer.summary(digest, public=request.post, standing=standing), public=request.post)


def show(desk: Desk, url: str, found: Drawn) -> None:
    """Show a summary in place of what stands there, or to everybody and say so."""
    if found.public:
        announce(desk, url, found.payload)
    else:
        desk.outside.whisper(url, found.payload, replace=True)


def announce(desk: Desk, url: str, payload: Payload) -> None:
    """Post a summary to where it was asked for; the one who asked hears whether it stands there."""
    try:
        desk.outside.announce(url, payload)
    except SlackFailure:
        desk.whisper(url, desk.renderer.told("nobody_posts"))
        raise
    desk.whisper(url, desk.renderer.told("posted"))


def count_later(desk: Desk, url: str | None, work: Callable[[], None]) -> None:
    """Do something with a summary after the ack; where it raises, the log has the trace and the person is told."""

    def guarded() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the last one who can tell anybody
            desk.whisper(url, desk.own_up(error))

    desk.counting.submit(guarded)


def explained(desk: Desk, refused: Unusable | Unread) -> str:
    """Say why there is no such summary."""
    if isinstance(refused, Unread):
        return desk.renderer.denial(refused.reason)
    return desk.renderer.unusable(refused.problem, refused.scope.kind, refused.scope.value, refused.known)


def weekly_asked_of(metadata: str) -> tuple[str, Scope]:
    """Read from which channel, and of which cases, a form was opened.

    Raises:
        MalformedPayloadError: it is none of ours.
    """
    place, _, carried = metadata.partition("|")
    scope = read_scope(carried)
    if scope is None:
        raise MalformedPayloadError
    return place, scope
