"""Slack's payloads read into our values: the only place that digs in their dictionaries.

Shapes: docs.slack.dev/reference/interaction-payloads and docs.slack.dev/interactivity/implementing-slash-commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slackbot.core.model import Source
from slackbot.errors import RungError
from slackbot.ids import FIELD_PREFIX

_PRIVATE_NAMES = frozenset({"privategroup", "directmessage"})


class MalformedPayloadError(RungError):
    """What arrived is not what Rung has sent out. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a payload, as Slack has verified it."""

    team_id: str
    user_id: str
    user_team_id: str


@dataclass(frozen=True, slots=True)
class Press:
    """A press on one of our buttons. `key` tells it from every other press."""

    sender: Sender
    escalation_id: str
    visit: int
    key: str
    trigger_id: str
    response_url: str | None


@dataclass(frozen=True, slots=True)
class Submission:
    """A form that was submitted: its fields by name, without what was left empty; `view_hash` names its drawing."""

    sender: Sender
    view_id: str
    private_metadata: str
    values: Mapping[str, str]
    view_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A message that is to be escalated. `author` is the name of who wrote it, where the payload knows one."""

    source: Source
    text: str
    author: str | None


def sender_of(body: Mapping[str, Any]) -> Sender:
    """Read who sent a command, press, shortcut or form.

    Raises:
        MalformedPayloadError: it names nobody.
    """
    user = body.get("user")
    if not isinstance(user, Mapping):
        user = {"id": body.get("user_id")}
    view = body.get("view") or {}
    team = body.get("team") or {}
    own = user.get("team_id")
    installed = view.get("app_installed_team_id") or team.get("id") or body.get("team_id") or own
    identity = _text(user.get("id"))
    if identity is None or _text(installed) is None:
        raise MalformedPayloadError
    return Sender(installed, identity, str(own or installed))


def press_of(body: Mapping[str, Any]) -> Press:
    """Read a press on a button that carries a case and a visit.

    Raises:
        MalformedPayloadError: the value is none of ours.
    """
    sender = sender_of(body)
    action = _action(body)
    identity, _, visit = str(action.get("value") or "").partition(":")
    if not (identity.isalnum() and visit.isascii() and visit.isdigit()):
        raise MalformedPayloadError
    return Press(
        sender=sender,
        escalation_id=identity,
        visit=int(visit),
        key=press_key(body),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=_text(body.get("response_url")),
    )


def press_key(body: Mapping[str, Any]) -> str:
    """Name a press: the same one delivered again has the same name."""
    container = body.get("container") or {}
    place = container.get("message_ts") or container.get("view_id") or ""
    return f"press:{place}:{press_moment(body)}:{sender_of(body).user_id}"


def press_moment(body: Mapping[str, Any]) -> str:
    """Read when something was pressed or chosen, as Slack writes it (`action_ts`)."""
    return str(_action(body).get("action_ts") or "")


def pressed_value(body: Mapping[str, Any]) -> str:
    """Read what a button carries, as it is."""
    return str(_action(body).get("value") or "")


def submission_of(body: Mapping[str, Any]) -> Submission:
    """Read a submitted form, or one in which a choice was just made.

    Raises:
        MalformedPayloadError: there is no form in it.
    """
    view = body.get("view")
    if not isinstance(view, Mapping):
        raise MalformedPayloadError
    state = (view.get("state") or {}).get("values") or {}
    read = {
        block_id.removeprefix(FIELD_PREFIX): _value_of(elements)
        for block_id, elements in state.items()
        if block_id.startswith(FIELD_PREFIX)
    }
    return Submission(
        sender=sender_of(body),
        view_id=str(view.get("id") or ""),
        private_metadata=str(view.get("private_metadata") or ""),
        values={name: value for name, value in read.items() if value},
        view_hash=_text(view.get("hash")),
    )


def quote_of(body: Mapping[str, Any]) -> Quote:
    """Read the message on which the shortcut was used; a private place is told by the name Slack gives it.

    Raises:
        MalformedPayloadError: there is no message in it.
    """
    message, channel = body.get("message"), body.get("channel") or {}
    if not isinstance(message, Mapping) or not channel.get("id"):
        raise MalformedPayloadError
    identity = str(channel["id"])
    private = channel.get("name") in _PRIVATE_NAMES or not identity.startswith("C")
    source = Source(
        channel=identity,
        message_ts=_text(body.get("message_ts") or message.get("ts")),
        thread_ts=_text(message.get("thread_ts")),
        private=private,
    )
    return Quote(source, str(message.get("text") or ""), _author_of(message, body.get("user") or {}))


def _author_of(message: Mapping[str, Any], presser: Mapping[str, Any]) -> str | None:
    """Find a name: of the one who uses the shortcut on their own message, of an app, or one that came along."""
    if message.get("user") and message.get("user") == presser.get("id"):
        return _text(presser.get("name"))
    profile, app = message.get("user_profile") or {}, message.get("bot_profile") or {}
    named = (profile.get("display_name"), profile.get("real_name"), message.get("username"), app.get("name"))
    return next((name for name in map(_text, named) if name), None)


def _action(body: Mapping[str, Any]) -> Mapping[str, Any]:
    actions = body.get("actions") or ()
    if not actions or not isinstance(actions[0], Mapping):
        raise MalformedPayloadError
    return actions[0]


def _value_of(elements: object) -> str | None:
    if not isinstance(elements, Mapping) or not elements:
        return None
    element = next(iter(elements.values()))
    if not isinstance(element, Mapping):
        return None
    if element.get("selected_date_time"):
        return datetime.fromtimestamp(int(element["selected_date_time"]), UTC).isoformat()
    chosen = element.get("selected_option") or {}
    return _text(element.get("value") or chosen.get("value"))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
