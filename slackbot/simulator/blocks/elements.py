"""Block elements: buttons, menus, inputs and pickers, each with its fields, limits and surfaces.

Source: docs.slack.dev/reference/block-kit/block-elements; where pages disagree, the smaller limit.
"""

from __future__ import annotations

from slackbot.simulator.blocks.choices import (
    CHOSEN_AMONG_OPTIONS,
    LENGTHS_FIT,
    NO_MORE_THAN_ALLOWED,
    RESPONSE_URL_IN_MODALS,
)
from slackbot.simulator.blocks.composition import (
    CHOICE_OPTION,
    CONFIRM,
    CONVERSATION_FILTER,
    DISPATCH_CONFIG,
    LABEL,
    OPTION,
    OPTION_GROUPS,
    OPTIONS,
    OVERFLOW_OPTION,
    PICTURE,
    URL,
    WORKFLOW,
    plain,
)
from slackbot.simulator.blocks.richtext import RICH_TEXT
from slackbot.simulator.blocks.rules import (
    Flag,
    Items,
    Kinds,
    Number,
    Rule,
    Shape,
    Surface,
    Words,
    exactly_one,
    one_of,
)

ACTION: dict[str, Rule] = {"action_id": Words(255)}
ASKED: dict[str, Rule] = {**ACTION, "confirm": CONFIRM}
FOCUS: dict[str, Rule] = {"focus_on_load": Flag()}
PLACEHOLDER: dict[str, Rule] = {"placeholder": plain(150)}
PICKED: dict[str, Rule] = {**ASKED, **FOCUS}
MENU: dict[str, Rule] = {**PICKED, **PLACEHOLDER}
TYPED: dict[str, Rule] = {
    **ACTION,
    **FOCUS,
    **PLACEHOLDER,
    "dispatch_action_config": DISPATCH_CONFIG,
}
PRESSED: dict[str, Rule] = {"value": Words(2000), "accessibility_label": Words(LABEL)}
STYLE: dict[str, Rule] = {"style": one_of("primary", "danger")}
MANY: dict[str, Rule] = {**MENU, "max_selected_items": Number(1)}
LISTED: dict[str, Rule] = {"options": OPTIONS, "option_groups": OPTION_GROUPS}
FEEDBACK = Shape({"text": plain(LABEL), "value": Words(2000)}, {"accessibility_label": Words(LABEL)})

MODAL_ONLY = frozenset({Surface.MODAL})
MESSAGE_ONLY = frozenset({Surface.MESSAGE})
NOT_HOME = frozenset({Surface.MESSAGE, Surface.MODAL})
NOT_MESSAGE = frozenset({Surface.MODAL, Surface.HOME})

BUTTONS: dict[str, Shape] = {
    "button": Shape(
        {"text": plain(LABEL)},
        {
            **ASKED,
            **PRESSED,
            **STYLE,
            "url": Words(URL, form="uri"),
            "agent_prompt": Words(4000),
        },
    ),
    "workflow_button": Shape(
        {"text": plain(LABEL), "workflow": WORKFLOW},
        {**ACTION, **STYLE, "accessibility_label": Words(LABEL)},
        surfaces=MESSAGE_ONLY,
    ),
    "icon_button": Shape(
        {"icon": one_of("trash"), "text": plain(LABEL)},
        {**ASKED, **PRESSED, "visible_to_user_ids": Items(Words(form="user id"), most=10)},
        surfaces=MESSAGE_ONLY,
    ),
    "feedback_buttons": Shape(
        {"positive_button": FEEDBACK, "negative_button": FEEDBACK}, ACTION, surfaces=MESSAGE_ONLY
    ),
    "overflow": Shape({"options": Items(OVERFLOW_OPTION, most=5)}, ASKED),
    "image": Shape({"alt_text": Words(2000)}, PICTURE, exactly_one("image_url", "slack_file")),
}

PICKERS: dict[str, Shape] = {
    "datepicker": Shape({}, {**MENU, "initial_date": Words(form="date")}),
    "timepicker": Shape({}, {**MENU, "initial_time": Words(form="time"), "timezone": Words(255)}),
    "datetimepicker": Shape(
        {},
        {**PICKED, "initial_date_time": Number(1_000_000_000, 9_999_999_999)},
        surfaces=NOT_HOME,
    ),
    "checkboxes": Shape(
        {"options": Items(CHOICE_OPTION, most=10)},
        {**PICKED, "initial_options": Items(CHOICE_OPTION, most=10)},
        (CHOSEN_AMONG_OPTIONS,),
    ),
    "radio_buttons": Shape(
        {"options": Items(CHOICE_OPTION, most=10)},
        {**PICKED, "initial_option": CHOICE_OPTION},
        (CHOSEN_AMONG_OPTIONS,),
    ),
}

MENUS: dict[str, Shape] = {
    "static_select": Shape(
        {},
        {**MENU, **LISTED, "initial_option": OPTION},
        (*exactly_one("options", "option_groups"), CHOSEN_AMONG_OPTIONS),
    ),
    "external_select": Shape({}, {**MENU, "initial_option": OPTION, "min_query_length": Number(0)}),
    "users_select": Shape({}, {**MENU, "initial_user": Words(form="user id")}),
    "conversations_select": Shape(
        {},
        {
            **MENU,
            "initial_conversation": Words(form="conversation id"),
            "default_to_current_conversation": Flag(),
            "response_url_enabled": Flag(),
            "filter": CONVERSATION_FILTER,
        },
        (RESPONSE_URL_IN_MODALS,),
    ),
    "channels_select": Shape(
        {},
        {**MENU, "initial_channel": Words(form="channel id"), "response_url_enabled": Flag()},
        (RESPONSE_URL_IN_MODALS,),
    ),
}

MULTI_MENUS: dict[str, Shape] = {
    "multi_static_select": Shape(
        {},
        {**MANY, **LISTED, "initial_options": Items(OPTION, most=100)},
        (
            *exactly_one("options", "option_groups"),
            CHOSEN_AMONG_OPTIONS,
            NO_MORE_THAN_ALLOWED,
        ),
    ),
    "multi_external_select": Shape(
        {},
        {**MANY, "initial_options": Items(OPTION, most=100), "min_query_length": Number(0)},
        (NO_MORE_THAN_ALLOWED,),
    ),
    "multi_users_select": Shape({}, {**MANY, "initial_users": Items(Words(form="user id"))}, (NO_MORE_THAN_ALLOWED,)),
    "multi_conversations_select": Shape(
        {},
        {
            **MANY,
            "initial_conversations": Items(Words(form="conversation id")),
            "default_to_current_conversation": Flag(),
            "filter": CONVERSATION_FILTER,
        },
        (NO_MORE_THAN_ALLOWED,),
    ),
    "multi_channels_select": Shape(
        {}, {**MANY, "initial_channels": Items(Words(form="channel id"))}, (NO_MORE_THAN_ALLOWED,)
    ),
}

INPUTS: dict[str, Shape] = {
    "plain_text_input": Shape(
        {},
        {
            **TYPED,
            "initial_value": Words(3000),
            "multiline": Flag(),
            "min_length": Number(0, 3000),
            "max_length": Number(1, 3000),
        },
        (LENGTHS_FIT,),
    ),
    "email_text_input": Shape({}, {**TYPED, "initial_value": Words()}, surfaces=MODAL_ONLY),
    "url_text_input": Shape({}, {**TYPED, "initial_value": Words(form="uri")}, surfaces=MODAL_ONLY),
    "number_input": Shape(
        {"is_decimal_allowed": Flag()},
        {
            **TYPED,
            "initial_value": Words(form="number"),
            "min_value": Words(form="number"),
            "max_value": Words(form="number"),
        },
        surfaces=MODAL_ONLY,
    ),
    "file_input": Shape(
        {},
        {**ACTION, "filetypes": Items(Words()), "max_files": Number(1, 10)},
        surfaces=MODAL_ONLY,
    ),
    "rich_text_input": Shape(
        {},
        {
            **TYPED,
            "initial_value": RICH_TEXT,
            "min_lines": Number(1, 100),
            "max_lines": Number(1, 100),
        },
        surfaces=NOT_MESSAGE,
    ),
}

ELEMENTS = Kinds({**BUTTONS, **PICKERS, **MENUS, **MULTI_MENUS, **INPUTS})

PICKING = ("datepicker", "timepicker", "checkboxes", "radio_buttons", *MENUS, *MULTI_MENUS)
ACCESSORIES = ELEMENTS.only("button", "image", "overflow", "workflow_button", *PICKING)
ACTIONS = ELEMENTS.only("button", "overflow", "workflow_button", "datetimepicker", *PICKING)
INPUT_ELEMENTS = ELEMENTS.only("datetimepicker", *PICKING, *INPUTS)
CONTEXT_ACTIONS = ELEMENTS.only("feedback_buttons", "icon_button")
