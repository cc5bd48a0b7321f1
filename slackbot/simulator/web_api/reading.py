"""`conversations.history` and `conversations.replies`: reading messages back.

Sources: docs.slack.dev/reference/methods/conversations.history and /conversations.replies; metadata comes whole only
with `include_all_metadata` (docs.slack.dev/messaging/message-metadata).
"""

from __future__ import annotations

import re
from decimal import Decimal

from slackbot.simulator.model import Json, Message
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.shapes import message_json
from slackbot.simulator.web_api.access import readable
from slackbot.simulator.web_api.call import Call
from slackbot.simulator.web_api.paging import next_cursor

_TS = re.compile(r"\d+(\.\d+)?")
_HISTORY_DEFAULT, _HISTORY_MOST = 100, 999
_REPLIES_MOST = 1000


def history(call: Call) -> Json:
    """`conversations.history`: the messages of a conversation, newest first, without replies not broadcast."""
    channel = readable(call, call.args.text("channel"))
    seen = call.workspace.history.messages(channel.id)
    top = [each for each in seen if not each.is_reply or each.reply_broadcast]
    within = [each for each in reversed(top) if _between(call, each)]
    limit = _limit(call, _HISTORY_DEFAULT, _HISTORY_MOST)
    return {**_page(call, channel.id, within, limit), "pin_count": 0}


def replies(call: Call) -> Json:
    """`conversations.replies`: a parent and what stands under it, oldest first."""
    channel = readable(call, call.args.text("channel"))
    ts = call.args.text("ts")
    parent = call.workspace.history.parent(channel.id, ts)
    if parent is None:
        raise RefusedError("thread_not_found", f"there is no message {ts} in {channel.id}")
    under = call.workspace.history.replies(channel.id, ts)
    within = [parent, *(each for each in under if _between(call, each))]
    return _page(call, f"{channel.id}:{ts}", within, _limit(call, _REPLIES_MOST, _REPLIES_MOST))


def _page(call: Call, key: str, messages: list[Message], limit: int) -> Json:
    page, cursor = call.pager.cut(f"{call.fact.name}:{key}", messages, cursor=call.args.text("cursor"), limit=limit)
    more = next_cursor(cursor) if cursor else {}
    return {"messages": [_shown(call, each) for each in page], "has_more": bool(cursor), **more}


def _shown(call: Call, message: Message) -> Json:
    under = call.workspace.history.replies(message.channel, message.ts)
    return message_json(
        message,
        team_id=call.workspace.team_id,
        replies=under,
        metadata="full" if call.args.flag("include_all_metadata") else "type",
    )


def _between(call: Call, message: Message) -> bool:
    at = Decimal(message.ts)
    oldest = _bound(call, "oldest", "invalid_ts_oldest")
    latest = _bound(call, "latest", "invalid_ts_latest")
    if call.args.flag("inclusive") and at in (oldest, latest):
        return True
    return (oldest is None or at > oldest) and (latest is None or at < latest)


def _bound(call: Call, name: str, error: str) -> Decimal | None:
    written = call.args.text(name)
    if not written:
        return None
    if not _TS.fullmatch(written):
        raise RefusedError(error, f"{name} must be a message's ts")
    return Decimal(written)


def _limit(call: Call, default: int, most: int) -> int:
    cap = call.rules.history_limit or most
    return max(1, min(call.args.number("limit", default), cap, most))
