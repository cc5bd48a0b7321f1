"""When Rung ran and when it did not."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, Serial
from storage.tables.schema import metadata

heartbeat = sa.Table(
    "heartbeat",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("slack_at", Instant),
)

outages = sa.Table(
    "outages",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("ended_at", Instant, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),
    sa.Column("settled_at", Instant),
    sa.CheckConstraint("started_at <= ended_at", name="in_order"),
)
