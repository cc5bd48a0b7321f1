"""Block Kit's rules block by block (docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from tests.simulator.kit import (
    PICTURE,
    URL,
    WORD,
    KitRule,
    actions,
    block,
    button,
    counts,
    field,
    fits,
    home,
    image,
    letters,
    message,
    modal,
    mrkdwn,
    plain,
    pressed,
    rich,
    section,
    video,
)

TRASH = {"type": "icon_button", "icon": "trash", "text": WORD}


CLASSIC_RULES = [
    fits("section text", lambda n: message(section(text=mrkdwn(n))), 3000),
    counts("section fields", lambda n: message(section(fields=[WORD] * n)), 10),
    fits("section field", lambda n: message(section(fields=[mrkdwn(n)])), 2000),
    KitRule("section has text or fields", message(section(fields=[WORD])), message(section()), "at least one of"),
    KitRule(
        "section has one accessory",
        message(section(text=WORD, accessory=button())),
        message(section(text=WORD, accessory=[button()])),
        "must provide an object",
    ),
    fits("header", lambda n: message(block("header", text=plain(n))), 150),
    KitRule(
        "header is plain text",
        message(block("header", text=WORD)),
        message(block("header", text=mrkdwn(4))),
        "unsupported type: mrkdwn",
    ),
    KitRule(
        "header level",
        message(block("header", text=WORD, level=4)),
        message(block("header", text=WORD, level=5)),
        "must be less than 4",
    ),
    counts("context", lambda n: message(block("context", elements=[WORD] * n)), 10),
    KitRule(
        "context holds text and images",
        message(block("context", elements=[WORD, PICTURE])),
        message(block("context", elements=[button()])),
        "unsupported type: button",
    ),
    counts("context actions", lambda n: message(block("context_actions", elements=[TRASH] * n)), 5),
    KitRule(
        "context actions stand in messages",
        message(block("context_actions", elements=[TRASH])),
        modal(block("context_actions", elements=[TRASH])),
        "unsupported type: context_actions",
    ),
    counts("actions", lambda n: message(actions(*[button()] * n)), 25),
    KitRule("actions hold something", message(pressed()), message(actions()), "at least 1 items"),
    fits("input label", lambda n: modal(block("input", label=plain(n), element={"type": "datepicker"})), 2000),
    fits("input hint", lambda n: modal({**field("datepicker"), "hint": plain(n)}), 2000),
    KitRule(
        "no dispatch for files",
        modal({**field("datepicker"), "dispatch_action": True}),
        modal({**field("file_input"), "dispatch_action": True}),
        "invalid additional property: dispatch_action",
    ),
    KitRule("input holds an input", modal(field("datepicker")), modal(field("button", text=WORD)), "unsupported type"),
    KitRule("image has alt_text", message(image()), message(image(alt_text="")), "more than 0 characters"),
    fits("image alt_text", lambda n: message(image(alt_text=letters(n))), 2000),
    KitRule(
        "image url is of the web", message(image()), message(image(image_url="chart.png")), "must be a valid: web uri"
    ),
    KitRule(
        "a Slack file is named by its id",
        message(image()),
        message(block("image", alt_text="a", slack_file={"id": "chart"})),
        "must be a valid: file id",
    ),
    fits("image url", lambda n: message(image(image_url=(URL + letters(n))[:n])), 3000),
    fits("image title", lambda n: message(image(title=plain(n))), 2000),
    KitRule(
        "image is from one place",
        message(image()),
        message(image(slack_file={"id": "F12345678"})),
        "must define only one of",
    ),
    KitRule(
        "a Slack file is there",
        message(image()),
        message(block("image", alt_text="a", slack_file={"id": "F12345678"})),
        "invalid slack file [json-pointer:/blocks/0/slack_file]",
    ),
    fits("markdown", lambda n: message(block("markdown", text=letters(n))), 12_000),
    KitRule(
        "markdown stands in messages",
        message(block("markdown", text="m")),
        home(block("markdown", text="m")),
        "unsupported type: markdown",
    ),
    KitRule(
        "rich text holds known parts",
        message(rich({"type": "text", "text": "x"})),
        message(rich({"type": "mrkdwn", "text": "x"})),
        "unsupported type: mrkdwn",
    ),
    fits("video title", lambda n: message(video(title=plain(n))), 199),
    fits("video author", lambda n: message(video(author_name=letters(n))), 49),
    fits("video description", lambda n: message(video(description=plain(n))), 199),
    KitRule(
        "a file block is Slack's to write",
        message(image()),
        message(block("file", external_id="x", source="remote")),
        "unsupported type: file",
    ),
    fits("alert", lambda n: modal(block("alert", text=plain(n))), 200),
    KitRule(
        "alert level",
        modal(block("alert", text=WORD, level="warning")),
        modal(block("alert", text=WORD, level="loud")),
        "must be a valid enum value",
    ),
    KitRule(
        "alert stands in modals",
        modal(block("alert", text=WORD)),
        message(block("alert", text=WORD)),
        "unsupported type: alert",
    ),
]
