"""Lanes: how far each channel and each workspace is ahead of its pace, and until when Slack told us to be silent."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from storage.columns import EPOCH
from storage.repository import Repository
from storage.statements import upsert
from storage.tables.delivery import lanes

_c = lanes.c
_PAUSE = upsert(
    lanes,
    ["workspace_id", "method", "channel"],
    lambda new: {
        "paused_until": sa.case((new.paused_until > _c.paused_until, new.paused_until), else_=_c.paused_until)
    },
)
_RESUME = (
    sa.update(lanes)
    .where(_c.workspace_id == sa.bindparam("workspace"), _c.channel == "")
    .values(paused_until=sa.bindparam("now", type_=_c.paused_until.type))
)
_PAUSED = sa.select(_c.workspace_id, _c.method, _c.channel, _c.paused_until).where(
    _c.paused_until > sa.bindparam("now", type_=_c.paused_until.type)
)


class Lanes(Repository):
    """The pace of sending, shared by all replicas. `Outbox.claim` advances it."""

    __slots__ = ()

    def pause(self, workspace_id: int, method: str, channel: str, until: datetime) -> None:
        """Send nothing with this method to this channel until an instant; an empty channel is the whole workspace.

        For Slack's `Retry-After` (docs.slack.dev/apis/web-api/rate-limits). A longer pause stands.
        """
        row = {
            "workspace_id": workspace_id,
            "method": method,
            "channel": channel,
            "next_send_at": EPOCH,
            "paused_until": until,
        }
        self._connection.execute(self._spelled(_PAUSE), row)

    def resume(self, workspace_id: int, now: datetime) -> None:
        """Let a whole workspace send again, whatever pause it had; channels keep theirs."""
        self._connection.execute(_RESUME, {"workspace": workspace_id, "now": now})

    def paused(self, now: datetime) -> list[tuple[int, str, str, datetime]]:
        """List the lanes that are paused now, as (workspace, method, channel, until)."""
        return [(row[0], row[1], row[2], row[3]) for row in self._connection.execute(_PAUSED, {"now": now})]
