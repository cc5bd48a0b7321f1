"""Rung as the demo's page runs it: `rung run` with a clock that the page sets, line by line on standard input.

Each line says where the clock stood (`at`) when the machine's showed `since`, and how fast it runs; both are ISO 8601.
The end of the input is the end of the demo.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable
from datetime import datetime

from slackbot.app import Rung
from slackbot.cli.logs import quiet_logging
from slackbot.clock import Clocks, ScaledClock, SystemClock
from slackbot.errors import RungError
from slackbot.settings import load_settings
from storage.engine import open_store
from storage.pace import Pace


def main(pace: Pace | None = None) -> int:
    """Run until the input ends; 1 where it could not start, with the reason on standard error.

    `pace` is Slack's unless somebody measures what a faster one leaves behind.
    """
    quiet_logging(logging.WARNING)
    system = SystemClock()
    clock = ScaledClock(system, 1)
    lines = iter(sys.stdin)
    told = next(lines, None)
    if told is None:
        return 0
    _set(clock, system, told)
    try:
        settings = load_settings()
        house = Rung(settings, open_store(settings.database_url), Clocks(case=clock, wire=system), pace=pace)
        house.start()
    except RungError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    _follow(house, clock, system, lines)
    house.stop()
    return 0


def _follow(house: Rung, clock: ScaledClock, system: SystemClock, lines: Iterable[str]) -> None:
    for line in lines:
        _set(clock, system, line)
        house.wake()


def _set(clock: ScaledClock, system: SystemClock, line: str) -> None:
    if not line.strip():
        return
    said = json.loads(line)
    rate = float(said["rate"])
    passed = system.now() - datetime.fromisoformat(said["since"])
    clock.set(datetime.fromisoformat(said["at"]) + passed * rate, rate)


if __name__ == "__main__":
    sys.exit(main())
