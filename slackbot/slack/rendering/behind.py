"""The list behind a figure, so that nobody has to trust it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from slackbot import ids
from slackbot.core.periods import Period
from slackbot.core.summary import Behind
from slackbot.core.text import excerpt
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import figures
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.rendering.pages import Paragraph, page
from slackbot.slack.views import BehindView, CaseView

_SPANS = frozenset({Behind.ACKNOWLEDGED, Behind.LATE, Behind.RESOLVED, Behind.OVERLONG})
_ONCE = frozenset({Behind.RAISED, Behind.OPEN})
_MICROSECOND = timedelta(microseconds=1)
_CATEGORY = 40


def behind(kit: Kit, view: BehindView, period: Period) -> dict[str, Any]:
    """Draw a modal with the cases behind a figure, each with a link and what it is listed for."""
    name = kit.words.plain(f"behind.{view.figure}")
    heading = kit.words.mrkdwn("summary.behind_heading", figure=name, title=figures.period_name(kit.words, period))
    lines = [Paragraph(_line(kit, view.figure, case, weight)) for case, weight in view.cases]
    ending = [] if lines else [Paragraph(kit.words.mrkdwn("summary.behind_none"))]
    if view.more:
        ending.append(Paragraph(kit.words.mrkdwn("summary.behind_more", count=len(lines)), small=True))
    title = kit.words.plain("summary.behind_title")
    return page(kit, ids.VIEW_BEHIND, title, [Paragraph(heading), *lines, *ending])


def _line(kit: Kit, figure: Behind, view: CaseView, weight: int) -> Mrkdwn:
    case = view.escalation
    said = kit.words.mrkdwn(
        "listing.entry",
        label=f.link(view.links.get(case.visit.ordinal, ""), Mrkdwn(case.label)),
        severity=kit.words.plain(f"severity.{case.severity}"),
        category=excerpt(case.category, _CATEGORY),
        state=kit.words.plain(f"state.{case.state}"),
    )
    return f.joined([said, _weighed(kit, figure, weight)], " · ")


def _weighed(kit: Kit, figure: Behind, weight: int) -> Mrkdwn:
    if figure in _ONCE:
        return Mrkdwn()
    if figure in _SPANS:
        return f.inline(figures.short_span(kit.words, weight * _MICROSECOND))
    return f.inline(figures.times(kit.words, weight))
