"""Workspaces whose token Slack refuses: nothing is sent there until it is good again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from storage.repository import Repository
from storage.statements import upsert
from storage.tables.delivery import refusals


@dataclass(frozen=True, slots=True)
class Refusal:
    """Slack has refused a workspace's token `since` an instant, with this error; it is asked again at `check_at`.

    `told_at` is when somebody outside Slack was told. From `reopened_at` on messages are tried again; the refusal is
    over when none of them was refused until the next check.
    """

    workspace_id: int
    error: str
    since: datetime
    check_at: datetime
    told_at: datetime | None = None
    reopened_at: datetime | None = None


_c = refusals.c
_OF = _c.workspace_id == sa.bindparam("workspace")
_ALL = sa.select(*(_c[name] for name in Refusal.__slots__)).order_by(_c.workspace_id)
_NOTE = upsert(refusals, ["workspace_id"], lambda new: {"error": new.error, "reopened_at": None})
_TOLD = sa.update(refusals).where(_OF).values(told_at=sa.bindparam("now", type_=_c.told_at.type))
_CHECKED = (
    sa.update(refusals)
    .where(_OF)
    .values(
        check_at=sa.bindparam("again_at", type_=_c.check_at.type),
        reopened_at=sa.bindparam("reopened", type_=_c.reopened_at.type),
    )
)
_OVER = sa.delete(refusals).where(_OF, _c.reopened_at.is_not(None))


class Refusals(Repository):
    """The tokens that are refused now; a row goes when its token is good again."""

    __slots__ = ()

    def note(self, workspace_id: int, error: str, now: datetime, check_at: datetime) -> None:
        """Note that Slack refused a token; what was known of it since stays, as does the moment of the next check."""
        row: dict[str, Any] = {"workspace_id": workspace_id, "error": error, "since": now, "check_at": check_at}
        self._connection.execute(self._spelled(_NOTE), row)

    def all(self) -> list[Refusal]:
        """List every workspace whose token is refused."""
        return [Refusal(*row) for row in self._connection.execute(_ALL)]

    def told(self, workspace_id: int, now: datetime) -> None:
        """Note that somebody outside Slack knows."""
        self._connection.execute(_TOLD, {"workspace": workspace_id, "now": now})

    def checked(self, workspace_id: int, again_at: datetime, reopened: datetime | None) -> None:
        """Note a check; `reopened` says since when messages are tried again, None if the token is refused still."""
        self._connection.execute(_CHECKED, {"workspace": workspace_id, "again_at": again_at, "reopened": reopened})

    def over(self, workspace_id: int) -> bool:
        """Forget a refusal after a check that nothing has contradicted; False if a message was refused meanwhile."""
        return self._connection.execute(_OVER, {"workspace": workspace_id}).rowcount == 1
