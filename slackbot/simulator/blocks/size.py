"""What a payload weighs: the text Slack adds up over a message, and the bytes of a view."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from slackbot.simulator.text import escape, sanitise, utf16_length

MAX_SUMMED_TEXT = 12_000
"""Above it, `msg_blocks_too_long`; Slack publishes no number, this is the one its staff named."""
MAX_VIEW_BYTES = 250_000
"""Above it, `view_too_large` (docs.slack.dev/surfaces/modals says 250 KB)."""

SAID = frozenset({"text", "title", "alt_text", "label", "caption", "name", "x_label", "y_label", "fallback"})
"""The fields whose strings people read."""
SAID_LISTS = frozenset({"categories"})


def summed_text(blocks: object) -> int:
    """Add up the characters of all text in a payload, `&`, `<` and `>` counted as their entities.

    Compare with `MAX_SUMMED_TEXT`. Takes anything; what is no text counts nothing.
    """
    return sum(utf16_length(text) for text in _said(blocks))


def view_bytes(view: dict[str, Any]) -> int:
    """Count the bytes of a view as JSON, as the SDK sends it; compare with `MAX_VIEW_BYTES`."""
    return len(json.dumps(view).encode())


def _said(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _said(item)
    elif isinstance(value, dict):
        stored = sanitise if value.get("type") == "mrkdwn" else escape
        for name, held in value.items():
            if name in SAID and isinstance(held, str):
                yield stored(held)
            elif name in SAID_LISTS and isinstance(held, list):
                yield from (escape(item) for item in held if isinstance(item, str))
            else:
                yield from _said(held)
