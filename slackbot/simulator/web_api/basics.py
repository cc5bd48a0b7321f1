"""Methods about the app and its workspace, and reactions (docs.slack.dev/reference/methods/auth.test, ...)."""

from __future__ import annotations

import re

from slackbot.simulator.model import Json
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.web_api.access import is_member, visible
from slackbot.simulator.web_api.call import Call

_EMOJI = re.compile(r"[a-z0-9_+'-]+")
_TS = re.compile(r"\d+\.\d{6}")


def auth_test(call: Call) -> Json:
    """`auth.test`: whose token it is."""
    return {
        "url": f"https://{call.workspace.domain}.slack.com/",
        "team": call.workspace.domain.title(),
        "user": call.app.name.lower(),
        "team_id": call.workspace.team_id,
        "user_id": call.app.bot_user_id,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(call: Call) -> Json:
    """`apps.connections.open`: where to connect for Socket Mode, with an app-level token."""
    return {"url": call.connect()}


def team_info(call: Call) -> Json:
    """`team.info`: what the workspace is called."""
    workspace = call.workspace
    if call.args.sent("team") and call.args.text("team") != workspace.team_id:
        raise RefusedError("team_not_found", "there is no such workspace")
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.domain.title(),
            "domain": workspace.domain,
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


def bot_info(call: Call) -> Json:
    """`bots.info`: which app stands behind a bot id, by default the caller's."""
    app = call.app
    if call.args.text("bot", app.bot_id) != app.bot_id:
        raise RefusedError("bot_not_found", "there is no such bot")
    return {
        "bot": {
            "id": app.bot_id,
            "deleted": False,
            "name": app.name,
            "updated": int(call.workspace.clock.now().timestamp()),
            "app_id": app.app_id,
            "user_id": app.bot_user_id,
            "icons": {},
        }
    }


def add_reaction(call: Call) -> Json:
    """`reactions.add`: put an emoji, named without colons, onto a message."""
    channel = visible(call, call.args.text("channel"))
    if not is_member(call, channel):
        raise RefusedError("no_access", "a bot reacts only where it is a member")
    if channel.archived:
        raise RefusedError("is_archived", "nobody reacts in an archived channel")
    name, ts = call.args.text("name"), call.args.text("timestamp")
    if not _EMOJI.fullmatch(name):
        raise RefusedError("invalid_name", "an emoji is named without colons")
    if not _TS.fullmatch(ts):
        raise RefusedError("bad_timestamp", "timestamp must be a message's ts")
    message = call.workspace.history.get(channel.id, ts)
    if message is None:
        raise RefusedError("message_not_found", f"there is no message {ts} in {channel.id}")
    if call.app.bot_user_id in message.reactions.get(name, ()):
        raise RefusedError("already_reacted", "an emoji is put onto a message once")
    call.workspace.history.react(message, call.app.bot_user_id, name)
    return {}
