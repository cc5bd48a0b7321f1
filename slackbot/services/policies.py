"""Putting a policy file in force: checked, resolved against the workspace, stored as the next version."""

from __future__ import annotations

from slackbot.core.model import Workspace
from slackbot.errors import PolicyError
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.export import exported_version
from slackbot.policy_file.resolve import resolve
from slackbot.services.context import ServiceContext
from slackbot.services.installing import has_policy, put_in_force
from slackbot.slack.directory import SlackDirectory
from slackbot.slack.gateway import Gateway
from storage.policies import PolicyVersion


def apply_text(ctx: ServiceContext, gateway: Gateway, workspace: Workspace, text: str, by: str) -> PolicyVersion:
    """Apply a policy file's text. A bad one is refused whole; the version in force then stays.

    Raises:
        PolicyError: naming every problem with its path, value and cure, or the version that came between.
        SlackFailure: Slack could not be asked for channels, groups or people.
    """
    rules = resolve(read_policy_file(text), SlackDirectory(gateway, workspace.id))
    return put_in_force(ctx, workspace, rules, text, by, after=exported_version(text))


def apply_first(ctx: ServiceContext, gateway: Gateway, workspace: Workspace, text: str, by: str) -> PolicyVersion:
    """Apply a policy file where there is no policy yet, whatever version it says it was exported from.

    Raises:
        PolicyError: as `apply_text`; and there is a policy already.
        SlackFailure: as `apply_text`.
    """
    if has_policy(ctx, workspace):
        raise PolicyError("There is a policy already. Use `rung policy export`, change that, and apply it.")
    rules = resolve(read_policy_file(text), SlackDirectory(gateway, workspace.id))
    return put_in_force(ctx, workspace, rules, text, by, after=None)
