"""`rung policy check|export|apply|resolve`: look at a file, write out the version in force, put one in force."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from slackbot.app import SingleToken
from slackbot.cli.places import control_socket, database_url, policy_file, policy_text, who_types
from slackbot.clock import Clocks, SystemClock
from slackbot.core.policy_document import from_document, to_document
from slackbot.errors import PolicyError
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.export import exported_version, to_toml
from slackbot.policy_file.resolve import resolve
from slackbot.policy_file.sense import cautions
from slackbot.runtime.control import NobodyThereError, ask
from slackbot.services.context import ServiceContext
from slackbot.services.installing import FIRST_WORKSPACE, meet_workspace
from slackbot.services.policies import apply_text
from slackbot.settings import Settings, load_settings
from slackbot.slack.directory import SlackDirectory
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store


def main(argv: Sequence[str]) -> int:
    """Do one of the four."""
    parser = argparse.ArgumentParser(prog="rung policy", description=__doc__)
    parser.add_argument("verb", choices=list(VERBS))
    parser.add_argument(
        "file", nargs="?", type=Path, default=None, help="the policy file (default: RUNG_POLICY; -: typed in)"
    )
    words = parser.parse_args(argv)
    file = words.file or policy_file()
    return VERBS[words.verb](file)


def _check(file: Path) -> int:
    policy = read_policy_file(policy_text(file))
    for caution in cautions(policy):
        print(f"worth a look: {caution}")
    print(f"{file} is sound. Channels, groups and people are looked up when it is applied.")
    return 0


def _export(_: Path) -> int:
    store = open_store(database_url(), exclusive=False)
    try:
        with store.read() as tx:
            for workspace in tx.workspaces.all():
                latest = tx.policies.latest(workspace.id)
                if latest is not None:
                    sys.stdout.write(to_toml(from_document(latest.document), version=latest.number))
                    return 0
    finally:
        store.close()
    raise PolicyError("There is no policy in this database yet; `rung run` applies the first one by itself.")


def _apply(file: Path) -> int:
    text, by = policy_text(file), who_types()
    number = _apply_there(text, by) or _apply_alone(text, by)
    print(f"Policy version {number} is in force for new cases; cases under way keep theirs.")
    return 0


def _apply_there(text: str, by: str) -> int | None:
    """Ask the running process to apply it; None where none runs."""
    door = control_socket(database_url())
    if door is None:
        return None
    try:
        return int(ask(door, {"verb": "apply", "text": text, "by": by})["version"])
    except NobodyThereError:
        return None


def _apply_alone(text: str, by: str) -> int:
    """Apply without a running process, holding the database meanwhile."""
    settings = load_settings()
    gateway = _gateway(settings)
    system = SystemClock()
    store = open_store(settings.database_url)
    try:
        ctx = ServiceContext(store, Clocks(system, system), lambda: None)
        return apply_text(ctx, gateway, meet_workspace(ctx, gateway), text, by).number
    finally:
        store.close()


def _resolve(file: Path) -> int:
    """Write what a file means in this workspace, as JSON; `rung run` has it read so."""
    text = policy_text(file)
    directory = SlackDirectory(_gateway(load_settings()), FIRST_WORKSPACE)
    rules = resolve(read_policy_file(text), directory)
    json.dump({"after": exported_version(text), "rules": to_document(rules)}, sys.stdout)
    return 0


def _gateway(settings: Settings) -> Gateway:
    url = settings.slack_api_url
    return Gateway(SingleToken(settings.slack_bot_token), lambda token: bare_client(token, url))


VERBS = {"check": _check, "export": _export, "apply": _apply, "resolve": _resolve}
