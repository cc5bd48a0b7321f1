"""Cases: what they are, what was written in them, what happened to them; drafts and what was already received."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, Serial, Span
from storage.tables.schema import metadata

escalations = sa.Table(
    "escalations",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("policy_version", sa.BigInteger, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("raised_by", sa.Text, nullable=False),
    sa.Column("raised_at", Instant, nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("tier", sa.Integer, nullable=False),
    sa.Column("arrival", sa.Text, nullable=False),
    sa.Column("visit_began_at", Instant, nullable=False),
    sa.Column("timer_anchor", Instant, nullable=False),
    sa.Column("timer_consumed", Span, nullable=False),
    sa.Column("timer_running", sa.Boolean, nullable=False),
    sa.Column("timer_ahead", Span, nullable=False),
    sa.Column("pings_done", sa.Integer, nullable=False),
    sa.Column("caught", sa.Integer, nullable=False),
    sa.Column("next_at", Instant),
    sa.Column("owner", sa.Text),
    sa.Column("previous_owner", sa.Text),
    sa.Column("acknowledged_at", Instant),
    sa.Column("promise_until", Instant),
    sa.Column("promise_answered_at", Instant),
    sa.Column("promise_reminders", sa.Integer),
    sa.Column("resolved_at", Instant),
    sa.Column("source_channel", sa.Text),
    sa.Column("source_ts", sa.Text),
    sa.Column("source_thread_ts", sa.Text),
    sa.Column("source_private", sa.Boolean),
    sa.Column("hold_until", Instant),
    sa.Column("hold_error", sa.Text),
    sa.UniqueConstraint("workspace_id", "number"),
    sa.ForeignKeyConstraint(["workspace_id", "policy_version"], ["policy_versions.workspace_id", "policy_versions.id"]),
    sa.CheckConstraint("(next_at IS NULL) = (state IN ('closed', 'withdrawn'))", name="never_silent"),
    sa.CheckConstraint(
        "state <> 'acknowledged' OR (owner IS NOT NULL AND acknowledged_at IS NOT NULL AND promise_until IS NOT NULL)",
        name="acknowledged_by_somebody",
    ),
    sa.CheckConstraint("state <> 'resolved' OR resolved_at IS NOT NULL", name="resolved_at_an_instant"),
    sa.CheckConstraint("state <> 'waiting' OR owner IS NULL", name="waiting_for_anybody"),
    sa.CheckConstraint("severity IN ('low', 'normal', 'high', 'urgent')", name="severity"),
    sa.CheckConstraint("number > 0 AND version > 0 AND visit > 0 AND tier >= 0", name="counted"),
    sa.CheckConstraint("pings_done >= 0 AND caught >= 0 AND timer_consumed >= 0", name="counted_time"),
    sa.CheckConstraint("(promise_until IS NULL) = (promise_reminders IS NULL)", name="whole_promise"),
    sa.CheckConstraint("(source_channel IS NULL) = (source_private IS NULL)", name="whole_source"),
    sa.CheckConstraint("(hold_until IS NULL) = (hold_error IS NULL)", name="held_for_a_reason"),
)


_OF_A_CASE = (["workspace_id", "escalation_id"], ["escalations.workspace_id", "escalations.id"])

case_fields = sa.Table(
    "case_fields",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, primary_key=True),
    sa.Column("escalation_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("sensitive", sa.Boolean, nullable=False),
    sa.Column("written_by", sa.Text, nullable=False),
    sa.Column("written_at", Instant, nullable=False),
    sa.ForeignKeyConstraint(*_OF_A_CASE),
)

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("workspace_id", sa.BigInteger, nullable=False),
    sa.Column("escalation_id", sa.Text, nullable=False),
    sa.Column("version", sa.Integer),
    sa.Column("ordinal", sa.Integer),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("params", sa.JSON, nullable=False),
    sa.ForeignKeyConstraint(*_OF_A_CASE),
    sa.UniqueConstraint("workspace_id", "escalation_id", "version", "ordinal"),
    sa.CheckConstraint("(version IS NULL) = (ordinal IS NULL)", name="decided_or_noted"),
    implicit_returning=False,
)

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("source_channel", sa.Text),
    sa.Column("source_ts", sa.Text),
    sa.Column("source_thread_ts", sa.Text),
    sa.Column("source_private", sa.Boolean),
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("(source_channel IS NULL) = (source_private IS NULL)", name="whole_source"),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
)
