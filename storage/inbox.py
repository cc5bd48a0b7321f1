"""What Slack already sent us: a press delivered twice is answered twice and done once."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from storage.columns import EPOCH
from storage.prepared import Prepared
from storage.repository import Repository
from storage.statements import takeover
from storage.tables.cases import inbox

_c = inbox.c
_CLAIM = Prepared(
    takeover(
        inbox,
        ["workspace_id", "key"],
        ["result", "received_at"],
        where=_c.received_at < sa.bindparam("since", type_=_c.received_at.type),
        returning=_c.key,
    )
)
_REPLACE = (
    sa.update(inbox)
    .where(_c.workspace_id == sa.bindparam("workspace"), _c.key == sa.bindparam("taken"))
    .values(result=sa.bindparam("outcome"))
)
_RESULT = sa.select(_c.result).where(_c.workspace_id == sa.bindparam("workspace"), _c.key == sa.bindparam("key"))
_FORGET = sa.delete(inbox).where(_c.received_at < sa.bindparam("before", type_=_c.received_at.type))


class Inbox(Repository):
    """Keys of what was received and done."""

    __slots__ = ()

    def claim(self, workspace_id: int, key: str, result: str, now: datetime, since: datetime = EPOCH) -> str | None:
        """Take a key for what is about to be done; None means go on, otherwise it is the result of the first time.

        A key that was taken before `since` is free again.
        """
        row = {"workspace_id": workspace_id, "key": key, "result": result, "received_at": now, "since": since}
        if _CLAIM.first(self._connection, row) is not None:
            return None
        known: str = self._connection.execute(_RESULT, {"workspace": workspace_id, "key": key}).scalar_one()
        return known

    def replace(self, workspace_id: int, key: str, result: str) -> None:
        """Give a key that was taken another result."""
        self._connection.execute(_REPLACE, {"workspace": workspace_id, "taken": key, "outcome": result})

    def forget_before(self, instant: datetime) -> int:
        """Drop keys taken before an instant; say how many."""
        return self._connection.execute(_FORGET, {"before": instant}).rowcount
