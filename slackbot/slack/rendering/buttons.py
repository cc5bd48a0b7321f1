"""Which buttons stand on what: exactly those whose press would not be refused now."""

from __future__ import annotations

from dataclasses import dataclass

from slackbot import ids
from slackbot.core import commands as c
from slackbot.core.decide import LEGAL
from slackbot.core.model import State
from slackbot.slack.formatting import safe_url
from slackbot.slack.rendering.kit import Kit
from slackbot.slack.rendering.standing import next_tier
from slackbot.slack.views import CaseView


@dataclass(frozen=True, slots=True)
class Button:
    """A button as a template draws it.

    `style` is primary, danger or nothing; a `url` makes it a link; `asks` puts the question whether to withdraw before
    it is done.
    """

    action_id: str
    label: str
    value: str
    style: str | None = None
    url: str | None = None
    asks: bool = False


def card_buttons(kit: Kit, view: CaseView, *, cut: bool) -> list[Button]:
    """Choose what can be pressed on a card; `cut` says that something was too long to be shown whole."""
    case = view.escalation
    open_promise = case.promise is not None and case.promise.answered_at is None
    shown: list[Button] = []
    if _legal(c.Acknowledge, case.state):
        span = kit.words.span(view.rules.promise.default)
        label = kit.words.plain("button.acknowledge", span=span)
        shown.append(Button(ids.PRESS_ACKNOWLEDGE, label, _value(view), "primary"))
        shown.append(_press(kit, view, ids.PRESS_OTHER_TIME, "other_time"))
    if _legal(c.Answer, case.state) and open_promise:
        shown.append(_press(kit, view, ids.PRESS_ANSWERED, "answered", "primary"))
        shown.append(_press(kit, view, ids.PRESS_CHANGE_TIME, "change_time"))
    if _legal(c.EscalateNow, case.state) and next_tier(view) is not None:
        shown.append(_press(kit, view, ids.PRESS_ESCALATE_NOW, "escalate_now"))
    if _legal(c.Resolve, case.state):
        shown.append(_press(kit, view, ids.PRESS_RESOLVE, "resolve"))
    return [*shown, *read_all_button(kit, view, cut=cut)]


def read_all_button(kit: Kit, view: CaseView, *, cut: bool) -> list[Button]:
    """Offer the whole texts where something was cut."""
    return [_press(kit, view, ids.PRESS_READ_ALL, "read_all")] if cut else []


def agent_buttons(kit: Kit, view: CaseView, *, cut: bool) -> list[Button]:
    """Choose what the agent can press in the direct message that follows the case."""
    state = view.escalation.state
    shown = verdict_buttons(kit, view)
    shown += open_card(kit, view)
    shown += read_all_button(kit, view, cut=cut)
    if _legal(c.Withdraw, state):
        shown.append(Button(ids.PRESS_WITHDRAW, _label(kit, "withdraw"), _value(view), "danger", asks=True))
    return shown


def verdict_buttons(kit: Kit, view: CaseView) -> list[Button]:
    """Ask whether the case is solved, while that can be answered."""
    if not _legal(c.Close, view.escalation.state):
        return []
    return [
        _press(kit, view, ids.PRESS_CLOSE, "close", "primary"),
        _press(kit, view, ids.PRESS_NOT_SOLVED, "not_solved"),
    ]


def open_card(kit: Kit, view: CaseView, visit: int | None = None) -> list[Button]:
    """Link the card of a visit, by default the current one, where it is known."""
    link = safe_url(view.links.get(visit or view.escalation.visit.ordinal, ""))
    return [Button(ids.PRESS_LINK, _label(kit, "open_card"), _value(view), url=link)] if link else []


def page_button(kit: Kit, cursor: str) -> Button:
    """Offer the next page of a list."""
    return Button(ids.PRESS_PAGE, _label(kit, "more"), cursor)


def _press(kit: Kit, view: CaseView, action_id: str, key: str, style: str | None = None) -> Button:
    return Button(action_id, _label(kit, key), _value(view), style)


def _label(kit: Kit, key: str) -> str:
    return kit.words.plain(f"button.{key}")


def _value(view: CaseView) -> str:
    return ids.press_value(view.escalation.id, view.escalation.visit.ordinal)


def _legal(command: type[c.Command], state: State) -> bool:
    return state in LEGAL[command]
