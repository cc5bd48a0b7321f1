"""The first tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.migrations.uptime import uptime

revision = "0001"
down_revision = None

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_A_WORKSPACE = {"workspace_id": "workspaces.id"}
_A_VERSION = {"workspace_id": "policy_versions.workspace_id", "policy_version": "policy_versions.id"}
_A_CASE = {"workspace_id": "escalations.workspace_id", "escalation_id": "escalations.id"}
_WANTED_ONCE = ("workspace_id", "escalation_id", "visit", "kind", "ordinal", "destination")
_SEEN_ONCE = ("workspace_id", "escalation_id", "visit", "kind", "ordinal", "channel", "ts")
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
_OUTBOX_RULES = {
    "state": "state IN ('pending', 'leased', 'unknown', 'sent', 'obsolete', 'diverted', 'dead')",
    "method": "method IN ('chat.postMessage', 'chat.update')",
    "leased_until_an_instant": "(state = 'leased') = (lease_until IS NOT NULL)",
    "begun": "state NOT IN ('leased', 'unknown') OR (token > 0 AND attempt_started_at IS NOT NULL)",
    "sent_at_an_instant": "state <> 'sent' OR sent_at IS NOT NULL",
    "dead_for_a_reason": "state <> 'dead' OR error IS NOT NULL",
    "counted": "token >= 0 AND attempt >= 0 AND looks >= 0",
}


def upgrade() -> None:
    """Make every table; a policy version and a line of history can't be changed once they are written."""
    first = (_workspaces, _people, _policy_versions, _escalations, _case_fields, _history, _drafts, _inbox, uptime)
    for make in (*first, _outbox, _lanes, _messages):
        make()
    _refuse_updates("policy_versions")
    _refuse_updates("history")


def _workspaces() -> None:
    op.create_table(
        "workspaces",
        *_required(_SERIAL, "id"),
        *_required(sa.Text, "team_id"),
        *_optional(sa.Text, "enterprise_id"),
        *_required(sa.Text, "bot_user_id", "name", "url"),
        *_required(sa.BigInteger, "last_number"),
        *_optional(sa.BigInteger, "policy_version"),
        *_required(sa.BigInteger, "added_at", "refreshed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_workspaces"),
        _unique("workspaces", "team_id"),
    )


def _people() -> None:
    op.create_table(
        "people",
        *_required(sa.BigInteger, "workspace_id"),
        *_required(sa.Text, "user_id", "team_id"),
        *_required(sa.Boolean, "verified", "guest", "stranger", "deactivated", "bot"),
        *_optional(sa.Text, "zone"),
        *_required(sa.Text, "name"),
        *_required(sa.BigInteger, "met_at", "refresh_at"),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name="pk_people"),
        _reference("people", _A_WORKSPACE),
    )
    op.create_index("ix_people_refresh_at", "people", ["refresh_at"])


def _policy_versions() -> None:
    op.create_table(
        "policy_versions",
        *_required(_SERIAL, "id"),
        *_required(sa.BigInteger, "workspace_id"),
        *_required(sa.Integer, "number"),
        *_required(sa.JSON, "document"),
        *_required(sa.Text, "digest", "added_by"),
        *_required(sa.BigInteger, "added_at"),
        sa.PrimaryKeyConstraint("id", name="pk_policy_versions"),
        _unique("policy_versions", "workspace_id", "id"),
        _unique("policy_versions", "workspace_id", "number"),
        _reference("policy_versions", _A_WORKSPACE),
    )


def _escalations() -> None:
    op.create_table(
        "escalations",
        *_required(sa.BigInteger, "workspace_id"),
        *_required(sa.Text, "id"),
        *_required(sa.BigInteger, "number"),
        *_required(sa.Integer, "version"),
        *_required(sa.Text, "state", "severity", "category"),
        *_required(sa.BigInteger, "policy_version"),
        *_required(sa.Text, "policy", "raised_by"),
        *_required(sa.BigInteger, "raised_at"),
        *_required(sa.Integer, "visit", "tier"),
        *_required(sa.Text, "arrival"),
        *_required(sa.BigInteger, "visit_began_at", "timer_anchor", "timer_consumed"),
        *_required(sa.Boolean, "timer_running"),
        *_required(sa.BigInteger, "timer_ahead"),
        *_required(sa.Integer, "pings_done", "caught"),
        *_optional(sa.BigInteger, "next_at"),
        *_optional(sa.Text, "owner", "previous_owner"),
        *_optional(sa.BigInteger, "acknowledged_at", "promise_until", "promise_answered_at"),
        *_optional(sa.Integer, "promise_reminders"),
        *_optional(sa.BigInteger, "resolved_at"),
        *_optional(sa.Text, "source_channel", "source_ts", "source_thread_ts"),
        *_optional(sa.Boolean, "source_private"),
        *_optional(sa.BigInteger, "hold_until"),
        *_optional(sa.Text, "hold_error"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_escalations"),
        _unique("escalations", "workspace_id", "number"),
        _reference("escalations", _A_VERSION),
        _reference("escalations", _A_WORKSPACE),
        *_checks("escalations", **_ESCALATIONS_RULES),
    )
    _partial("ix_escalations_due", "escalations", ["next_at"], "next_at IS NOT NULL")
    _partial("ix_escalations_held", "escalations", ["hold_until"], "hold_until IS NOT NULL")
    _partial("ix_escalations_open", "escalations", ["workspace_id", "next_at"], "next_at IS NOT NULL")
    _partial("ix_escalations_pending", "escalations", ["workspace_id", "raised_by"], "state = 'pending'")


def _case_fields() -> None:
    op.create_table(
        "case_fields",
        *_required(sa.BigInteger, "workspace_id"),
        *_required(sa.Text, "escalation_id", "name", "value"),
        *_required(sa.Boolean, "sensitive"),
        *_required(sa.Text, "written_by"),
        *_required(sa.BigInteger, "written_at"),
        sa.PrimaryKeyConstraint("workspace_id", "escalation_id", "name", name="pk_case_fields"),
        _reference("case_fields", _A_CASE),
    )


def _history() -> None:
    op.create_table(
        "history",
        *_part_of_a_case(),
        *_optional(sa.Integer, "version", "ordinal"),
        *_required(sa.BigInteger, "at"),
        *_optional(sa.Text, "actor"),
        *_required(sa.Text, "code"),
        *_required(sa.JSON, "params"),
        sa.PrimaryKeyConstraint("id", name="pk_history"),
        _reference("history", _A_CASE),
        _unique("history", "workspace_id", "escalation_id", "version", "ordinal"),
        *_checks("history", decided_or_noted="(version IS NULL) = (ordinal IS NULL)"),
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        *_required(sa.BigInteger, "workspace_id"),
        *_required(sa.Text, "id", "person"),
        *_optional(sa.Text, "source_channel", "source_ts", "source_thread_ts"),
        *_optional(sa.Boolean, "source_private"),
        *_required(sa.BigInteger, "created_at"),
        sa.PrimaryKeyConstraint("workspace_id", "id", name="pk_drafts"),
        _reference("drafts", _A_WORKSPACE),
        *_checks("drafts", whole_source="(source_channel IS NULL) = (source_private IS NULL)"),
    )


def _inbox() -> None:
    op.create_table(
        "inbox",
        *_required(sa.BigInteger, "workspace_id"),
        *_required(sa.Text, "key", "result"),
        *_required(sa.BigInteger, "received_at"),
        sa.PrimaryKeyConstraint("workspace_id", "key", name="pk_inbox"),
        _reference("inbox", _A_WORKSPACE),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        *_part_of_a_case(),
        *_required(sa.Integer, "visit"),
        *_required(sa.Text, "kind"),
        *_required(sa.Integer, "ordinal"),
        *_required(sa.Text, "destination", "topic", "stream", "guard"),
        *_required(sa.Integer, "severity_rank"),
        *_required(sa.Text, "method", "state"),
        *_required(sa.Integer, "wanted_version"),
        *_required(sa.BigInteger, "not_before", "created_at"),
        *_optional(sa.BigInteger, "lease_until"),
        *_required(sa.Integer, "token", "attempt"),
        *_optional(sa.BigInteger, "attempt_started_at"),
        *_required(sa.Text, "key"),
        *_optional(sa.BigInteger, "sent_at"),
        *_optional(sa.Text, "error"),
        *_required(sa.Integer, "looks"),
        *_optional(sa.BigInteger, "recheck_at"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        _reference("outbox", _A_CASE),
        sa.UniqueConstraint(*_WANTED_ONCE, name="uq_outbox_wanted_once"),
        _unique("outbox", "key"),
        *_checks("outbox", **_OUTBOX_RULES),
    )
    _partial("ix_outbox_dead", "outbox", ["id"], "state = 'dead'")
    _partial("ix_outbox_leased", "outbox", ["lease_until"], "state = 'leased'")
    _partial("ix_outbox_pending", "outbox", ["not_before"], "state = 'pending'")
    _partial("ix_outbox_recheck", "outbox", ["recheck_at"], "recheck_at IS NOT NULL")
    _partial(
        "ix_outbox_unfinished",
        "outbox",
        ["workspace_id", "escalation_id", "stream", "id"],
        "state IN ('pending', 'leased', 'unknown')",
    )
    _partial("ix_outbox_unknown", "outbox", ["not_before"], "state = 'unknown'")


def _lanes() -> None:
    op.create_table(
        "lanes",
        *_required(sa.BigInteger, "workspace_id"),
        *_required(sa.Text, "method", "channel"),
        *_required(sa.BigInteger, "next_send_at", "paused_until"),
        sa.PrimaryKeyConstraint("workspace_id", "method", "channel", name="pk_lanes"),
        _reference("lanes", _A_WORKSPACE),
    )
    _partial("ix_lanes_whole", "lanes", ["workspace_id", "method"], "channel = ''")


def _messages() -> None:
    op.create_table(
        "messages",
        *_part_of_a_case(),
        *_required(sa.Integer, "visit"),
        *_required(sa.Text, "kind"),
        *_required(sa.Integer, "ordinal"),
        *_required(sa.Text, "destination", "channel", "ts", "key"),
        *_required(sa.Integer, "shown_version"),
        *_required(sa.BigInteger, "posted_at"),
        *_optional(sa.BigInteger, "removed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        _reference("messages", _A_CASE),
        sa.UniqueConstraint(*_SEEN_ONCE, name="uq_messages_seen_once"),
    )
    op.create_index("ix_messages_ts", "messages", ["workspace_id", "channel", "ts"])


def _refuse_updates(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        reaction = f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    else:
        op.execute(
            "CREATE OR REPLACE FUNCTION rung_refuse_update() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$"
        )
        reaction = "FOR EACH ROW EXECUTE FUNCTION rung_refuse_update()"
    op.execute(f"CREATE TRIGGER {table}_is_immutable BEFORE UPDATE ON {table} {reaction}")


def _partial(name: str, table: str, columns: Sequence[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _reference(table: str, columns: Mapping[str, str]) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([*columns], [*columns.values()], name=f"fk_{table}_{'_'.join(columns)}")


def _checks(table: str, **rules: str) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(rule, name=f"ck_{table}_{name}") for name, rule in rules.items()]


def _required(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _part_of_a_case() -> list[sa.Column[Any]]:
    return [*_required(_SERIAL, "id"), *_required(sa.BigInteger, "workspace_id"), *_required(sa.Text, "escalation_id")]


def _optional(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]
