"""What a message may contain: the checks `chat.*` share.

Sources: docs.slack.dev/reference/methods/chat.postMessage and /chat.update, docs.slack.dev/messaging/message-metadata.
"""

from __future__ import annotations

from slackbot.simulator.blocks.check import check_message
from slackbot.simulator.blocks.rules import Problem
from slackbot.simulator.blocks.size import MAX_SUMMED_TEXT, summed_text
from slackbot.simulator.blocks.whole import ONLY_ONE_TABLE, slack_files
from slackbot.simulator.model import Draft, Json
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.web_api.call import Call

_MAX_TEXT = 40_000
_MAX_MARKDOWN = 12_000
_MAX_ATTACHMENTS = 100
_METADATA_KEYS = frozenset({"event_type", "event_payload", "entities"})


def draft_of(call: Call) -> Draft:
    """Read a message's content from the arguments and check it; raises `RefusedError` for what Slack refuses.

    A text above 40,000 characters is cut, with the warning `message_truncated`.
    """
    args = call.args
    text = _text(call)
    blocks = args.objects("blocks", "invalid_blocks_format") if args.sent("blocks") else ()
    attachments = args.objects("attachments", "invalid_attachments") if args.sent("attachments") else ()
    if not (text.strip() or blocks or attachments):
        raise RefusedError("no_text", "a message needs text, blocks or attachments")
    if len(attachments) > _MAX_ATTACHMENTS:
        raise RefusedError("too_many_attachments", f"at most {_MAX_ATTACHMENTS} attachments")
    check_blocks(call, blocks)
    return Draft(
        text=text,
        blocks=blocks,
        attachments=attachments,
        metadata=metadata_of(call),
        thread_ts=args.text("thread_ts") or None,
        reply_broadcast=args.flag("reply_broadcast"),
        parsed=args.text("parse") == "full" or args.flag("link_names"),
    )


def check_blocks(call: Call, blocks: tuple[Json, ...]) -> None:
    """Raise `invalid_blocks`, `invalid_attachments` or `msg_blocks_too_long` unless a message may have the blocks."""
    found = check_message(list(blocks), text=None) or lost_files(call, list(blocks), "/blocks")
    if found:
        problems = [str(each) for each in found]
        body: Json = {
            "errors": problems,
            "response_metadata": {"messages": [f"[ERROR] {each}" for each in problems]},
        }
        a_table_too_many = any(each.message == ONLY_ONE_TABLE for each in found)
        raise RefusedError(
            "invalid_attachments" if a_table_too_many else "invalid_blocks", "; ".join(problems), body=body
        )
    if any(block["type"] == "video" for block in blocks):
        call.need_scope("links.embed:write")
    summed = summed_text(list(blocks))
    if summed > MAX_SUMMED_TEXT:
        rule = f"the text of all blocks is {summed} characters long, more than {MAX_SUMMED_TEXT}"
        raise RefusedError("msg_blocks_too_long", rule)


def lost_files(call: Call, blocks: object, pointer: str) -> list[Problem]:
    """List the `slack_file` objects that name no file an image can show: unknown, unfinished, still processed."""
    files = call.workspace.files
    found = [place for named, place in slack_files(blocks, pointer) if not files.can_be_shown(named)]
    return [Problem("invalid slack file", place) for place in found]


def metadata_of(call: Call) -> Json | None:
    """Read the metadata, an empty object as none; raises `invalid_metadata_format`."""
    error = "invalid_metadata_format"
    if not call.args.sent("metadata"):
        return None
    metadata = call.args.object("metadata", error)
    if not metadata:
        return None
    unknown = sorted(set(metadata) - _METADATA_KEYS)
    if unknown:
        raise RefusedError(error, f"metadata has no field {unknown[0]!r}")
    if not (isinstance(metadata.get("event_type"), str) and metadata["event_type"]):
        raise RefusedError(error, "metadata needs an event_type")
    if not isinstance(metadata.get("event_payload"), dict):
        raise RefusedError(error, "metadata needs an event_payload that is an object")
    return metadata


def _text(call: Call) -> str:
    args = call.args
    markdown = args.text("markdown_text")
    if markdown and (args.sent("text") or args.sent("blocks")):
        raise RefusedError("markdown_text_conflict", "markdown_text stands without text and blocks")
    if len(markdown) > _MAX_MARKDOWN:
        raise RefusedError("msg_too_long", f"markdown_text holds at most {_MAX_MARKDOWN} characters")
    text = args.text("text") or markdown
    if len(text) > _MAX_TEXT:
        call.warnings.append("message_truncated")
    return text[:_MAX_TEXT]
