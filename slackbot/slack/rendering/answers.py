"""Short answers: why something is not done, and the last resort when a message can't be drawn as it should."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.core.authorise import Denial
from slackbot.core.decision import RefusalCode
from slackbot.core.messages import Kind
from slackbot.core.periods import LONGEST_DAYS
from slackbot.core.problems import Problem
from slackbot.core.summary_request import SummaryRequest
from slackbot.core.text import excerpt
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import figures, standing
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.rendering.spoken import TEXT_BYTES
from slackbot.slack.views import CaseView, Payload

MINIMAL = 3_000
_NAME = 75
_CALLS_TIER = frozenset({Kind.CARD, Kind.PING, Kind.PING_BROADCAST})


def refusal(kit: Kit, view: CaseView, code: RefusalCode) -> str:
    """Say why something asked of a case is not done, and how it stands."""
    return kit.words.mrkdwn(
        f"refusal.{code}",
        label=view.escalation.label,
        tier=standing.tier_of(view).name,
        status=standing.status(kit, view),
        next=standing.following(kit, view),
    )


def denial(kit: Kit, code: Denial) -> str:
    """Say why somebody may not do that."""
    return kit.words.mrkdwn(f"denial.{code}")


def problem(kit: Kit, found: Problem) -> str:
    """Say what is wrong with something somebody wrote, for a place that shows text as it is."""
    return kit.words.plain(f"problem.{found.code}", **found.values)


def unusable(kit: Kit, problem: str, kind: str, value: str, known: Sequence[str]) -> str:
    """Say why what was asked of a summary can't be summed up."""
    names = kit.words.plain("summary.known").join(known) or kit.words.plain("summary.none")
    return kit.words.mrkdwn(f"summary.{problem}", kind=kind, name=excerpt(value, _NAME), known=names, days=LONGEST_DAYS)


def export_note(kit: Kit, request: SummaryRequest, *, whole: bool) -> str:
    """Say what the files of an export are; where rows are left out, that they are."""
    title = figures.period_name(kit.words, request.period)
    return kit.words.mrkdwn("summary.export_whole" if whole else "summary.export_cut", title=title)


def failure(kit: Kit, reference: str) -> str:
    """Say that something broke, with the reference that finds it in the log."""
    return kit.words.mrkdwn("failure.text", reference=reference)


def resent(kit: Kit, payload: Payload) -> Payload:
    """Say at the end of a message that it may be there twice; a plain one stays without blocks."""
    said = kit.words.mrkdwn("resent.text")
    blocks = [*payload.blocks, *kit.fill("messages/resent", said=said)] if payload.blocks else []
    return Payload(f.limited(f.joined([Mrkdwn(payload.text), said], "\n"), TEXT_BYTES, TEXT_BYTES), blocks)


def minimal(kit: Kit, view: CaseView, kind: Kind) -> Payload:
    """Say the least that helps, without blocks and without a word that people wrote; a call still calls."""
    case = view.escalation
    called = Mrkdwn()
    if kind in _CALLS_TIER:
        called = standing.mentions(view)
    elif kind is Kind.OWNER_PING:
        called = standing.owner(case)
    said = kit.words.mrkdwn(
        "minimal.text",
        label=case.label,
        severity=kit.words.plain(f"severity.{case.severity}"),
        state=kit.words.plain(f"state.{case.state}"),
        status=standing.status(kit, view),
    )
    return Payload(f.limited(f.joined([called, said], "\n"), MINIMAL, TEXT_BYTES), [])
