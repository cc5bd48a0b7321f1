"""The tables of the first step that tell what is on its way and what stands in Slack."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.migrations.spelling import checks, optional, part_of_a_case, partial, reference, required, unique

_A_WORKSPACE = {"workspace_id": "workspaces.id"}
_A_CASE = {"workspace_id": "escalations.workspace_id", "escalation_id": "escalations.id"}
_WANTED_ONCE = ("workspace_id", "escalation_id", "visit", "kind", "ordinal", "destination")
_SEEN_ONCE = ("workspace_id", "escalation_id", "visit", "kind", "ordinal", "channel", "ts")
_OUTBOX_RULES = {
    "state": "state IN ('pending', 'leased', 'unknown', 'sent', 'obsolete', 'diverted', 'dead')",
    "method": "method IN ('chat.postMessage', 'chat.update')",
    "leased_until_an_instant": "(state = 'leased') = (lease_until IS NOT NULL)",
    "begun": "state NOT IN ('leased', 'unknown') OR (token > 0 AND attempt_started_at IS NOT NULL)",
    "sent_at_an_instant": "state <> 'sent' OR sent_at IS NOT NULL",
    "dead_for_a_reason": "state <> 'dead' OR error IS NOT NULL",
    "counted": "token >= 0 AND attempt >= 0 AND looks >= 0",
}


def delivery() -> None:
    """Make them; the cases are there already."""
    for make in (_outbox, _lanes, _refusals, _warnings, _messages):
        make()


def _outbox() -> None:
    op.create_table(
        "outbox",
        *part_of_a_case(),
        *required(sa.Integer, "visit"),
        *required(sa.Text, "kind"),
        *required(sa.Integer, "ordinal"),
        *required(sa.Text, "destination", "topic", "stream", "guard"),
        *required(sa.Integer, "severity_rank"),
        *required(sa.Text, "method", "state"),
        *required(sa.Integer, "wanted_version"),
        *required(sa.BigInteger, "not_before", "created_at"),
        *optional(sa.BigInteger, "lease_until"),
        *required(sa.Integer, "token", "attempt"),
        *optional(sa.BigInteger, "attempt_started_at"),
        *required(sa.Text, "key"),
        *optional(sa.BigInteger, "sent_at"),
        *optional(sa.Text, "error"),
        *required(sa.Integer, "looks"),
        *optional(sa.BigInteger, "recheck_at"),
        *optional(sa.Text, "taken_back"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        reference("outbox", _A_CASE),
        sa.UniqueConstraint(*_WANTED_ONCE, name="uq_outbox_wanted_once"),
        unique("outbox", "key"),
        *checks("outbox", **_OUTBOX_RULES),
    )
    _index_outbox()


def _index_outbox() -> None:
    partial("ix_outbox_dead", "outbox", ["id"], "state = 'dead'")
    partial(
        "ix_outbox_lane",
        "outbox",
        ["workspace_id", "method", "destination", "severity_rank", "id"],
        "state = 'pending'",
    )
    partial("ix_outbox_leased", "outbox", ["lease_until"], "state = 'leased'")
    partial("ix_outbox_pending", "outbox", ["not_before"], "state = 'pending'")
    partial("ix_outbox_recheck", "outbox", ["recheck_at"], "recheck_at IS NOT NULL")
    partial(
        "ix_outbox_unfinished",
        "outbox",
        ["workspace_id", "escalation_id", "stream", "id"],
        "state IN ('pending', 'leased', 'unknown')",
    )
    partial("ix_outbox_unknown", "outbox", ["not_before"], "state = 'unknown'")


def _lanes() -> None:
    op.create_table(
        "lanes",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "method", "channel"),
        *required(sa.BigInteger, "next_send_at", "paused_until"),
        sa.PrimaryKeyConstraint("workspace_id", "method", "channel", name="pk_lanes"),
        reference("lanes", _A_WORKSPACE),
    )
    partial("ix_lanes_whole", "lanes", ["workspace_id", "method"], "channel = ''")


def _refusals() -> None:
    op.create_table(
        "refusals",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "error"),
        *required(sa.BigInteger, "since", "check_at"),
        *optional(sa.BigInteger, "told_at", "reopened_at"),
        sa.PrimaryKeyConstraint("workspace_id", name="pk_refusals"),
        reference("refusals", _A_WORKSPACE),
    )


def _warnings() -> None:
    op.create_table(
        "warnings",
        *required(sa.BigInteger, "workspace_id"),
        *required(sa.Text, "subject"),
        *required(sa.BigInteger, "told_at"),
        sa.PrimaryKeyConstraint("workspace_id", "subject", name="pk_warnings"),
        reference("warnings", _A_WORKSPACE),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        *part_of_a_case(),
        *required(sa.Integer, "visit"),
        *required(sa.Text, "kind"),
        *required(sa.Integer, "ordinal"),
        *required(sa.Text, "destination", "channel", "ts", "key"),
        *required(sa.Integer, "shown_version"),
        *required(sa.BigInteger, "posted_at"),
        *optional(sa.BigInteger, "removed_at"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        reference("messages", _A_CASE),
        sa.UniqueConstraint(*_SEEN_ONCE, name="uq_messages_seen_once"),
    )
    op.create_index("ix_messages_ts", "messages", ["workspace_id", "channel", "ts"])
