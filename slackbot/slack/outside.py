"""What listeners may ask of Slack: forms, and a word to the one who asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

from slack_sdk.webhook import WebhookClient

from slackbot.slack.failures import FAILURES, Ambiguous, DestinationBroken, InteractionExpired
from slackbot.slack.gateway import Gateway
from slackbot.slack.uploading import SentFile, send_files
from slackbot.slack.views import Payload

SLACKS_HOOKS = "hooks.slack.com"
_OK = 200
_SERVER_FAILED = 500
_REFUSED = re.compile(r'"error"\s*:\s*"(\w+)"')
"""What is said is `ok`, or JSON; a refusal may come with status 200."""
_TIMEOUT = 3


class Interactions:
    """Calls that belong to an interaction at hand.

    `quick` gives up within Slack's three seconds; `patient` waits longer, for files that nobody's press hangs on.
    """

    def __init__(self, quick: Gateway, patient: Gateway, workspace_id_of: Callable[[str], int], api_url: str) -> None:
        self._gateway = quick
        self._patient = patient
        self._workspace_id_of = workspace_id_of
        self._hosts = {SLACKS_HOOKS, urlsplit(api_url).hostname}

    def open_view(self, team_id: str, trigger_id: str, view: dict[str, Any]) -> str:
        """Open a form, and give its id; the trigger lives three seconds and opens one form.

        Raises:
            SlackFailure: `InteractionExpired` where the trigger came too late.
        """
        workspace = self._workspace_id_of(team_id)
        answer = self._gateway.call(workspace, "views.open", trigger_id=trigger_id, view=view)
        return str(answer["view"]["id"])

    def update_view(self, team_id: str, view_id: str, view: dict[str, Any], view_hash: str | None) -> None:
        """Draw an open form anew, unless it has changed since `view_hash`.

        Raises:
            SlackFailure: `InteractionExpired` where it was closed or redrawn meanwhile.
        """
        workspace = self._workspace_id_of(team_id)
        self._gateway.call(workspace, "views.update", view_id=view_id, view=view, hash=view_hash)

    def publish_home(self, team_id: str, person: str, view: dict[str, Any]) -> None:
        """Draw somebody's Home tab anew.

        Raises:
            SlackFailure: it could not be drawn; it is when they open it again.
        """
        self._gateway.call(self._workspace_id_of(team_id), "views.publish", user_id=person, view=view)

    def whisper(self, response_url: str, payload: Payload, *, replace: bool) -> None:
        """Answer by a payload's response_url, seen only by the one who asked; it can be used five times in 30 minutes.

        Raises:
            SlackFailure: it was not taken.
        """
        self._answer(response_url, payload, {"response_type": "ephemeral", "replace_original": replace})

    def announce(self, response_url: str, payload: Payload) -> None:
        """Say something to everybody where a payload came from; Rung need not be a member there.

        Raises:
            SlackFailure: it was not taken; of `Ambiguous` nobody knows.
        """
        self._answer(response_url, payload, {"response_type": "in_channel", "replace_original": False})

    def write(self, team_id: str, person: str, payload: Payload) -> None:
        """Say something in somebody's direct message, where there is no other way to answer them.

        Raises:
            SlackFailure: it was not taken, or nobody knows.
        """
        workspace = self._workspace_id_of(team_id)
        self._gateway.call(
            workspace, "chat.postMessage", channel=person, text=payload.text, blocks=payload.blocks or None
        )

    def send_files(self, team_id: str, person: str, files: Sequence[SentFile], comment: str) -> None:
        """Put files into somebody's direct message.

        Raises:
            SlackFailure: they are not all there, or nobody knows.
        """
        hosts = {host for host in self._hosts if host is not None}
        send_files(self._patient, self._workspace_id_of(team_id), person, files, comment, hosts)

    def _answer(self, response_url: str, payload: Payload, how: dict[str, Any]) -> None:
        if urlsplit(response_url).hostname not in self._hosts:
            raise DestinationBroken("response_url", "foreign_host")
        body: dict[str, Any] = {"text": payload.text} | how
        if payload.blocks:
            body["blocks"] = payload.blocks
        try:
            answer = WebhookClient(response_url, timeout=_TIMEOUT, retry_handlers=[]).send_dict(body)
        except (OSError, HTTPException) as error:
            raise Ambiguous("response_url", "no_answer", type(error).__name__) from error
        if answer.status_code != _OK:
            kind = Ambiguous if answer.status_code >= _SERVER_FAILED else InteractionExpired
            raise kind("response_url", f"http_{answer.status_code}")
        refused = _REFUSED.search(answer.body)
        if refused is not None:
            raise FAILURES.get(refused[1], InteractionExpired)("response_url", refused[1])
