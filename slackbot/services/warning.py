"""Telling the admins of trouble: each of them by direct message, the same trouble once in an hour.

What Slack itself can't be used to tell is told outside Slack.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from slackbot.core.decision import Decision
from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Escalation
from slackbot.core.policy import Rules
from slackbot.ids import new_message_key
from slackbot.services.context import ServiceContext
from slackbot.services.reactions import TOLD_EVERY
from slackbot.services.tokens import TellOutside
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

_ALERTS = {
    "slack_unreachable": "Slack takes no messages for ten minutes",
    "plan_limit": "the plan of the workspace does not allow more messages now; Rung tries again every 15 minutes",
    "nobody_told": "something is wrong, and no admin could be told in Slack",
}


def may_warn(ctx: ServiceContext, tx: Transaction, workspace_id: int, subject: str) -> bool:
    """Say whether somebody may be warned of a subject now; the next one who asks has to wait an hour."""
    return tx.warnings.take(workspace_id, subject, ctx.wire_now(), every=TOLD_EVERY)


def alert(ctx: ServiceContext, tell_outside: TellOutside, workspace_id: int, event: str, code: str, about: str) -> None:
    """Tell the log, and somebody outside Slack, of what Slack itself can't be used to tell; once in an hour.

    `about` is for the log: the outbox row, or the summary, that met it.
    """
    with ctx.store.write() as tx:
        if not may_warn(ctx, tx, workspace_id, f"{event}:{code}"):
            return
    log.error("%s in workspace %s: %s (%s)", event, workspace_id, code, about)
    text = f"Rung in workspace {workspace_id}: {_ALERTS[event]} ({code})."
    tell_outside({"event": event, "workspace": str(workspace_id), "error": code, "text": text})


def tier_subject(escalation: Escalation) -> str:
    """Name the tier at which a case stands as a subject of warnings."""
    return f"tier:{escalation.policy}:{escalation.visit.tier}"


def tell_admins(ctx: ServiceContext, tx: Transaction, escalation: Escalation, rules: Rules, notice: Wanted) -> None:
    """Want a notice for each admin; where the policy names none, for the admins' channel or the primary owner."""
    places, _ = who_is_told(tx, escalation.workspace_id, rules)
    wanted = [(replace(notice, destination=place), new_message_key()) for place in places]
    tx.outbox.enqueue(escalation, wanted, ctx.wire_now())


def who_is_told(tx: Transaction, workspace_id: int, rules: Rules) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say who is told of trouble: all of the first; if none of them can be for good, the next that can."""
    behind = tuple(dict.fromkeys(place for place in last_resorts(tx, workspace_id, rules) if place))
    return (rules.admins, behind) if rules.admins else (behind[:1], behind[1:])


def last_resorts(tx: Transaction, workspace_id: int, rules: Rules) -> tuple[str | None, str | None]:
    """Say who is told where no admin can be: the admins' channel, then the workspace's primary owner."""
    return rules.admin_channel, tx.people.primary_owner(workspace_id)


def without_notices(decision: Decision) -> Decision:
    """Leave the admins in peace: they were told of this tier within the hour."""
    kept = tuple(message for message in decision.messages if message.kind is not Kind.ADMIN_NOTICE)
    return replace(decision, messages=kept)
