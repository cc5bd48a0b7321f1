"""Many open escalations at once, stored the way the house stores them, each with its card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from slackbot.core.messages import Kind
from slackbot.core.model import Workspace
from slackbot.core.policy import Rules, Severity, route
from slackbot.core.raising import NewCase, begin
from slackbot.engine import Engine
from slackbot.services.transact import write_aftermath
from storage.messages import Posted
from storage.unit_of_work import Transaction

BATCH = 500


@dataclass(frozen=True, slots=True)
class Stood:
    """Messages that stand in Slack for a case, as channel and ts: the card and the agent's case."""

    agent: str
    card: tuple[str, str]
    case: tuple[str, str]
    category: str = "Other"


def seed(
    engine: Engine,
    workspace: Workspace,
    moments: Sequence[datetime],
    severity: Severity,
    prefix: str,
    stood: Sequence[Stood],
) -> None:
    """Store open escalations whose next moment (a ping) is each of these; their ids begin with `prefix`.

    They share the messages that stand, in turn.
    """
    numbered = enumerate(moments)
    while batch := list(islice(numbered, BATCH)):
        with engine.ctx.store.write() as tx:
            version, rules = engine.ctx.rules_in_force(tx, workspace.id)
            for number, moment in batch:
                there = stood[number % len(stood)]
                case = _case(tx, workspace, version, f"{prefix}-{number:05}", severity, there)
                _store(tx, case, rules, moment, there)


def raise_at_once(engine: Engine, workspace: Workspace, agent: str, cases: Sequence[tuple[str, Severity]]) -> None:
    """Raise cases, given as category and severity, in one transaction; of their messages only the cards are wanted."""
    ctx = engine.ctx
    with ctx.store.write() as tx:
        version, rules = ctx.rules_in_force(tx, workspace.id)
        for count, (category, severity) in enumerate(cases):
            number, _ = tx.workspaces.take_number(workspace.id)
            case = NewCase(f"card-{count:05}", workspace.id, number, category, severity, agent, True, version)  # noqa: FBT003 a known insider
            now = ctx.now()
            decision = begin(case, rules, now)
            cards = tuple(message for message in decision.messages if message.kind is Kind.CARD)
            tx.escalations.insert(decision.escalation)
            tx.fields.write(workspace.id, case.id, {"summary": f"{severity} case {number}"}, agent, now)
            write_aftermath(ctx, tx, replace(decision, messages=cards), agent, now)
    ctx.wake()


def _case(
    tx: Transaction, workspace: Workspace, version: int, identity: str, severity: Severity, stood: Stood
) -> NewCase:
    number, _ = tx.workspaces.take_number(workspace.id)
    return NewCase(
        id=identity,
        workspace_id=workspace.id,
        number=number,
        category=stood.category,
        severity=severity,
        raised_by=stood.agent,
        verified=True,
        policy_version=version,
    )


def _store(tx: Transaction, case: NewCase, rules: Rules, moment: datetime, stood: Stood) -> None:
    raised = moment - _first_ping(rules, case.category, case.severity)
    decision = begin(case, rules, raised)
    tx.escalations.insert(decision.escalation)
    tx.fields.write(case.workspace_id, case.id, {"summary": f"case {case.id}"}, case.raised_by, raised)
    tx.history.append(decision.escalation, decision.events, case.raised_by, raised)
    for posted in _posts(case, stood, raised):
        tx.messages.record(posted)


def _first_ping(rules: Rules, category: str, severity: Severity) -> timedelta:
    return route(rules, category, severity).policy.tiers[0].timers[severity].ping_every


def _posts(case: NewCase, stood: Stood, at: datetime) -> Iterator[Posted]:
    for kind, visit, (channel, ts) in ((Kind.CARD, 1, stood.card), (Kind.CASE, 0, stood.case)):
        yield Posted(
            workspace_id=case.workspace_id,
            escalation_id=case.id,
            visit=visit,
            kind=kind,
            ordinal=0,
            destination=channel,
            channel=channel,
            ts=ts,
            key=f"{case.id}-{kind}",
            shown_version=1,
            posted_at=at,
        )
