"""`rung run --http`: the same house, but Slack's requests come by HTTP, signed."""

from __future__ import annotations

from collections.abc import Sequence

from slackbot.cli.run import HOST, PORT, arguments, run
from slackbot.runtime.http_mode import HttpMode
from slackbot.settings import load_settings


def main(argv: Sequence[str]) -> int:
    """Run in HTTP mode until SIGINT or SIGTERM."""
    words = arguments(argv)
    settings = load_settings(http=True)
    secret = settings.signing_secret()
    address = (words.host or HOST, PORT if words.port is None else words.port)
    return run(
        settings,
        verbose=words.verbose,
        restored=words.after_restore,
        transport=lambda bolt, meter: HttpMode(bolt, secret, address, meter),
    )
