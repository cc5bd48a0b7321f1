"""Rung as the demo's page runs it, at a pace that Slack would refuse: a month of messages must not take a month."""

from __future__ import annotations

import sys
from datetime import timedelta

from slackbot.cli.workplace.app import main
from storage.pace import Pace, Rate

AT_ONCE = Rate(timedelta(milliseconds=1), burst=1000)

if __name__ == "__main__":
    sys.exit(main(Pace(channel=AT_ONCE, posts=AT_ONCE, edits=AT_ONCE)))
