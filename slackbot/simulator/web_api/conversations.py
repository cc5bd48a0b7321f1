"""`conversations.*` about conversations themselves (docs.slack.dev/reference/methods/conversations.info, ...)."""

from __future__ import annotations

from slackbot.simulator.model import Channel, ChannelKind, Json
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.scopes import CHANNEL_KINDS, scope_for
from slackbot.simulator.shapes import channel_json
from slackbot.simulator.web_api.access import check_recipient, is_member, visible
from slackbot.simulator.web_api.call import Call
from slackbot.simulator.web_api.paging import next_cursor

_MAX_PAGE = 1000
_MOST_IN_A_GROUP = 8


def open_conversation(call: Call) -> Json:
    """`conversations.open`: find or make the direct message with a person, or the group message with several."""
    users = call.args.listed("users")
    if call.args.sent("channel"):
        channel = visible(call, call.args.text("channel"))
        if not (channel.is_im or channel.is_mpim):
            raise RefusedError("method_not_supported_for_channel_type", "only direct messages are opened")
        return _opened(call, channel, was_open=True)
    _check_company(call, users)
    before = {each.id for each in call.workspace.channels()}
    channel = call.workspace.direct_message(*users)
    return _opened(call, channel, was_open=channel.id in before)


def info(call: Call) -> Json:
    """`conversations.info`: what a conversation is."""
    channel = visible(call, call.args.text("channel"))
    call.need_scope(scope_for(channel.kind, "read"))
    shown = _shown(call, channel)
    if not call.args.flag("include_num_members"):
        shown.pop("num_members", None)
    if call.args.flag("include_locale"):
        shown["locale"] = "en-US"
    return {"channel": shown}


def join(call: Call) -> Json:
    """`conversations.join`: enter a public channel; being in it already is a warning."""
    channel = visible(call, call.args.text("channel"))
    if channel.kind != "public_channel":
        raise RefusedError("method_not_supported_for_channel_type", "only public channels can be joined")
    if channel.archived:
        raise RefusedError("is_archived", "nobody joins an archived channel")
    if is_member(call, channel):
        call.warnings.append("already_in_channel")
    else:
        channel = call.workspace.invite(channel.id, call.app.bot_user_id)
    return {"channel": _shown(call, channel)}


def list_conversations(call: Call) -> Json:
    """`conversations.list`: the conversations the app can see, public channels unless `types` says otherwise."""
    kinds = _kinds(call)
    seen = [each for each in call.workspace.channels() if each.kind in kinds]
    seen = [each for each in seen if each.kind == "public_channel" or is_member(call, each)]
    living_only = call.args.flag("exclude_archived")
    page, cursor = call.pager.cut(
        call.fact.name,
        seen,
        cursor=call.args.text("cursor"),
        limit=page_limit(call, 100),
        keep=lambda each: not (living_only and each.archived),
    )
    return {"channels": [_shown(call, each) for each in page], **next_cursor(cursor)}


def members(call: Call) -> Json:
    """`conversations.members`: the ids of who is in a conversation."""
    channel = visible(call, call.args.text("channel"))
    call.need_scope(scope_for(channel.kind, "read"))
    page, cursor = call.pager.cut(
        f"{call.fact.name}:{channel.id}",
        channel.members,
        cursor=call.args.text("cursor"),
        limit=page_limit(call, 100),
    )
    return {"members": page, **next_cursor(cursor)}


def page_limit(call: Call, default: int) -> int:
    """Read how many items a page shall have; raises `invalid_limit` outside 1 to 1,000."""
    limit = call.args.number("limit", default)
    if not 1 <= limit <= _MAX_PAGE:
        raise RefusedError("invalid_limit", f"limit must be 1 to {_MAX_PAGE}")
    return limit


def _check_company(call: Call, users: list[str]) -> None:
    if not users:
        raise RefusedError("users_list_not_supplied", "users must name somebody")
    if len(users) > _MOST_IN_A_GROUP:
        raise RefusedError("too_many_users", f"at most {_MOST_IN_A_GROUP} people")
    call.need_scope("im:write" if len(users) == 1 else "mpim:write")
    for user_id in users:
        check_recipient(call, user_id, unknown="user_not_found")
    if call.args.flag("prevent_creation") and not _exists(call, users):
        raise RefusedError("channel_not_found", "the conversation is not open and must not be made")


def _exists(call: Call, users: list[str]) -> bool:
    wanted = {*users, call.app.bot_user_id}
    channels = call.workspace.channels()
    return any(set(each.members) == wanted for each in channels if each.is_im or each.is_mpim)


def _opened(call: Call, channel: Channel, *, was_open: bool) -> Json:
    known: Json = {"no_op": True, "already_open": True} if was_open else {}
    if call.args.flag("return_im"):
        return {**known, "channel": _shown(call, channel)}
    return {**known, "channel": {"id": channel.id}}


def _kinds(call: Call) -> list[ChannelKind]:
    wanted = call.args.listed("types") or ["public_channel"]
    unknown = [each for each in wanted if each not in CHANNEL_KINDS]
    if unknown:
        raise RefusedError("invalid_types", f"there is no type {unknown[0]!r}")
    kinds = [kind for kind in CHANNEL_KINDS if kind in wanted]
    for kind in kinds:
        call.need_scope(scope_for(kind, "read"))
    return kinds


def _shown(call: Call, channel: Channel) -> Json:
    team_id, bot = call.workspace.team_id, call.app.bot_user_id
    return channel_json(channel, team_id=team_id, bot_user_id=bot)
