"""Wanting the weekly summaries that have come due, each once, and knowing of those that never did."""

from __future__ import annotations

from datetime import datetime

from slackbot.core.model import Workspace
from slackbot.core.outages import Cause
from slackbot.core.periods import Period
from slackbot.core.weekly import Missed, Occasion, Schedule, following, latest, of_week_before
from slackbot.ids import summary_key
from slackbot.services.context import NoPolicyError, ServiceContext
from slackbot.services.scheduling import schedules_of
from storage.unit_of_work import Transaction
from storage.weekly import Planned

_STOOD_STILL = frozenset({Cause.DOWN, Cause.CLOCK})
"""What lets a summary be missed. Of a time before a restore nobody knows whether it came."""


def plan_weekly(ctx: ServiceContext, tx: Transaction, now: datetime, *, in_doubt: bool = False) -> int:
    """Want the newest summaries that are due at `now` (case time); says how many were not wanted before.

    `in_doubt` if a process whose database is lost may have posted them: they are looked for before they are posted.
    """
    planned = [
        _plan_one(ctx, tx, workspace, schedule, now, in_doubt=in_doubt)
        for workspace, schedules in houses(ctx, tx)
        for schedule in schedules
    ]
    return sum(planned)


def next_due(ctx: ServiceContext, tx: Transaction, now: datetime) -> datetime | None:
    """Say when the next summary is due (case time): in the past where one that is due was not wanted yet."""
    return min((_due(tx, one, each, now) for one, schedules in houses(ctx, tx) for each in schedules), default=None)


def _due(tx: Transaction, workspace: Workspace, schedule: Schedule, now: datetime) -> datetime:
    newest = latest(schedule, now)
    return newest.at if _is_open(tx, workspace, schedule, newest) else following(schedule, now)


def houses(ctx: ServiceContext, tx: Transaction) -> list[tuple[Workspace, list[Schedule]]]:
    """List the workspaces that have a policy, with what comes by itself there."""
    found = []
    for workspace in tx.workspaces.all():
        try:
            found.append((workspace, schedules_of(ctx, tx, workspace)))
        except NoPolicyError:
            continue
    return found


def missed_before(
    ctx: ServiceContext, tx: Transaction, workspace: Workspace, name: str, period: Period
) -> Missed | None:
    """Say which summaries right before that of a week did not come, since the house stood still when they were due."""
    schedule = next((each for each in schedules_of(ctx, tx, workspace) if each.name == name), None)
    missed: list[tuple[str, Cause]] = []
    while schedule is not None:
        occasion = of_week_before(schedule, period)
        windows = tx.uptime.outages_between(occasion.at, occasion.at)
        causes = [each.cause for each in windows if each.cause in _STOOD_STILL]
        if not causes or not _is_open(tx, workspace, schedule, occasion):
            break
        period = occasion.period
        missed.append((period.week, causes[0]))
    return Missed(missed[-1][0], *missed[0]) if missed else None


def _is_open(tx: Transaction, workspace: Workspace, schedule: Schedule, occasion: Occasion) -> bool:
    """Say whether a summary ought to come that was not wanted yet."""
    if tx.weekly.state_of(workspace.id, schedule.name, occasion.period.week) is not None:
        return False
    # A new version of the policy does not make its summaries new ones.
    came_before = schedule.by is None and tx.weekly.has_come(workspace.id, schedule.name, occasion.at)
    return came_before or schedule.since <= occasion.at


def _plan_one(
    ctx: ServiceContext, tx: Transaction, workspace: Workspace, schedule: Schedule, now: datetime, *, in_doubt: bool
) -> bool:
    """Want the newest summary that is due; a new one does not begin with an instant before it was set up."""
    occasion = latest(schedule, now)
    week = occasion.period.week
    if not _is_open(tx, workspace, schedule, occasion):
        return False
    wanted = Planned(
        workspace_id=workspace.id,
        schedule=schedule.name,
        week=week,
        scope=schedule.scope.key,
        period=occasion.period.key,
        zone=schedule.zone,
        destination=schedule.channel,
        due_at=occasion.at,
        not_before=ctx.wire_now(),
        key=summary_key(workspace.team_id, schedule.name, week),
    )
    return tx.weekly.plan(wanted, in_doubt=in_doubt)
