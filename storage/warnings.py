"""What somebody was warned of, so that the same trouble is told once in a while and not with every case."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from storage.repository import Repository
from storage.statements import takeover
from storage.tables.delivery import warnings

_c = warnings.c
_TAKE = takeover(
    warnings,
    ["workspace_id", "subject"],
    ["told_at"],
    where=_c.told_at <= sa.bindparam("before", type_=_c.told_at.type),
    returning=_c.subject,
)


class Warnings(Repository):
    """When each subject was told of last."""

    __slots__ = ()

    def take(self, workspace_id: int, subject: str, now: datetime, *, every: timedelta) -> bool:
        """Say whether a subject may be told of now, and note that it is; of two who ask at once, one may."""
        row = {"workspace_id": workspace_id, "subject": subject, "told_at": now, "before": now - every}
        return self._connection.execute(self._spelled(_TAKE), row).first() is not None
