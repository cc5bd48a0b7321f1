"""What every listener is given: the use cases' context, the renderer, and the two ways to answer after the ack."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Protocol

from slackbot.core.authorise import Denial
from slackbot.core.decision import RefusalCode
from slackbot.errors import RungError
from slackbot.ids import new_reference
from slackbot.services.context import Requester, ServiceContext
from slackbot.services.looking import MayNotLook
from slackbot.services.transact import Declined
from slackbot.slack.failures import SlackFailure
from slackbot.slack.parse import Sender
from slackbot.slack.render import Renderer
from slackbot.slack.uploading import SentFile
from slackbot.slack.views import Payload

log = logging.getLogger(__name__)


class Outside(Protocol):
    """What listeners may ask of Slack: forms, and a word to the one who asked."""

    def open_view(self, team_id: str, trigger_id: str, view: dict[str, Any]) -> str:
        """Open a form, and give its id; the trigger lives three seconds."""
        ...

    def update_view(self, team_id: str, view_id: str, view: dict[str, Any], view_hash: str | None) -> None:
        """Draw an open form anew."""
        ...

    def whisper(self, response_url: str, payload: Payload, *, replace: bool) -> None:
        """Answer by a payload's response_url, seen only by the one who asked."""
        ...

    def publish_home(self, team_id: str, person: str, view: dict[str, Any]) -> None:
        """Draw somebody's Home tab anew."""
        ...

    def send_files(self, team_id: str, person: str, files: Sequence[SentFile], comment: str) -> None:
        """Put files into somebody's direct message."""
        ...

    def write(self, team_id: str, person: str, payload: Payload) -> None:
        """Say something in somebody's direct message."""
        ...

    def announce(self, response_url: str, payload: Payload) -> None:
        """Say something to everybody where a payload came from."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts that listeners work with.

    `later` runs what must not delay the ack; `counting` sums up for summaries, one after the other, so that the
    database and the loops are not held up by several at once.
    """

    ctx: ServiceContext
    renderer: Renderer
    outside: Outside
    later: Executor
    counting: Executor

    def open_later(
        self, sender: Sender, trigger_id: str, response_url: str | None, draw: Callable[[], dict[str, Any] | str]
    ) -> None:
        """Draw and open a form once the ack has left; tell the person when it came too late.

        Where `draw` gives a text, there is nothing to open, and the text says why.
        """

        def opening() -> None:
            self.open(sender, trigger_id, response_url, draw())

        self.do_later(opening, tell=lambda text: self.tell(sender, trigger_id, response_url, text))

    def open(self, sender: Sender, trigger_id: str, response_url: str | None, drawn: dict[str, Any] | str) -> None:
        """Open a drawn form; a text says why there is nothing to open."""
        if isinstance(drawn, str):
            self.tell(sender, trigger_id, response_url, drawn)
        else:
            self.opened(sender, trigger_id, response_url, drawn)

    def opened(self, sender: Sender, trigger_id: str, response_url: str | None, view: dict[str, Any]) -> str | None:
        """Open a form, and give its id; where it came too late, the person is told, and there is none."""
        try:
            return self.outside.open_view(sender.team_id, trigger_id, view)
        except SlackFailure as failure:
            log.warning("a form could not be opened: %s", failure)
            self.tell(sender, None, response_url, self.renderer.expired())
            return None

    def tell(self, sender: Sender, trigger_id: str | None, response_url: str | None, text: str) -> None:
        """Tell the one who asked something, the nearest way there is.

        That is where they asked; else a modal, if `trigger_id` has opened none and lives yet; else a direct message.
        """
        if response_url:
            self.whisper(response_url, text)
            return
        try:
            if trigger_id:
                self.outside.open_view(sender.team_id, trigger_id, self.renderer.notice_view("Rung", text))
                return
        except SlackFailure as failure:
            log.warning("a notice could not be opened: %s", failure)
        try:
            self.outside.write(sender.team_id, sender.user_id, Payload(text, []))
        except SlackFailure as failure:
            log.warning("an answer could not be given: %s", failure)

    def whisper_later(self, response_url: str | None, text: str) -> None:
        """Tell the one who pressed something, once the ack has left."""
        self.do_later(lambda: self.whisper(response_url, text))

    def whisper(self, response_url: str | None, text: str, *, replace: bool = False) -> None:
        """Tell the one who pressed something; where it can't be told, the log says so."""
        if response_url is None:
            log.warning("nobody could be told: no response_url")
            return
        try:
            self.outside.whisper(response_url, Payload(text, []), replace=replace)
        except SlackFailure as failure:
            log.warning("an answer could not be given: %s", failure)

    def do_later(
        self,
        work: Callable[[], None],
        response_url: str | None = None,
        *,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        """Run something after the ack; where it raises, the log has the trace and the person who asked is told.

        They are told by `tell`, or else by `response_url`.
        """

        def guarded() -> None:
            try:
                work()
            except Exception as error:  # noqa: BLE001 - the last one who can tell anybody
                text = self.own_up(error)
                if tell is None:
                    self.whisper(response_url, text)
                else:
                    tell(text)

        self.later.submit(guarded)

    def explain(self, refused: Declined | MayNotLook) -> str:
        """Say in words why something was not done."""
        if isinstance(refused.reason, Denial):
            return self.renderer.denial(refused.reason)
        return self.renderer.refusal(refused.view, RefusalCode(refused.reason))

    def own_up(self, error: Exception) -> str:
        """Log what went wrong with its trace, and say it with the reference under which the log has it."""
        reference = new_reference()
        log.error("reference %s", reference, exc_info=error)
        if isinstance(error, RungError):
            return f"{error} (reference `{reference}`)"
        return self.renderer.failure(reference)


def requester(sender: Sender) -> Requester:
    """Hand a verified sender on to the use cases."""
    return Requester(sender.team_id, sender.user_id, sender.user_team_id)
