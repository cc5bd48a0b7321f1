"""Who is there and what holds: workspaces, people, versions of the policy."""

from __future__ import annotations

import sqlalchemy as sa

from storage.columns import Instant, Serial
from storage.tables.schema import metadata

workspaces = sa.Table(
    "workspaces",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("team_id", sa.Text, nullable=False, unique=True),
    sa.Column("enterprise_id", sa.Text),
    sa.Column("bot_user_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("last_number", sa.BigInteger, nullable=False, default=0),
    sa.Column("policy_version", sa.BigInteger),
    sa.Column("added_at", Instant, nullable=False),
    sa.Column("refreshed_at", Instant, nullable=False),
)

people = sa.Table(
    "people",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("team_id", sa.Text, nullable=False),
    sa.Column("verified", sa.Boolean, nullable=False),
    sa.Column("guest", sa.Boolean, nullable=False),
    sa.Column("stranger", sa.Boolean, nullable=False),
    sa.Column("deactivated", sa.Boolean, nullable=False),
    sa.Column("bot", sa.Boolean, nullable=False),
    sa.Column("zone", sa.Text),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("primary_owner", sa.Boolean, nullable=False),
    sa.Column("met_at", Instant, nullable=False),
    sa.Column("refresh_at", Instant, nullable=False, index=True),
)

policy_names = sa.Table(
    "policy_names",
    metadata,
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("last_number", sa.Integer, nullable=False),
)

policy_versions = sa.Table(
    "policy_versions",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("workspace_id", sa.BigInteger, sa.ForeignKey("workspaces.id"), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("document", sa.JSON, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("added_at", Instant, nullable=False),
    sa.UniqueConstraint("workspace_id", "id"),
    sa.UniqueConstraint("workspace_id", "number"),
)
