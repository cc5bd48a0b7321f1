"""The indexes over part of a table: what is open, due or on its way is found without looking at all that is over.

A running Rung has no use for their definitions, and they would bring both dialects of SQLAlchemy into its memory: they
are for whoever compares or makes the tables.
"""

from __future__ import annotations

import sqlalchemy as sa

from storage.tables.cases import escalations, history
from storage.tables.delivery import lanes, messages, outbox
from storage.tables.weekly import weekly_summaries


def _partial(name: str, where: str, *columns: sa.Column[object]) -> sa.Index:
    condition = sa.text(where)
    return sa.Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


_e, _o = escalations.c, outbox.c

INDEXES = (
    _partial("ix_escalations_due", "next_at IS NOT NULL", _e.next_at),
    _partial("ix_escalations_open", "next_at IS NOT NULL", _e.workspace_id, _e.next_at),
    _partial("ix_escalations_pending", "state = 'pending'", _e.workspace_id, _e.raised_by, _e.raised_at),
    _partial("ix_escalations_held", "hold_until IS NOT NULL", _e.hold_until),
    # What an outage touched, counted when the admins are told: nearly nothing is in it.
    _partial("ix_history_house_down", "code = 'house_down'", history.c.workspace_id, history.c.at),
    _partial("ix_outbox_pending", "state = 'pending'", _o.not_before),
    _partial(
        "ix_outbox_lane",
        "state = 'pending'",
        *(_o.workspace_id, _o.method, _o.destination, _o.severity_rank, _o.id),
    ),
    _partial("ix_outbox_leased", "state = 'leased'", _o.lease_until),
    _partial("ix_outbox_unknown", "state = 'unknown'", _o.not_before),
    _partial("ix_outbox_recheck", "recheck_at IS NOT NULL", _o.recheck_at),
    _partial("ix_outbox_dead", "state = 'dead'", _o.id),
    _partial(
        "ix_outbox_unfinished",
        "state IN ('pending', 'leased', 'unknown')",
        *(_o.workspace_id, _o.escalation_id, _o.stream, _o.id),
    ),
    _partial("ix_lanes_whole", "channel = ''", lanes.c.workspace_id, lanes.c.method),
    _partial("ix_weekly_summaries_unfinished", "state IN ('pending', 'leased')", weekly_summaries.c.not_before),
    # For reports: what was raised, and what happened, in a stretch of time.
    sa.Index("ix_escalations_raised", _e.workspace_id, _e.raised_at),
    sa.Index("ix_history_code", history.c.workspace_id, history.c.code, history.c.at),
    sa.Index("ix_messages_ts", messages.c.workspace_id, messages.c.channel, messages.c.ts),
)
"""Every one of them; a migration makes each."""
