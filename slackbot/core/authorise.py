"""Who may do what. Asked by every command when it is submitted, never only when a form opens."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from slackbot.core.commands import Action
from slackbot.core.model import Escalation, Person, Workspace

_ONLY_THE_AGENT = frozenset({Action.WITHDRAW, Action.CLOSE, Action.NOT_SOLVED})


class Denial(StrEnum):
    """Why somebody may not."""

    STRANGER = "stranger"
    GUEST = "guest"
    DEACTIVATED = "deactivated"
    BOT = "bot"
    UNKNOWN = "unknown"
    NOT_YOURS = "not_yours"
    NO_MANAGER = "no_manager"


def standing(person: Person, workspace: Workspace) -> Denial | None:
    """Say why somebody is no insider of the workspace; None when they are one. Guests, bots and strangers are none."""
    if person.stranger or person.team_id not in {workspace.team_id, workspace.enterprise_id}:
        return Denial.STRANGER
    if person.deactivated:
        return Denial.DEACTIVATED
    if person.bot:
        return Denial.BOT
    if person.guest:
        return Denial.GUEST
    return None if person.verified else Denial.UNKNOWN


def authorise(actor: Person, action: Action, escalation: Escalation | None, workspace: Workspace) -> Denial | None:
    """Say why the actor may not do this; None when they may.

    Somebody whom Slack has not yet confirmed may raise a case (it waits until they are), and nothing else.
    """
    denial = standing(actor, workspace)
    if denial is Denial.UNKNOWN and action is Action.RAISE:
        return None
    if denial is not None:
        return denial
    if action in _ONLY_THE_AGENT and escalation is not None and escalation.raised_by != actor.id:
        return Denial.NOT_YOURS
    return None


def may_read_summary(actor: Person, workspace: Workspace, managers: Collection[str], *, own: bool) -> Denial | None:
    """Say why the actor may not read a summary; `own` is one of the actor's own cases, which every insider may."""
    denial = standing(actor, workspace)
    if denial is not None or own or actor.id in managers:
        return denial
    return Denial.NO_MANAGER
