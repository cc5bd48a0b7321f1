"""Block Kit's rules for whole messages and views (docs.slack.dev/surfaces, /reference/views, chat.postMessage)."""

from __future__ import annotations

from tests.simulator.kit import (
    DIVIDER,
    WORD,
    Ask,
    KitRule,
    block,
    button,
    counts,
    field,
    fits,
    home,
    letters,
    message,
    modal,
    mrkdwn,
    pie,
    plain,
    pressed,
    section,
    table,
)

NAMED = {**DIVIDER, "block_id": "a"}
ASKED = field("plain_text_input")
FOCUSED = field("plain_text_input", focus_on_load=True)


def heavy(fields: int) -> Ask:
    """Make a modal of so many sections with ten long fields each: 20,000 characters a section."""
    return modal(*[section(fields=[plain(2000)] * 10)] * fields)


def summed(length: int) -> Ask:
    """Make a message whose blocks hold that many characters in all."""
    return message(*[section(text=plain(3000))] * 3, section(text=plain(2000)), section(text=plain(length - 11_000)))


def update(**args: object) -> Ask:
    """Make an edit of a message."""
    return Ask("chat.update", dict(args))


MESSAGE_RULES = [
    counts("blocks in a message", lambda n: message(*[DIVIDER] * n), 50),
    fits("block_id", lambda n: message(block("divider", block_id=letters(n))), 255),
    KitRule("block_id is unique", message(NAMED, DIVIDER), message(NAMED, NAMED), "already exists"),
    fits("action_id", lambda n: message(pressed(action_id=letters(n))), 255),
    KitRule(
        "action_id is unique in its block",
        message(pressed(action_id="a"), pressed(action_id="a")),
        message(block("actions", elements=[button(action_id="a")] * 2)),
        "already exists",
    ),
    KitRule(
        "attachments",
        message(attachments=[{"text": "a"}] * 100),
        message(attachments=[{"text": "a"}] * 101),
        "",
        "too_many_attachments",
    ),
    KitRule("a message says something", message(DIVIDER), message(text=" "), "", "no_text"),
    KitRule("text in all blocks", summed(12_000), summed(12_001), "", "msg_blocks_too_long"),
    KitRule(
        "text of an edit, in bytes",
        update(text="ä" * 2000),
        update(text="ä" * 2001),
        "cannot exceed 4,000",
        "msg_too_long",
    ),
    KitRule(
        "markdown_text",
        Ask("chat.postMessage", {"markdown_text": letters(12_000)}),
        Ask("chat.postMessage", {"markdown_text": letters(12_001)}),
        "",
        "msg_too_long",
    ),
    KitRule(
        "markdown_text stands alone",
        Ask("chat.postMessage", {"markdown_text": "m"}),
        Ask("chat.postMessage", {"markdown_text": "m", "text": "t"}),
        "",
        "markdown_text_conflict",
    ),
    KitRule(
        "blocks are a list of objects",
        message(DIVIDER),
        Ask("chat.postMessage", {"text": "t", "blocks": '{"type": "divider"}'}),
        "",
        "invalid_blocks_format",
    ),
    KitRule("a block is of a known type", message(DIVIDER), message(block("nonsense")), "unsupported type: nonsense"),
    KitRule("a block has a type", message(DIVIDER), message({"block_id": "a"}), "missing required field: type"),
    KitRule(
        "a block has no field of its own",
        message(DIVIDER),
        message(block("divider", colour="red")),
        "invalid additional property: colour",
    ),
    KitRule("no text is empty", message(section(text=plain(1))), message(section(text=plain(0))), "more than 0"),
    KitRule(
        "markdown over all blocks",
        message(*[block("markdown", text=letters(6000))] * 2),
        message(block("markdown", text=letters(6000)), block("markdown", text=letters(6001))),
        "must be less than 12001 characters",
    ),
    KitRule("charts in a message", message(*[pie()] * 2), message(*[pie()] * 3), "no more than 2"),
    KitRule(
        "tables in a message", message(table()), message(table(), table()), "only_one_table", "invalid_attachments"
    ),
]

VIEW_RULES = [
    counts("blocks in a modal", lambda n: modal(*[DIVIDER] * n), 100),
    counts("blocks in a Home tab", lambda n: home(*[DIVIDER] * n), 100),
    KitRule("bytes of a view", heavy(12), heavy(13), "", "view_too_large"),
    fits("title", lambda n: modal(title=plain(n)), 24),
    fits("submit", lambda n: modal(submit=plain(n)), 24),
    fits("close", lambda n: modal(close=plain(n)), 24),
    KitRule("title is plain text", modal(title=WORD), modal(title=mrkdwn(4)), "unsupported type: mrkdwn"),
    KitRule("a modal has a title", modal(), modal(title=None), "missing required field: title"),
    KitRule("a view has blocks", home(DIVIDER), home(), "must provide at least 1 items"),
    fits("private_metadata", lambda n: modal(private_metadata=letters(n)), 3000),
    fits("callback_id", lambda n: modal(callback_id=letters(n)), 255),
    fits("external_id", lambda n: modal(external_id=letters(n)), 255),
    KitRule("an input needs submit", modal(ASKED), modal(ASKED, submit=None), "must define `submit`"),
    KitRule("one focus", modal(FOCUSED, ASKED), modal(FOCUSED, FOCUSED), "focus_on_load"),
    KitRule("a Home tab has no title", home(DIVIDER), home(DIVIDER, title=WORD), "invalid additional property: title"),
    KitRule(
        "a Home tab is no modal",
        home(DIVIDER),
        Ask("views.publish", modal().args),
        "must be of type home",
    ),
    KitRule("block_id is unique in a view", modal(NAMED, DIVIDER), modal(NAMED, NAMED), "already exists"),
]
