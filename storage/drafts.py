"""Forms somebody opened: Slack carries a draft's id, we keep what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from slackbot.core.model import Source
from storage.repository import Repository
from storage.sources import source_columns, source_of
from storage.tables.cases import drafts


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that may come back filled in; `source` is the message it was opened from."""

    id: str
    workspace_id: int
    person: str
    source: Source | None
    created_at: datetime


_c = drafts.c
_ADD = sa.insert(drafts)
_GET = sa.select(drafts).where(_c.workspace_id == sa.bindparam("workspace"), _c.id == sa.bindparam("draft"))
_FORGET = sa.delete(drafts).where(_c.created_at < sa.bindparam("before", type_=_c.created_at.type))


class Drafts(Repository):
    """Forms that were opened."""

    __slots__ = ()

    def add(self, draft: Draft) -> None:
        """Keep a draft."""
        row = {
            "workspace_id": draft.workspace_id,
            "id": draft.id,
            "person": draft.person,
            "created_at": draft.created_at,
        }
        self._connection.execute(_ADD, row | source_columns(draft.source))

    def get(self, workspace_id: int, draft_id: str) -> Draft | None:
        """Find a draft; None if it was forgotten or belongs elsewhere."""
        row = self._connection.execute(_GET, {"workspace": workspace_id, "draft": draft_id}).first()
        return None if row is None else Draft(row.id, row.workspace_id, row.person, source_of(row), row.created_at)

    def forget_before(self, instant: datetime) -> int:
        """Drop drafts made before an instant; say how many."""
        return self._connection.execute(_FORGET, {"before": instant}).rowcount
