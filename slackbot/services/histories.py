"""What of ours can be seen in Slack: the history of a place, read once for all who look there."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from slackbot.services.composing import Place, is_person, keys_in
from slackbot.services.reactions import AUTH_PAUSE, LOOK_LATER
from slackbot.slack.failures import Ambiguous, AuthBroken, NotApplied, RateLimited, SlackFailure, UnknownCode
from slackbot.slack.gateway import Gateway

log = logging.getLogger(__name__)

PAGE = 100

MOST_LOOKS = 6
"""After so many answers of history that nobody understands, it is taken for unreadable."""

_NO_HISTORY = frozenset({"missing_scope", "not_allowed_token_type"})

Copy = tuple[str, str]
"""A visible copy of a message, by channel and ts."""

Seen = dict[str, list[Copy]]
"""The visible messages of ours in a place, by the key of each row they stand for, the oldest first."""


class Histories:
    """Reads the history of channels and threads, each once in its lifetime, from where the first reader asks on.

    What could not be read is not tried again: a new one is made for each round of looks.
    """

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._read: dict[Place, Seen | SlackFailure] = {}

    def at(self, place: Place, since: datetime) -> Seen:
        """Say what of ours can be seen in a place.

        Raises:
            SlackFailure: its history can't be read.
        """
        found = self._read.get(place)
        if found is None:
            try:
                found = self._copies(place, since)
            except SlackFailure as failure:
                log.warning("no history of %s: %s", place.channel, failure)
                found = failure
            self._read[place] = found
        if isinstance(found, SlackFailure):
            raise found
        return found

    def _copies(self, place: Place, since: datetime) -> Seen:
        channel = self._channel(place)
        method = "conversations.replies" if place.thread else "conversations.history"
        found: Seen = {}
        cursor: str | None = None
        while True:
            answer = self._gateway.call(
                place.workspace_id,
                method,
                channel=channel,
                ts=place.thread,
                oldest=f"{since.astimezone(UTC).timestamp():.6f}",
                inclusive=True,
                include_all_metadata=True,
                limit=PAGE,
                cursor=cursor,
            )
            for message in answer.get("messages", ()):
                for key in keys_in(message.get("metadata")):
                    found.setdefault(key, []).append((channel, str(message["ts"])))
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or None
            if cursor is None:
                return {key: sorted(copies) for key, copies in found.items()}

    def _channel(self, place: Place) -> str:
        if not is_person(place.channel):
            return place.channel
        opened = self._gateway.call(place.workspace_id, "conversations.open", users=place.channel)
        return str(opened["channel"]["id"])


def may_be_read_later(failure: SlackFailure) -> bool:
    """Say whether a history that can't be read now may be readable soon."""
    if isinstance(failure, AuthBroken):
        return failure.code not in _NO_HISTORY
    return isinstance(failure, NotApplied | Ambiguous)


def is_passing(failure: SlackFailure) -> bool:
    """Say whether the same call may well succeed later: too many, no connection, no answer, Slack's own trouble."""
    return isinstance(failure, NotApplied | Ambiguous) and not isinstance(failure, UnknownCode)


def pause_after(failure: SlackFailure) -> timedelta:
    """Say how long to leave a history alone that could not be read."""
    if isinstance(failure, RateLimited):
        return timedelta(seconds=failure.retry_after)
    return AUTH_PAUSE if isinstance(failure, AuthBroken) else LOOK_LATER
