"""A case's source message, flattened into columns and back."""

from __future__ import annotations

from typing import Any

from slackbot.core.model import Source


def source_columns(source: Source | None) -> dict[str, Any]:
    """Spread a source over its columns; all null where there is none."""
    return {
        "source_channel": source.channel if source else None,
        "source_ts": source.message_ts if source else None,
        "source_thread_ts": source.thread_ts if source else None,
        "source_private": source.private if source else None,
    }


def source_of(row: Any) -> Source | None:
    """Read a source out of a row that has its columns."""
    if row.source_channel is None:
        return None
    return Source(row.source_channel, row.source_ts, row.source_thread_ts, row.source_private)
