"""Workspaces Rung is installed in, their counters of cases, the policy version that holds in each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from slackbot.core.model import Workspace
from storage.columns import EPOCH
from storage.pace import POST, UPDATE
from storage.prepared import Prepared
from storage.repository import Repository
from storage.statements import insert_or_nothing, upsert
from storage.tables.delivery import lanes
from storage.tables.directory import policy_versions, workspaces

_c = workspaces.c
_READ = sa.select(_c.id, _c.team_id, _c.enterprise_id, _c.bot_user_id, _c.name, _c.url)
_BY_TEAM = _READ.where(_c.team_id == sa.bindparam("team_id"))
_BY_ID = _READ.where(_c.id == sa.bindparam("id"))
_ALL = _READ.order_by(_c.id)
_ADD = upsert(
    workspaces,
    ["team_id"],
    lambda new: {name: new[name] for name in ("enterprise_id", "bot_user_id", "name", "url", "refreshed_at")},
)
_ADD_LANE = insert_or_nothing(lanes, ["workspace_id", "method", "channel"])
_TAKE_NUMBER = Prepared(
    sa.update(workspaces)
    .where(_c.id == sa.bindparam("workspace"))
    .values(last_number=_c.last_number + 1)
    .returning(_c.last_number, _c.policy_version)
)
_POLICY_VERSION = sa.select(_c.policy_version).where(_c.id == sa.bindparam("workspace"))
_HOLD = sa.select(_c.id).where(_c.id == sa.bindparam("workspace")).with_for_update(key_share=True)
_USE_POLICY = (
    sa.update(workspaces)
    .where(_c.id == sa.bindparam("workspace"))
    .where(
        sa.exists()
        .where(policy_versions.c.workspace_id == sa.bindparam("workspace"))
        .where(policy_versions.c.id == sa.bindparam("version"))
    )
    .values(policy_version=sa.bindparam("version"))
)


class Workspaces(Repository):
    """The workspaces of this installation."""

    __slots__ = ()

    def by_team(self, team_id: str) -> Workspace | None:
        """Find a workspace by Slack's id of its team."""
        return _workspace(self._connection.execute(_BY_TEAM, {"team_id": team_id}).first())

    def by_id(self, workspace_id: int) -> Workspace | None:
        """Find a workspace by our own id."""
        return _workspace(self._connection.execute(_BY_ID, {"id": workspace_id}).first())

    def all(self) -> list[Workspace]:
        """List every workspace, the oldest first."""
        return [Workspace(*row) for row in self._connection.execute(_ALL)]

    def add_or_refresh(
        self, team_id: str, enterprise_id: str | None, bot_user_id: str, name: str, now: datetime, *, url: str = ""
    ) -> Workspace:
        """Note what `auth.test` said about a team, known or new; `url` is where its permalinks begin."""
        row = {
            "team_id": team_id,
            "enterprise_id": enterprise_id,
            "bot_user_id": bot_user_id,
            "name": name,
            "url": url,
            "last_number": 0,
            "added_at": now,
            "refreshed_at": now,
        }
        self._connection.execute(self._spelled(_ADD), row)
        workspace = self.by_team(team_id)
        if workspace is None:
            raise LookupError(f"workspace {team_id} is gone right after it was added")
        # The sender locks these two rows; they are there before the first message is.
        lane = {"workspace_id": workspace.id, "channel": "", "next_send_at": EPOCH, "paused_until": EPOCH}
        self._connection.execute(self._spelled(_ADD_LANE), [lane | {"method": method} for method in (POST, UPDATE)])
        return workspace

    def take_number(self, workspace_id: int) -> tuple[int, int | None]:
        """Take the next number of a case, given back if the transaction fails; says the policy in force beside it.

        Raises:
            LookupError: there is no such workspace.
        """
        taken = _TAKE_NUMBER.first(self._connection, {"workspace": workspace_id})
        if taken is None:
            raise LookupError(f"there is no workspace {workspace_id}")
        return taken[0], taken[1]

    def policy_version(self, workspace_id: int) -> int | None:
        """Say which policy version new cases get; None before the first one is applied."""
        found: int | None = self._connection.execute(_POLICY_VERSION, {"workspace": workspace_id}).scalar()
        return found

    def hold(self, workspace_id: int) -> None:
        """Keep others from changing a workspace's policy or taking numbers until this transaction ends."""
        self._connection.execute(_HOLD, {"workspace": workspace_id})

    def use_policy(self, workspace_id: int, version_id: int) -> None:
        """Let new cases get this version from now on.

        Raises:
            LookupError: the workspace has no such version.
        """
        changed = self._connection.execute(_USE_POLICY, {"workspace": workspace_id, "version": version_id})
        if changed.rowcount != 1:
            raise LookupError(f"workspace {workspace_id} has no policy version {version_id}")


def _workspace(row: Any) -> Workspace | None:
    return None if row is None else Workspace(*row)
