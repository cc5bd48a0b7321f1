"""Block Kit's rules for tables, charts and blocks in blocks (docs.slack.dev/reference/block-kit/blocks)."""

from __future__ import annotations

from tests.simulator.kit import (
    DIVIDER,
    PICTURE,
    WORD,
    Ask,
    KitRule,
    bars,
    block,
    button,
    card,
    container,
    counts,
    data_table,
    fits,
    home,
    letters,
    message,
    modal,
    pie,
    plain,
    rich,
    section,
    table,
)

TASK = {"task_id": "1", "title": "t"}
NUMBERS = [str(number) for number in range(21)]
SPARKLE = {"type": "icon", "name": "sparkle"}
RICH = rich({"type": "text", "text": "x"})
CELL = {"type": "raw_text", "text": "x"}


def long_table(length: int) -> Ask:
    """Make a message with a table of two rows that hold so many characters."""
    rows = [[{"type": "raw_text", "text": letters(size)}] for size in (100, length - 100)]
    return message(block("table", rows=rows))


def long_data_table(length: int) -> Ask:
    """Make a Home tab, which has no limit of its own, with a data table that holds so many characters."""
    rows = [[{"type": "raw_text", "text": letters(size)}] for size in (100, length - 100)]
    return home(block("data_table", caption="c", rows=rows))


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
    KitRule(
        "cells are of known kinds",
        message(block("table", rows=[[{"type": "raw_number", "value": 1, "text": "1"}, RICH]])),
        message(block("table", rows=[[{"type": "mrkdwn", "text": "x"}]])),
        "unsupported type: mrkdwn",
    ),
    KitRule(
        "a data table's header is plain",
        message(block("data_table", caption="c", rows=[[CELL], [RICH]])),
        message(block("data_table", caption="c", rows=[[RICH], [CELL]])),
        "unsupported type: rich_text",
    ),
    KitRule(
        "a data table's rows are even",
        message(block("data_table", caption="c", rows=[[CELL] * 2, [CELL] * 2])),
        message(block("data_table", caption="c", rows=[[CELL] * 2, [CELL]])),
        "as many cells as the header",
    ),
    KitRule(
        "chart kind", message(pie()), message(pie(chart={"type": "radar", "segments": []})), "unsupported type: radar"
    ),
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
    KitRule(
        "a collapsible container has no divider",
        message(container(is_collapsible=True)),
        message(container(is_collapsible=True, has_header_divider=True)),
        "has_header_divider",
    ),
    KitRule(
        "a container holds plain blocks",
        message(container(section(text=WORD))),
        message(container(block("markdown", text="m"))),
        "unsupported type: markdown",
    ),
    KitRule(
        "a carousel holds cards",
        message(block("carousel", elements=[card(title=WORD)])),
        message(block("carousel", elements=[section(text=WORD)])),
        "unsupported type: section",
    ),
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
