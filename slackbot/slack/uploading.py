"""Sending files to one person, in the three steps Slack asks for (docs.slack.dev/messaging/working-with-files)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from slackbot.slack.failures import Ambiguous, DestinationBroken
from slackbot.slack.gateway import Gateway

SLACKS_FILES = "files.slack.com"
_TIMEOUT = 20
_OK = 200


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file to send; it must not be empty."""

    name: str
    content: bytes


def send_files(
    gateway: Gateway, workspace_id: int, person: str, files: Sequence[SentFile], comment: str, hosts: Collection[str]
) -> None:
    """Put files into somebody's direct message; the bytes go to Slack's own hosts (or `hosts`) and nowhere else.

    Nothing is shown before all files are there.

    Raises:
        SlackFailure: the leaf says what is known of the outcome.
    """
    channel = gateway.call(workspace_id, "conversations.open", users=person)["channel"]["id"]
    sent = []
    for file in files:
        method = "files.getUploadURLExternal"
        place = gateway.call(workspace_id, method, filename=file.name, length=len(file.content))
        _put(method, str(place["upload_url"]), file.content, hosts)
        sent.append({"id": str(place["file_id"]), "title": file.name})
    gateway.call(workspace_id, "files.completeUploadExternal", files=sent, channel_id=channel, initial_comment=comment)


def _put(method: str, url: str, content: bytes, hosts: Collection[str]) -> None:
    if urlsplit(url).hostname not in {SLACKS_FILES, *hosts}:
        raise DestinationBroken(method, "foreign_host")
    request = Request(url, data=content, headers={"Content-Type": "application/octet-stream"}, method="POST")  # noqa: S310 - the host is Slack's
    try:
        with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310 - as above
            status = answer.status
    except (OSError, HTTPException) as error:
        raise Ambiguous(method, "no_answer", type(error).__name__) from error
    if status != _OK:
        raise Ambiguous(method, f"http_{status}")
