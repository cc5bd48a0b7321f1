"""What stands before Bolt in HTTP mode: nothing unsigned is parsed, and what was signed is parsed as it was meant.

Bolt 1.30 reads the body before it checks who signed it, fails on a timestamp that is no number, and takes every form
with the word `payload` anywhere in it for a press. So the signature is checked here, over the bytes as they came
(docs.slack.dev/authentication/verifying-requests-from-slack), and Bolt is given JSON.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from slackbot.errors import RungError

LARGEST_BODY = 1_000_000
"""Bytes; Slack's own largest payloads, views with their state, stay under a third of it."""

OLDEST = 300.0
"""Seconds that a request may be old, or ahead of our clock."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class Refusal(StrEnum):
    """Why a request is not read; the word is a label of the metrics."""

    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    NO_TIMESTAMP = "no_timestamp"
    TOO_OLD = "too_old"
    NO_SIGNATURE = "no_signature"
    WRONG_SIGNATURE = "wrong_signature"
    UNREADABLE = "unreadable"

    @property
    def status(self) -> HTTPStatus:
        """Say which HTTP status tells it."""
        return _STATUS.get(self, HTTPStatus.UNAUTHORIZED)


_STATUS = {
    Refusal.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Refusal.TOO_SLOW: HTTPStatus.REQUEST_TIMEOUT,
    Refusal.UNREADABLE: HTTPStatus.BAD_REQUEST,
}


class RefusedError(RungError):
    """The request is not read; `why` says for which reason."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(f"a request is not read: {why}")
        self.why = why


def check_signature(secret: bytes, body: bytes, timestamp: str | None, signature: str | None, now: float) -> None:
    """See that a request is from Slack and from just now; `now` is in seconds since 1970.

    Raises:
        RefusedError: it is not.
    """
    if len(body) > LARGEST_BODY:
        raise RefusedError(Refusal.TOO_LARGE)
    if timestamp is None or not _TIMESTAMP.fullmatch(timestamp):
        raise RefusedError(Refusal.NO_TIMESTAMP)
    if abs(now - int(timestamp)) > OLDEST:
        raise RefusedError(Refusal.TOO_OLD)
    if signature is None or not _SIGNATURE.fullmatch(signature):
        raise RefusedError(Refusal.NO_SIGNATURE)
    signed = hmac.new(secret, b"v0:" + timestamp.encode("ascii") + b":" + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(f"v0={signed}", signature):
        raise RefusedError(Refusal.WRONG_SIGNATURE)


def payload_in(body: bytes, content_type: str) -> str:
    """Read the payload out of a signed body and give it as the text of a JSON object.

    Presses and forms come as JSON in the field `payload` of a form, commands as the form itself, events as JSON.

    Raises:
        RefusedError: it is nothing of that.
    """
    try:
        text = body.decode("utf-8")
        kind = content_type.partition(";")[0].strip().lower()
        if kind == _JSON:
            return _object(text)
        if kind == _FORM:
            fields = dict(parse_qsl(text, keep_blank_values=True))
            is_press = "payload" in fields and "command" not in fields
            return _object(fields["payload"] if is_press else json.dumps(fields))
    except (ValueError, RecursionError) as error:
        raise RefusedError(Refusal.UNREADABLE) from error
    raise RefusedError(Refusal.UNREADABLE)


def _object(text: str) -> str:
    found: Any = json.loads(text)
    if not isinstance(found, dict) or not found:
        raise RefusedError(Refusal.UNREADABLE)
    return text
