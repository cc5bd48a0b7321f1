"""What people wrote in a case. Customer text stands here and nowhere else, so that it can be erased."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from storage.prepared import Prepared
from storage.repository import Repository
from storage.statements import upsert
from storage.tables.cases import case_fields

_c = case_fields.c
_OF_CASE = (_c.workspace_id == sa.bindparam("workspace"), _c.escalation_id == sa.bindparam("escalation"))
_WRITE = Prepared(
    upsert(
        case_fields,
        ["workspace_id", "escalation_id", "name"],
        lambda new: {name: new[name] for name in ("value", "sensitive", "written_by", "written_at")},
    )
)
_READ = sa.select(_c.name, _c.value).where(*_OF_CASE)
_ERASE = sa.delete(case_fields).where(*_OF_CASE)


class Fields(Repository):
    """The texts of cases, by name."""

    __slots__ = ()

    def write(
        self,
        workspace_id: int,
        escalation_id: str,
        values: Mapping[str, str],
        by: str,
        now: datetime,
        sensitive: frozenset[str] = frozenset(),
    ) -> None:
        """Write texts, over older ones of the same name; `sensitive` names those that not everybody may read."""
        rows = [
            {
                "workspace_id": workspace_id,
                "escalation_id": escalation_id,
                "name": name,
                "value": value,
                "sensitive": name in sensitive,
                "written_by": by,
                "written_at": now,
            }
            for name, value in values.items()
        ]
        if rows:
            _WRITE.change(self._connection, rows)

    def read(self, workspace_id: int, escalation_id: str) -> dict[str, str]:
        """Read all texts of a case, by name; none after they were erased."""
        found = self._connection.execute(_READ, {"workspace": workspace_id, "escalation": escalation_id})
        return {row[0]: row[1] for row in found}

    def erase(self, workspace_id: int, escalation_id: str) -> None:
        """Forget all texts of a case. Its history stays: there are no texts in it."""
        self._connection.execute(_ERASE, {"workspace": workspace_id, "escalation": escalation_id})
