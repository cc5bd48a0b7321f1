"""Summaries that come by themselves as people set them up: by a button under a summary, beside those of the policy."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import available_timezones

from slackbot.core.model import Workspace
from slackbot.core.problems import Problem, ProblemCode
from slackbot.core.summary_request import EVERYTHING, Scope
from slackbot.core.weekly import SHARED, Schedule, following, of_policy
from slackbot.services.context import Requester, ServiceContext, person_asking
from slackbot.services.summaries import Unread, denied, unread
from slackbot.services.transact import Invalid
from slackbot.slack.views import WeeklyView
from storage.retrying import within_a_press
from storage.unit_of_work import Transaction

_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,30}")
_LONGEST_ZONE = 50


@dataclass(frozen=True, slots=True)
class SetUp:
    """It is set up, and comes for the first time at `first` (UTC)."""

    schedule: Schedule
    first: datetime


def schedules_of(ctx: ServiceContext, tx: Transaction, workspace: Workspace) -> list[Schedule]:
    """List what comes by itself in a workspace: by its policy, then by its people.

    Raises:
        NoPolicyError: there is no policy yet.
    """
    rules, since = ctx.rules_now(tx, workspace.id), tx.policies.last_added(workspace.id)
    ours = [of_policy(each, since) for each in rules.summaries] if since is not None else []
    return [*ours, *tx.schedules.of(workspace.id)]


def schedule_in(ctx: ServiceContext, requester: Requester, scope: Scope, channel: str) -> Schedule | None:
    """Find what brings the summary of these cases to a channel by itself."""
    with ctx.store.read() as tx:
        return _standing(schedules_of(ctx, tx, ctx.workspace(tx, requester.team_id)), scope, channel)


def look_at_schedules(ctx: ServiceContext, requester: Requester, scope: Scope, channel: str) -> WeeklyView | Unread:
    """Gather what the form shows: what there is already, and what is likely to be chosen."""
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        rules = ctx.rules_now(tx, workspace.id)
        denial = denied(tx, workspace, rules, requester, EVERYTHING)
        if denial is None:
            zone = person_asking(tx, workspace, requester).zone or rules.timezone
            there = sorted(schedules_of(ctx, tx, workspace), key=lambda each: each.channel != channel)
            return WeeklyView(scope, channel, zone, there)
    return unread(ctx, requester, denial)


@within_a_press
def set_up(
    ctx: ServiceContext, requester: Requester, scope: Scope, values: Mapping[str, str]
) -> SetUp | Invalid | Unread:
    """Have the summary of these cases come once a week; one that comes to the same channel is changed.

    `values` are `day` (1 for Monday), `hour`, `zone` and `channel`, as the form has them.
    """
    wanted = _read(scope, values, ctx.now(), requester.user_id)
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        denial = denied(tx, workspace, ctx.rules_now(tx, workspace.id), requester, EVERYTHING)
        if denial is None and isinstance(wanted, Schedule):
            standing = _standing(schedules_of(ctx, tx, workspace), scope, wanted.channel)
            if standing is not None and standing.by is None:
                return Invalid({"channel": Problem(ProblemCode.SET_BY_POLICY)})
            tx.schedules.put(workspace.id, wanted)
    if denial is not None:
        return unread(ctx, requester, denial)
    if isinstance(wanted, Invalid):
        return wanted
    ctx.wake()
    return SetUp(wanted, following(wanted, wanted.since))


@within_a_press
def stop(ctx: ServiceContext, requester: Requester, name: str) -> Unread | None:
    """Let a summary come no more (`Schedule.name`); one that is gone already is no trouble."""
    channel, _, scope = name.partition("|")
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        denial = denied(tx, workspace, ctx.rules_now(tx, workspace.id), requester, EVERYTHING)
        if denial is None:
            tx.schedules.remove(workspace.id, channel, scope)
    if denial is not None:
        return unread(ctx, requester, denial)
    ctx.wake()
    return None


def _standing(schedules: list[Schedule], scope: Scope, channel: str) -> Schedule | None:
    return next((each for each in schedules if (each.scope, each.channel) == (scope, channel)), None)


def _read(scope: Scope, values: Mapping[str, str], now: datetime, by: str) -> Schedule | Invalid:
    day, hour, channel = (values.get(name, "") for name in ("day", "hour", "channel"))
    zone = _zone(values.get("zone", ""))
    problems: dict[str, Problem] = {}
    if day not in set("1234567"):
        problems["day"] = Problem(ProblemCode.NOT_OFFERED)
    if hour not in {str(each) for each in range(24)}:
        problems["hour"] = Problem(ProblemCode.NOT_OFFERED)
    if isinstance(zone, Problem):
        problems["zone"] = zone
    if scope.kind not in SHARED or _CHANNEL.fullmatch(channel) is None:
        problems["channel"] = Problem(ProblemCode.NOT_OFFERED)
    if problems or isinstance(zone, Problem):
        return Invalid(problems)
    return Schedule(scope, int(day), time(int(hour)), zone, channel, now, by)


def _zone(written: str) -> str | Problem:
    """Find a time zone by its name, whatever its case; what is none is sent back with the nearest that is one."""
    wanted = "_".join(written.split()).casefold()[:_LONGEST_ZONE]
    known = {name.casefold(): name for name in sorted(available_timezones())}
    if wanted in known:
        return known[wanted]
    cities = {folded.rpartition("/")[2]: name for folded, name in known.items() if "/" in folded}
    near = difflib.get_close_matches(wanted, [*known, *cities], n=1)
    nearest = (known | cities)[near[0]] if near else "Europe/Madrid"
    return Problem(ProblemCode.NO_ZONE, {"zone": written[:_LONGEST_ZONE], "near": nearest})
