"""One call on its way through the Web API: what a method may look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from slackbot.simulator.facts import MethodFact
from slackbot.simulator.limits import Limits
from slackbot.simulator.model import App, Json
from slackbot.simulator.oauth import OAuth
from slackbot.simulator.refusals import RefusedError
from slackbot.simulator.web_api.arguments import Arguments
from slackbot.simulator.web_api.paging import Pager
from slackbot.simulator.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Rules:
    """Switches for what Slack does not do everywhere.

    `unknown_arguments` lets arguments pass that the method's table does not know; `users_list_needs_limit` answers
    `limit_required` as big workspaces do; `history_limit` caps a page of messages (15 for unlisted apps).
    """

    unknown_arguments: bool = False
    users_list_needs_limit: bool = False
    history_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is authenticated and whose arguments are known to the method."""

    workspace: Workspace
    fact: MethodFact
    args: Arguments
    rules: Rules
    limits: Limits | None
    pager: Pager
    connect: Callable[[], str]
    oauth: OAuth
    warnings: list[str] = field(default_factory=list)

    @property
    def app(self) -> App:
        """The app that calls."""
        return self.workspace.app

    def need_scope(self, scope: str) -> None:
        """Raise `missing_scope` unless the token was granted a scope."""
        if scope not in self.app.scopes:
            raise missing_scope((scope,), self.app.scopes)

    def pace_message(self, channel_id: str) -> None:
        """Count a message into a channel; raises a 429 above one a second and the workspace's cap."""
        over = self.limits.message(self.fact.name, channel_id) if self.limits else None
        if over is not None:
            raise RefusedError("ratelimited", over.rule, retry_after=over.retry_after)


Handler = Callable[[Call], Json]


def missing_scope(needed: tuple[str, ...], provided: frozenset[str]) -> RefusedError:
    """Refuse for want of a scope; the answer names what is needed and what is there."""
    body = {"needed": ",".join(needed), "provided": ",".join(sorted(provided))}
    return RefusedError("missing_scope", f"needs the scope {' or '.join(needed)}", body=body)
