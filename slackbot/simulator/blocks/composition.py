"""Composition objects: text, option, confirmation and the other small parts of blocks and elements.

Source: docs.slack.dev/reference/block-kit/composition-objects; where pages disagree, the smaller limit.
"""

from __future__ import annotations

from slackbot.simulator.blocks.rules import (
    Flag,
    Items,
    Kinds,
    Rule,
    Shape,
    Words,
    exactly_one,
    one_of,
)

TEXT = 3000
LABEL = 75
VALUE = 75  # Slack's pages say 150, its published types 75; the smaller is safe
URL = 3000


def plain(most: int) -> Kinds:
    """Make the rule for a `plain_text` object."""
    return Kinds({"plain_text": Shape({"text": Words(most)}, {"emoji": Flag()})})


def either(most: int) -> Kinds:
    """Make the rule for a text object of either type."""
    mrkdwn = Shape({"text": Words(most)}, {"verbatim": Flag()})
    return Kinds({**plain(most).shapes, "mrkdwn": mrkdwn})


def option(text: Rule, description: Rule, *, url: bool = False) -> Shape:
    """Make the rule for an option; a `url` is for overflow menus only."""
    link: dict[str, Rule] = {"url": Words(URL, form="uri")} if url else {}
    return Shape({"text": text, "value": Words(VALUE)}, {"description": description, **link})


OPTION = option(plain(LABEL), plain(LABEL))
CHOICE_OPTION = option(either(LABEL), either(LABEL))
OVERFLOW_OPTION = option(plain(LABEL), plain(LABEL), url=True)
OPTIONS = Items(OPTION, most=100)
OPTION_GROUPS = Items(Shape({"label": plain(LABEL), "options": OPTIONS}), most=100)

CONFIRM = Shape(
    {"title": plain(100), "text": either(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
DISPATCH_CONFIG = Shape(
    optional={"trigger_actions_on": Items(one_of("on_enter_pressed", "on_character_entered"), most=2)}
)
CONVERSATION_FILTER = Shape(
    optional={
        "include": Items(one_of("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": Flag(),
        "exclude_bot_users": Flag(),
    }
)
SLACK_FILE = Shape(
    optional={"id": Words(form="file id"), "url": Words(URL, form="web uri")},
    checks=exactly_one("id", "url"),
)
PICTURE: dict[str, Rule] = {"image_url": Words(URL, form="web uri"), "slack_file": SLACK_FILE}
"""The two ways to name a picture; exactly one is given."""

WORKFLOW = Shape(
    {
        "trigger": Shape(
            {"url": Words(URL, form="web uri")},
            {"customizable_input_parameters": Items(Shape({"name": Words(), "value": Words()}), least=0)},
        )
    }
)

SLACK_ICONS = (
    "archive book bookmark bot bug calendar call caret-left caret-right check clipboard code comment compass copy "
    "cube download edit email eye-closed eye-open file flag folder gear globe heart help image info key lightbulb "
    "link map mobile new-window pin plus refine refresh rocket save screen share sparkle star star-filled tag "
    "thumbs-down thumbs-up trash upload user warning"
)
SLACK_ICON = Kinds({"icon": Shape({"name": one_of(*SLACK_ICONS.split())})})
