"""Block Kit's rules element by element (docs.slack.dev/reference/block-kit/block-elements, /composition-objects)."""

from __future__ import annotations

from tests.simulator.kit import (
    CONFIRM,
    OPTION,
    WORD,
    Ask,
    KitRule,
    actions,
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
    options,
    plain,
    pressed,
    section,
    select,
)

LINKED = {**OPTION, "url": "https://example.com"}


def group(label: int = 1, choices: int = 1) -> dict[str, object]:
    """Make an option group."""
    return {"label": plain(label), "options": options(choices)}


def overflow(count: int) -> Ask:
    """Make a message with an overflow menu."""
    return message(actions({"type": "overflow", "options": options(count)}))


def typed(**fields: object) -> Ask:
    """Make a modal with a text input."""
    return modal(field("plain_text_input", **fields))


def feedback(length: int) -> Ask:
    """Make a message with a pair of feedback buttons."""
    said = {"text": plain(length), "value": "v"}
    pair = {"type": "feedback_buttons", "positive_button": said, "negative_button": said}
    return message(block("context_actions", elements=[pair]))


BUTTON_RULES = [
    fits("button text", lambda n: message(pressed(text=plain(n))), 75),
    KitRule(
        "button text is plain",
        message(pressed(text=WORD)),
        message(pressed(text=mrkdwn(4))),
        "unsupported type: mrkdwn",
    ),
    fits("button value", lambda n: message(pressed(value=letters(n))), 2000),
    fits("button url", lambda n: message(pressed(url=("https://" + letters(n))[:n])), 3000),
    KitRule("button style", message(pressed(style="danger")), message(pressed(style="default")), "valid enum value"),
    fits("button accessibility_label", lambda n: message(pressed(accessibility_label=letters(n))), 75),
    fits("button agent_prompt", lambda n: message(pressed(agent_prompt=letters(n))), 4000),
    fits("confirm title", lambda n: message(pressed(confirm={**CONFIRM, "title": plain(n)})), 100),
    fits("confirm text", lambda n: message(pressed(confirm={**CONFIRM, "text": mrkdwn(n)})), 300),
    fits("confirm confirm", lambda n: message(pressed(confirm={**CONFIRM, "confirm": plain(n)})), 30),
    fits("confirm deny", lambda n: message(pressed(confirm={**CONFIRM, "deny": plain(n)})), 30),
    KitRule(
        "confirm style",
        message(pressed(confirm={**CONFIRM, "style": "danger"})),
        message(pressed(confirm={**CONFIRM, "style": "loud"})),
        "valid enum value",
    ),
    KitRule("overflow options", overflow(5), overflow(6), "no more than 5 items allowed"),
    KitRule(
        "only overflow options lead somewhere",
        message(actions({"type": "overflow", "options": [LINKED]})),
        modal(select(options=[LINKED])),
        "invalid additional property: url",
    ),
    KitRule(
        "a workflow button stands in messages",
        message(actions({"type": "workflow_button", "text": WORD, "workflow": {"trigger": {"url": "https://e.co"}}})),
        home(actions({"type": "workflow_button", "text": WORD, "workflow": {"trigger": {"url": "https://e.co"}}})),
        "unsupported type: workflow_button",
    ),
    KitRule("feedback text", feedback(75), feedback(76), "must be less than 76 characters"),
    KitRule(
        "an icon button is a bin",
        message(block("context_actions", elements=[{"type": "icon_button", "icon": "trash", "text": WORD}])),
        message(block("context_actions", elements=[{"type": "icon_button", "icon": "skull", "text": WORD}])),
        "valid enum value",
    ),
    KitRule(
        "a text input is no button",
        message(pressed()),
        message(actions({"type": "plain_text_input"})),
        "unsupported type: plain_text_input",
    ),
    KitRule(
        "a text input is no accessory",
        message(section(text=WORD, accessory=button())),
        message(section(text=WORD, accessory={"type": "plain_text_input"})),
        "unsupported type: plain_text_input",
    ),
]

CHOICE_RULES = [
    fits("option text", lambda n: modal(select(options=[{**OPTION, "text": plain(n)}])), 75),
    fits("option value", lambda n: modal(select(options=[{**OPTION, "value": letters(n)}])), 75),
    fits("option description", lambda n: modal(select(options=[{**OPTION, "description": plain(n)}])), 75),
    counts("options", lambda n: modal(select(options=options(n))), 100),
    fits("group label", lambda n: modal(field("static_select", option_groups=[group(n)])), 75),
    counts("groups", lambda n: modal(field("static_select", option_groups=[group()] * n)), 100),
    counts("options of a group", lambda n: modal(field("static_select", option_groups=[group(1, n)])), 100),
    KitRule(
        "options or groups",
        modal(select()),
        modal(select(option_groups=[group()])),
        "must define only one of",
    ),
    KitRule(
        "what is chosen first is offered",
        modal(select(initial_option=OPTION)),
        modal(select(initial_option={"text": WORD, "value": "other"})),
        "must exactly match one of the options",
    ),
    fits("placeholder", lambda n: modal(select(placeholder=plain(n))), 150),
    KitRule(
        "query length",
        modal(field("external_select", min_query_length=0)),
        modal(field("external_select", min_query_length=-1)),
        "must be greater than 0",
    ),
    KitRule(
        "selected items",
        modal(field("multi_static_select", options=options(2), max_selected_items=1)),
        modal(field("multi_static_select", options=options(2), max_selected_items=0)),
        "must be greater than 1",
    ),
    KitRule(
        "not more chosen than allowed",
        modal(field("multi_static_select", options=options(2), initial_options=options(1), max_selected_items=1)),
        modal(field("multi_static_select", options=options(2), initial_options=options(2), max_selected_items=1)),
        "no more than 1 items allowed",
    ),
    KitRule(
        "a filter knows four kinds of conversation",
        modal(field("conversations_select", filter={"include": ["im", "mpim", "private", "public"]})),
        modal(field("conversations_select", filter={"include": ["secret"]})),
        "valid enum value",
    ),
    KitRule(
        "people are named by id",
        modal(field("multi_users_select", initial_users=["U0001"])),
        modal(field("multi_users_select", initial_users=["@ana"])),
        "must be a valid: user id",
    ),
    KitRule(
        "what is ticked first is offered",
        modal(field("checkboxes", options=options(2), initial_options=options(1))),
        modal(field("checkboxes", options=options(1), initial_options=options(2))),
        "must exactly match one of the options",
    ),
    counts("checkboxes", lambda n: modal(field("checkboxes", options=options(n))), 10),
    counts("radio buttons", lambda n: modal(field("radio_buttons", options=options(n))), 10),
    KitRule(
        "a response_url by a select is for modals",
        modal(field("conversations_select", response_url_enabled=True)),
        message(section(text=WORD, accessory={"type": "conversations_select", "response_url_enabled": True})),
        "response_url_enabled",
    ),
]

INPUT_RULES = [
    fits("text placeholder", lambda n: typed(placeholder=plain(n)), 150),
    fits("initial value", lambda n: typed(initial_value=letters(n)), 3000),
    KitRule("min_length", typed(min_length=0), typed(min_length=-1), "must be greater than 0"),
    KitRule("min_length at most", typed(min_length=3000), typed(min_length=3001), "must be less than 3000"),
    KitRule("max_length", typed(max_length=1), typed(max_length=0), "must be greater than 1"),
    KitRule("max_length at most", typed(max_length=3000), typed(max_length=3001), "must be less than 3000"),
    KitRule("lengths agree", typed(min_length=2, max_length=2), typed(min_length=3, max_length=2), "min_length"),
    KitRule(
        "a number says whether it may be a decimal",
        modal(field("number_input", is_decimal_allowed=False)),
        modal(field("number_input")),
        "missing required field: is_decimal_allowed",
    ),
    KitRule(
        "a number input stands in modals",
        modal(field("number_input", is_decimal_allowed=False)),
        message(field("number_input", is_decimal_allowed=False)),
        "unsupported type: number_input",
    ),
    KitRule(
        "a number's start is a number",
        modal(field("number_input", is_decimal_allowed=True, initial_value="1.5")),
        modal(field("number_input", is_decimal_allowed=True, initial_value="many")),
        "must be a valid: number",
    ),
    KitRule(
        "an e-mail address is asked in modals",
        modal(field("email_text_input")),
        message(field("email_text_input")),
        "unsupported type: email_text_input",
    ),
    KitRule(
        "an address is asked in modals",
        modal(field("url_text_input")),
        message(field("url_text_input")),
        "unsupported type: url_text_input",
    ),
    KitRule(
        "when typing tells the app",
        typed(dispatch_action_config={"trigger_actions_on": ["on_enter_pressed"]}),
        typed(dispatch_action_config={"trigger_actions_on": ["on_blur"]}),
        "valid enum value",
    ),
    KitRule(
        "rich text is typed in views",
        modal(field("rich_text_input")),
        message(field("rich_text_input")),
        "unsupported type: rich_text_input",
    ),
    KitRule(
        "lines of rich text",
        modal(field("rich_text_input", max_lines=100)),
        modal(field("rich_text_input", max_lines=101)),
        "must be less than 100",
    ),
    KitRule(
        "files", modal(field("file_input", max_files=10)), modal(field("file_input", max_files=11)), "less than 10"
    ),
    KitRule(
        "a date",
        modal(field("datepicker", initial_date="2026-11-22")),
        modal(field("datepicker", initial_date="22.11.2026")),
        "must be a valid: date",
    ),
    KitRule(
        "a time",
        modal(field("timepicker", initial_time="23:59")),
        modal(field("timepicker", initial_time="24:00")),
        "must be a valid: time",
    ),
    KitRule(
        "an instant in seconds",
        modal(field("datetimepicker", initial_date_time=1_628_633_820)),
        modal(field("datetimepicker", initial_date_time=1_628_633_820_000)),
        "must be less than",
    ),
    KitRule(
        "an instant is asked in messages and modals",
        message(actions({"type": "datetimepicker"})),
        home(field("datetimepicker")),
        "unsupported type: datetimepicker",
    ),
    KitRule(
        "mrkdwn knows verbatim and plain text does not",
        message(section(text={**mrkdwn(1), "verbatim": True})),
        message(section(text={**plain(1), "verbatim": True})),
        "invalid additional property: verbatim",
    ),
]
