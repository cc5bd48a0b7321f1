"""Where Slack refuses a workspace's token: its lanes stop, somebody outside Slack is told, and Slack is asked again.

It is asked too while nobody knows whether the token is good: nothing else may have to be said meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from slackbot.services.context import ServiceContext
from slackbot.slack.failures import AuthBroken, SlackFailure
from slackbot.slack.gateway import Gateway
from storage.pace import POST, UPDATE
from storage.refusals import Refusal
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

CHECK_EVERY = timedelta(seconds=60)
_STOPPED_FOR = 2 * CHECK_EVERY
"""Every check stops the lanes anew; where nobody checks, messages try by themselves after this."""

_BELIEVED = timedelta(seconds=4)
"""How long another replica may take to notice; in this process a refusal is seen at once."""

TellOutside = Callable[[Mapping[str, str]], bool]
"""Tells somebody who is not in Slack; False if that failed and is worth another try."""


def tell_nobody(_: Mapping[str, str]) -> bool:
    """Be content: nobody outside Slack wants to be told."""
    return True


def refused_tokens(ctx: ServiceContext) -> list[Refusal]:
    """Say in which workspaces Slack refuses the token now: while there is one, Rung is not well."""
    with ctx.store.read() as tx:
        return tx.refusals.all()


class TokenWatch:
    """The pass over refused tokens, as a step without a thread.

    A token is good again when `auth.test` says so and no message was refused in the minute after that: of a missing
    scope `auth.test` knows nothing.
    """

    def __init__(self, ctx: ServiceContext, gateway: Gateway, tell_outside: TellOutside) -> None:
        self._ctx = ctx
        self._gateway = gateway
        self._tell_outside = tell_outside
        self._tried_to_tell: set[int] = set()
        self._seen: tuple[datetime, list[Refusal]] | None = None
        self._began = ctx.wire_now()
        self._asked_at: datetime | None = None

    def stop(self, tx: Transaction, workspace_id: int, failure: SlackFailure) -> None:
        """Let nothing leave in a workspace whose token Slack refused; what waits stays pending, deadlines go on."""
        now = self._ctx.wire_now()
        for method in (POST, UPDATE):
            tx.lanes.pause(workspace_id, method, "", now + _STOPPED_FOR)
        tx.refusals.note(workspace_id, str(failure), now, now + CHECK_EVERY)
        self._seen = None

    def step(self) -> bool:
        """Tell of what is refused, once, and check what is to be checked now; there is never more waiting."""
        now = self._ctx.wire_now()
        refused = self._refused()
        ask_at = self._ask_at()
        if not refused and ask_at is not None and not ask_at - CHECK_EVERY <= now < ask_at:
            self._ask(now)
        for refusal in refused:
            is_due = refusal.check_at <= now
            if refusal.told_at is None and (is_due or refusal.workspace_id not in self._tried_to_tell):
                self._tell(refusal)
            if is_due:
                self._check(refusal)
            self._seen = None
        return False

    def next_moment(self) -> datetime | None:
        """Say when something is to be told or checked next (wire time)."""
        refused = self._refused()
        if any(each.told_at is None and each.workspace_id not in self._tried_to_tell for each in refused):
            return self._ctx.wire_now()
        if not refused and (ask_at := self._ask_at()) is not None:
            return ask_at
        return min((each.check_at for each in refused), default=None)

    def _refused(self) -> list[Refusal]:
        """Read what is refused, at most every few seconds: this is asked whenever anything happens in the house."""
        now = self._ctx.wire_now()
        if self._seen is None or not self._seen[0] <= now < self._seen[0] + _BELIEVED:
            self._seen = (now, refused_tokens(self._ctx))
        return self._seen[1]

    def _ask_at(self) -> datetime | None:
        """Say from when Slack is to be asked about the token: at once where it was refused, then each minute."""
        known = self._gateway.token_state
        if known.trouble is None:
            return None
        if self._asked_at is None and known.is_refused:
            return self._began
        return (self._asked_at or self._began) + CHECK_EVERY

    def _ask(self, now: datetime) -> None:
        """Find out whether the token is good, where no message has been refused that would tell."""
        self._asked_at = now
        with self._ctx.store.read() as tx:
            workspaces = tx.workspaces.all()
        for workspace in workspaces:
            try:
                self._gateway.call(workspace.id, "auth.test")
            except AuthBroken as failure:
                with self._ctx.store.write() as tx:
                    self.stop(tx, workspace.id, failure)
            except SlackFailure as failure:
                log.warning("it is not known whether the token of workspace %s is good: %s", workspace.id, failure)
            else:
                log.info("Slack takes the token of workspace %s", workspace.id)

    def _tell(self, refusal: Refusal) -> None:
        self._tried_to_tell.add(refusal.workspace_id)
        log.error("Slack refuses the token of workspace %s: %s", refusal.workspace_id, refusal.error)
        if self._tell_outside(self._alert("token_refused", refusal)):
            with self._ctx.store.write() as tx:
                tx.refusals.told(refusal.workspace_id, self._ctx.wire_now())

    def _check(self, refusal: Refusal) -> None:
        reopened = refusal.reopened_at
        try:
            self._gateway.call(refusal.workspace_id, "auth.test")
        except AuthBroken as failure:
            log.error("Slack still refuses the token of workspace %s: %s", refusal.workspace_id, failure)  # noqa: TRY400 - its trace says nothing more
            self._stop_again(refusal, failure)
        except SlackFailure as failure:
            log.warning("the token of workspace %s could not be checked: %s", refusal.workspace_id, failure)
            if reopened is None:
                self._stop_again(refusal, failure)
            else:
                self._look_later(refusal, reopened)
        else:
            self._reopen(refusal)

    def _stop_again(self, refusal: Refusal, failure: SlackFailure) -> None:
        with self._ctx.store.write() as tx:
            self.stop(tx, refusal.workspace_id, failure)
            tx.refusals.checked(refusal.workspace_id, self._ctx.wire_now() + CHECK_EVERY, None)

    def _look_later(self, refusal: Refusal, reopened: datetime) -> None:
        with self._ctx.store.write() as tx:
            tx.refusals.checked(refusal.workspace_id, self._ctx.wire_now() + CHECK_EVERY, reopened)

    def _reopen(self, refusal: Refusal) -> None:
        now = self._ctx.wire_now()
        with self._ctx.store.write() as tx:
            is_over = refusal.reopened_at is not None and tx.refusals.over(refusal.workspace_id)
            if not is_over:
                tx.lanes.resume(refusal.workspace_id, now)
                tx.refusals.checked(refusal.workspace_id, now + CHECK_EVERY, now)
        if is_over:
            self._tried_to_tell.discard(refusal.workspace_id)
            log.warning("Slack takes the token of workspace %s again", refusal.workspace_id)
            self._tell_outside(self._alert("token_accepted", refusal))
        self._ctx.wake()

    def _alert(self, event: str, refusal: Refusal) -> dict[str, str]:
        with self._ctx.store.read() as tx:
            workspace = tx.workspaces.by_id(refusal.workspace_id)
        name = workspace.name or workspace.team_id if workspace else str(refusal.workspace_id)
        since = refusal.since.isoformat(timespec="seconds")
        said = "refuses Rung's token" if event == "token_refused" else "takes Rung's token again"
        text = f"Slack {said} in {name} (since {since}: {refusal.error})."
        return {"event": event, "workspace": name, "error": refusal.error, "since": since, "text": text}
