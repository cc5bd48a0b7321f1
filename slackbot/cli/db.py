"""`rung db upgrade`: bring the database up to this version."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from slackbot.cli.places import database_url
from storage.migrate import upgrade


def main(argv: Sequence[str]) -> int:
    """Upgrade the schema; doing it twice changes nothing."""
    parser = argparse.ArgumentParser(prog="rung db", description=__doc__)
    parser.add_argument("verb", choices=["upgrade"])
    parser.parse_args(argv)
    print(f"The database is at schema {upgrade(database_url())}.")
    return 0
