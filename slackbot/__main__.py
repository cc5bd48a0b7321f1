"""The `rung` command: chooses the verb and loads only what that verb needs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

from slackbot.errors import RungError

VERBS = {
    "run": "listen to Slack and escalate, until stopped",
    "demo": "play the main job against a local Slack workspace",
    "check": "look at settings, database and policy; list messages that could not be sent",
    "report": "sum up a week as text, JSON, CSV or a picture",
    "policy": "check, export or apply the policy",
    "db": "bring the database up to this version",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; says 0 when it went well, 1 when not, 2 when the words were not understood."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] in (["help"], ["--help"], ["-h"]):
        sys.stdout.write(_usage())
        return 0
    if not words or words[0] not in VERBS:
        asked = f"rung: there is no verb {words[0]!r}\n\n" if words else ""
        sys.stderr.write(asked + _usage())
        return 2
    try:
        verb = importlib.import_module(f"slackbot.cli.{_module_of(words)}")
        return int(verb.main(words[1:]))
    except RungError as error:
        sys.stderr.write(f"rung {words[0]}: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def _module_of(words: Sequence[str]) -> str:
    # Over Socket Mode no HTTP server is to be in the memory.
    return "run_http" if words[0] == "run" and "--http" in words else words[0]


def _usage() -> str:
    lines = [f"  rung {verb:<8} {what}" for verb, what in VERBS.items()]
    verbs = "\n".join(lines)
    return f"Rung: chat-ops escalation for customer support.\n\n{verbs}\n\n`rung VERB --help` says more.\n"


if __name__ == "__main__":
    sys.exit(main())
