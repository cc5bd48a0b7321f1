"""A process of Rung's that kills itself (SIGKILL) at a point named on its command line.

`python -m tests.crash.victim POINT AHEAD`: the settings come from the environment as for `rung run`; its wire clock is
AHEAD seconds ahead of the machine's, so that leases of a process that died before are over at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from slackbot.app import Rung
from slackbot.cli.acme import shipped
from slackbot.clock import Clocks, SystemClock
from slackbot.services.policies import apply_first, has_policy
from slackbot.settings import load_settings
from slackbot.slack.gateway import Gateway
from storage.engine import open_store
from storage.migrate import upgrade
from storage.tables.cases import escalations
from storage.tables.delivery import outbox
from storage.unit_of_work import Store, Transaction

POST, UPDATE, HISTORY = "chat.postMessage", "chat.update", "conversations.history"

Seen = Callable[[Transaction], bool]


def _count(statement: Any) -> Seen:
    return lambda tx: bool(tx.connection.execute(statement).scalar())


_RAISED = _count(sa.select(sa.func.count()).select_from(escalations))
_IN_STATE = {
    state: _count(sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state == state))
    for state in ("leased", "unknown", "sent")
}
_RESENT = _count(sa.select(sa.func.count()).select_from(outbox).where(outbox.c.looks > 0))

BEFORE_COMMIT: dict[str, Seen] = {"raised, not committed": _RAISED, "sent, not committed": _IN_STATE["sent"]}
AFTER_COMMIT: dict[str, Seen] = {
    "raised": _RAISED,
    "claimed": _IN_STATE["leased"],
    "settled": _IN_STATE["sent"],
    "unknown": _IN_STATE["unknown"],
    "looked": _RESENT,
}
BEFORE_CALL = {"about to post": POST, "about to edit": UPDATE, "about to look": HISTORY}
AFTER_CALL = {"taken": POST, "edited": UPDATE, "read": HISTORY}
POINTS = (*BEFORE_COMMIT, *AFTER_COMMIT, *BEFORE_CALL, *AFTER_CALL)


def die() -> None:
    """End as a pulled plug does."""
    os.kill(os.getpid(), signal.SIGKILL)


class AheadClock(SystemClock):
    """The machine's clock, put forward."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        """Say what time it is on this clock."""
        return super().now() + self._ahead


class MortalStore(Store):
    """A store whose process dies at a commit; nothing in the code under test knows of it."""

    point = ""

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Write, and die just before or after the commit that is meant."""
        with super().write() as tx:
            yield tx
            if self.point in BEFORE_COMMIT and BEFORE_COMMIT[self.point](tx):
                die()
        if self.point in AFTER_COMMIT:
            with self.read() as tx:
                if AFTER_COMMIT[self.point](tx):
                    die()


_CALL = Gateway.call


def mortal_call(self: Gateway, workspace_id: int, method: str, **args: Any) -> dict[str, Any]:
    """Call as the gateway does, and die just before or after the call that is meant."""
    if BEFORE_CALL.get(MortalStore.point) == method:
        die()
    answer = _CALL(self, workspace_id, method, **args)
    if AFTER_CALL.get(MortalStore.point) == method:
        die()
    return answer


def main() -> None:
    """Run until killed, by itself or from outside."""
    point, ahead = sys.argv[1], float(sys.argv[2])
    settings = load_settings()
    upgrade(settings.database_url)
    store = open_store(settings.database_url)
    mortal = MortalStore(store.engine, store.writer, store.reader, store.closing)
    case = SystemClock()
    house = Rung(settings, mortal, Clocks(case=case, wire=AheadClock(ahead)))
    if not has_policy(house.engine.ctx, house.workspace):
        apply_first(house.engine.ctx, house.engine.gateway, house.workspace, shipped("rung.toml"), "test")
    house.engine.acquaintance.learn_everybody(house.workspace)
    MortalStore.point = point
    Gateway.call = mortal_call  # type: ignore[method-assign]  # the house made its gateway by itself
    house.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
