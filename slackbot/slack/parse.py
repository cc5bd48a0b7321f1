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
from slackbot.ids import BLOCK_NOTE, FIELD_PREFIX

_PRIVATE_NAMES = ("privategroup", "directmessage", "mpdm-")
_MOST_DIGITS = 9


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
    """A form that was submitted: its fields by name, without what was left empty; `view_hash` names its drawing.

    `note` is the sentence on top of it, if there was one.
    """

    sender: Sender
    view_id: str
    private_metadata: str
    values: Mapping[str, str]
    view_hash: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A message that is to be escalated.

    `author` is the name of who wrote it, where the payload knows one, and `author_id` their id, where it was a person.
    """

    source: Source
    text: str
    author: str | None
    author_id: str | None


def sender_of(body: Mapping[str, Any]) -> Sender:
    """Read who sent a command, press, shortcut or form.

    Raises:
        MalformedPayloadError: it names nobody.
    """
    user = _part(body, "user")
    identity, own = _text(user.get("id") or body.get("user_id")), _text(user.get("team_id"))
    places = (_part(body, "view").get("app_installed_team_id"), _part(body, "team").get("id"), body.get("team_id"), own)
    installed = next((place for place in map(_text, places) if place), None)
    if identity is None or installed is None:
        raise MalformedPayloadError
    return Sender(installed, identity, own or installed)


def trigger_of(body: Mapping[str, Any]) -> str:
    """Read what allows a form to be opened.

    Raises:
        MalformedPayloadError: there is none.
    """
    trigger = _text(body.get("trigger_id"))
    if trigger is None:
        raise MalformedPayloadError
    return trigger


def person_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """Read whom an event is about: team and person.

    Raises:
        MalformedPayloadError: it names nobody.
    """
    user, team = _part(body, "event").get("user"), _text(body.get("team_id"))
    person = _text(user.get("id") if isinstance(user, Mapping) else user)
    if team is None or person is None:
        raise MalformedPayloadError
    return team, person


def press_of(body: Mapping[str, Any]) -> Press:
    """Read a press on a button, or a choice in a select, that carries a case and a visit.

    Raises:
        MalformedPayloadError: the value is none of ours.
    """
    sender = sender_of(body)
    identity, visit = case_and_visit(pressed_value(body))
    return Press(
        sender=sender,
        escalation_id=identity,
        visit=visit,
        key=press_key(body),
        trigger_id=str(body.get("trigger_id") or ""),
        response_url=_text(body.get("response_url")),
    )


def case_and_visit(carried: str) -> tuple[str, int]:
    """Read which case and which visit a button or a form was drawn for (`ids.press_value`).

    Raises:
        MalformedPayloadError: it is none of ours.
    """
    identity, _, visit = carried.partition(":")
    if not (identity.isalnum() and visit.isascii() and visit.isdigit() and len(visit) <= _MOST_DIGITS):
        raise MalformedPayloadError
    return identity, int(visit)


def press_key(body: Mapping[str, Any]) -> str:
    """Name a press: the same one delivered again has the same name."""
    container = _part(body, "container")
    place = container.get("message_ts") or container.get("view_id") or ""
    return f"press:{place}:{press_moment(body)}:{sender_of(body).user_id}"


def press_moment(body: Mapping[str, Any]) -> str:
    """Read when something was pressed or chosen, as Slack writes it (`action_ts`)."""
    return str(_action(body).get("action_ts") or "")


def pressed_value(body: Mapping[str, Any]) -> str:
    """Read what a button, or what was chosen in a select, carries, as it is."""
    action = _action(body)
    return str(action.get("value") or _part(action, "selected_option").get("value") or "")


def pressed_block(body: Mapping[str, Any]) -> str:
    """Read the id of the block in which something was pressed or chosen: what a select's options share."""
    return str(_action(body).get("block_id") or "")


def place_of(body: Mapping[str, Any]) -> str:
    """Read in which channel a command was typed or something pressed; empty where it was in none."""
    named = (body.get("channel_id"), _part(body, "channel").get("id"), _part(body, "container").get("channel_id"))
    return next((place for place in map(_text, named) if place), "")


def submission_of(body: Mapping[str, Any]) -> Submission:
    """Read a submitted form, or one in which a choice was just made.

    Raises:
        MalformedPayloadError: there is no form in it.
    """
    view = _part(body, "view")
    if not view:
        raise MalformedPayloadError
    state = _part(_part(view, "state"), "values")
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
        note=_note_of(view),
    )


def _note_of(view: Mapping[str, Any]) -> str | None:
    """Read what stands on top of a form: nowhere else is it kept, since customers' text has no place in a draft."""
    blocks = view.get("blocks")
    shown = (block for block in blocks if isinstance(block, Mapping)) if isinstance(blocks, list) else ()
    return next(
        (_text(_part(block, "text").get("text")) for block in shown if block.get("block_id") == BLOCK_NOTE), None
    )


def quote_of(body: Mapping[str, Any]) -> Quote:
    """Read the message on which the shortcut was used; a private place is told by the name Slack gives it.

    Raises:
        MalformedPayloadError: there is no message in it.
    """
    message, channel = _part(body, "message"), _part(body, "channel")
    identity = _text(channel.get("id"))
    if not message or identity is None:
        raise MalformedPayloadError
    private = str(channel.get("name") or "").startswith(_PRIVATE_NAMES) or not identity.startswith("C")
    source = Source(
        channel=identity,
        message_ts=_text(body.get("message_ts") or message.get("ts")),
        thread_ts=_text(message.get("thread_ts")),
        private=private,
    )
    text = _text(message.get("text")) or _fallback_of(message)
    return Quote(source, text, _author_of(message, _part(body, "user")), _text(message.get("user")))


def _author_of(message: Mapping[str, Any], presser: Mapping[str, Any]) -> str | None:
    """Find a name: of the one who uses the shortcut on their own message, of an app, or one that came along."""
    if message.get("user") and message.get("user") == presser.get("id"):
        return _text(presser.get("name"))
    profile, app = _part(message, "user_profile"), _part(message, "bot_profile")
    named = (profile.get("display_name"), profile.get("real_name"), message.get("username"), app.get("name"))
    return next((name for name in map(_text, named) if name), None)


def _fallback_of(message: Mapping[str, Any]) -> str:
    """Give what a message says that is all attachment, as ticket systems post them."""
    attachments = message.get("attachments")
    each = (part for part in attachments if isinstance(part, Mapping)) if isinstance(attachments, list) else ()
    return "\n".join(str(part.get("text") or part.get("fallback") or "") for part in each)


def _part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Give a part that is a dictionary itself; an empty one where there is none."""
    part = body.get(name)
    return part if isinstance(part, Mapping) else {}


def _action(body: Mapping[str, Any]) -> Mapping[str, Any]:
    actions = body.get("actions")
    if not isinstance(actions, list) or not actions or not isinstance(actions[0], Mapping):
        raise MalformedPayloadError
    return actions[0]


def _value_of(elements: object) -> str | None:
    if not isinstance(elements, Mapping) or not elements:
        return None
    element = next(iter(elements.values()))
    if not isinstance(element, Mapping):
        return None
    if element.get("selected_date_time"):
        return _instant(element["selected_date_time"])
    chosen = _part(element, "selected_option").get("value")
    return _text(element.get("value") or chosen or element.get("selected_conversation"))


def _instant(unix: object) -> str:
    try:
        return datetime.fromtimestamp(int(str(unix)), UTC).isoformat()
    except (ValueError, OverflowError, OSError) as error:
        raise MalformedPayloadError from error


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
