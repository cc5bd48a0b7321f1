"""Everything the renderer can draw for a case, and the measures that hold for all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from slackbot.core.authorise import Denial
from slackbot.core.commands import Action
from slackbot.core.decision import RefusalCode
from slackbot.core.messages import Kind, News
from slackbot.core.model import Source
from slackbot.core.outages import OF_THE_HOUSE
from slackbot.core.policy import Rules
from slackbot.simulator.blocks.check import check_message, check_view
from slackbot.simulator.blocks.pings import pings_in
from slackbot.simulator.blocks.size import MAX_VIEW_BYTES, view_bytes
from slackbot.simulator.text import Mentions, escape, mentions, utf16_length
from slackbot.slack.render import Renderer
from slackbot.slack.views import CaseView, FormView, ListView, OutageView, Payload

MESSAGE_CHARACTERS = 9_000
MESSAGE_BLOCKS = 45
TEXT_BYTES = 3_900
ZONE = "Europe/Madrid"
UNFIT = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
AT_THE_SOURCE = ("raised", *(news for news in News if news is not News.REFUSED))
"""What is replied where a case came from; who may raise none has no place named, so nothing is said there."""
SOURCES = (None, Source("C0SOURCE", "1.000001", None, private=False), Source("D0", "1.000001", None, private=True))


def calls(renderer: Renderer, view: CaseView) -> Iterator[Payload]:
    """Draw what is posted to call somebody."""
    yield renderer.card(view, view.escalation.visit.ordinal)
    yield renderer.ping(view, 1, broadcast=False)
    yield renderer.ping(view, 2, broadcast=True)
    yield from (renderer.owner_ping(view, topic) for topic in ("promise_missed", "remind"))
    yield from (renderer.catcher(view, times) for times in (1, 3))
    yield renderer.fold([view] * 6)


def messages(renderer: Renderer, view: CaseView) -> Iterator[Payload]:
    """Draw every message there is about a case."""
    yield from calls(renderer, view)
    for visit in range(1, view.escalation.visit.ordinal):
        yield renderer.card(view, visit)
    for topic in ("unreachable", "unverified", "message_dead"):
        yield renderer.admin_notice(view, topic, "is_archived")
    yield renderer.ping_over(view)
    yield renderer.resent(renderer.minimal(view, Kind.CARD))
    yield renderer.resent(renderer.news(view, News.ACKNOWLEDGED))
    yield renderer.fold([view] * 3, [view] * 3)
    yield renderer.fold([], [view] * 6)
    yield from (renderer.outage(OutageView(view.now, view.now, cause, n)) for n, cause in enumerate(OF_THE_HOUSE))
    yield renderer.case(view)
    yield from (renderer.news(view, topic) for topic in News)
    yield from (renderer.source_reply(view, topic) for topic in AT_THE_SOURCE)
    yield from (renderer.receipt_message(view, zone) for zone in (ZONE, "no/zone", "America/Sao_Paulo"))
    yield renderer.already(view)
    for heading in ("mine", "open", "found"):
        yield renderer.listing(ListView(heading, [view] * 14, 20, "a cursor"))
        yield renderer.listing(ListView(heading, [], 0))
    yield renderer.show(view)
    yield renderer.why(view)
    yield renderer.help("/escalate", None)
    yield renderer.help("/escalations", "show")


def views(renderer: Renderer, view: CaseView) -> Iterator[dict[str, Any]]:
    """Draw every modal there is about a case."""
    yield renderer.receipt_view(view, ZONE)
    yield from (renderer.promise_form(view, change=change) for change in (False, True))
    yield renderer.escalate_form(view)
    yield renderer.resolve_form(view)
    yield renderer.read_all(view)
    yield renderer.notice_view("Not now", renderer.refusal(view, RefusalCode.NOT_NOW))
    yield from (intake(renderer, view.rules, {**view.fields, "category": name}) for name in ("", "Billing", "Other"))


def intake(renderer: Renderer, rules: Rules, values: Mapping[str, str], source: Source | None = None) -> dict[str, Any]:
    """Draw the intake form."""
    return renderer.intake_form(FormView(rules, values, "d0123456789abcdef0123", values.get("summary"), source))


def sentences(renderer: Renderer, view: CaseView) -> Iterator[str]:
    """Say every short answer there is about a case."""
    yield from (renderer.refusal(view, code) for code in RefusalCode)
    yield from (renderer.denial(code) for code in Denial)
    yield from (renderer.confirmation(view, action) for action in Action if action not in {Action.RAISE, Action.LOOK})
    yield renderer.failure("0a1b2c3d")
    yield from (renderer.minimal(view, kind).text for kind in Kind)


def wrong_with(payload: Payload) -> list[str]:
    """Say what Slack, or our own promises, have against a message."""
    found = [str(problem) for problem in check_message(payload.blocks, text=payload.text)]
    if characters(payload) > MESSAGE_CHARACTERS:
        found.append(f"{characters(payload)} characters")
    if len(payload.blocks) > MESSAGE_BLOCKS:
        found.append(f"{len(payload.blocks)} blocks")
    if not 0 < len(payload.text.encode()) <= TEXT_BYTES:
        found.append(f"{len(payload.text.encode())} bytes of text")
    return found + _unfit(payload.blocks) + _unfit(payload.text)


def _unfit(value: object) -> list[str]:
    """Find what can't be sent, or turns the reading around: lone surrogates, control characters, overrides."""
    return [repr(text) for text in strings(value) if UNFIT.search(text)]


def characters(payload: Payload) -> int:
    """Count all strings of the blocks, ids and types included, what is shown as it is counted as entities."""
    plain = [each["text"] for each in objects(payload.blocks) if each.get("type") == "plain_text"]
    more = sum(utf16_length(escape(text)) - utf16_length(text) for text in plain)
    return more + sum(utf16_length(text) for text in strings(payload.blocks))


def wrong_with_view(view: dict[str, Any]) -> list[str]:
    """Say what Slack has against a modal."""
    found = [str(problem) for problem in check_view(view)]
    if view_bytes(view) > MAX_VIEW_BYTES:
        found.append(f"{view_bytes(view)} bytes")
    return found + _unfit(view)


def called(payload: Payload) -> Mentions:
    """Say whom a message calls, even if it were posted in the most careless way."""
    return pings_in(payload.blocks, payload.text, text_verbatim=False)


def outsiders(view: CaseView, found: Mentions) -> set[str]:
    """Say whom of those called the policy does not name, and who neither has nor had nor raised the case."""
    case = view.escalation
    notify = [who for policy in view.rules.policies.values() for tier in policy.tiers for who in tier.notify]
    allowed = {who.id for who in notify} | {case.raised_by, case.owner, case.previous_owner}
    return {*found.users, *found.groups, *found.broadcasts} - allowed


def strangers(view: CaseView, found: Mentions) -> set[str]:
    """Say who of the outsiders never did anything in the case either; edits and answers may name those who did."""
    return outsiders(view, found) - {entry.actor for entry in view.history if entry.actor}


def said(text: str) -> Mentions:
    """Say whom a sentence calls."""
    return mentions(text, verbatim=False)


def strings(value: object) -> Iterator[str]:
    """Go through all strings of a payload."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for held in value.values():
            yield from strings(held)
    elif isinstance(value, list):
        for held in value:
            yield from strings(held)


def objects(value: object) -> Iterator[dict[str, Any]]:
    """Go through all objects of a payload."""
    if isinstance(value, dict):
        yield value
        for held in value.values():
            yield from objects(held)
    elif isinstance(value, list):
        for held in value:
            yield from objects(held)


def buttons(payload: Payload) -> list[dict[str, Any]]:
    """Give the buttons of a message, in order."""
    return [each for each in objects(payload.blocks) if each.get("type") == "button"]
