"""A message's top-level text: all that a notification shows and a screen reader reads."""

from __future__ import annotations

from slackbot.core.text import excerpt, one_line
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import standing
from slackbot.slack.rendering.fields import deadline, field, summary
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView

TEXT_BYTES = 3_900
"""`chat.update` refuses more than 4,000 UTF-8 bytes of text."""
_SUMMARY_BYTES = 900
_ASKED_BYTES = 1_500


def subject(kit: Kit, view: CaseView, most_bytes: int = _SUMMARY_BYTES) -> Mrkdwn:
    """Say which case it is and what it is about, on one line."""
    about = excerpt(summary(kit, view), max(0, most_bytes), measure=f.inline_bytes)
    return Mrkdwn(f"{f.inline(standing.title(kit, view))}: {f.inline(about)}")


def needed_by(kit: Kit, view: CaseView) -> Mrkdwn:
    """Say by when the customer needs it; empty where that is not known."""
    at = deadline(view)
    return Mrkdwn() if at is None else kit.words.mrkdwn("card.deadline", at=f.date(at))


def whole(kit: Kit, view: CaseView, opening: Mrkdwn, *closing: Mrkdwn) -> Mrkdwn:
    """Say everything that matters within the limit: opening, case, what is needed, how it stands, what comes next.

    What people wrote gives way first, so that state and next step are always there.
    """
    ending = closing or (standing.status(kit, view), needed_by(kit, view), standing.following(kit, view))
    title = f.inline(standing.title(kit, view))
    fixed = f.joined([opening, title, *ending], "\n")
    room = TEXT_BYTES - len(fixed.encode()) - len(kit.words.plain("card.needed", asked="").encode()) - 8
    about = subject(kit, view, min(_SUMMARY_BYTES, room // 2))
    room -= len(about.encode()) - len(title.encode())
    asked = excerpt(one_line(field(view, "asked")), max(0, min(_ASKED_BYTES, room)), measure=f.inline_bytes)
    needed = kit.words.mrkdwn("card.needed", asked=asked) if asked else Mrkdwn()
    return limit(f.joined([opening, about, needed, *ending], "\n"))


def limit(text: Mrkdwn) -> Mrkdwn:
    """Hold a text to what `chat.update` takes."""
    return f.limited(text, TEXT_BYTES, TEXT_BYTES)
