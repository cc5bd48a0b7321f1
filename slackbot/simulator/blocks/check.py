"""The question the Web API asks: would Slack take these blocks, or this view?"""

from __future__ import annotations

from collections.abc import Iterator

from slackbot.simulator.blocks.composition import plain
from slackbot.simulator.blocks.layout import BLOCKS
from slackbot.simulator.blocks.rules import Flag, Items, Kinds, Problem, Rule, Shape, Surface, Words
from slackbot.simulator.blocks.walk import problems
from slackbot.simulator.blocks.whole import message_problems, view_problems

MESSAGE_BLOCKS = Items(BLOCKS, least=0, most=50)
VIEW_BLOCKS = Items(BLOCKS, most=100)

KEPT: dict[str, Rule] = {
    "private_metadata": Words(3000, least=0),
    "callback_id": Words(255),
    "external_id": Words(255),
}
MODAL = Shape(
    {"title": plain(24), "blocks": VIEW_BLOCKS},
    {
        **KEPT,
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
        "submit_disabled": Flag(),
    },
    surfaces=frozenset({Surface.MODAL}),
)
HOME = Shape({"blocks": VIEW_BLOCKS}, KEPT, surfaces=frozenset({Surface.HOME}))
VIEWS = Kinds({"modal": MODAL, "home": HOME})


def check_message(blocks: object, *, text: str | None) -> list[Problem]:
    """Say everything Slack would refuse in a message; an empty list means it is taken.

    Pointers begin with `/blocks`. Each problem's `str()` is one entry of the `errors` of an `invalid_blocks` answer.
    Whether there is anything to post at all (`no_text`) and the summed text are not asked here.
    """
    found = [] if text is None else list(problems(Words(least=0), text, "/text", Surface.MESSAGE))
    if blocks is None:
        return found
    found += problems(MESSAGE_BLOCKS, blocks, "/blocks", Surface.MESSAGE)
    if not found and isinstance(blocks, list):
        found += message_problems(blocks, "/blocks")
    return found


def check_view(view: object) -> list[Problem]:
    """Say everything Slack would refuse in a modal or Home view; an empty list means it is taken.

    Pointers begin with `/view`. The size of the whole view (`view_too_large`) is not asked here.
    Sources: docs.slack.dev/reference/views, docs.slack.dev/surfaces/modals.
    """
    return list(_view_problems(view))


def _view_problems(view: object) -> Iterator[Problem]:
    is_home = isinstance(view, dict) and view.get("type") == "home"
    found = list(problems(VIEWS, view, "/view", Surface.HOME if is_home else Surface.MODAL))
    yield from found
    if not found and isinstance(view, dict):
        yield from view_problems(view, "/view")
