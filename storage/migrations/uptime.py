"""The tables of the first step that tell when Rung ran."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.spelling import SERIAL, partial


def uptime() -> None:
    """Make the heartbeat, which has one row, and the outages; the history is there already."""
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("slack_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_heartbeat"),
    )
    op.create_table(
        "outages",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("settled_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_outages"),
        sa.CheckConstraint("started_at <= ended_at", name="ck_outages_in_order"),
    )
    partial("ix_history_house_down", "history", ["workspace_id", "at"], "code = 'house_down'")
