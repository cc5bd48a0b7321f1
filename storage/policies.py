"""Versions of the policy: written once, read for as long as a case was raised under them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from slackbot.core.policy_document import names_in
from storage.repository import Repository
from storage.statements import upsert
from storage.tables.directory import policy_names, policy_versions


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A whole policy as it was applied; `number` counts the versions of a workspace from 1."""

    id: int
    number: int
    document: Mapping[str, Any]
    digest: str
    at: datetime
    by: str


_c = policy_versions.c
_READ = sa.select(_c.id, _c.number, _c.document, _c.digest, _c.added_at, _c.added_by).where(
    _c.workspace_id == sa.bindparam("workspace")
)
_GET = _READ.where(_c.id == sa.bindparam("id"))
_NEWEST_FIRST = _READ.order_by(_c.number.desc())
_LATEST = _NEWEST_FIRST.limit(1)
_LAST_NUMBER = sa.select(sa.func.coalesce(sa.func.max(_c.number), 0)).where(
    _c.workspace_id == sa.bindparam("workspace")
)
_LAST_ADDED = (
    sa.select(_c.added_at).where(_c.workspace_id == sa.bindparam("workspace")).order_by(_c.number.desc()).limit(1)
)
_NAME = upsert(policy_names, ["workspace_id", "kind", "name"], lambda new: {"last_number": new.last_number})
_n = policy_names.c
_NAMES = (
    sa.select(_n.name)
    .where(_n.workspace_id == sa.bindparam("workspace"), _n.kind == sa.bindparam("of_kind"))
    .order_by(_n.last_number.desc(), _n.name)
)
_ADD = sa.insert(policy_versions).returning(_c.id)


class Policies(Repository):
    """The policy versions of the workspaces. There is no way to change one."""

    __slots__ = ()

    def add(self, workspace_id: int, document: Mapping[str, Any], digest: str, by: str, now: datetime) -> PolicyVersion:
        """Keep a new version. It holds for new cases only after `workspaces.use_policy`."""
        number: int = self._connection.execute(_LAST_NUMBER, {"workspace": workspace_id}).scalar_one() + 1
        row = {
            "workspace_id": workspace_id,
            "number": number,
            "document": dict(document),
            "digest": digest,
            "added_by": by,
            "added_at": now,
        }
        made: int = self._connection.execute(_ADD, row).scalar_one()
        names = dict.fromkeys(names_in(document))
        named = [
            {"workspace_id": workspace_id, "kind": kind, "name": name, "last_number": number} for kind, name in names
        ]
        if named:
            self._connection.execute(self._spelled(_NAME), named)
        return PolicyVersion(made, number, document, digest, now, by)

    def get(self, workspace_id: int, version_id: int) -> PolicyVersion | None:
        """Find a version by its id."""
        row = self._connection.execute(_GET, {"workspace": workspace_id, "id": version_id}).first()
        return None if row is None else PolicyVersion(*row)

    def latest(self, workspace_id: int) -> PolicyVersion | None:
        """Find the newest version, whether or not it is the one in use."""
        row = self._connection.execute(_LATEST, {"workspace": workspace_id}).first()
        return None if row is None else PolicyVersion(*row)

    def last_added(self, workspace_id: int) -> datetime | None:
        """Say when the newest version was added."""
        found: datetime | None = self._connection.execute(_LAST_ADDED, {"workspace": workspace_id}).scalar()
        return found

    def names(self, workspace_id: int, kind: str) -> list[str]:
        """List the names of a kind (`tier`, `policy`, `category`) that any version has used, the newest first."""
        return [row[0] for row in self._connection.execute(_NAMES, {"workspace": workspace_id, "of_kind": kind})]

    def list(self, workspace_id: int) -> list[PolicyVersion]:
        """List all versions, the newest first."""
        return [PolicyVersion(*row) for row in self._connection.execute(_NEWEST_FIRST, {"workspace": workspace_id})]
