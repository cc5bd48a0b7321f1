"""Getting to know people off the path of any press: who is an insider, who is a guest, which zone they live in."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from slackbot.core.authorise import Denial, standing
from slackbot.core.commands import Admit, Command, Refuse
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.model import Person, Workspace
from slackbot.services.context import ServiceContext
from slackbot.services.transact import commit
from slackbot.slack.failures import DestinationBroken, RateLimited, SlackFailure
from slackbot.slack.gateway import Gateway
from storage.retrying import within_a_press
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

BATCH = 20
TRY_LATER = timedelta(seconds=30)


class Acquaintance:
    """The pass over people Slack has not told us about yet, as a step without a thread."""

    def __init__(self, ctx: ServiceContext, gateway: Gateway) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._resumes_at: datetime | None = None

    def step(self) -> bool:
        """Ask Slack about those who are due; says whether more may be. Where Slack wants a pause, everybody waits."""
        now = self._ctx.wire_now()
        if self._resumes_at is not None and now < self._resumes_at:
            return False
        with self._ctx.store.read() as tx:
            due = tx.people.to_refresh(now, BATCH)
        for workspace_id, user_id in due:
            try:
                self._look_up(workspace_id, user_id, now)
            except RateLimited as failure:
                self._resumes_at = now + timedelta(seconds=failure.retry_after)
                return False
        return bool(due)

    def next_moment(self) -> datetime | None:
        """Say when somebody is to be asked about next (wire time)."""
        with self._ctx.store.read() as tx:
            due = tx.people.next_refresh()
        return due if due is None or self._resumes_at is None else max(due, self._resumes_at)

    def learn_everybody(self, workspace: Workspace) -> int:
        """Read the whole workspace's list, so that no first press has to wait; says how many people there are.

        Raises:
            SlackFailure: the list could not be read to its end.
        """
        members = [person_from(member) for member in self._gateway.pages(workspace.id, "users.list", "members")]
        with self._ctx.store.write() as tx:
            tx.people.learn_many(workspace.id, members, self._ctx.wire_now())
            # Not before: a case that is raised meanwhile is either seen now, or has its person asked about.
            awaited = tx.escalations.awaited(workspace.id)
            for person in members:
                if person.id in awaited:
                    learn(self._ctx, tx, workspace.id, person)
        self._ctx.wake()
        return len(members)

    def _look_up(self, workspace_id: int, user_id: str, now: datetime) -> None:
        try:
            answer = self._gateway.call(workspace_id, "users.info", user=user_id, include_locale=True)
        except RateLimited:
            raise
        except DestinationBroken:
            with self._ctx.store.write() as tx:
                gone = Person(id=user_id, team_id="", verified=True, stranger=True)
                learn(self._ctx, tx, workspace_id, gone)
        except SlackFailure as failure:
            log.warning("nobody can say who %s is: %s", user_id, failure)
            with self._ctx.store.write() as tx:
                tx.people.postpone(workspace_id, user_id, now + TRY_LATER)
        else:
            with self._ctx.store.write() as tx:
                learn(self._ctx, tx, workspace_id, person_from(answer["user"]))
        self._ctx.wake()


def learn(ctx: ServiceContext, tx: Transaction, workspace_id: int, person: Person) -> None:
    """Store what Slack said of somebody, and let in or refuse the cases that waited for it."""
    tx.people.learn(workspace_id, person, ctx.wire_now())
    workspace = tx.workspaces.by_id(workspace_id)
    if workspace is None:
        return
    command, now = _verdict(standing(person, workspace)), ctx.now()
    for escalation in tx.escalations.pending_of(workspace_id, person.id):
        rules = ctx.rules(tx, workspace_id, escalation.policy_version)
        outcome = decide(escalation, rules, command, now)
        if isinstance(outcome, Decision) and not commit(ctx, tx, escalation, outcome, None, now):
            tx.people.postpone(workspace_id, person.id, ctx.wire_now())  # somebody was faster: look again


@within_a_press
def ask_anew(ctx: ServiceContext, team_id: str, user_id: str) -> None:
    """Have Slack asked about somebody at once, since something about them has changed."""
    with ctx.store.write() as tx:
        workspace = ctx.workspace(tx, team_id)
        tx.people.postpone(workspace.id, user_id, ctx.wire_now())
    ctx.wake()


def person_from(user: Mapping[str, Any]) -> Person:
    """Read Slack's user object (docs.slack.dev/reference/objects/user-object)."""
    return Person(
        id=str(user["id"]),
        team_id=str(user.get("team_id", "")),
        verified=True,
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        stranger=bool(user.get("is_stranger")),
        deactivated=bool(user.get("deleted")),
        bot=bool(user.get("is_bot")),
        zone=user.get("tz") or None,
        name=_name_of(user),
        primary_owner=bool(user.get("is_primary_owner")),
    )


def _name_of(user: Mapping[str, Any]) -> str:
    """Say what people call somebody; Slack's own `name` is never shown (docs.slack.dev/changelog)."""
    profile = user.get("profile") or {}
    return str(profile.get("display_name") or profile.get("real_name") or user.get("real_name") or "")


def _verdict(denial: Denial | None) -> Command:
    return Admit() if denial is None else Refuse(denial)
