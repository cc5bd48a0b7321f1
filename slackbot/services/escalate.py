"""Sending a case up by hand."""

from __future__ import annotations

from slackbot.core.commands import Action, EscalateNow, note_of_escalating
from slackbot.services.context import Requester, ServiceContext
from slackbot.services.transact import Ask, Declined, Done, act


def escalate_now(
    ctx: ServiceContext, requester: Requester, escalation_id: str, key: str, visit: int, reason: str
) -> Done | Declined:
    """Send a case to the next tier at once; `visit` is the one the button was drawn for."""
    note = note_of_escalating(visit)
    command = EscalateNow(requester.user_id, visit, note)
    ask = Ask(requester, escalation_id, Action.ESCALATE, lambda _: command, key, lambda _: {note: reason})
    return act(ctx, ask)
