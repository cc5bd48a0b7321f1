"""`files.*`: the three steps of an upload, and what became of it (docs.slack.dev/messaging/working-with-files)."""

from __future__ import annotations

from slackbot.simulator.files import File, Share
from slackbot.simulator.model import Channel, Draft, Json
from slackbot.simulator.refusals import RefusedError, invalid_arguments
from slackbot.simulator.web_api.access import postable
from slackbot.simulator.web_api.call import Call
from slackbot.simulator.web_api.content import check_blocks

_MAX_ALT_TEXT = 1000
_MAX_CHANNELS = 100


def get_upload_url(call: Call) -> Json:
    """`files.getUploadURLExternal`: where to put so many bytes."""
    length = call.args.number("length", 0)
    if length < 1:
        raise invalid_arguments("must be greater than 0 [json-pointer:/length]")
    alt_text = call.args.text("alt_txt")
    if len(alt_text) > _MAX_ALT_TEXT:
        raise RefusedError("alt_txt_too_large", f"alt_txt holds at most {_MAX_ALT_TEXT} characters")
    files = call.workspace.files
    file = files.reserve(call.args.text("filename"), length, alt_text)
    return {"upload_url": files.upload_url(file), "file_id": file.id}


def complete_upload(call: Call) -> Json:
    """`files.completeUploadExternal`: finish uploads, and show them where asked; without a channel they stay private.

    The answer names no message: `files.info` does, once Slack has processed the file.
    """
    wanted = call.args.objects("files", "invalid_arguments")
    if not wanted:
        raise invalid_arguments("must provide at least 1 items [json-pointer:/files]")
    channels = [_postable(call, each) for each in _channels(call)]
    draft = _draft(call)
    files = call.workspace.files
    done = [files.complete(str(each.get("id")), str(each.get("title") or "")) for each in wanted]
    for channel in channels:
        titles = ", ".join(each.title for each in done)
        said = draft if draft.text or draft.blocks else Draft(text=titles, thread_ts=draft.thread_ts)
        message = call.workspace.history.post(channel.id, call.app.author, said)
        share = Share(channel.id, message.ts, channel.private)
        done = [files.share(each, (share,)) for each in done]
    return {"files": [{"id": each.id, "title": each.title} for each in done]}


def file_info(call: Call) -> Json:
    """`files.info`: what a file is and by which messages it was shown."""
    file = call.workspace.files.get(call.args.text("file"))
    if file is None or file.completed_at is None:
        raise RefusedError("file_not_found", "there is no such file")
    return {"file": _shown(call, file), "comments": []}


def _channels(call: Call) -> list[str]:
    listed = [*call.args.listed("channels"), *call.args.listed("channel_id")]
    if len(listed) > _MAX_CHANNELS:
        raise RefusedError("channels_limit_exceeded", f"at most {_MAX_CHANNELS} channels")
    return listed


def _postable(call: Call, channel_id: str) -> Channel:
    try:
        return postable(call, channel_id)
    except RefusedError as refused:
        if refused.error in {"channel_not_found", "not_in_channel"}:
            raise
        raise RefusedError("posting_to_channel_denied", refused.rule) from refused


def _draft(call: Call) -> Draft:
    comment = call.args.text("initial_comment")
    blocks = call.args.objects("blocks", "invalid_blocks") if call.args.sent("blocks") and not comment else ()
    if any(block.get("type") == "markdown" for block in blocks):
        # As seen live: github.com/slackapi/python-slack-sdk/issues/1756.
        raise RefusedError("internal_error", "a markdown block beside a file is more than Slack can do")
    check_blocks(call, blocks)
    return Draft(text=comment, blocks=blocks, thread_ts=call.args.text("thread_ts") or None)


def _shown(call: Call, file: File) -> Json:
    shares: dict[str, dict[str, list[Json]]] = {"public": {}, "private": {}}
    if call.workspace.files.is_processed(file):
        for share in file.shares:
            kind = shares["private" if share.private else "public"]
            kind.setdefault(share.channel, []).append({"ts": share.ts})
    return {
        "id": file.id,
        "created": int(file.created.timestamp()),
        "name": file.name,
        "title": file.title,
        "user": call.app.bot_user_id,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "is_public": bool(shares["public"]),
        "alt_txt": file.alt_text,
        "url_private": call.workspace.files.url(file),
        "shares": {name: places for name, places in shares.items() if places},
    }
