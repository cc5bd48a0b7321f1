"""Sending a case up by hand."""

from __future__ import annotations

from slackbot.core.commands import Action, EscalateNow, note_of_escalating
from slackbot.core.problems import Problem, ProblemCode
from slackbot.core.text import clean
from slackbot.services.context import Requester, ServiceContext
from slackbot.services.transact import LONGEST_FIELD, Ask, Declined, Done, Invalid, act, rehearse
from slackbot.slack.views import CaseView


def may_escalate(ctx: ServiceContext, requester: Requester, escalation_id: str, visit: int) -> CaseView | Declined:
    """Say whether a case can be sent on from the visit that a button was drawn for, before somebody is asked why."""
    command = EscalateNow(requester.user_id, visit, note_of_escalating(visit))
    return rehearse(ctx, Ask(requester, escalation_id, Action.ESCALATE, lambda _: command))


def escalate_now(
    ctx: ServiceContext, requester: Requester, escalation_id: str, key: str, visit: int, reason: str
) -> Done | Declined | Invalid:
    """Send a case to the next tier at once; `visit` is the one the button was drawn for."""
    written = clean(reason, LONGEST_FIELD)
    if not written:
        return Invalid({"reason": Problem(ProblemCode.NO_REASON)})
    note = note_of_escalating(visit)
    command = EscalateNow(requester.user_id, visit, note)
    ask = Ask(requester, escalation_id, Action.ESCALATE, lambda _: command, key, lambda _: {note: written})
    return act(ctx, ask)
