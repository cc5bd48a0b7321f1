"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.delivery import delivery
from storage.migrations.spelling import (
    SERIAL,
    checks,
    optional,
    part_of_a_case,
    partial,
    reference,
    refuse_updates,
    required,
    unique,
)
from storage.migrations.uptime import uptime
from storage.migrations.weekly import weekly

revision = "0001"
down_revision = None

_A_WORKSPACE = {"workspace_id": "workspaces.id"}
_A_VERSION = {"workspace_id": "policy_versions.workspace_id", "policy_version": "policy_versions.id"}
_A_CASE = {"workspace_id": "escalations.workspace_id", "escalation_id": "escalations.id"}
_ESCALATIONS_RULES = {
    "never_silent": "(next_at IS NULL) = (state IN ('closed', 'withdrawn'))",
    "acknowledged_by_somebody": "state <> 'acknowledged' "
    "OR (owner IS NOT NULL AND acknowledged_at IS NOT NULL AND promise_until IS NOT NULL)",
    "resolved_at_an_instant": "state <> 'resolved' OR resolved_at IS NOT NULL",
    "waiting_for_anybody": "state <> 'waiting' OR owner IS NULL",
    "severity": "severity IN ('low', 'normal', 'high', 'urgent')",
    "counted": "number > 0 AND version > 0 AND visit > 0 AND tier >= 0",
    "counted_time": "pings_done >= 0 AND caught >= 0 AND timer_consumed >= 0",
    "whole_promise": "(promise_until IS NULL) = (promise_reminders IS NULL)",
    "whole_source": "(source_channel IS NULL) = (source_private IS NULL)",
    "held_for_a_reason": "(hold_until IS NULL) = (hold_error IS NULL)",
}


def upgrade() -> None:
    """Make every table; a policy version and a line of history can't be changed once they are written."""
    first = (_workspaces, _people, _policy_versions, _escalations, _case_fields, _history, _drafts, _inbox)
    for make in (*first, delivery, uptime, weekly):
        make()
    refuse_updates("policy_versions")
    refuse_updates("history")


def _workspaces() -> None:
    op.create_table(
        "workspaces",
        *required(SERIAL, "id"),
        *required(sa.Text, "team_id"),
        *optional(sa.Text, "enterprise_id"),
        *required(sa.Text, "bot_user_id", "name", "url"),
        *required(sa.BigInteger, "last_number"),
        *optional(sa.BigInteger, "policy_version"),
        *required(sa.BigInteger, "added_at", "refreshed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
        unique("workspaces", "team_id"),
    )


def _people() -> None:
    op.create_table(
        "people",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "user_id", "team_id"),
        *required(sa.Boolean, "verified", "guest", "stranger", "deactivated", "bot"),
        *optional(sa.Text, "zone"),
        *required(sa.Text, "name"),
        *required(sa.Boolean, "primary_owner"),
        *required(sa.BigInteger, "met_at", "refresh_at"),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name="pk_people"),
        reference("people", _A_WORKSPACE),
    )
    op.create_index("ix_people_refresh_at", "people", ["refresh_at"])


def _policy_versions() -> None:
    op.create_table(
        "policy_versions",
        *required(SERIAL, "id"),
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Integer, "number"),
        *required(sa.JSON, "document"),
        *required(sa.Text, "digest", "added_by"),
        *required(sa.BigInteger, "added_at"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_versions"),
        unique("policy_versions", "workspace_id", "id"),
        unique("policy_versions", "workspace_id", "number"),
        reference("policy_versions", _A_WORKSPACE),
    )
    op.create_table(
        "policy_names",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "kind", "name"),
        *required(sa.Integer, "last_number"),
        sa.PrimaryKeyConstraint("workspace_id", "kind", "name", name="pk_policy_names"),
        reference("policy_names", _A_WORKSPACE),
    )


def _escalations() -> None:
    op.create_table(
        "escalations",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "id"),
        *required(sa.BigInteger, "number"),
        *required(sa.Integer, "version"),
        *required(sa.Text, "state", "severity", "category"),
        *required(sa.BigInteger, "policy_version"),
        *required(sa.Text, "policy", "raised_by"),
        *required(sa.BigInteger, "raised_at"),
        *required(sa.Integer, "visit", "tier"),
        *required(sa.Text, "arrival"),
        *required(sa.BigInteger, "visit_began_at", "timer_anchor", "timer_consumed"),
        *required(sa.Boolean, "timer_running"),
        *required(sa.BigInteger, "timer_ahead"),
        *required(sa.Integer, "pings_done", "caught"),
        *optional(sa.BigInteger, "next_at"),
        *optional(sa.Text, "owner", "previous_owner"),
        *optional(sa.BigInteger, "acknowledged_at", "promise_until", "promise_answered_at"),
        *optional(sa.Integer, "promise_reminders"),
        *optional(sa.BigInteger, "resolved_at"),
        *optional(sa.Text, "source_channel", "source_ts", "source_thread_ts"),
        *optional(sa.Boolean, "source_private"),
        *optional(sa.BigInteger, "hold_until"),
        *optional(sa.Text, "hold_error"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_escalations"),
        unique("escalations", "workspace_id", "number"),
        reference("escalations", _A_VERSION),
        reference("escalations", _A_WORKSPACE),
        *checks("escalations", **_ESCALATIONS_RULES),
    )
    partial("ix_escalations_due", "escalations", ["next_at"], "next_at IS NOT NULL")
    partial("ix_escalations_held", "escalations", ["hold_until"], "hold_until IS NOT NULL")
    partial("ix_escalations_open", "escalations", ["workspace_id", "next_at"], "next_at IS NOT NULL")
    op.create_index("ix_escalations_raised", "escalations", ["workspace_id", "raised_at"])
    partial("ix_escalations_pending", "escalations", ["workspace_id", "raised_by", "raised_at"], "state = 'pending'")


def _case_fields() -> None:
    op.create_table(
        "case_fields",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "escalation_id", "name", "value"),
        *required(sa.Boolean, "sensitive"),
        *required(sa.Text, "written_by"),
        *required(sa.BigInteger, "written_at"),
        sa.PrimaryKeyConstraint("workspace_id", "escalation_id", "name", name="pk_case_fields"),
        reference("case_fields", _A_CASE),
    )


def _history() -> None:
    op.create_table(
        "history",
        *part_of_a_case(),
        *optional(sa.Integer, "version", "ordinal"),
        *required(sa.BigInteger, "at"),
        *optional(sa.Text, "actor"),
        *required(sa.Text, "code"),
        *required(sa.JSON, "params"),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        reference("history", _A_CASE),
        unique("history", "workspace_id", "escalation_id", "version", "ordinal"),
        *checks("history", decided_or_noted="(version IS NULL) = (ordinal IS NULL)"),
    )
    op.create_index("ix_history_code", "history", ["workspace_id", "code", "at"])


def _drafts() -> None:
    op.create_table(
        "drafts",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "id", "person"),
        *optional(sa.Text, "source_channel", "source_ts", "source_thread_ts"),
        *optional(sa.Boolean, "source_private"),
        *required(sa.BigInteger, "created_at"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_drafts"),
        reference("drafts", _A_WORKSPACE),
        *checks("drafts", whole_source="(source_channel IS NULL) = (source_private IS NULL)"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "key", "result"),
        *required(sa.BigInteger, "received_at"),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_inbox"),
        reference("inbox", _A_WORKSPACE),
    )
