"""The end of a case: solved, confirmed, not solved after all, or taken back."""

from __future__ import annotations

from collections.abc import Mapping

from slackbot.core.commands import (
    Action,
    Close,
    Command,
    ReportNotSolved,
    Resolve,
    Withdraw,
    note_of_preventing,
    note_of_resolving,
)
from slackbot.core.problems import Problem, ProblemCode
from slackbot.core.text import clean
from slackbot.services.context import Requester, ServiceContext
from slackbot.services.transact import LONGEST_FIELD, Ask, Declined, Done, Invalid, Situation, act, rehearse
from slackbot.slack.views import CaseView


def may_resolve(ctx: ServiceContext, requester: Requester, escalation_id: str) -> CaseView | Declined:
    """Say whether a case can be resolved, before somebody writes a solution."""
    return rehearse(ctx, Ask(requester, escalation_id, Action.RESOLVE, lambda _: Resolve(requester.user_id)))


def resolve(
    ctx: ServiceContext, requester: Requester, escalation_id: str, key: str, solution: str, prevention: str
) -> Done | Declined | Invalid:
    """Give the solution: what to tell the customer, and what the first tier could do next time (may be empty)."""
    told, advice = clean(solution, LONGEST_FIELD), clean(prevention, LONGEST_FIELD)
    if not told:
        return Invalid({"resolution": Problem(ProblemCode.NO_SOLUTION)})

    def notes(situation: Situation) -> Mapping[str, str]:
        visit = situation.case.visit.ordinal
        return {note_of_resolving(visit): told} | ({note_of_preventing(visit): advice} if advice else {})

    ask = Ask(requester, escalation_id, Action.RESOLVE, lambda _: Resolve(requester.user_id), key, notes)
    return act(ctx, ask)


def close(ctx: ServiceContext, requester: Requester, escalation_id: str, key: str) -> Done | Declined:
    """Let the agent confirm that the case is solved."""
    return _plain(ctx, requester, escalation_id, key, Action.CLOSE, Close(requester.user_id))


def not_solved(ctx: ServiceContext, requester: Requester, escalation_id: str, key: str) -> Done | Declined:
    """Let the agent say that it is not solved: the case waits again at the same tier."""
    return _plain(ctx, requester, escalation_id, key, Action.NOT_SOLVED, ReportNotSolved(requester.user_id))


def withdraw(ctx: ServiceContext, requester: Requester, escalation_id: str, key: str) -> Done | Declined:
    """Let the agent take the case back."""
    return _plain(ctx, requester, escalation_id, key, Action.WITHDRAW, Withdraw(requester.user_id))


def _plain(
    ctx: ServiceContext, requester: Requester, escalation_id: str, key: str, action: Action, command: Command
) -> Done | Declined:
    return act(ctx, Ask(requester, escalation_id, action, lambda _: command, key))
