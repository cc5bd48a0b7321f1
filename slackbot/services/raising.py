"""The transaction that raises a case: few statements, since Slack waits for the ack meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from slackbot.core.authorise import Denial, authorise
from slackbot.core.commands import Action
from slackbot.core.model import Escalation, Person, Source, Workspace
from slackbot.core.policy import Rules, Severity
from slackbot.core.raising import NewCase, begin
from slackbot.ids import new_escalation_id
from slackbot.services.context import Requester, ServiceContext, person_asking
from slackbot.services.showing import view_of
from slackbot.services.transact import ConflictError, NoSuchCaseError, get_to_know, write_aftermath
from slackbot.slack.views import CaseView
from storage.unit_of_work import Transaction

TWIN_WINDOW = timedelta(minutes=2)
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_TRIES = 3

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Submitted:
    """The case is stored. `zone` is the agent's time zone (the policy's where it is not known yet).

    `repeated` says that this very request, or the same words within two minutes, had raised it before; only then
    the view carries the history, to say how the case stands by now.
    """

    view: CaseView
    zone: str
    repeated: bool


@dataclass(frozen=True, slots=True)
class Denied:
    """This person may not raise cases."""

    reason: Denial


@dataclass(frozen=True, slots=True)
class Case:
    """A checked case on its way in."""

    category: str
    severity: Severity
    fields: Mapping[str, str]
    source: Source | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Who raises a case, under which policy version. `key` tells this request from others.

    A key that `wears_off` tells words, not a request: the same ones raise another case after two minutes, or once the
    first is over.
    """

    workspace: Workspace
    requester: Requester
    version: int
    rules: Rules
    key: str
    wears_off: bool


class _PolicyMovedError(Exception):
    """Another version was put in force since it was last read."""


def with_policy_in_force(work: Callable[[], T]) -> T:
    """Do a piece of work again where the policy in force changed under its hands, as another replica may do.

    Raises:
        ConflictError: it kept changing.
    """
    for _ in range(_TRIES):
        try:
            return work()
        except _PolicyMovedError:
            continue
    raise ConflictError


def raise_case(ctx: ServiceContext, tx: Transaction, asked: Asked, case: Case) -> Submitted | Denied:
    """Store a case with its texts, its history and its first messages, once for each key."""
    workspace, now = asked.workspace, ctx.now()
    person = person_asking(tx, workspace, asked.requester)
    denial = authorise(person, Action.RAISE, None, workspace)
    if denial is not None:
        return Denied(denial)
    identity = new_escalation_id()
    before = _claimed_before(ctx, tx, asked, identity)
    if before is not None:
        rules = ctx.rules(tx, workspace.id, before.policy_version)
        view = view_of(tx, workspace, before, rules, now, history=True)
        return Submitted(view, person.zone or rules.timezone, repeated=True)
    decision = begin(_new_case(ctx, tx, asked, case, person, identity), asked.rules, now)
    tx.escalations.insert(decision.escalation)
    tx.fields.write(workspace.id, identity, case.fields, person.id, now)
    write_aftermath(ctx, tx, decision, person.id, now)
    if not person.verified:
        get_to_know(ctx, tx, workspace, asked.requester)
    view = CaseView(decision.escalation, asked.rules, case.fields, now, workspace)
    return Submitted(view, person.zone or asked.rules.timezone, repeated=False)


def _claimed_before(ctx: ServiceContext, tx: Transaction, asked: Asked, identity: str) -> Escalation | None:
    workspace_id, now = asked.workspace.id, ctx.now()
    since = now - TWIN_WINDOW if asked.wears_off else _NEVER
    first = tx.inbox.claim(workspace_id, asked.key, identity, now, since)
    if first is None:
        return None
    known = tx.escalations.get(workspace_id, first)
    if known is None:
        raise NoSuchCaseError
    if asked.wears_off and known.state.is_over:
        tx.inbox.replace(workspace_id, asked.key, identity)
        return None
    return known


def _new_case(ctx: ServiceContext, tx: Transaction, asked: Asked, case: Case, person: Person, identity: str) -> NewCase:
    number, in_force = tx.workspaces.take_number(asked.workspace.id)
    if in_force != asked.version:
        ctx.forget_policy(asked.workspace.id)
        raise _PolicyMovedError
    return NewCase(
        id=identity,
        workspace_id=asked.workspace.id,
        number=number,
        category=case.category,
        severity=case.severity,
        raised_by=person.id,
        verified=person.verified,
        policy_version=asked.version,
        source=case.source,
    )
