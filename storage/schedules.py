"""Summaries that people have set up to come by themselves: one for each channel and each choice of cases."""

from __future__ import annotations

from datetime import datetime, time

import sqlalchemy as sa

from slackbot.core.summary_request import read_scope
from slackbot.core.weekly import Schedule
from storage.repository import Repository
from storage.statements import upsert
from storage.tables.weekly import summary_schedules

_c = summary_schedules.c
_PUT = upsert(
    summary_schedules,
    ["workspace_id", "channel", "scope"],
    lambda new: {name: new[name] for name in ("day", "at", "zone", "set_up_by", "set_up_at")},
)
_OF = sa.select(_c.scope, _c.day, _c.at, _c.zone, _c.channel, _c.set_up_at, _c.set_up_by).where(
    _c.workspace_id == sa.bindparam("workspace")
)
_REMOVE = sa.delete(summary_schedules).where(
    _c.workspace_id == sa.bindparam("workspace"),
    _c.channel == sa.bindparam("place"),
    _c.scope == sa.bindparam("about"),
)


class Schedules(Repository):
    """What people of a workspace have set up."""

    __slots__ = ()

    def put(self, workspace_id: int, schedule: Schedule) -> None:
        """Set it up, in place of the one of the same cases in the same channel."""
        row = {
            "workspace_id": workspace_id,
            "channel": schedule.channel,
            "scope": schedule.scope.key,
            "day": schedule.day,
            "at": f"{schedule.at:%H:%M}",
            "zone": schedule.zone,
            "set_up_by": schedule.by,
            "set_up_at": schedule.since,
        }
        self._connection.execute(self._spelled(_PUT), row)

    def remove(self, workspace_id: int, channel: str, scope: str) -> bool:
        """Let it come no more; says whether there was one."""
        values = {"workspace": workspace_id, "place": channel, "about": scope}
        return self._connection.execute(_REMOVE, values).rowcount == 1

    def of(self, workspace_id: int) -> list[Schedule]:
        """List them, by channel."""
        rows = self._connection.execute(_OF.order_by(_c.channel, _c.scope), {"workspace": workspace_id})
        return [made for row in rows if (made := _schedule(*row)) is not None]


def _schedule(scope: str, day: int, at: str, zone: str, channel: str, since: datetime, by: str) -> Schedule | None:
    read = read_scope(scope)
    return None if read is None else Schedule(read, day, time.fromisoformat(at), zone, channel, since, by)
