"""Telling the admins of trouble: each of them by direct message, the same trouble once in an hour."""

from __future__ import annotations

from dataclasses import replace

from slackbot.core.decision import Decision
from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Escalation
from slackbot.core.policy import Rules
from slackbot.ids import new_message_key
from slackbot.services.context import ServiceContext
from slackbot.services.reactions import TOLD_EVERY
from storage.unit_of_work import Transaction


def may_warn(ctx: ServiceContext, tx: Transaction, workspace_id: int, subject: str) -> bool:
    """Say whether somebody may be warned of a subject now; the next one who asks has to wait an hour."""
    return tx.warnings.take(workspace_id, subject, ctx.wire_now(), every=TOLD_EVERY)


def tier_subject(escalation: Escalation) -> str:
    """Name the tier at which a case stands as a subject of warnings."""
    return f"tier:{escalation.policy}:{escalation.visit.tier}"


def tell_admins(ctx: ServiceContext, tx: Transaction, escalation: Escalation, rules: Rules, notice: Wanted) -> None:
    """Want a notice for each admin; where the policy names none, for the admins' channel or the primary owner."""
    places = rules.admins or tuple(place for place in (last_resorts(tx, escalation.workspace_id, rules)) if place)[:1]
    wanted = [(replace(notice, destination=place), new_message_key()) for place in places]
    tx.outbox.enqueue(escalation, wanted, ctx.wire_now())


def last_resorts(tx: Transaction, workspace_id: int, rules: Rules) -> tuple[str | None, str | None]:
    """Say who is told where no admin can be: the admins' channel, then the workspace's primary owner."""
    return rules.admin_channel, tx.people.primary_owner(workspace_id)


def without_notices(decision: Decision) -> Decision:
    """Leave the admins in peace: they were told of this tier within the hour."""
    kept = tuple(message for message in decision.messages if message.kind is not Kind.ADMIN_NOTICE)
    return replace(decision, messages=kept)
