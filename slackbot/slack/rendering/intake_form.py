"""The form with which a case is raised."""

from __future__ import annotations

from typing import Any

from slackbot import ids
from slackbot.core.model import Why
from slackbot.core.policy import REQUIRABLE, Category, Routed, Severity, Tier, route
from slackbot.core.text import clean
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering.fields import parse_instant
from slackbot.slack.rendering.inputs import LONG, Asking, Field, Option, chosen_of
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import FormView

_BLOCKS = {
    "summary": ids.FIELD_SUMMARY,
    "customer": ids.FIELD_CUSTOMER,
    "ticket": ids.FIELD_TICKET,
    "why": ids.FIELD_WHY,
    "tried": ids.FIELD_TRIED,
    "asked": ids.FIELD_ASKED,
    "deadline": ids.FIELD_DEADLINE,
}
_MOST = {"summary": 300, "customer": 200, "ticket": 200}
_MULTILINE = frozenset({"tried", "asked", "quote"})
_ALWAYS = "summary"


def intake_form(kit: Kit, form: FormView) -> dict[str, Any]:
    """Draw the form; drawn again with other choices it keeps its block ids, so Slack keeps what was typed."""
    category = form.rules.category(form.values.get("category", ""))
    severity = _severity(form)
    routed = route(form.rules, category.name, severity) if category else None
    view: dict[str, Any] = kit.fill(
        "views/form",
        callback_id=ids.VIEW_INTAKE,
        metadata=form.draft_id,
        title=kit.words.plain("title.form"),
        submit=kit.words.plain("submit.form"),
        note=clean(form.note or "", LONG),
        lines=_lines(kit, form),
        leading=[_categories(kit, form, category), _severities(kit, severity)],
        between=_route(kit, routed, severity),
        inputs=_inputs(kit, form, category, routed),
    )
    return view


def _severity(form: FormView) -> Severity:
    try:
        return Severity(form.values.get("severity", ""))
    except ValueError:
        return Severity.NORMAL


def _lines(kit: Kit, form: FormView) -> list[str]:
    if form.source is None:
        return []
    key = "form.source_private" if form.source.private else "form.source"
    return [kit.words.mrkdwn(key, channel=f.channel(form.source.channel))]


def _categories(kit: Kit, form: FormView, chosen: Category | None) -> Field:
    options = tuple(Option(category.name, category.name) for category in form.rules.categories)
    return Field(
        Asking.CHOICE,
        ids.FIELD_CATEGORY,
        kit.words.plain("field.category"),
        placeholder=kit.words.plain("placeholder.category"),
        options=options,
        chosen=chosen_of(options, chosen.name if chosen else None),
        dispatches=True,
    )


def _severities(kit: Kit, chosen: Severity) -> Field:
    options = tuple(Option(kit.words.plain(f"severity.{each}"), each.value) for each in Severity)
    return Field(
        Asking.CHOICE,
        ids.FIELD_SEVERITY,
        kit.words.plain("field.severity"),
        options=options,
        chosen=chosen_of(options, chosen.value),
        dispatches=True,
    )


def _route(kit: Kit, routed: Routed | None, severity: Severity) -> Mrkdwn:
    """Say where the case would go and who comes next."""
    if routed is None:
        return kit.words.mrkdwn("form.route_open")
    tiers = routed.policy.tiers
    first = tiers[0]
    return kit.words.mrkdwn(
        "form.route" if len(tiers) > 1 else "form.route_last",
        tier=first.name,
        channel=f.channel(first.channel),
        span=kit.words.span(first.timers[severity].respond_within),
        next=tiers[min(1, len(tiers) - 1)].name,
    )


def _inputs(kit: Kit, form: FormView, category: Category | None, routed: Routed | None) -> list[Field]:
    """Ask for what is required first, then for the rest."""
    required = {_ALWAYS, *(category.require if category else ())}
    order = sorted(REQUIRABLE, key=lambda name: (name not in required, REQUIRABLE.index(name)))
    asked = [_field(kit, form, name, optional=name not in required) for name in order]
    if "quote" in form.values:
        asked.append(_quote(kit, form, routed.policy.tiers[0] if routed else None))
    return asked


def _field(kit: Kit, form: FormView, name: str, *, optional: bool) -> Field:
    label, value = kit.words.plain(f"field.{name}"), form.values.get(name, "")
    if name == "why":
        options = tuple(Option(kit.words.plain(f"why.{why}"), why.value) for why in Why)
        return Field(
            Asking.CHOICE,
            _BLOCKS[name],
            label,
            optional,
            placeholder=kit.words.plain("placeholder.why"),
            options=options,
            chosen=chosen_of(options, value),
        )
    if name == "deadline":
        at = parse_instant(value)
        return Field(Asking.INSTANT, _BLOCKS[name], label, optional, at=_pickable(at.timestamp()) if at else None)
    hint = kit.words.plain(f"hint.{name}") if f"hint.{name}" in kit.words else None
    return _text(name, _BLOCKS[name], label, value, optional=optional, hint=hint)


def _text(name: str, block_id: str, label: str, value: str, *, optional: bool, hint: str | None) -> Field:
    most = _MOST.get(name, LONG)
    return Field(
        Asking.TEXT,
        block_id,
        label,
        optional,
        hint=hint,
        initial=clean(value, most),
        multiline=name in _MULTILINE,
        most=most,
    )


def _quote(kit: Kit, form: FormView, tier: Tier | None) -> Field:
    """Ask which part of the message may be seen in the tier's channel; a hint can name a channel, not link it."""
    known = form.rules.names.get(tier.channel) if tier else None
    channel = f"#{known.removeprefix('#')}" if known else kit.words.plain("hint.that_channel")
    private = form.source is not None and form.source.private
    hint = kit.words.plain("hint.quote_private" if private else "hint.quote", channel=channel)
    label, value = kit.words.plain("field.quote"), form.values["quote"]
    return _text("quote", ids.FIELD_QUOTE, label, value, optional=True, hint=hint)


def _pickable(unix: float) -> int | None:
    """Slack's picker takes ten digits of seconds."""
    return int(unix) if 1_000_000_000 <= unix <= 9_999_999_999 else None  # noqa: PLR2004 - said above
