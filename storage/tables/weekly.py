"""Summaries that come by themselves: what people set up, and a row for each week of each, so that none comes twice."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant
from storage.tables.schema import metadata

weekly_summaries = sa.Table(
    "weekly_summaries",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("schedule", sa.Text, primary_key=True),
    sa.Column("week", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("not_before", Instant, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("places_tried", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("ts", sa.Text),
    sa.Column("error", sa.Text),
    sa.CheckConstraint("state IN ('pending', 'leased', 'unknown', 'sent', 'dead')", name="state"),
    sa.CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="leased_until_an_instant"),
    sa.CheckConstraint("state <> 'sent' OR ts IS NOT NULL", name="sent_as_a_message"),
    sa.CheckConstraint("state <> 'dead' OR error IS NOT NULL", name="dead_for_a_reason"),
    sa.CheckConstraint("token >= 0 AND attempt >= 0 AND places_tried >= 0", name="counted"),
)

summary_schedules = sa.Table(
    "summary_schedules",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("set_up_by", sa.Text, nullable=False),
    sa.Column("set_up_at", Instant, nullable=False),
    sa.CheckConstraint("day BETWEEN 1 AND 7", name="day_of_a_week"),
)
