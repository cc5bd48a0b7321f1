"""Load, authorise and decide, compare and set, history and outbox: the one place where this order lives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from slackbot.core.authorise import Denial, authorise
from slackbot.core.commands import Action, Command
from slackbot.core.decide import decide
from slackbot.core.decision import Decision, RefusalCode
from slackbot.core.events import PingSuppressed
from slackbot.core.messages import FOLDABLE
from slackbot.core.model import Escalation, Person, Workspace
from slackbot.core.policy import Rules
from slackbot.core.problems import Problem
from slackbot.errors import RungError
from slackbot.ids import new_message_key
from slackbot.services.context import Requester, ServiceContext, person_asking
from slackbot.services.showing import view_of
from slackbot.slack.views import CaseView
from storage.retrying import within_a_press
from storage.unit_of_work import Transaction

LONGEST_FIELD = 3000
"""UTF-16 units kept of what somebody wrote in one field; as much as a form takes."""

_TRIES = 3


class ConflictError(RungError):
    """Somebody else changed this case at the same moment. Please try again."""


class NoSuchCaseError(RungError):
    """There is no such case in this workspace. `/escalations open` lists those that are open."""


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, and this is the case now; `repeated` says that this very request had been done before."""

    view: CaseView
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing was changed, and why; the view carries the history, to say what happened since."""

    view: CaseView
    reason: RefusalCode | Denial


@dataclass(frozen=True, slots=True)
class Invalid:
    """Nothing is stored: what is wrong with which field of a form, by field name."""

    problems: Mapping[str, Problem]


@dataclass(frozen=True, slots=True)
class Situation:
    """What a command is made from: the case and its rules as they are when it is decided, and who asks."""

    case: Escalation
    rules: Rules
    actor: Person
    now: datetime


def no_notes(_: Situation) -> Mapping[str, str]:
    """Write nothing beside the case."""
    return {}


@dataclass(frozen=True, slots=True)
class Ask:
    """Something a person asks of a case.

    `key` tells one press from another, so that the same one delivered again changes nothing; a rehearsal needs none.
    `notes` are the leads' texts to be stored beside the case.
    """

    requester: Requester
    escalation_id: str
    action: Action
    command: Callable[[Situation], Command]
    key: str = ""
    notes: Callable[[Situation], Mapping[str, str]] = no_notes


def act(ctx: ServiceContext, ask: Ask) -> Done | Declined:
    """Carry out what a person asks, in one transaction.

    Raises:
        NoSuchCaseError: the id belongs to no case of the requester's workspace.
        ConflictError: others kept changing the case meanwhile.
    """
    for left in reversed(range(_TRIES)):
        try:
            outcome = _once(ctx, ask)
        except ConflictError:
            if not left:
                raise
        else:
            ctx.wake()
            return outcome
    raise ConflictError


@within_a_press
def rehearse(ctx: ServiceContext, ask: Ask) -> CaseView | Declined:
    """Say whether something could be done now, before a form asks for what it takes; nothing is changed.

    Raises:
        NoSuchCaseError: the id belongs to no case of the requester's workspace.
    """
    now = ctx.now()
    with ctx.store.write() as tx:
        workspace, situation = _situation(ctx, tx, ask, now)
        outcome = _decide(ctx, tx, workspace, ask, situation)
        refused = not isinstance(outcome, Decision)
        view = view_of(tx, workspace, situation.case, situation.rules, now, history=refused)
    ctx.wake()
    return view if isinstance(outcome, Decision) else Declined(view, outcome)


@within_a_press
def _once(ctx: ServiceContext, ask: Ask) -> Done | Declined:
    with ctx.store.write() as tx:
        now = ctx.now()
        workspace, situation = _situation(ctx, tx, ask, now)
        escalation, rules, actor = situation.case, situation.rules, situation.actor
        if tx.inbox.claim(workspace.id, ask.key, escalation.id, now) is not None:
            return Done(view_of(tx, workspace, escalation, rules, now), repeated=True)
        outcome = _decide(ctx, tx, workspace, ask, situation)
        if isinstance(outcome, Decision):
            if not commit(ctx, tx, escalation, outcome, actor.id, now):
                raise ConflictError
            tx.fields.write(workspace.id, escalation.id, ask.notes(situation), actor.id, now)
            return Done(view_of(tx, workspace, outcome.escalation, rules, now))
        return Declined(view_of(tx, workspace, escalation, rules, now, history=True), outcome)


def _situation(ctx: ServiceContext, tx: Transaction, ask: Ask, now: datetime) -> tuple[Workspace, Situation]:
    workspace = ctx.workspace(tx, ask.requester.team_id)
    escalation = tx.escalations.get(workspace.id, ask.escalation_id)
    if escalation is None:
        raise NoSuchCaseError
    rules = ctx.rules(tx, workspace.id, escalation.policy_version)
    return workspace, Situation(escalation, rules, person_asking(tx, workspace, ask.requester), now)


def _decide(
    ctx: ServiceContext, tx: Transaction, workspace: Workspace, ask: Ask, situation: Situation
) -> Decision | RefusalCode | Denial:
    denial = authorise(situation.actor, ask.action, situation.case, workspace)
    if denial is Denial.UNKNOWN:
        get_to_know(ctx, tx, workspace, ask.requester)
    if denial is not None:
        return denial
    outcome = decide(situation.case, situation.rules, ask.command(situation), situation.now)
    return outcome if isinstance(outcome, Decision) else outcome.code


def get_to_know(ctx: ServiceContext, tx: Transaction, workspace: Workspace, requester: Requester) -> None:
    """Have Slack asked at once about somebody unknown, or known otherwise than this payload says."""
    tx.people.meet(workspace.id, requester.user_id, requester.user_team_id, ctx.wire_now())
    tx.people.postpone(workspace.id, requester.user_id, ctx.wire_now())


def commit(
    ctx: ServiceContext, tx: Transaction, before: Escalation, decision: Decision, actor: str | None, now: datetime
) -> bool:
    """Write a decision made at `now`: state if the version is still the one decided on, its history, its messages.

    Returns false, having written nothing, where somebody else was faster.
    """
    if not tx.escalations.save(decision.escalation, expected_version=before.version):
        return False
    write_aftermath(ctx, tx, decision, actor, now)
    return True


def write_aftermath(ctx: ServiceContext, tx: Transaction, decision: Decision, actor: str | None, now: datetime) -> None:
    """Write a decision's history and messages beside a state that was already written."""
    write_aftermaths(ctx, tx, [decision], actor, now)


def write_aftermaths(
    ctx: ServiceContext, tx: Transaction, decisions: Sequence[Decision], actor: str | None, now: datetime
) -> None:
    """Write the history and messages of several decisions, each kind in one statement.

    History says when it was decided, `now`, as the state does: from it alone the state can be told.
    """
    tx.history.append_many([(decision.escalation, decision.events) for decision in decisions], actor, now)
    wanted = [
        (decision.escalation, [(message, new_message_key()) for message in decision.messages]) for decision in decisions
    ]
    tx.outbox.enqueue_many(wanted, ctx.wire_now())
    calls = [(decision.escalation, message) for decision in decisions for message in decision.messages]
    for row in tx.outbox.overtake(calls):
        if row.kind in FOLDABLE:
            skipped = PingSuppressed(row.visit, row.ordinal, row.error or "")
            tx.history.note(row.workspace_id, row.escalation_id, skipped, now)
