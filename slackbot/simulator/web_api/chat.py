"""`chat.*`: post, change, delete and point at messages (docs.slack.dev/reference/methods/chat.postMessage, ...)."""

from __future__ import annotations

from dataclasses import replace

from slackbot.simulator.model import Channel, Draft, Json, Message
from slackbot.simulator.refusals import RefusedError, invalid_arguments
from slackbot.simulator.shapes import message_json
from slackbot.simulator.text import utf8_length
from slackbot.simulator.web_api.access import own_message, postable, visible
from slackbot.simulator.web_api.call import Call
from slackbot.simulator.web_api.content import draft_of

_MAX_UPDATE_BYTES = 4000
_CUSTOM_LOOKS = ("username", "icon_emoji", "icon_url")


def post_message(call: Call) -> Json:
    """`chat.postMessage`: put a message into a conversation, or into the direct message with a person."""
    _check_looks(call)
    channel = postable(call, call.args.text("channel"))
    draft = draft_of(call)
    _check_thread(call, channel, draft)
    call.pace_message(channel.id)
    message = call.workspace.history.post(channel.id, call.app.author, draft)
    return {"channel": channel.id, "ts": message.ts, "message": _shown(call, message)}


def post_ephemeral(call: Call) -> Json:
    """`chat.postEphemeral`: show a message to one member of a conversation; it can't be changed later."""
    _check_looks(call)
    channel = postable(call, call.args.text("channel"))
    draft = draft_of(call)
    _check_thread(call, channel, draft)
    user_id = call.args.text("user")
    person = call.workspace.person(user_id)
    if person is None or person.deleted or user_id not in channel.members:
        raise RefusedError("user_not_in_channel", "an ephemeral message needs its reader in the channel")
    message = call.workspace.history.post_ephemeral(channel.id, user_id, call.app.author, draft)
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    """`chat.update`: change an own message; text alone removes blocks, blocks alone keep the text."""
    channel = visible(call, call.args.text("channel"))
    if channel.archived:
        raise RefusedError("is_inactive", "messages of an archived channel can't be changed")
    message = own_message(call, channel, not_mine="cant_update_message")
    size = utf8_length(call.args.text("text"))
    if size > _MAX_UPDATE_BYTES:
        rule = f"text of an update is {size} bytes of UTF-8 long, more than {_MAX_UPDATE_BYTES}"
        messages = ["[ERROR] The `text` field cannot exceed 4,000 characters"]
        body: Json = {"response_metadata": {"messages": messages}}
        raise RefusedError("msg_too_long", rule, body=body)
    draft = _merged(call, message, draft_of(call))
    changed = call.workspace.history.edit(message, draft, marked=not draft.blocks)
    return {"channel": channel.id, "ts": changed.ts, "text": changed.text, "message": _shown(call, changed)}


def delete(call: Call) -> Json:
    """`chat.delete`: take an own message away."""
    channel = visible(call, call.args.text("channel"))
    message = own_message(call, channel, not_mine="cant_delete_message")
    call.workspace.history.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """`chat.getPermalink`: the link to a message."""
    channel = visible(call, call.args.text("channel"))
    message = call.workspace.history.get(channel.id, call.args.text("message_ts"))
    if message is None:
        raise RefusedError("message_not_found", f"there is no such message in {channel.id}")
    link = call.workspace.permalink(channel.id, message.ts, message.thread_ts)
    return {"channel": channel.id, "permalink": link}


def _merged(call: Call, old: Message, new: Draft) -> Draft:
    args = call.args
    text_given = args.sent("text") or args.sent("markdown_text")
    return replace(
        new,
        text=new.text if text_given else old.text,
        attachments=new.attachments if args.sent("attachments") else old.attachments,
        metadata=new.metadata if args.sent("metadata") else old.metadata,
    )


def _check_thread(call: Call, channel: Channel, draft: Draft) -> None:
    if draft.thread_ts is None:
        if draft.reply_broadcast:
            raise invalid_arguments("reply_broadcast needs thread_ts")
        return
    parent = call.workspace.history.parent(channel.id, draft.thread_ts)
    if parent is None:
        # Undocumented; the name is what apps in the field report.
        raise RefusedError("thread_not_found", "thread_ts names no message of this conversation")
    if parent.is_reply:
        raise RefusedError("cannot_reply_to_message", "thread_ts names a reply instead of its parent")


def _check_looks(call: Call) -> None:
    if any(call.args.sent(name) for name in _CUSTOM_LOOKS):
        call.need_scope("chat:write.customize")


def _shown(call: Call, message: Message) -> Json:
    return message_json(message, team_id=call.workspace.team_id)
