"""`rung policy check|export|apply`: look at the policy file, write out the version in force, put a new one in force."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from slackbot.app import SingleToken
from slackbot.cli.places import control_socket, database_url, policy_file, who_types
from slackbot.clock import Clocks, SystemClock
from slackbot.core.policy_document import from_document
from slackbot.errors import PolicyError
from slackbot.policy_file.check import read_policy_file
from slackbot.policy_file.export import to_toml
from slackbot.policy_file.sense import cautions
from slackbot.runtime.control import NobodyThereError, ask
from slackbot.services.context import ServiceContext
from slackbot.services.installing import meet_workspace
from slackbot.services.policies import apply_text
from slackbot.settings import load_settings
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store


def main(argv: Sequence[str]) -> int:
    """Do one of the three."""
    parser = argparse.ArgumentParser(prog="rung policy", description=__doc__)
    parser.add_argument("verb", choices=["check", "export", "apply"])
    parser.add_argument("file", nargs="?", type=Path, default=None, help="the policy file (default: RUNG_POLICY)")
    words = parser.parse_args(argv)
    file = words.file or policy_file()
    if words.verb == "check":
        return _check(file)
    return _export() if words.verb == "export" else _apply(file)


def _check(file: Path) -> int:
    policy = read_policy_file(_text(file))
    for caution in cautions(policy):
        print(f"worth a look: {caution}")
    print(f"{file} is sound. Channels, groups and people are looked up when it is applied.")
    return 0


def _export() -> int:
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
    text, by = _text(file), who_types()
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
    token, url = settings.slack_bot_token.get_secret_value(), settings.slack_api_url
    gateway = Gateway(SingleToken(token), lambda each: bare_client(each, url))
    system = SystemClock()
    store = open_store(settings.database_url)
    try:
        ctx = ServiceContext(store, Clocks(system, system), lambda: None)
        return apply_text(ctx, gateway, meet_workspace(ctx, gateway), text, by).number
    finally:
        store.close()


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise PolicyError(f"{file} can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"{file} is no UTF-8 text; save it as UTF-8") from error
