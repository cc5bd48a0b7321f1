"""Who may do what where: the rules by which a conversation is found, read and posted to.

Source: the error tables of docs.slack.dev/reference/methods. To the app, a private channel it is not in does not exist.
"""

from __future__ import annotations

from slackbot.simulator.model import Channel, Message
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.scopes import scope_for
from slackbot.simulator.web_api.call import Call

_PERSON_PREFIXES = ("U", "W")


def visible(call: Call, channel_id: str) -> Channel:
    """Find a conversation the app can see; raises `channel_not_found`."""
    channel = call.workspace.channel(channel_id)
    if channel is None:
        raise RefusedError("channel_not_found", f"there is no conversation {channel_id!r}")
    if channel.kind != "public_channel" and not is_member(call, channel):
        raise RefusedError("channel_not_found", "a private conversation shows itself to its members only")
    return channel


def is_member(call: Call, channel: Channel) -> bool:
    """Say whether the app's bot user is in a conversation."""
    return call.app.bot_user_id in channel.members


def readable(call: Call, channel_id: str) -> Channel:
    """Find a conversation whose messages the app may read; raises `channel_not_found`, `not_in_channel`, ..."""
    channel = visible(call, channel_id)
    call.need_scope(scope_for(channel.kind, "history"))
    if not is_member(call, channel):
        raise RefusedError("not_in_channel", "a bot reads only where it is a member")
    return channel


def postable(call: Call, target: str) -> Channel:
    """Find where a message may be posted: a conversation by id or `#name`, or a person's direct message.

    Raises `RefusedError` (`channel_not_found`, `not_in_channel`, `is_archived`, `messages_tab_disabled`,
    `user_disabled`, `cannot_dm_bot`).
    """
    if target.startswith(_PERSON_PREFIXES):
        _check_direct(call, target, unknown="channel_not_found")
        return call.workspace.direct_message(target)
    named = call.workspace.channel_named(target) if target.startswith("#") else None
    channel = visible(call, named.id if named else target)
    if channel.archived:
        raise RefusedError("is_archived", "nobody posts to an archived channel")
    if channel.is_im:
        for user_id in channel.members:
            if user_id != call.app.bot_user_id:
                _check_direct(call, user_id, unknown="channel_not_found")
    elif not is_member(call, channel) and "chat:write.public" not in call.app.scopes:
        raise RefusedError("not_in_channel", "a bot posts only where it is a member")
    return channel


def _check_direct(call: Call, user_id: str, *, unknown: str) -> None:
    check_recipient(call, user_id, unknown=unknown)
    if not call.app.messages_tab:
        raise RefusedError("messages_tab_disabled", "the manifest switches the Messages tab off")


def check_recipient(call: Call, user_id: str, *, unknown: str) -> None:
    """Raise `RefusedError` unless a person can get a direct message; `unknown` is the error for nobody."""
    person = call.workspace.person(user_id)
    if person is None:
        raise RefusedError(unknown, f"there is nobody {user_id!r}")
    if person.deleted:
        raise RefusedError("user_disabled", "the account is deactivated")
    if person.is_bot:
        raise RefusedError("cannot_dm_bot", "bots get no direct messages")


def own_message(call: Call, channel: Channel, *, not_mine: str) -> Message:
    """Find the app's message the argument `ts` names; raises `message_not_found`, or `not_mine` for others'."""
    ts = call.args.text("ts")
    message = call.workspace.history.get(channel.id, ts)
    if message is None:
        raise RefusedError("message_not_found", f"there is no message {ts} in {channel.id}")
    if message.author.app_id != call.app.app_id:
        raise RefusedError(not_mine, "an app changes only its own messages")
    return message
