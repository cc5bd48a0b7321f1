"""Reading a policy file in a process of its own: what checking it loads would stay in `rung run`'s memory for good."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass

from slackbot.core.policy import Rules
from slackbot.core.policy_document import from_document
from slackbot.errors import PolicyError
from slackbot.settings import Settings

log = logging.getLogger("rung")

REFUSAL = "rung policy: "
"""What the command line writes before the words of an error."""


@dataclass(frozen=True, slots=True)
class ReadPolicy:
    """What a policy file means in this workspace, and which version it was exported from (None: none)."""

    rules: Rules
    after: int | None


def read_elsewhere(text: str, settings: Settings) -> ReadPolicy:
    """Have `rung policy resolve` read a policy file's text.

    Raises:
        PolicyError: in that command's words: every problem of the file, or what Slack refused.
    """
    done = subprocess.run(
        [sys.executable, "-m", "slackbot", "policy", "resolve", "-"],
        input=text.encode(),
        env=os.environ | settings.environment(),
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")
        _, refused, words = said.partition(REFUSAL)
        if not refused:
            log.error("a policy file could not be read: %s", said)
        raise PolicyError(words.strip() or "The policy file could not be read; the log of `rung run` says why.")
    answer = json.loads(done.stdout)
    return ReadPolicy(from_document(answer["rules"]), answer["after"])
