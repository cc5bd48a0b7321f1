"""What waits, to be read at any time by whoever looks after the house; nobody's name and no text is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from slackbot.services.context import ServiceContext
from storage.backlog import read_backlog


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits, over all workspaces: seconds of wire time, and counts."""

    overdue: float
    messages: Mapping[str, int]
    paused_lanes: int
    longest_pause: float


def waiting(ctx: ServiceContext) -> Waiting:
    """Read what waits.

    Raises:
        StorageError: the database does not answer.
    """
    now = ctx.wire_now()
    with ctx.store.read() as tx:
        backlog = read_backlog(tx.connection, now)
    due = ctx.clocks.to_wire(backlog.first_due)
    return Waiting(
        overdue=0.0 if due is None else max(0.0, (now - due).total_seconds()),
        messages=backlog.messages,
        paused_lanes=backlog.paused_lanes,
        longest_pause=0.0 if backlog.paused_until is None else (backlog.paused_until - now).total_seconds(),
    )


def see_database(ctx: ServiceContext) -> None:
    """See that the database answers.

    Raises:
        StorageError: it does not.
    """
    with ctx.store.read() as tx:
        tx.workspaces.all()
