"""Block Kit's rules block by block (docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from tests.simulator.kit import (
    DIVIDER,
    URL,
    WORD,
    Ask,
    KitRule,
    actions,
    bars,
    block,
    button,
    card,
    container,
    counts,
    data_table,
    field,
    fits,
    home,
    image,
    letters,
    message,
    modal,
    mrkdwn,
    pie,
    plain,
    pressed,
    rich,
    section,
    table,
    video,
)

PICTURE = {"type": "image", "image_url": URL, "alt_text": "a"}
TRASH = {"type": "icon_button", "icon": "trash", "text": WORD}
TASK = {"task_id": "1", "title": "t"}
NUMBERS = [str(number) for number in range(21)]
SPARKLE = {"type": "icon", "name": "sparkle"}


def long_table(length: int) -> Ask:
    """Make a message with a table of two rows that hold so many characters."""
    rows = [[{"type": "raw_text", "text": letters(size)}] for size in (100, length - 100)]
    return message(block("table", rows=rows))


def long_data_table(length: int) -> Ask:
    """Make a Home tab, which has no limit of its own, with a data table that holds so many characters."""
    rows = [[{"type": "raw_text", "text": letters(size)}] for size in (100, length - 100)]
    return home(block("data_table", caption="c", rows=rows))


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

DATA_RULES = [
    counts("table rows", lambda n: message(table(n)), 100),
    counts("table cells", lambda n: message(table(1, n)), 20),
    counts("table columns", lambda n: message(table(column_settings=[{"align": "left"}] * n)), 20),
    fits("table text", long_table, 10_000),
    KitRule("table stands in messages", message(table()), home(table()), "unsupported type: table"),
    counts("data table rows", lambda n: message(data_table(n)), 101),
    KitRule("data table has a row", message(data_table(2)), message(data_table(1)), "at least 2 items"),
    counts("data table cells", lambda n: message(data_table(2, n)), 20),
    KitRule("data table page", message(data_table(page_size=100)), message(data_table(page_size=101)), "less than 100"),
    fits("data table text", long_data_table, 20_000),
    KitRule("data table has a caption", message(data_table()), message(data_table(caption="")), "more than 0"),
    KitRule("data table stands not in modals", home(data_table()), modal(data_table()), "unsupported type: data_table"),
    fits("chart title", lambda n: message(pie(title=letters(n))), 50),
    KitRule("chart title is bare", message(pie()), message(pie(title=WORD)), "must provide a string"),
    counts("pie segments", lambda n: message(pie(n)), 6),
    fits("pie label", lambda n: message(pie(label=n)), 20),
    KitRule("pie value", message(pie(value=0.1)), message(pie(value=0)), "must be greater than 0"),
    counts("series", lambda n: message(bars(NUMBERS[:n], ["a"])), 12),
    fits("series name", lambda n: message(bars([letters(n)], ["a"])), 20),
    KitRule(
        "series name is unique", message(bars(["a", "b"], ["c"])), message(bars(["a", "a"], ["c"])), "already exists"
    ),
    counts("categories", lambda n: message(bars(["a"], NUMBERS[:n])), 20),
    fits("category", lambda n: message(bars(["a"], [letters(n)])), 20),
    KitRule(
        "a point for each category",
        message(bars(["a"], ["b", "c"])),
        message(bars(["a"], ["b", "c"], ["b"])),
        "exactly one point for each category",
    ),
    fits("axis label x", lambda n: message(bars(["a"], ["b"], x_label=letters(n))), 50),
    fits("axis label y", lambda n: message(bars(["a"], ["b"], y_label=letters(n))), 50),
    KitRule("chart stands in messages", message(pie()), home(pie()), "unsupported type: data_visualization"),
]

NESTING_RULES = [
    fits("card title", lambda n: message(card(title=plain(n))), 150),
    fits("card subtitle", lambda n: message(card(title=WORD, subtitle=plain(n))), 150),
    fits("card body", lambda n: message(card(body=plain(n))), 200),
    fits("card subtext", lambda n: message(card(body=WORD, subtext=plain(n))), 200),
    KitRule("card says something", message(card(body=WORD)), message(card(subtext=WORD)), "at least one of"),
    KitRule("card text is an object", message(card(title=WORD)), message(card(title="t")), "must provide an object"),
    counts("card buttons", lambda n: message(card(actions=[button()] * n)), 3),
    KitRule(
        "card has one icon",
        message(card(title=WORD, slack_icon=SPARKLE)),
        message(card(title=WORD, slack_icon=SPARKLE, icon=PICTURE)),
        "must define only one of",
    ),
    KitRule(
        "card icon is known",
        message(card(title=WORD, slack_icon=SPARKLE)),
        message(card(title=WORD, slack_icon={"type": "icon", "name": "unicorn"})),
        "must be a valid enum value",
    ),
    counts("carousel", lambda n: message(block("carousel", elements=[card(title=WORD)] * n)), 10),
    KitRule(
        "carousel stands not in modals",
        home(block("carousel", elements=[card(title=WORD)])),
        modal(block("carousel", elements=[card(title=WORD)])),
        "unsupported type: carousel",
    ),
    counts("container", lambda n: message(container(*[DIVIDER] * n)), 10),
    fits("container title", lambda n: message(container(title=plain(n))), 150),
    fits("container subtitle", lambda n: message(container(subtitle=plain(n))), 150),
    KitRule("container width", message(container(width="full")), message(container(width="huge")), "valid enum value"),
    KitRule("container stands not in modals", home(container()), modal(container()), "unsupported type: container"),
    KitRule(
        "plan title is bare",
        message(block("plan", title="t")),
        message(block("plan", title=WORD)),
        "must provide a string",
    ),
    KitRule(
        "a pending task is part of a plan",
        message(block("plan", title="t", tasks=[block("task_card", **TASK, status="pending")])),
        message(block("task_card", **TASK, status="pending")),
        "must be a valid enum value",
    ),
]
