"""The small forms behind a card's buttons. Their metadata is what the button carried: case and visit."""

from __future__ import annotations

from typing import Any

from slackbot import ids
from slackbot.core.durations import parse_duration
from slackbot.slack import formatting as f
from slackbot.slack.formatting import Mrkdwn
from slackbot.slack.rendering import standing
from slackbot.slack.rendering.inputs import Asking, Field, Option
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.views import CaseView

TODAY = "today"


def promise_form(kit: Kit, view: CaseView, *, change: bool) -> dict[str, Any]:
    """Ask by when there is a first answer: on taking the case, or later."""
    options = tuple(Option(_choice(kit, choice), choice) for choice in view.rules.promise.choices)
    asked = Field(
        Asking.CHOICE, ids.FIELD_PROMISE, kit.words.plain("field.promise"), options=options, chosen=options[0]
    )
    callback_id = ids.VIEW_CHANGE_TIME if change else ids.VIEW_OTHER_TIME
    key = "change_promise" if change else "promise"
    return _form(kit, view, callback_id, key, kit.words.mrkdwn("form.promise"), [asked])


def escalate_form(kit: Kit, view: CaseView) -> dict[str, Any]:
    """Ask why the case is sent on, and say where it goes."""
    above = standing.next_tier(view)
    if above is None:
        line = kit.words.mrkdwn("form.escalate_last", tier=standing.tier_of(view).name)
    else:
        line = kit.words.mrkdwn("form.escalate", tier=above.name, channel=f.channel(above.channel))
    return _form(kit, view, ids.VIEW_ESCALATE_NOW, "escalate", line, [_long(kit, ids.FIELD_REASON, "reason")])


def resolve_form(kit: Kit, view: CaseView) -> dict[str, Any]:
    """Ask what to tell the customer, and what the first level could do next time."""
    asked = [
        _long(kit, ids.FIELD_RESOLUTION, "resolution", hint=kit.words.plain("hint.resolution")),
        _long(kit, ids.FIELD_PREVENTION, "prevention", optional=True),
    ]
    return _form(kit, view, ids.VIEW_RESOLVE, "resolve", f.inline(standing.title(kit, view)), asked)


def _form(kit: Kit, view: CaseView, callback_id: str, key: str, line: Mrkdwn, inputs: list[Field]) -> dict[str, Any]:
    case = view.escalation
    drawn: dict[str, Any] = kit.fill(
        "views/form",
        callback_id=callback_id,
        metadata=ids.press_value(case.id, case.visit.ordinal),
        title=kit.words.plain(f"title.{key}", label=case.label),
        submit=kit.words.plain(f"submit.{key}"),
        note="",
        lines=[line],
        leading=[],
        between=None,
        inputs=inputs,
    )
    return drawn


def _long(kit: Kit, block_id: str, key: str, *, optional: bool = False, hint: str | None = None) -> Field:
    label = kit.words.plain(f"field.{key}")
    return Field(Asking.TEXT, block_id, label, optional, hint=hint, multiline=True)


def _choice(kit: Kit, choice: str) -> str:
    return kit.words.plain("form.today") if choice == TODAY else kit.words.span(parse_duration(choice))
