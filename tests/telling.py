"""Whether the stored history of a case alone tells its stored state."""

from __future__ import annotations

from dataclasses import fields

from slackbot.core.model import Escalation
from slackbot.services.context import ServiceContext
from storage.unit_of_work import Transaction
from tests.core.replay import Line, as_raised, as_told, replay


def untold(ctx: ServiceContext, tx: Transaction, case: Escalation) -> list[str]:
    """Say what of a case is otherwise than its history has it."""
    rules = ctx.rules(tx, case.workspace_id, case.policy_version)
    lines = [Line(entry.at, entry.actor, entry.event) for entry in tx.history.of(case.workspace_id, case.id)]
    is_so, said = as_told(case), as_told(replay(as_raised(case), lines, rules))
    return [
        f"{part.name} of {case.id} is {getattr(is_so, part.name)}, its history says {getattr(said, part.name)}"
        for part in fields(case)
        if getattr(is_so, part.name) != getattr(said, part.name)
    ]
