"""Taking a case, and keeping its promise."""

from __future__ import annotations

from datetime import datetime

from slackbot.core.commands import Acknowledge, Action, Answer, ChangePromise, Command
from slackbot.core.deadlines import promise_until
from slackbot.core.durations import format_duration
from slackbot.services.context import Requester, ServiceContext
from slackbot.services.transact import Ask, Declined, Done, Situation, act


def acknowledge(
    ctx: ServiceContext, requester: Requester, escalation_id: str, key: str, choice: str | None = None
) -> Done | Declined:
    """Take a case with the policy's default promise, or with a chosen one (`15m`, `today`).

    Raises:
        ValueError: the choice is neither `today` nor a duration.
    """

    def command(situation: Situation) -> Command:
        return Acknowledge(requester.user_id, _until(choice, situation))

    return act(ctx, Ask(requester, escalation_id, Action.ACKNOWLEDGE, command, key))


def change_promise(
    ctx: ServiceContext, requester: Requester, escalation_id: str, key: str, choice: str
) -> Done | Declined:
    """Move the promised time.

    Raises:
        ValueError: the choice is neither `today` nor a duration.
    """

    def command(situation: Situation) -> Command:
        return ChangePromise(requester.user_id, _until(choice, situation))

    return act(ctx, Ask(requester, escalation_id, Action.CHANGE_PROMISE, command, key))


def answered(ctx: ServiceContext, requester: Requester, escalation_id: str, key: str) -> Done | Declined:
    """Say that the customer's side got a first answer."""
    return act(ctx, Ask(requester, escalation_id, Action.ANSWER, lambda _: Answer(requester.user_id), key))


def _until(choice: str | None, situation: Situation) -> datetime:
    wanted = choice or format_duration(situation.rules.promise.default)
    return promise_until(wanted, situation.now, situation.actor.zone or situation.rules.timezone)
