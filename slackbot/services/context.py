"""What every use case is given: the store, the clocks, the policies in force, and a way to wake the loops."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from slackbot.clock import Clocks
from slackbot.core.model import Person, Workspace
from slackbot.core.policy import Rules
from slackbot.core.policy_document import from_document
from slackbot.errors import RungError
from slackbot.services.meters import Meter, Unmeasured
from storage.unit_of_work import Store, Transaction


class NoPolicyError(RungError):
    """This workspace has no policy yet. An admin can set one: `rung policy apply rung.toml`."""


class UnknownWorkspaceError(RungError):
    """Rung is not installed in this workspace. Install it there, or remove the app from the channel."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, as the verified payload says: nothing of this is ever taken from text."""

    team_id: str
    user_id: str
    user_team_id: str


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """The parts that use cases work with. `wake` is called after a commit that the loops should see at once.

    `meter` is told how late things are.

    Policy versions and workspaces never change under their id, so they are kept once read.
    """

    store: Store
    clocks: Clocks
    wake: Callable[[], None]
    meter: Meter = field(default_factory=Unmeasured)
    _rules: dict[int, Rules] = field(default_factory=dict)
    _workspaces: dict[str, Workspace] = field(default_factory=dict)
    _in_force: dict[int, int] = field(default_factory=dict)

    def now(self) -> datetime:
        """Say case time."""
        return self.clocks.case.now()

    def wire_now(self) -> datetime:
        """Say wire time."""
        return self.clocks.wire.now()

    def rules(self, tx: Transaction, workspace_id: int, version: int) -> Rules:
        """Read a policy version.

        Raises:
            NoPolicyError: there is no such version.
        """
        known = self._rules.get(version)
        if known is None:
            row = tx.policies.get(workspace_id, version)
            if row is None:
                raise NoPolicyError
            known = self._rules[version] = from_document(row.document)
        return known

    def rules_in_force(self, tx: Transaction, workspace_id: int) -> tuple[int, Rules]:
        """Say which version new cases take, with its id; another replica may have changed it a moment ago.

        Raises:
            NoPolicyError: the workspace has none yet.
        """
        version = self._in_force.get(workspace_id) or tx.workspaces.policy_version(workspace_id)
        if version is None:
            raise NoPolicyError
        self._in_force[workspace_id] = version
        return version, self.rules(tx, workspace_id, version)

    def rules_now(self, tx: Transaction, workspace_id: int) -> Rules:
        """Say what holds now, whatever this process has known so far.

        Raises:
            NoPolicyError: the workspace has none yet.
        """
        self.forget_policy(workspace_id)
        return self.rules_in_force(tx, workspace_id)[1]

    def forget_policy(self, workspace_id: int) -> None:
        """Read anew which version is in force."""
        self._in_force.pop(workspace_id, None)

    def workspace(self, tx: Transaction, team_id: str) -> Workspace:
        """Find the workspace a verified payload came from.

        Raises:
            UnknownWorkspaceError: Rung is not installed there.
        """
        known = self._workspaces.get(team_id)
        if known is None:
            known = tx.workspaces.by_team(team_id)
            if known is None:
                raise UnknownWorkspaceError
            self._workspaces[team_id] = known
        return known

    def forget_workspaces(self) -> None:
        """Read workspaces anew from now on, after one of them was refreshed."""
        self._workspaces.clear()


def person_asking(tx: Transaction, workspace: Workspace, requester: Requester) -> Person:
    """Say what we know of the requester; the team that the payload names wins over what was stored.

    Within an enterprise Slack may name another team of ours than it did before; that is the same person.
    """
    known = tx.people.get(workspace.id, requester.user_id)
    ours = {workspace.team_id, workspace.enterprise_id}
    if known is not None and (
        known.team_id == requester.user_team_id or {known.team_id, requester.user_team_id} <= ours
    ):
        return known
    return Person(id=requester.user_id, team_id=requester.user_team_id)
