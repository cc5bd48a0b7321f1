"""Summing up a stretch of time for those who may ask, on demand or by itself."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from slackbot.core.authorise import Denial, may_read_summary
from slackbot.core.comparison import compare, weeks_before
from slackbot.core.digest import Digest, Pick, growths, scale_of
from slackbot.core.messages import Kind
from slackbot.core.model import Workspace
from slackbot.core.periods import Period, PeriodProblem, week_of
from slackbot.core.policy import Rules
from slackbot.core.summary import Behind, Named, Part, Rule, Window, merged, office_hours
from slackbot.core.summary_request import (
    LONGEST_NAME,
    Scope,
    ScopeKind,
    SummaryRequest,
    read_carried,
    read_request,
    without_post,
)
from slackbot.services.context import Requester, ServiceContext, person_asking
from slackbot.services.showing import permalink, view_of
from slackbot.services.transact import get_to_know
from slackbot.slack.views import BehindView, CaseView
from storage.report_statements import Sought
from storage.unit_of_work import Transaction

LISTED = 40
"""How many cases the list behind a figure shows; the export has all."""
LISTED_EACH = 14
"""How many each of the lists behind a part of the cases shows: a modal holds a hundred blocks."""

MOST_LESSONS = 3
_LONGEST_WAIT = timedelta(days=92)
"""An outage longer before a period touches none of its times but the longest."""

_TICK = timedelta(microseconds=1)


class NameProblem(StrEnum):
    """Why the cases that a summary is asked of can't be told."""

    UNKNOWN = "unknown"
    TOO_LONG = "name_too_long"


@dataclass(frozen=True, slots=True)
class Unusable:
    """What was asked for can't be summed up: why, what was asked of, and the names that would do."""

    problem: PeriodProblem | NameProblem
    scope: Scope
    known: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """This person may not read that summary."""

    reason: Denial


def ask_for(ctx: ServiceContext, requester: Requester, text: str) -> SummaryRequest | Unusable | Unread:
    """Read what somebody typed, look up the name in it, and say whether they may have it."""
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        rules = ctx.rules_now(tx, workspace.id)
        asked = read_request(text, ctx.now(), rules.timezone)
        if isinstance(asked, PeriodProblem):
            found: SummaryRequest | Unusable = Unusable(asked, Scope())
        else:
            found = looked_up(tx, workspace, asked, requester.user_id)
        denial = denied(tx, workspace, rules, requester, found.scope)
    return found if denial is None else unread(ctx, requester, denial)


def ask_again(ctx: ServiceContext, requester: Requester, carried: str) -> SummaryRequest | Unusable | Unread:
    """Read what a button carried; who pressed it is asked anew whether they may."""
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        rules = ctx.rules_now(tx, workspace.id)
        asked = read_carried(carried, ctx.now(), rules.timezone)
        if isinstance(asked, PeriodProblem):
            return Unusable(asked, Scope())
        denial = denied(tx, workspace, rules, requester, asked.scope)
    return asked if denial is None else unread(ctx, requester, denial)


def sum_up(ctx: ServiceContext, requester: Requester, request: SummaryRequest) -> Digest:
    """Count what was asked for. It may take a second or two."""
    now = ctx.now()
    with ctx.store.read() as tx:
        return digest(tx, ctx.workspace(tx, requester.team_id), request, now)


def this_week(ctx: ServiceContext, requester: Requester) -> Digest:
    """Sum up the week that runs, as far as the requester may read it: everything, or their own cases."""
    now = ctx.now()
    with ctx.store.read() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        rules = ctx.rules_now(tx, workspace.id)
        manager = requester.user_id in rules.managers
        scope = Scope() if manager else Scope(ScopeKind.MINE, requester.user_id)
        return digest(tx, workspace, SummaryRequest(week_of(now, rules.timezone), scope), now)


def digest(tx: Transaction, workspace: Workspace, request: SummaryRequest, now: datetime) -> Digest:
    """Put a summary together; the windows in which Rung was down are left out of every time."""
    tx.reports.take_time()
    left_out = outages(tx, request.period, now)
    sought = sought_by(workspace.id, request, now, left_out)
    figures = tx.reports.figures(sought)
    began = tx.reports.began(workspace.id)
    before = weeks_before(request.period, now)
    if began is None or began >= before[0].end:
        before = []
    briefly = [replace(sought, start=each.start, end=each.end, hours=()) for each in before]
    weeks = [tx.reports.figures(each, briefly=True) for each in briefly]
    scale = scale_of(request, now)
    return Digest(
        request=request,
        now=now,
        figures=figures,
        compared=compare(figures, weeks, scale),
        weeks=list(zip(before, weeks, strict=True)),
        picks=[_pick(tx, workspace, rule, named) for rule, named in tx.reports.review(sought)],
        lessons=tx.reports.lessons(sought, MOST_LESSONS),
        growths=growths(figures, weeks, scale),
        left_out=[each for each in left_out if each.start < sought.end and each.end > sought.start],
    )


def may_post(ctx: ServiceContext, requester: Requester, key: str) -> bool:
    """Say whether a press is the first of its kind: the same one delivered again posts nothing twice."""
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, requester.team_id)
        return tx.inbox.claim(workspace.id, key, "summary", ctx.now()) is None


def outages(tx: Transaction, period: Period, now: datetime) -> list[Window]:
    """List the windows in which Rung was down while a case of this period may have waited."""
    found = tx.uptime.outages_between(period.start - _LONGEST_WAIT, period.up_to(now + _TICK))
    return [Window(each.started_at, each.ended_at, each.cause) for each in found]


def cases_behind(
    ctx: ServiceContext, requester: Requester, request: SummaryRequest, asked: Behind | Part
) -> Sequence[BehindView]:
    """List the cases behind a figure, or behind each figure of a part."""
    part = asked if isinstance(asked, Part) else None
    figures = (asked,) if isinstance(asked, Behind) else asked.figures
    most = LISTED if len(figures) == 1 else LISTED_EACH
    now = ctx.now()
    with ctx.store.read() as tx:
        tx.reports.take_time()
        workspace = ctx.workspace(tx, requester.team_id)
        sought = sought_by(workspace.id, request, now, outages(tx, request.period, now))
        found = [(figure, tx.reports.behind(sought, figure, most + 1, part)) for figure in figures]
        return [
            BehindView(figure, _views(ctx, tx, workspace, named[:most], now), len(named) > most)
            for figure, named in found
        ]


def sought_by(workspace_id: int, request: SummaryRequest, now: datetime, left_out: Sequence[Window]) -> Sought:
    """Say what the database is to count; of a period that runs, what has happened up to this very moment."""
    period = request.period
    end = period.up_to(now + _TICK)
    hours = office_hours(period.start, end, period.zone)
    return Sought(workspace_id, period.start, end, request.scope, merged(left_out), hours)


def _views(
    ctx: ServiceContext, tx: Transaction, workspace: Workspace, named: Sequence[Named], now: datetime
) -> list[tuple[CaseView, int]]:
    found = [(tx.escalations.get(workspace.id, each.id), each.weight) for each in named]
    return [
        (view_of(tx, workspace, case, ctx.rules(tx, workspace.id, case.policy_version), now), weight)
        for case, weight in found
        if case is not None
    ]


def _pick(tx: Transaction, workspace: Workspace, rule: Rule, named: Named) -> Pick:
    cards = [each for each in tx.messages.of(workspace.id, named.id) if each.kind is Kind.CARD]
    link = permalink(workspace, cards[-1].channel, cards[-1].ts) if cards else ""
    return Pick(rule, f"ESC-{named.number}", named.weight, link)


def looked_up(tx: Transaction, workspace: Workspace, asked: SummaryRequest, person: str) -> SummaryRequest | Unusable:
    """Find the tier, policy or category that is meant, whatever its case, in any version of the policy.

    `person` is who asks: whose cases `mine` are.
    """
    kind, value = asked.scope.kind, asked.scope.value
    if kind is ScopeKind.ALL:
        return asked
    if kind is ScopeKind.MINE:
        return replace(asked, scope=Scope(kind, person))
    if len(value) > LONGEST_NAME:
        return Unusable(NameProblem.TOO_LONG, asked.scope)
    if kind is ScopeKind.CUSTOMER:
        return asked
    known = tx.policies.names(workspace.id, kind)
    by_fold = {name.casefold(): name for name in known}
    name = by_fold.get(value.casefold()) or by_fold.get(without_post(value).casefold())
    if name is None:
        close = difflib.get_close_matches(value.casefold(), by_fold, n=3)
        nearest = [by_fold[each] for each in close] or known[:10]
        return Unusable(NameProblem.UNKNOWN, asked.scope, nearest)
    return replace(asked, scope=Scope(kind, name))


def denied(tx: Transaction, workspace: Workspace, rules: Rules, requester: Requester, scope: Scope) -> Denial | None:
    """Say why somebody may not read the summary of these cases."""
    own = scope == Scope(ScopeKind.MINE, requester.user_id)
    return may_read_summary(person_asking(tx, workspace, requester), workspace, rules.managers, own=own)


def unread(ctx: ServiceContext, requester: Requester, denial: Denial) -> Unread:
    """Say so; somebody who is not known yet is asked after."""
    if denial is Denial.UNKNOWN:
        with ctx.store.write() as tx:
            get_to_know(ctx, tx, ctx.workspace(tx, requester.team_id), requester)
        ctx.wake()
    return Unread(denial)
