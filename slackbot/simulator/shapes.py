"""How the workspace's things look as JSON in Slack's answers, payloads and events.

Source: the examples of docs.slack.dev/reference/methods and /reference/objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from slackbot.simulator.model import App, Channel, Group, Json, Message, Person, View

MetadataShown = Literal["full", "type", "none"]


def message_json(
    message: Message,
    *,
    team_id: str,
    replies: Sequence[Message] = (),
    metadata: MetadataShown = "full",
) -> Json:
    """Write a message; `replies` makes it the parent of a thread, `metadata` says how much of it is shown."""
    if message.deleted:
        shown: Json = {"subtype": "tombstone", "hidden": True, "user": "USLACKBOT"}
    else:
        shown = {"user": message.author.user, "team": team_id}
    shown |= {"type": "message", "text": message.text, "ts": message.ts}
    if message.author.bot_id and not message.deleted:
        shown |= {"bot_id": message.author.bot_id, "app_id": message.author.app_id}
    if message.blocks:
        shown["blocks"] = list(message.blocks)
    if message.attachments:
        shown["attachments"] = list(message.attachments)
    if message.edited_ts:
        shown["edited"] = {"user": message.author.user, "ts": message.edited_ts}
    if message.metadata and metadata != "none":
        kept = message.metadata if metadata == "full" else {"event_type": message.metadata["event_type"]}
        shown["metadata"] = kept
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
        ]
    return shown | _thread_json(message, replies)


def _thread_json(message: Message, replies: Sequence[Message]) -> Json:
    if message.is_reply:
        broadcast = {"subtype": "thread_broadcast"} if message.reply_broadcast else {}
        return {"thread_ts": message.thread_ts, **broadcast}
    if not replies:
        return {}
    users = list(dict.fromkeys(each.author.user for each in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users[:5],
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def channel_json(channel: Channel, *, team_id: str, bot_user_id: str) -> Json:
    """Write a conversation as `conversations.info` does, seen by the app's bot user."""
    common: Json = {
        "id": channel.id,
        "created": int(channel.created.timestamp()),
        "is_archived": channel.archived,
        "is_im": channel.is_im,
        "is_org_shared": False,
        "context_team_id": team_id,
    }
    if channel.is_im:
        other = [each for each in channel.members if each != bot_user_id]
        return {**common, "user": other[0] if other else bot_user_id, "is_open": True, "priority": 0}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private and not channel.is_mpim,
        "is_group": channel.private and not channel.is_mpim,
        "is_mpim": channel.is_mpim,
        "is_private": channel.private or channel.is_mpim,
        "is_general": channel.name == "general",
        "is_shared": channel.ext_shared,
        "is_ext_shared": channel.ext_shared,
        "is_pending_ext_shared": False,
        "is_member": bot_user_id in channel.members,
        "num_members": len(channel.members),
        "shared_team_ids": [team_id],
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def person_json(person: Person, *, at: datetime, email: bool, locale: bool) -> Json:
    """Write a person as `users.info` does; the e-mail address needs its own scope, the locale is asked for."""
    local = at.astimezone(ZoneInfo(person.tz))
    offset = local.utcoffset() or timedelta(0)
    profile: Json = {
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.display_name,
        "display_name_normalized": person.display_name,
        "team": person.team_id,
    }
    if email and person.email:
        profile["email"] = person.email
    shown: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": local.tzname(),
        "tz_offset": int(offset.total_seconds()),
        "profile": profile,
        "is_restricted": person.guest or person.ultra_restricted,
        "is_ultra_restricted": person.ultra_restricted,
        "is_primary_owner": person.primary_owner,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": int(at.timestamp()),
    }
    if person.stranger:
        shown["is_stranger"] = True
    return {**shown, "locale": person.locale} if locale else shown


def group_json(group: Group, *, team_id: str, users: bool, count: bool, at: datetime) -> Json:
    """Write a user group as `usergroups.list` does; members and their number are there when asked for."""
    shown: Json = {
        "id": group.id,
        "team_id": team_id,
        "is_usergroup": True,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "is_external": False,
        "date_delete": int(at.timestamp()) if group.disabled else 0,
        "auto_type": None,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if users:
        shown["users"] = list(group.members)
    if count:
        shown["user_count"] = str(len(group.members))
    return shown


def view_json(view: View, *, team_id: str, app: App) -> Json:
    """Write a view as `views.open` answers and as interaction payloads carry it."""
    content = view.content
    return {
        "id": view.id,
        "team_id": team_id,
        "type": view.type,
        "title": content.get("title"),
        "submit": content.get("submit"),
        "close": content.get("close"),
        "blocks": list(content.get("blocks", ())),
        "private_metadata": view.private_metadata,
        "callback_id": view.callback_id,
        "external_id": view.external_id,
        "state": {"values": {block: dict(actions) for block, actions in view.state.items()}},
        "hash": view.hash,
        "clear_on_close": bool(content.get("clear_on_close")),
        "notify_on_close": bool(content.get("notify_on_close")),
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": app.app_id,
        "app_installed_team_id": team_id,
        "bot_id": app.bot_id,
    }
