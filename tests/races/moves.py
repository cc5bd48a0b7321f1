"""What a racer can do: one use case of the product each, as a process of Rung's does it; says shortly how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from slackbot.core.policy_document import from_document
from slackbot.engine import Engine
from slackbot.errors import PolicyError
from slackbot.services.acknowledge import acknowledge
from slackbot.services.composing import Letter
from slackbot.services.context import Requester
from slackbot.services.installing import put_in_force
from slackbot.services.intake import submit_form, submit_line
from slackbot.services.raising import Submitted
from slackbot.services.reactions import LEASE
from slackbot.services.recording import note_suppressed, settle_post
from slackbot.services.resolve import resolve
from slackbot.services.transact import Done
from storage.outbox_rows import OutboxState

TEAM = "T0001"
MANY = 50

Told = Mapping[str, Any]


def _requester(told: Told) -> Requester:
    return Requester(TEAM, told["who"], TEAM)


def take(engine: Engine, told: Told) -> str:
    """Acknowledge a case."""
    outcome = acknowledge(engine.ctx, _requester(told), told["case"], told["key"])
    return "done" if isinstance(outcome, Done) else f"declined: {outcome.reason}"


def solve(engine: Engine, told: Told) -> str:
    """Resolve a case."""
    outcome = resolve(engine.ctx, _requester(told), told["case"], told["key"], "a refund", "")
    return "done" if isinstance(outcome, Done) else "declined"


def say(engine: Engine, told: Told) -> str:
    """Raise a case in one line; says its number."""
    outcome = submit_line(engine.ctx, _requester(told), told["text"])
    return str(outcome.view.escalation.number) if isinstance(outcome, Submitted) else f"not raised: {outcome}"


def submit(engine: Engine, told: Told) -> str:
    """Raise a case by a form; says its number."""
    outcome = submit_form(engine.ctx, _requester(told), told["view"], "no draft", told["values"])
    return str(outcome.view.escalation.number) if isinstance(outcome, Submitted) else f"not raised: {outcome}"


def apply(engine: Engine, told: Told) -> str:
    """Put another version of the policy in force, made from a version's number."""
    with engine.ctx.store.read() as tx:
        workspace = engine.ctx.workspace(tx, TEAM)
        latest = tx.policies.latest(workspace.id)
        assert latest is not None
        rules = from_document(latest.document)
    try:
        put_in_force(engine.ctx, workspace, rules, told["text"], "somebody", after=told["after"])
    except PolicyError:
        return "refused"
    return "done"


def claim(engine: Engine, _: Told) -> str:
    """Claim what may leave, as the sender does; says which rows and how often each was claimed by then."""
    ctx = engine.ctx
    with ctx.store.write() as tx:
        claimed = tx.outbox.claim(ctx.wire_now(), lease=LEASE, limit=MANY)
        for row in claimed.suppressed:
            note_suppressed(ctx, tx, row)
    followers = [row for group in claimed.followers.values() for row in group]
    return " ".join(f"{row.id}:{row.token}" for row in [*claimed.rows, *followers])


def settle(engine: Engine, told: Told) -> str:
    """Settle a post that Slack took, as the sender does."""
    with engine.ctx.store.read() as tx:
        row = tx.outbox.get(told["row"])
    assert row is not None
    held = told["held"]
    letter = Letter(held, 1, frozenset(), {})
    return "settled" if settle_post(engine.ctx, [letter], "C1", told["ts"]) else "too late"


def send_again(engine: Engine, _: Told) -> str:
    """Find a lease over and the message absent in Slack, and claim it anew; says as `claim` does."""
    ctx = engine.ctx
    now = ctx.wire_now()
    with ctx.store.write() as tx:
        tx.outbox.expire_leases(now, quiet=timedelta(0))
    with ctx.store.write() as tx:
        unknown = tx.outbox.unknown_due(now, MANY)
    for row in unknown:
        with ctx.store.write() as tx:
            tx.outbox.resolve_unknown(row.id, OutboxState.PENDING, not_before=now, token=row.token)
    return claim(engine, {})


MOVES: Mapping[str, Callable[[Engine, Told], str]] = {
    "take": take,
    "solve": solve,
    "say": say,
    "submit": submit,
    "apply": apply,
    "claim": claim,
    "settle": settle,
    "send again": send_again,
}
