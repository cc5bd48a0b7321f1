"""The list behind a figure, so that nobody has to trust it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from slackbot import ids
from slackbot.core.periods import Period
from slackbot.core.summary import Behind, Dimension, Part
from slackbot.core.text import excerpt
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import figures
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.rendering.pages import Paragraph, page
from slackbot.slack.views import BehindView, CaseView

_SPANS = frozenset({Behind.ACKNOWLEDGED, Behind.IN_TIME, Behind.LATE, Behind.RESOLVED, Behind.OVERLONG})
_ONCE = frozenset({Behind.RAISED, Behind.OPEN})
_MICROSECOND = timedelta(microseconds=1)
_CATEGORY = 40


def behind(kit: Kit, lists: Sequence[BehindView], asked: Behind | Part, period: Period) -> dict[str, Any]:
    """Draw a modal with the cases behind what was asked, each with a link and what it is listed for."""
    heading = kit.words.mrkdwn(
        "summary.behind_heading", figure=_name(kit, asked), title=figures.period_name(kit.words, period)
    )
    blocks = [block for each in lists for block in _list(kit, each, asked)]
    return page(kit, ids.VIEW_BEHIND, kit.words.plain("summary.behind_title"), [Paragraph(heading), *blocks])


def _name(kit: Kit, asked: Behind | Part) -> str:
    if isinstance(asked, Behind):
        return kit.words.plain(f"behind.{asked}")
    dimension = kit.words.plain(f"dimension.{asked.dimension}")
    return kit.words.plain("summary.behind_part", dimension=dimension, name=figures.part_name(kit.words, asked))


def _list(kit: Kit, view: BehindView, asked: Behind | Part) -> Iterator[Paragraph]:
    if isinstance(asked, Part):
        yield Paragraph(kit.words.mrkdwn("summary.behind_each", figure=_counted(kit, view.figure, asked)))
    for case, weight in view.cases:
        # A case counts once where it is raised, and at a tier each time that it comes.
        times = figures.times(kit.words, weight) if _comes(view.figure, asked) and weight > 1 else ""
        yield Paragraph(_line(kit, view.figure, case, weight, times))
    if not view.cases:
        yield Paragraph(kit.words.mrkdwn("summary.behind_none"))
    if view.more:
        yield Paragraph(kit.words.mrkdwn("summary.behind_more", count=len(view.cases)), small=True)


def _counted(kit: Kit, figure: Behind, part: Part) -> str:
    """Name a figure of a part; cases come to a tier, and are raised elsewhere."""
    if _comes(figure, part):
        return kit.words.plain("summary.behind_came")
    return kit.words.plain(f"behind.{figure}")


def _comes(figure: Behind, asked: Behind | Part) -> bool:
    return isinstance(asked, Part) and (figure, asked.dimension) == (Behind.RAISED, Dimension.TIER)


def _line(kit: Kit, figure: Behind, view: CaseView, weight: int, times: str) -> Mrkdwn:
    case = view.escalation
    said = kit.words.mrkdwn(
        "listing.entry",
        label=f.link(view.links.get(case.visit.ordinal, ""), Mrkdwn(case.label)),
        severity=kit.words.plain(f"severity.{case.severity}"),
        category=excerpt(case.category, _CATEGORY),
        state=kit.words.plain(f"state.{case.state}"),
    )
    return f.joined([said, f.inline(times) or _weighed(kit, figure, weight)], " · ")


def _weighed(kit: Kit, figure: Behind, weight: int) -> Mrkdwn:
    if figure in _ONCE:
        return Mrkdwn()
    if figure in _SPANS:
        return f.inline(figures.short_span(kit.words, weight * _MICROSECOND))
    return f.inline(figures.times(kit.words, weight))
