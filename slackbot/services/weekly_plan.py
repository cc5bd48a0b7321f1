"""Wanting the weekly summaries that have come due, each once."""

from __future__ import annotations

from datetime import datetime

from slackbot.core.model import Workspace
from slackbot.core.policy import Rules, WeeklySummary
from slackbot.core.weekly import latest
from slackbot.ids import summary_key
from slackbot.services.context import NoPolicyError, ServiceContext
from storage.unit_of_work import Transaction
from storage.weekly import Planned


def plan_weekly(ctx: ServiceContext, tx: Transaction, now: datetime, *, in_doubt: bool = False) -> int:
    """Want the newest summaries that are due at `now` (case time); says how many were not wanted before.

    `in_doubt` if a process whose database is lost may have posted them: they are looked for before they are posted.
    """
    planned = [
        _plan_one(ctx, tx, workspace, summary, now, in_doubt=in_doubt)
        for workspace, rules in houses(ctx, tx)
        for summary in rules.summaries
    ]
    return sum(planned)


def houses(ctx: ServiceContext, tx: Transaction) -> list[tuple[Workspace, Rules]]:
    """List the workspaces that have a policy, with the rules in force."""
    found = []
    for workspace in tx.workspaces.all():
        try:
            # Another process may have applied another policy: a channel, a manager or a whole summary may be new.
            found.append((workspace, ctx.rules_now(tx, workspace.id)))
        except NoPolicyError:
            continue
    return found


def _plan_one(
    ctx: ServiceContext, tx: Transaction, workspace: Workspace, summary: WeeklySummary, now: datetime, *, in_doubt: bool
) -> bool:
    """Want the newest summary that is due; a new one does not begin with an instant before it was set up."""
    occasion = latest(summary, now)
    policy, week = summary.policy, occasion.period.week
    if tx.weekly.state_of(workspace.id, policy, week) is not None:
        return False
    version = tx.policies.latest(workspace.id)
    if not tx.weekly.has_come(workspace.id, policy) and (version is None or version.at > occasion.at):
        return False
    wanted = Planned(
        workspace_id=workspace.id,
        policy=policy,
        week=week,
        period=occasion.period.key,
        zone=summary.zone,
        destination=summary.channel,
        due_at=occasion.at,
        not_before=ctx.wire_now(),
        key=summary_key(workspace.team_id, policy, week),
    )
    return tx.weekly.plan(wanted, in_doubt=in_doubt)
