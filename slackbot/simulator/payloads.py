"""What Slack sends an app when a person does something: slash commands, interactions, events.

Shapes: docs.slack.dev/interactivity/implementing-slash-commands, docs.slack.dev/reference/interaction-payloads and
docs.slack.dev/apis/events-api.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from slackbot.simulator.element_state import elements_of
from slackbot.simulator.shapes import message_json, view_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slackbot.simulator.model import Channel, Json, Message, Person, View
    from slackbot.simulator.workspace import Workspace

VERIFICATION_TOKEN = "not-for-authentication"  # noqa: S105 deprecated by Slack, present in every payload, opens nothing


def slash_command(
    workspace: Workspace, person: Person, channel: Channel, command: str, text: str, *, response_url: str
) -> Json:
    """Build what `/command text` sends; every value is text, as in the form Slack posts."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": _name(channel),
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": workspace.issue_trigger(person.id),
    }


def global_shortcut(workspace: Workspace, person: Person, callback_id: str) -> Json:
    """Build what a shortcut from the search or the plus sign sends: no channel, no response_url."""
    return {
        **_interaction(workspace, person, "shortcut"),
        "callback_id": callback_id,
        "action_ts": workspace.history.next_ts(""),
    }


def message_action(
    workspace: Workspace, person: Person, message: Message, callback_id: str, *, response_url: str
) -> Json:
    """Build what a shortcut on a message sends, with all of the message; the app need not be in the channel."""
    return {
        **_interaction(workspace, person, "message_action"),
        "callback_id": callback_id,
        "action_ts": workspace.history.next_ts(""),
        "message_ts": message.ts,
        "message": _message(workspace, message),
        "channel": _channel(workspace, message.channel),
        "response_url": response_url,
    }


def message_block_actions(
    workspace: Workspace,
    person: Person,
    message: Message,
    action: Json,
    *,
    state: Mapping[str, Mapping[str, Json]],
    response_url: str,
) -> Json:
    """Build what a press in a message sends; an ephemeral message is not repeated in it, only named."""
    ephemeral = message.to_user is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = {
        **_interaction(workspace, person, "block_actions"),
        "container": container,
        "channel": _channel(workspace, message.channel),
        "state": {"values": state},
        "response_url": response_url,
        "actions": [{**action, "action_ts": workspace.history.next_ts("")}],
    }
    return payload if ephemeral else {**payload, "message": _message(workspace, message)}


def view_block_actions(workspace: Workspace, person: Person, view: View, action: Json) -> Json:
    """Build what a press in a modal or a Home tab sends; its trigger may push onto the modal."""
    shown = _view(workspace, view)
    return {
        **_interaction(workspace, person, "block_actions", in_view=view),
        "container": {"type": "view", "view_id": view.id},
        "view": shown,
        "state": shown["state"],
        "actions": [{**action, "action_ts": workspace.history.next_ts("")}],
    }


def view_submission(
    workspace: Workspace, person: Person, view: View, response_url: Callable[[str], str] = lambda _channel: ""
) -> Json:
    """Build what submitting a modal sends; `response_url` makes one for a channel chosen where the app asked for it."""
    chosen = [
        {
            "block_id": block_id,
            "action_id": action_id,
            "channel_id": channel_id,
            "response_url": response_url(channel_id),
        }
        for block_id, action_id, channel_id in _places_to_answer(view)
    ]
    shown = _interaction(workspace, person, "view_submission", in_view=view)
    return {**shown, "view": _view(workspace, view), "response_urls": chosen}


def view_closed(workspace: Workspace, person: Person, view: View, *, is_cleared: bool) -> Json:
    """Build what closing a modal sends when it asked for it; what stood in its inputs is left out."""
    shown = _interaction(workspace, person, "view_closed")
    del shown["trigger_id"]
    closed = {**_view(workspace, view), "state": {"values": {}}}
    return {**shown, "view": closed, "is_cleared": is_cleared}


def block_suggestion(workspace: Workspace, person: Person, view: View, *, block_id: str, element: Json) -> Json:
    """Build what typing into an external select of a modal sends; `element["value"]` is what was typed."""
    return {
        **_interaction(workspace, person, "block_suggestion"),
        "container": {"type": "view", "view_id": view.id},
        "view": _view(workspace, view),
        "block_id": block_id,
        "action_id": element["action_id"],
        "value": element.get("value", ""),
    }


def event_callback(workspace: Workspace, event: Json, *, number: int) -> Json:
    """Wrap an event the way the Events API does; the same `number` is the same `event_id`."""
    at = workspace.clock.now()
    app = workspace.app
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": app.app_id,
        "event": {**event, "event_ts": event.get("event_ts") or f"{at.timestamp():.6f}"},
        "type": "event_callback",
        "event_id": f"Ev{number:08d}",
        "event_time": int(at.timestamp()),
        "event_context": f"4-{number}",
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": app.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }


def answers(kind: str, payload: Json) -> bool:
    """Say whether the body of an ack counts: it answers a command, a form or a search for options."""
    return kind == "slash_commands" or payload.get("type") in ("view_submission", "block_suggestion")


def envelope(envelope_id: str, kind: str, payload: Json, *, retries: int) -> Json:
    """Put a payload into the frame Socket Mode sends."""
    frame: Json = {
        "envelope_id": envelope_id,
        "type": kind,
        "accepts_response_payload": answers(kind, payload),
        "payload": payload,
    }
    if kind == "events_api":
        frame["retry_attempt"] = retries
        frame["retry_reason"] = "timeout" if retries else ""
    return frame


def subscribed(events: Iterable[str] | None, event: Json) -> bool:
    """Say whether a manifest's `bot_events` ask for an event; None asks for every one.

    A message is subscribed to by the kind of its conversation: `message.channels`, `message.groups`, `message.im`.
    """
    if events is None:
        return True
    name = str(event.get("type"))
    if name == "message":
        kind = str(event.get("channel_type"))
        name = f"message.{kind}" if kind in ("im", "mpim") else f"message.{kind}s"
    return name in set(events)


def _interaction(workspace: Workspace, person: Person, kind: str, *, in_view: View | None = None) -> Json:
    return {
        "type": kind,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "user": {
            "id": person.id,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id,
        },
        "api_app_id": workspace.app.app_id,
        "token": VERIFICATION_TOKEN,
        "trigger_id": workspace.issue_trigger(person.id, in_view=in_view.id if in_view else None),
    }


def _places_to_answer(view: View) -> Iterator[tuple[str, str, str]]:
    for block in view.content["blocks"]:
        for element in elements_of(block):
            block_id, action_id = str(block["block_id"]), str(element.get("action_id"))
            state = view.state.get(block_id, {}).get(action_id, {})
            chosen = state.get("selected_conversation") or state.get("selected_channel")
            if element.get("response_url_enabled") and chosen:
                yield block_id, action_id, str(chosen)


def _view(workspace: Workspace, view: View) -> Json:
    return view_json(view, team_id=workspace.team_id, app=workspace.app)


def _message(workspace: Workspace, message: Message) -> Json:
    replies = workspace.history.replies(message.channel, message.ts)
    return message_json(message, team_id=workspace.team_id, replies=replies)


def _channel(workspace: Workspace, channel_id: str) -> Json:
    channel = workspace.channel(channel_id)
    return {"id": channel_id, "name": _name(channel) if channel else ""}


def _name(channel: Channel) -> str:
    # Slack hides the names of private places from slash commands and interactions.
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.private else channel.name
