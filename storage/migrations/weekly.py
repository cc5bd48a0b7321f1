"""The first tables of the summaries that come by themselves, as the first migration makes them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.spelling import checks, optional, partial, reference, required


def weekly() -> None:
    """Make them."""
    op.create_table(
        "weekly_summaries",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "schedule", "week", "scope", "period", "zone", "destination", "state", "key"),
        *required(sa.BigInteger, "due_at", "not_before"),
        *optional(sa.BigInteger, "lease_until"),
        *required(sa.Integer, "token", "places_tried", "attempt"),
        *optional(sa.Text, "ts", "error"),
        sa.PrimaryKeyConstraint("workspace_id", "schedule", "week", name="pk_weekly_summaries"),
        reference("weekly_summaries", {"workspace_id": "workspaces.id"}),
        *checks(
            "weekly_summaries",
            state="state IN ('pending', 'leased', 'unknown', 'sent', 'dead')",
            leased_until_an_instant="(state = 'leased') = (lease_until IS NOT NULL)",
            sent_as_a_message="state <> 'sent' OR ts IS NOT NULL",
            dead_for_a_reason="state <> 'dead' OR error IS NOT NULL",
            counted="token >= 0 AND attempt >= 0 AND places_tried >= 0",
        ),
    )
    unfinished = "state IN ('pending', 'leased')"
    partial("ix_weekly_summaries_unfinished", "weekly_summaries", ["not_before"], unfinished)
    op.create_table(
        "summary_schedules",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "channel", "scope"),
        *required(sa.Integer, "day"),
        *required(sa.Text, "at", "zone", "set_up_by"),
        *required(sa.BigInteger, "set_up_at"),
        sa.PrimaryKeyConstraint("workspace_id", "channel", "scope", name="pk_summary_schedules"),
        reference("summary_schedules", {"workspace_id": "workspaces.id"}),
        *checks("summary_schedules", day_of_a_week="day BETWEEN 1 AND 7"),
    )
