"""Taking a case, and keeping its promise."""

from __future__ import annotations

from datetime import datetime

from slackbot.core.commands import Acknowledge, Action, Answer, ChangePromise, Command
from slackbot.core.deadlines import promise_until
from slackbot.errors import RungError
from slackbot.services.context import Requester, ServiceContext
from slackbot.services.transact import Ask, Declined, Done, Situation, act, rehearse
from slackbot.slack.views import CaseView


class UnknownChoiceError(RungError):
    """This time is none of those that the policy offers. Nothing was changed."""


def may_acknowledge(ctx: ServiceContext, requester: Requester, escalation_id: str) -> CaseView | Declined:
    """Say whether a case can be taken, before somebody is asked for how long."""

    def command(situation: Situation) -> Command:
        return Acknowledge(requester.user_id, _until(None, situation))

    return rehearse(ctx, Ask(requester, escalation_id, Action.ACKNOWLEDGE, command))


def may_change_promise(ctx: ServiceContext, requester: Requester, escalation_id: str) -> CaseView | Declined:
    """Say whether a promised time can be moved, before somebody is asked to when."""

    def command(situation: Situation) -> Command:
        return ChangePromise(requester.user_id, _until(None, situation))

    return rehearse(ctx, Ask(requester, escalation_id, Action.CHANGE_PROMISE, command))


def acknowledge(
    ctx: ServiceContext, requester: Requester, escalation_id: str, key: str, choice: str | None = None
) -> Done | Declined:
    """Take a case with the policy's default promise, or with a chosen one (`15m`, `today`).

    Raises:
        UnknownChoiceError: the case's policy does not offer this choice.
    """

    def command(situation: Situation) -> Command:
        return Acknowledge(requester.user_id, _until(choice, situation))

    return act(ctx, Ask(requester, escalation_id, Action.ACKNOWLEDGE, command, key))


def change_promise(
    ctx: ServiceContext, requester: Requester, escalation_id: str, key: str, choice: str
) -> Done | Declined:
    """Move the promised time.

    Raises:
        UnknownChoiceError: the case's policy does not offer this choice.
    """

    def command(situation: Situation) -> Command:
        return ChangePromise(requester.user_id, _until(choice, situation))

    return act(ctx, Ask(requester, escalation_id, Action.CHANGE_PROMISE, command, key))


def answered(ctx: ServiceContext, requester: Requester, escalation_id: str, key: str) -> Done | Declined:
    """Say that the customer's side got a first answer."""
    return act(ctx, Ask(requester, escalation_id, Action.ANSWER, lambda _: Answer(requester.user_id), key))


def _until(choice: str | None, situation: Situation) -> datetime:
    if choice is None:
        return situation.now + situation.rules.promise.default
    if choice not in situation.rules.promise.choices:
        raise UnknownChoiceError
    return promise_until(choice, situation.now, situation.actor.zone or situation.rules.timezone)
