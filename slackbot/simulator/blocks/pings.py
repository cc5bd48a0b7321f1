"""Whom a message calls, over its blocks and its top-level text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from slackbot.simulator.text import Mentions, mentions


def pings_in(blocks: object, text: str | None, *, text_verbatim: bool = True) -> Mentions:
    """Say whom a message calls.

    `plain_text`, table cells and rich text's own `text` never call; its `user`, `usergroup` and `broadcast`
    elements do, as do mrkdwn objects and `markdown` blocks. Pass `text_verbatim=False` where the message was posted
    with `parse=full` or `link_names`.
    """
    own = Mentions() if text is None else mentions(text, verbatim=text_verbatim)
    return own | _within(blocks)


def _within(value: object) -> Mentions:
    if isinstance(value, list):
        return reduce(or_, map(_within, value), Mentions())
    if isinstance(value, dict):
        call = CALLS.get(str(value.get("type")))
        own = Mentions() if call is None else call(value)
        return reduce(or_, map(_within, value.values()), own)
    return Mentions()


def _mrkdwn(part: Mapping[str, Any]) -> Mentions:
    return mentions(str(part.get("text", "")), verbatim=bool(part.get("verbatim", False)))


def _named(field: str, kind: str) -> Callable[[Mapping[str, Any]], Mentions]:
    def call(part: Mapping[str, Any]) -> Mentions:
        held = part.get(field)
        return Mentions() if held is None else Mentions(**{kind: frozenset({str(held)})})

    return call


CALLS: Mapping[str, Callable[[Mapping[str, Any]], Mentions]] = {
    "mrkdwn": _mrkdwn,
    "markdown": _mrkdwn,
    "user": _named("user_id", "users"),
    "usergroup": _named("usergroup_id", "groups"),
    "broadcast": _named("range", "broadcasts"),
}
