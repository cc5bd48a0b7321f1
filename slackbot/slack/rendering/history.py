"""Everything that happened to a case, and why, in words: history is stored as codes and told when it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from slackbot import ids
from slackbot.core import events as e
from slackbot.core.model import Arrival
from slackbot.core.policy import Route
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import spoken, standing
from slackbot.slack.rendering.buttons import page_button
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView, Happened, Payload

CHARACTERS = 7_500
SECTION = 2_900
SPOKEN = 2_500


def why(kit: Kit, view: CaseView, before: int | None = None) -> Payload:
    """Tell the history of a case, then how it stands and what comes next and when.

    What is too long is told in parts, the newest first: `before` says how many entries of the beginning a part is of.
    """
    heading = kit.words.mrkdwn("why_text.heading", label=view.escalation.label)
    now = f.joined(
        [kit.words.mrkdwn("why_text.now", status=standing.status(kit, view)), standing.following(kit, view)], "\n"
    )
    told = [line(kit, view, entry) for entry in view.history][:before]
    kept, label = _newest(told, CHARACTERS), view.escalation.label
    lines = [heading, *_sections(_parted(kit, told, kept)), now]
    buttons = [page_button(kit, f"{ids.WHY_PART}:{view.escalation.number}|{kept}")] if kept > 1 else []
    blocks = kit.fill("messages/note", lines=lines, passages=[], aside=None, buttons=buttons, label=label)
    text = f.joined([heading, *_parted(kit, told, _newest(told, SPOKEN)), now], "\n")
    return Payload(spoken.limit(text), blocks)


def line(kit: Kit, view: CaseView, entry: Happened) -> Mrkdwn:
    """Tell one entry: when, who, what. A case is moved by Rung, unless somebody sent it on by hand."""
    moved = isinstance(entry.event, e.Entered) and entry.event.arrival is not Arrival.BY_HAND
    who = kit.words.mrkdwn("history.rung") if moved or not entry.actor else f.user(entry.actor)
    return kit.words.mrkdwn("history.line", at=f.date(entry.at), who=who, what=_what(kit, view, entry.event))


def _what(kit: Kit, view: CaseView, event: e.Event | None) -> Mrkdwn:
    if event is None:
        return kit.words.mrkdwn("history.unknown")
    tell = _TOLD.get(type(event))
    if tell is not None:
        return tell(kit, view, event)
    return kit.words.mrkdwn(f"history.{event.code}", **_values(event))


def _values(event: e.Event) -> dict[str, object]:
    given = {field.name: getattr(event, field.name) for field in fields(event)}
    return {name: f.date(value) if isinstance(value, datetime) else value for name, value in given.items()}


def _raised(kit: Kit, view: CaseView, event: Any) -> Mrkdwn:
    key = "history.raised_pending" if event.pending else "history.raised"
    return kit.words.mrkdwn(key, rule=event.rule, rule_text=_rule(kit, view, event.rule), policy=event.policy)


def _rule(kit: Kit, view: CaseView, number: int) -> str:
    """Say which cases a route takes."""
    routes = view.rules.routes
    route = routes[number - 1] if 0 < number <= len(routes) else Route("")
    categories = kit.words.plain("rule.category", names=", ".join(sorted(route.categories)))
    known = [kit.words.plain(f"severity.{severity}") for severity in sorted(route.severities, key=lambda s: s.rank)]
    severities = kit.words.plain("rule.severity", names=", ".join(known))
    if route.categories and route.severities:
        return kit.words.plain("rule.both", category=categories, severity=severities)
    if route.categories:
        return categories
    return severities if route.severities else kit.words.plain("rule.all")


def _refused(kit: Kit, _view: CaseView, event: Any) -> Mrkdwn:
    return kit.words.mrkdwn("history.refused", reason=standing.refusal_reason(kit, event))


def _entered(kit: Kit, _view: CaseView, event: Any) -> Mrkdwn:
    return kit.words.mrkdwn(f"history.entered_{event.arrival}", tier_name=event.tier_name)


def _pinged(kit: Kit, _view: CaseView, event: Any) -> Mrkdwn:
    key = "history.pinged_broadcast" if event.broadcast else "history.pinged"
    said = kit.words.mrkdwn(key, ordinal=event.ordinal + 1)
    if not event.skipped:
        return said
    return kit.words.mrkdwn("history.pinged_folded", said=said, skipped=event.skipped)


def _suppressed(kit: Kit, _view: CaseView, event: Any) -> Mrkdwn:
    key = f"suppressed.{event.reason}"
    reason = kit.words.plain(key) if key in kit.words else event.reason
    return kit.words.mrkdwn("history.ping_suppressed", ordinal=event.ordinal + 1, reason=reason)


def _unreachable(kit: Kit, _view: CaseView, event: Any) -> Mrkdwn:
    key = f"history.unreachable_{event.fallback}"
    key = key if key in kit.words else "history.unreachable_other"
    if event.error == e.NOBODY_THERE:
        key = "history.nobody_catcher" if event.fallback == "catcher" else "history.nobody_next_tier"
    fallback = f.place(event.fallback)
    return kit.words.mrkdwn(key, tier_number=event.tier + 1, error=event.error, fallback=fallback)


def _down(kit: Kit, _view: CaseView, event: Any) -> Mrkdwn:
    said = kit.words.mrkdwn(f"history.house_{event.cause}", since=f.date(event.since), until=f.date(event.until))
    return kit.words.mrkdwn("history.house_call_waited", said=said) if event.call_waited else said


def _answered(kit: Kit, _view: CaseView, event: Any) -> Mrkdwn:
    return kit.words.mrkdwn("history.answered" if event.in_time else "history.answered_late")


def _closed(kit: Kit, _view: CaseView, event: Any) -> Mrkdwn:
    return kit.words.mrkdwn("history.closed" if event.confirmed else "history.closed_by_itself")


_TOLD: Mapping[type[e.Event], Callable[[Kit, CaseView, Any], Mrkdwn]] = {
    e.Raised: _raised,
    e.Refused: _refused,
    e.Entered: _entered,
    e.Pinged: _pinged,
    e.PingSuppressed: _suppressed,
    e.Unreachable: _unreachable,
    e.HouseDown: _down,
    e.Answered: _answered,
    e.Closed: _closed,
}
"""Events of which more is told than their parameters."""


def _newest(told: list[Mrkdwn], room: int) -> int:
    """Say from which line on the newest fit beside the first one; from 1 on it is all of them."""
    left, kept = room - sum(map(f.escaped_units, told[:1])), len(told)
    while kept > 1 and left >= f.escaped_units(told[kept - 1]):
        kept -= 1
        left -= f.escaped_units(told[kept])
    return kept


def _parted(kit: Kit, told: list[Mrkdwn], kept: int) -> list[Mrkdwn]:
    """Keep the first line and the newest; say how many between them come on another page."""
    gap = [kit.words.mrkdwn("why_text.left_out", count=kept - 1)] if kept > 1 else []
    return [*told[:1], *gap, *told[max(kept, 1) :]]


def _sections(lines: list[Mrkdwn]) -> list[Mrkdwn]:
    """Fill as few sections as the lines need."""
    sections: list[Mrkdwn] = []
    for each in lines:
        grown = f.joined([sections[-1], each], "\n") if sections else each
        if sections and len(grown.encode("utf-16-le")) // 2 <= SECTION:
            sections[-1] = grown
        else:
            sections.append(each)
    return sections
