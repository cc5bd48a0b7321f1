"""A process of Rung's that kills itself (SIGKILL) at a point named on its command line.

`python -m tests.crash.victim POINT [--ahead SECONDS] [--restored] [--unseen] [--quick-beat]`: the settings come from
the environment as for `rung run`. Its clocks are so many seconds ahead of the machine's, so that leases of a process
that died before are over at once; it notices the gap as an outage, unless it is `--unseen`. Every point it comes by is
written to the file named by RUNG_CRASH_LOG, if there is one.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from slackbot.app import Rung
from slackbot.cli.acme import shipped
from slackbot.clock import Clocks, SystemClock
from slackbot.services import uptime
from slackbot.services.policies import apply_first, has_policy
from slackbot.settings import load_settings
from slackbot.slack.gateway import Gateway
from storage.engine import open_store
from storage.migrate import upgrade
from storage.unit_of_work import Store, Transaction
from tests.crash.points import AFTER, BEFORE, ROOT, Site, point, site_at

LOG = "RUNG_CRASH_LOG"
NEVER = "never"

_WROTE: dict[str, Callable[[Transaction], Any]] = {
    "sqlite": lambda tx: tx.connection.connection.driver_connection.total_changes,  # type: ignore[union-attr]
    "postgresql": lambda tx: tx.connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned()").scalar(),
}
"""What tells, asked twice within a transaction, whether it wrote anything."""

_THROUGH = {str(ROOT / "slackbot/slack/gateway.py"), __file__}
_ROOMS = (str(ROOT / "slackbot"), str(ROOT / "handlers"))


class Reaper:
    """Kills the process when it comes to its point, and notes every point on the way."""

    def __init__(self, target: str, log: Path | None) -> None:
        self._target = target
        self._log = log
        self._seen: set[str] = set()

    def passes(self, when: str, site: Site | None) -> None:
        """Come by a point."""
        if site is None:
            return
        name = point(when, site)
        if self._log is not None and name not in self._seen:
            self._seen.add(name)
            with self._log.open("a", encoding="utf-8") as log:
                log.write(f"{name}\n")
        if name == self._target:
            os.kill(os.getpid(), signal.SIGKILL)


reaper = Reaper(NEVER, None)


def _site() -> Site | None:
    """Find the site in our code that the call came from."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_ROOMS) and file not in _THROUGH:
            return site_at(file, frame.f_lineno)
        frame = frame.f_back
    return None


class AheadClock(SystemClock):
    """The machine's clock, put forward."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Say what time it is on this clock."""
        return super().now() + self._ahead


class MortalStore(Store):
    """A store whose process dies at a commit; a transaction that wrote nothing is no point."""

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Write, and die just before or after the commit that is meant."""
        site, wrote = _site(), False
        with super().write() as tx:
            look = _WROTE[tx.connection.dialect.name]
            before = look(tx)
            yield tx
            wrote = look(tx) != before
            if wrote:
                reaper.passes(BEFORE, site)
        if wrote:
            reaper.passes(AFTER, site)


_CALL = Gateway.call


def mortal_call(self: Gateway, workspace_id: int, method: str, **args: Any) -> dict[str, Any]:
    """Call as the gateway does, and die just before or after the call that is meant."""
    site = _site()
    reaper.passes(BEFORE, site)
    try:
        return _CALL(self, workspace_id, method, **args)
    finally:
        reaper.passes(AFTER, site)


def main() -> None:
    """Run until killed, by itself or from outside."""
    global reaper  # noqa: PLW0603 - one process, one death
    parser = argparse.ArgumentParser()
    parser.add_argument("point")
    parser.add_argument("--ahead", type=float, default=0.0)
    parser.add_argument("--restored", action="store_true")
    parser.add_argument("--unseen", action="store_true")
    parser.add_argument("--quick-beat", action="store_true")
    words = parser.parse_args()
    log = os.environ.get(LOG)
    settings = load_settings()
    upgrade(settings.database_url)
    store = open_store(settings.database_url)
    mortal = MortalStore(store.engine, store.writer, store.reader, store.closing)
    clock = AheadClock(words.ahead)
    Gateway.call = mortal_call  # type: ignore[method-assign]  # the house makes its gateway by itself
    reaper = Reaper(words.point, Path(log) if log else None)
    house = Rung(settings, mortal, Clocks(case=clock, wire=clock))
    if not has_policy(house.engine.ctx, house.workspace):
        apply_first(house.engine.ctx, house.engine.gateway, house.workspace, shipped("rung.toml"), "test")
    if words.unseen:
        with store.write() as tx:
            tx.uptime.beat(clock.now())
    if words.quick_beat:
        uptime.EVERY = timedelta(milliseconds=200)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    house.start(restored=words.restored)
    stopping.wait()
    house.stop()


if __name__ == "__main__":
    main()
