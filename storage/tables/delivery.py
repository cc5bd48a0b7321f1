"""What is to be said, how fast it may be said, and what of ours can be seen."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, Serial
from storage.tables.schema import metadata

_OF_A_CASE = (["workspace_id", "escalation_id"], ["escalations.workspace_id", "escalations.id"])

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("workspace_id", sa.BigInteger, nullable=False),
    sa.Column("escalation_id", sa.Text, nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("stream", sa.Text, nullable=False),
    sa.Column("guard", sa.Text, nullable=False),
    sa.Column("severity_rank", sa.Integer, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("wanted_version", sa.Integer, nullable=False),
    sa.Column("not_before", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("lease_until", Instant),
    sa.Column("token", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("attempt_started_at", Instant),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("sent_at", Instant),
    sa.Column("error", sa.Text),
    sa.Column("looks", sa.Integer, nullable=False),
    sa.Column("recheck_at", Instant),
    sa.Column("taken_back", sa.Text),
    sa.ForeignKeyConstraint(*_OF_A_CASE),
    sa.UniqueConstraint(
        "workspace_id", "escalation_id", "visit", "kind", "ordinal", "destination", name="uq_outbox_wanted_once"
    ),
    sa.CheckConstraint(
        "state IN ('pending', 'leased', 'unknown', 'sent', 'obsolete', 'diverted', 'dead')", name="state"
    ),
    sa.CheckConstraint("method IN ('chat.postMessage', 'chat.update')", name="method"),
    sa.CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name="leased_until_an_instant"),
    sa.CheckConstraint(
        "state NOT IN ('leased', 'unknown') OR (token > 0 AND attempt_started_at IS NOT NULL)", name="begun"
    ),
    sa.CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="sent_at_an_instant"),
    sa.CheckConstraint("state <> 'dead' OR error IS NOT NULL", name="dead_for_a_reason"),
    sa.CheckConstraint("token >= 0 AND attempt >= 0 AND looks >= 0", name="counted"),
    implicit_returning=False,
)

lanes = sa.Table(
    "lanes",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("method", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("next_send_at", Instant, nullable=False),
    sa.Column("paused_until", Instant, nullable=False),
)

refusals = sa.Table(
    "refusals",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True, autoincrement=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("since", Instant, nullable=False),
    sa.Column("check_at", Instant, nullable=False),
    sa.Column("told_at", Instant),
    sa.Column("reopened_at", Instant),
)

warnings = sa.Table(
    "warnings",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("told_at", Instant, nullable=False),
)

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("workspace_id", sa.BigInteger, nullable=False),
    sa.Column("escalation_id", sa.Text, nullable=False),
    sa.Column("visit", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("ordinal", sa.Integer, nullable=False),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("ts", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("shown_version", sa.Integer, nullable=False),
    sa.Column("posted_at", Instant, nullable=False),
    sa.Column("removed_at", Instant),
    sa.ForeignKeyConstraint(*_OF_A_CASE),
    sa.UniqueConstraint(
        "workspace_id", "escalation_id", "visit", "kind", "ordinal", "channel", "ts", name="uq_messages_seen_once"
    ),
    implicit_returning=False,
)
