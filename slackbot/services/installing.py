"""Getting to know the workspace a token belongs to, and putting a policy in force there."""

from __future__ import annotations

import hashlib
import logging

from slackbot.core.model import Workspace
from slackbot.core.policy import Rules
from slackbot.core.policy_document import to_document
from slackbot.errors import PolicyError, RungError
from slackbot.services.context import ServiceContext
from slackbot.slack.failures import AuthBroken, SlackFailure
from slackbot.slack.gateway import Gateway
from storage.policies import PolicyVersion

log = logging.getLogger(__name__)

FIRST_WORKSPACE = 0
"""Before `auth.test` nobody knows the workspace's id; the token source of a single workspace does not ask for it."""


class SlackUnreachableError(RungError):
    """Slack can't be reached, and this database has never met a workspace. Check the network and SLACK_API_URL."""


def meet_workspace(ctx: ServiceContext, gateway: Gateway) -> Workspace:
    """Ask Slack which workspace the token belongs to; without Slack, go on with the one already known.

    Raises:
        AuthBroken: Slack refuses the token.
        SlackUnreachableError: there is neither an answer nor a workspace known from before.
    """
    try:
        answer = gateway.call(FIRST_WORKSPACE, "auth.test")
    except AuthBroken:
        raise
    except SlackFailure as failure:
        with ctx.store.read() as tx:
            known = tx.workspaces.all()
        if len(known) != 1:
            raise SlackUnreachableError from failure
        log.warning("Slack does not answer (%s); going on with what is known of %s", failure, known[0].name)
        return known[0]
    with ctx.store.write() as tx:
        workspace = tx.workspaces.add_or_refresh(
            str(answer["team_id"]),
            answer.get("enterprise_id"),
            str(answer["user_id"]),
            str(answer.get("team") or ""),
            ctx.wire_now(),
            url=str(answer["url"]),
        )
    ctx.forget_workspaces()
    return workspace


def has_policy(ctx: ServiceContext, workspace: Workspace) -> bool:
    """Say whether new cases have a policy to take."""
    with ctx.store.read() as tx:
        return tx.workspaces.policy_version(workspace.id) is not None


def put_in_force(
    ctx: ServiceContext, workspace: Workspace, rules: Rules, text: str, by: str, *, after: int | None
) -> PolicyVersion:
    """Store a checked policy as the next version and let new cases take it; cases under way keep theirs.

    `after` is the version number that the file was exported from (None: there was none).

    Raises:
        PolicyError: another version was put in force since.
    """
    with ctx.store.write() as tx:
        tx.workspaces.hold(workspace.id)
        latest = tx.policies.latest(workspace.id)
        number = latest.number if latest else None
        if number != after:
            raise PolicyError(
                f"The policy in force is version {number}, but this file was made from version {after}. "
                "Run `rung policy export`, make your change there and apply that."
            )
        digest = hashlib.sha256(text.encode()).hexdigest()
        version = tx.policies.add(workspace.id, to_document(rules), digest, by, ctx.wire_now())
        tx.workspaces.use_policy(workspace.id, version.id)
    ctx.forget_policy(workspace.id)
    return version
