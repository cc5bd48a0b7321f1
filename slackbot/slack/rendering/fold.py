"""Calls folded into one message: many cases that wait in one channel, and a select to take one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from slackbot import ids
from slackbot.core.messages import FOLD_AT_MOST
from slackbot.core.model import State
from slackbot.core.text import excerpt, units
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import spoken, standing
from slackbot.slack.rendering.card import CHARACTERS
from slackbot.slack.rendering.fields import summary
from slackbot.slack.rendering.inputs import Option
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView, Payload

_SUMMARY = 150
_LEAST = 12
"""A shorter excerpt of a summary says nothing."""
_CALL = 3_000
"""A section holds no more (docs.slack.dev/reference/block-kit/blocks/section-block)."""
_TIER = 40
"""As much of a tier's name as a line about a case that went there shows."""
_SKELETON = 300
"""What the select and the types of its blocks take up."""
_SKELETON_EACH = 30
"""The same for each case: a section and an option."""


@dataclass(frozen=True, slots=True)
class Select:
    """A select beside nothing else; `chosen` is what it shows at first."""

    action_id: str
    placeholder: str
    options: tuple[Option, ...]
    chosen: Option | None = None


def fold(kit: Kit, views: Sequence[CaseView], gone: Sequence[CaseView] = ()) -> Payload:
    """Call for several waiting cases at once, all whom their tiers name; of more than `FOLD_AT_MOST`, the first ones.

    The most urgent case comes first in `views`. Cases that are `gone` from among them are named after the others, on
    one line each, and can't be chosen.
    """
    shown, over = views[:FOLD_AT_MOST], [_over(kit, view) for view in gone[:FOLD_AT_MOST]]
    if not shown:
        said = kit.words.mrkdwn("fold.over")
        return Payload(spoken.limit(f.joined([said, *over], "\n")), _filled(kit, said, over, None))
    called = dict.fromkeys(who for view in shown for who in standing.called(view))
    key = "call" if len(shown) > 1 else "call_one"
    call = kit.words.mrkdwn(f"fold.{key}", mentions=f.joined(list(called)), count=len(shown))
    options = tuple(_option(kit, view) for view in shown)
    taken = min(units(call), _CALL) + sum(f.escaped_units(each.label) + len(each.value) for each in options)
    taken += sum(units(line) + _SKELETON_EACH for line in over)
    lines = [*_lines(kit, shown, CHARACTERS - _SKELETON - taken), *over]
    select = Select(ids.PRESS_ACKNOWLEDGE_ONE, kit.words.plain("fold.choose"), options)
    return Payload(_spoken(kit, shown, call, over), _filled(kit, call, lines, select))


def _filled(kit: Kit, call: Mrkdwn, lines: Sequence[Mrkdwn], select: Select | None) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = kit.fill("messages/fold", call=call, lines=lines, select=select)
    return blocks


def _over(kit: Kit, view: CaseView) -> Mrkdwn:
    """Say where a case stands that does not wait there any more."""
    case = view.escalation
    if case.state is State.WAITING:
        return kit.words.mrkdwn("fold.went_on", label=case.label, tier=excerpt(standing.tier_of(view).name, _TIER))
    return kit.words.mrkdwn("fold.gone", label=case.label, state=kit.words.plain(f"state.{case.state}"))


def _lines(kit: Kit, views: Sequence[CaseView], room: int) -> list[Mrkdwn]:
    """Say of each case what it is within the room; the summaries give way first, then the links."""
    left = room - _SKELETON_EACH * len(views)
    lines = [_line(kit, view, _linked(view)) for view in views]
    if sum(map(units, lines)) > left:
        lines = [_line(kit, view, Mrkdwn(view.escalation.label)) for view in views]
    each = min(_SUMMARY, (left - sum(map(units, lines))) // max(1, len(views)) - 1)
    if each < _LEAST:
        return lines
    about = [f.inline(excerpt(summary(kit, view), each, measure=f.inline_units)) for view in views]
    return [f.joined(list(pair), "\n") for pair in zip(lines, about, strict=True)]


def _line(kit: Kit, view: CaseView, label: Mrkdwn) -> Mrkdwn:
    case = view.escalation
    severity = kit.words.plain(f"severity.{case.severity}")
    return kit.words.mrkdwn("fold.line", label=label, severity=severity, since=f.ago(case.visit.began_at))


def _linked(view: CaseView) -> Mrkdwn:
    case = view.escalation
    return f.link(view.links.get(case.visit.ordinal, ""), Mrkdwn(case.label))


def _option(kit: Kit, view: CaseView) -> Option:
    case = view.escalation
    severity = kit.words.plain(f"severity.{case.severity}")
    label = kit.words.plain("fold.option", label=case.label, severity=severity)
    return Option(label, ids.press_value(case.id, case.visit.ordinal))


def _spoken(kit: Kit, views: Sequence[CaseView], call: Mrkdwn, over: Sequence[Mrkdwn]) -> Mrkdwn:
    """Say the same as text, a line for each case, however little room there is for what it is about."""
    labels = [Mrkdwn(view.escalation.label) for view in views]
    lines = [_line(kit, view, label) for view, label in zip(views, labels, strict=True)]
    room = spoken.TEXT_BYTES - len(call.encode()) - sum(len(line.encode()) + 1 for line in over)
    if sum(len(line.encode()) + 1 for line in lines) > room:
        lines = labels
    each = min(_SUMMARY, (room - sum(len(line.encode()) for line in lines)) // max(1, len(lines)) - len("\n: "))
    if each >= _LEAST:
        about = [f.inline(excerpt(summary(kit, view), each, measure=f.inline_bytes)) for view in views]
        lines = [f.joined(list(pair), ": ") for pair in zip(lines, about, strict=True)]
    return spoken.limit(f.joined([call, *lines, *over], "\n"))
