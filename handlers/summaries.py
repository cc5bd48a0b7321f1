"""Summaries: counted beside the listeners, answered at once where that is quick, else in place of a first word."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import Ack

from handlers.desk import Desk, requester
from slackbot.core.summary_request import Scope, SummaryRequest, read_scope
from slackbot.services.scheduling import schedule_in
from slackbot.services.summaries import Unread, Unusable, ask_again, ask_for, sum_up
from slackbot.slack.failures import Ambiguous, SlackFailure
from slackbot.slack.parse import MalformedPayloadError, Sender, place_of, sender_of
from slackbot.slack.views import Payload

log = logging.getLogger(__name__)

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
        ack(text=desk.renderer.told(_word_before(in_place=not asked.post)), response_type="ephemeral")
        counted.add_done_callback(lambda done: desk.do_later(lambda: show(desk, body, asked, done.result()), url))
        return
    kind = "in_channel" if found.public else "ephemeral"
    ack(text=found.payload.text, blocks=found.payload.blocks, response_type=kind)


def drawn(desk: Desk, body: Mapping[str, Any], request: SummaryRequest) -> Drawn:
    """Count and draw what was asked for."""
    who = requester(sender_of(body))
    digest = sum_up(desk.ctx, who, request)
    standing = None if request.post else schedule_in(desk.ctx, who, request.scope, place_of(body))
    return Drawn(desk.renderer.summary(digest, public=request.post, standing=standing), public=request.post)


def show(desk: Desk, body: Mapping[str, Any], request: SummaryRequest, found: Drawn) -> None:
    """Show a summary in place of what stands there, or to everybody and say so."""
    if found.public:
        announce(desk, body, request, found.payload)
    else:
        desk.outside.whisper(str(body.get("response_url") or ""), found.payload, replace=True)


def announce(desk: Desk, body: Mapping[str, Any], request: SummaryRequest, payload: Payload) -> None:
    """Post a summary to where it was asked for; the one who asked hears whether it stands there.

    Counting took its time: whether they still may is asked once more.
    """
    url = str(body.get("response_url") or "")
    still = ask_again(desk.ctx, requester(sender_of(body)), request.key)
    if not isinstance(still, SummaryRequest):
        desk.whisper(url, explained(desk, still))
        return
    try:
        desk.outside.announce(url, payload)
    except SlackFailure as failure:
        log.warning("a summary could not be posted: %s", failure)
        unsure = isinstance(failure, Ambiguous)
        desk.whisper(url, desk.renderer.told("maybe_posted" if unsure else "nobody_posts"))
        return
    desk.whisper(url, desk.renderer.told("posted"))


def open_when_counted(
    desk: Desk, sender: Sender, trigger_id: str, url: str, draw: Callable[[], dict[str, Any] | str]
) -> None:
    """Count what a modal shows and open it; what takes longer comes in the place of a word, before the trigger ends.

    Where `draw` gives a text, it says why there is nothing to show.
    """
    counted = desk.counting.submit(draw)

    def opening() -> None:
        try:
            drawn = counted.result(PATIENCE)
        except NotYet:
            word = desk.renderer.notice_view("Rung", desk.renderer.told(_word_before(in_place=True)))
            view = desk.opened(sender, trigger_id, url, word)
            if view is not None:
                counted.add_done_callback(lambda _: desk.do_later(lambda: redrawing(view), url))
        else:
            desk.open(sender, trigger_id, url, drawn)

    def redrawing(view: str) -> None:
        try:
            drawn = counted.result()
        except Exception as error:  # noqa: BLE001 - the modal must not go on saying that something is counted
            drawn = desk.own_up(error)
        shown = desk.renderer.notice_view("Rung", drawn) if isinstance(drawn, str) else drawn
        try:
            desk.outside.update_view(sender.team_id, view, shown, None)
        except SlackFailure as failure:
            log.info("a modal was closed before it was counted: %s", failure)

    desk.do_later(opening, url)


def count_later(
    desk: Desk,
    url: str | None,
    work: Callable[[], Callable[[], None]],
    *,
    replace: bool = False,
    say: Callable[[str], None] | None = None,
) -> None:
    """Count after the ack, then show what `work` gives; where it raises, the log has the trace and the person is told.

    What takes longer is announced, by `say` or else by `response_url`, with `replace` in place of what was pressed.
    """
    said, is_done = threading.Lock(), threading.Event()
    tell = say or partial(desk.whisper, url, replace=replace)

    def counted() -> None:
        try:
            shown = work()
            with said:
                is_done.set()
                shown()
        except Exception as error:  # noqa: BLE001 - the last one who can tell anybody
            is_done.set()
            desk.whisper(url, desk.own_up(error))

    def announced() -> None:
        if is_done.wait(PATIENCE):
            return
        with said:
            if not is_done.is_set():
                tell(desk.renderer.told(_word_before(in_place=replace)))

    desk.counting.submit(counted)
    desk.do_later(announced, url)


def _word_before(*, in_place: bool) -> str:
    """Choose what is said while it is counted; what the answer does not replace has to be true for good."""
    return "counting" if in_place else "counting_elsewhere"


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
