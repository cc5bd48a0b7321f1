"""The admin's hands: what is done to a workspace behind an app's back, by the names people use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slackbot.simulator.hands.stage import NotPossibleError

if TYPE_CHECKING:
    from slackbot.simulator.model import Channel, Group, Person
    from slackbot.simulator.workspace import Workspace


class Admin:
    """Changes a workspace as its admins do; the app hears of it where Slack would tell it.

    Channels are named with or without `#`, groups without `@`. What is not there raises NotPossibleError.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def archives(self, channel: str) -> None:
        """Archive a channel: nobody can post there, and nobody is asked."""
        self._workspace.archive(self._channel(channel).id)

    def unarchives(self, channel: str) -> None:
        """Bring an archived channel back; its members are still there."""
        self._workspace.archive(self._channel(channel).id, archived=False)

    def removes_app(self, channel: str) -> None:
        """Take the app's bot user out of a channel."""
        self._workspace.kick(self._channel(channel).id)

    def invites_app(self, channel: str) -> None:
        """Bring the app's bot user into a channel."""
        self._workspace.invite(self._channel(channel).id, self._workspace.app.bot_user_id)

    def deactivates(self, name: str) -> None:
        """Deactivate somebody's account."""
        self._workspace.deactivate(self._person(name).id)

    def reactivates(self, name: str) -> None:
        """Give somebody their account back."""
        self._workspace.change_person(self._person(name).id, deleted=False)

    def changes_group(self, handle: str, *names: str) -> None:
        """Put these people into a user group in place of those in it; without names it is empty."""
        self._workspace.change_group(self._group(handle).id, members=tuple(self._person(name).id for name in names))

    def disables_group(self, handle: str) -> None:
        """Disable a user group: it can't be mentioned any more."""
        self._workspace.change_group(self._group(handle).id, disabled=True)

    def leaves_paid_plan(self) -> None:
        """Fall back to the free plan, where user groups do not exist."""
        self._workspace.paid_plan = False

    def revokes_token(self, error: str = "token_revoked") -> None:
        """Make the bot's token answer with an error from now on; the app is told by an event."""
        self._workspace.revoke_token(error=error)

    def restores_token(self) -> None:
        """Make the bot's token good again, as a new installation does."""
        self._workspace.installation.restore()

    def removes_scopes(self, *scopes: str) -> None:
        """Take rights from the bot's token, as a reinstallation with a smaller manifest does."""
        granted = self._workspace.app.scopes
        missing = sorted(set(scopes) - granted)
        if missing:
            message = f"The token never had {', '.join(missing)}, only {', '.join(sorted(granted))}."
            raise NotPossibleError(message)
        self._workspace.installation.set_scopes(granted - set(scopes))

    def grants_scopes(self, *scopes: str) -> None:
        """Give the bot's token further rights."""
        self._workspace.installation.set_scopes(self._workspace.app.scopes | set(scopes))

    def _channel(self, name: str) -> Channel:
        found = self._workspace.channel_named(name)
        if found is None:
            message = f"There is no channel {name}."
            raise NotPossibleError(message)
        return found

    def _person(self, name: str) -> Person:
        found = next((each for each in self._workspace.people() if each.name == name), None)
        if found is None:
            message = f"There is nobody called {name!r}."
            raise NotPossibleError(message)
        return found

    def _group(self, handle: str) -> Group:
        found = next((each for each in self._workspace.groups() if each.handle == handle), None)
        if found is None:
            message = f"There is no user group @{handle}."
            raise NotPossibleError(message)
        return found
