"""What an older copy of the database can't know: which of its messages have left since, and which numbers are taken."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from slackbot.core.messages import Kind
from storage.outbox_rows import OutboxState
from storage.pace import POST
from storage.statements import constant, one_of
from storage.tables.cases import escalations
from storage.tables.delivery import messages, outbox
from storage.tables.directory import workspaces
from storage.tables.weekly import weekly_summaries
from storage.weekly import IN_DOUBT

NUMBERS_LEFT_OUT = 1000
"""So many numbers are skipped: those that cases raised since the copy was made have, and people have read."""

_o, _m, _e, _w = outbox.c, messages.c, escalations.c, weekly_summaries.c
_NOW = sa.bindparam("now", type_=_o.not_before.type)
_ON_ITS_WAY = one_of(_o.state, (OutboxState.PENDING, OutboxState.LEASED))
_LOOK_FIRST = (
    sa.update(outbox)
    .where(_ON_ITS_WAY, _o.method == constant(POST))
    .values(
        state=OutboxState.UNKNOWN.value,
        lease_until=None,
        token=_o.token + 1,
        attempt_started_at=sa.func.coalesce(_o.attempt_started_at, _o.created_at),
        not_before=_NOW,
        error="restored",
    )
)
_EDIT_AGAIN = (
    sa.update(outbox)
    .where(_o.state == constant(OutboxState.LEASED), _o.method != constant(POST))
    .values(state=OutboxState.PENDING.value, lease_until=None, token=_o.token + 1, not_before=_NOW)
)
_LOOK_FOR_SUMMARY_FIRST = (
    sa.update(weekly_summaries)
    .where(one_of(_w.state, ("pending", "leased")))
    .values(state="pending", lease_until=None, token=_w.token + 1, not_before=_NOW, error=IN_DOUBT)
)
_SHOWN_UNKNOWN = (
    sa.update(messages)
    .where(
        _m.removed_at.is_(None),
        one_of(_m.kind, (Kind.CARD, Kind.CASE)),
        sa.exists().where(_e.workspace_id == _m.workspace_id, _e.id == _m.escalation_id, _e.next_at.is_not(None)),
    )
    .values(shown_version=0)
)
_SKIP_NUMBERS = (
    sa.update(workspaces)
    .where(workspaces.c.last_number > 0)
    .values(last_number=workspaces.c.last_number + NUMBERS_LEFT_OUT)
)


def distrust(connection: sa.Connection, now: datetime) -> int:
    """Take nothing for unsent, nothing for shown and no number for free; says how many messages are to be looked for.

    Every post on its way, a weekly summary too, is looked for in Slack before it is sent; what a card or a case shows
    counts as unknown.
    """
    in_doubt = connection.execute(_LOOK_FIRST, {"now": now}).rowcount
    connection.execute(_EDIT_AGAIN, {"now": now})
    in_doubt += connection.execute(_LOOK_FOR_SUMMARY_FIRST, {"now": now}).rowcount
    connection.execute(_SHOWN_UNKNOWN)
    connection.execute(_SKIP_NUMBERS)
    return in_doubt
