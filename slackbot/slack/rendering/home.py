"""The Home tab: raise one, what waits for me, this week."""

from __future__ import annotations

from typing import Any

from slackbot import ids
from slackbot.core.digest import Digest
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering.buttons import Button
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.rendering.lists import lines_of
from slackbot.slack.rendering.summary import told
from slackbot.slack.views import ListView


def home(kit: Kit, waiting: ListView | None, digest: Digest | None, note: str = "") -> dict[str, Any]:
    """Draw the tab; `note` says why there is nothing else to see."""
    raising = Button(ids.PRESS_RAISE, kit.words.plain("button.raise"), "home", "primary")
    texts = [Mrkdwn(note)] if note else []
    if waiting is not None:
        texts += [kit.words.mrkdwn("home.waiting", total=waiting.total), *lines_of(kit, waiting)]
        if not waiting.cases:
            texts.append(kit.words.mrkdwn("listing.none_mine"))
    figures = [] if digest is None else [kit.words.mrkdwn("home.week"), f.limited(told(kit, digest), 2_900)]
    drawn: dict[str, Any] = kit.fill("views/home", buttons=[raising], waiting=texts, figures=figures)
    return drawn
