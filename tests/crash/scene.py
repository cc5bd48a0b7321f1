"""The scene of a crash: a Slack that lives on, processes that die, and a clean one that picks up what they left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from slackbot.app import SingleToken
from slackbot.cli.acme import acme
from slackbot.clock import Clocks, ManualClock, SystemClock
from slackbot.core.messages import LEVEL_TRIGGERED
from slackbot.engine import Engine, build_engine
from slackbot.services.composing import keys_in
from slackbot.services.deliver import OneByOne
from slackbot.simulator.hands.screen import ShownMessage
from slackbot.simulator.hands.stage import DeliveryFailedError, NotPossibleError, NotShownError
from slackbot.simulator.model import Message
from slackbot.simulator.server import Simulator
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store
from storage.outbox_rows import COLUMNS, UNFINISHED, OutboxRow, OutboxState, row_of
from storage.tables.cases import case_fields
from storage.unit_of_work import Store
from tests.crash.points import ROOT
from tests.crash.victim import LOG, NEVER
from tests.house import AT_ONCE

PATIENCE = 30.0
_GLANCE = 0.1
AFTER_THE_LEASE = 40.0
REST = timedelta(seconds=200)
ENDS = frozenset({OutboxState.SENT, OutboxState.OBSOLETE, OutboxState.DIVERTED, OutboxState.DEAD})
_AT_REST = sa.select(sa.func.count()).where(COLUMNS[0].table.c.state.in_([str(state) for state in UNFINISHED]))


class GoneError(Exception):
    """The process is dead, so nobody answers any more."""


@dataclass(slots=True)
class Victim:
    """A running process, and what people do with it; what is asked of a dead one raises GoneError."""

    process: subprocess.Popen[bytes]
    slack: Simulator
    database_url: str
    folder: Path
    ended: int | None = None

    def until(self, holds: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
        """Wait until something about Slack holds, or the process is gone."""
        for _ in range(int(patience / _GLANCE)):
            if self.slack.workspace.wait_for(lambda: bool(holds()), timeout=_GLANCE):
                return
            if self.process.poll() is not None:
                raise GoneError
        raise AssertionError(what)

    def raises(self, summary: str = "refund stuck", who: str = "ana") -> None:
        """Have an agent raise a case in a line, without waiting for the answer."""
        line = f'/escalate {summary} category:Account customer:"Nordic"'
        self.slack.person(who).types(line, in_="#support", wait=False)

    def shown(self, channel: str, *texts: str) -> ShownMessage:
        """Wait for a message in a channel."""
        place = self.slack.channel(channel)
        self.until(lambda: place.matching(*texts), f"{channel} shows no {texts}")
        return place.matching(*texts)[-1]

    def does(self, act: Callable[[], object]) -> None:
        """Have somebody do something at the screen; that it fails is the process's death, or a fault."""
        try:
            act()
        except (DeliveryFailedError, NotShownError, NotPossibleError, TimeoutError) as error:
            try:
                self.process.wait(1.0)
            except subprocess.TimeoutExpired:
                raise error from None
            raise GoneError from error

    def rests(self, patience: float = 60.0) -> None:
        """Wait until every message has come to its end."""
        store = open_store(self.database_url, exclusive=False)
        try:
            self.until(lambda: _is_at_rest(store), "it does not come to rest", patience)
        finally:
            store.close()

    def passes(self, point: str) -> None:
        """Wait until it has come by a point."""
        self.until(lambda: point in points_in(self.folder), f"it never comes by {point}")


@dataclass(slots=True)
class Scene:
    """Where it happens."""

    slack: Simulator
    folder: Path
    database_url: str

    @contextmanager
    def victim(self, point: str, *flags: str, ahead: float = 0.0) -> Iterator[Victim]:
        """Start a process that dies at a point, and have it connected if it lives so long; afterwards it is dead."""
        made = self.slack.connections_made
        names = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "DATABASE_URL": self.database_url,
            LOG: str(self.folder / "points.log"),
        }
        command = [sys.executable, "-m", "tests.crash.victim", point, "--ahead", str(ahead), *flags]
        with (self.folder / "victim.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=os.environ | names, stdout=log, stderr=log)
        victim = Victim(process, self.slack, self.database_url, self.folder)
        try:
            with suppress(GoneError):  # it may have died on the way there
                victim.until(lambda: self.slack.connections_made > made, "it never connected")
            yield victim
        except GoneError:
            assert process.wait(PATIENCE) in {-signal.SIGKILL, 0}, (self.folder / "victim.log").read_text()
        finally:
            victim.ended = process.poll()
            process.kill()
            process.wait(PATIENCE)
            self.slack.workspace.wait_for(lambda: self.slack.connections == 0, timeout=PATIENCE)

    def points_passed(self) -> list[str]:
        """List the points that the victims came by, in their order."""
        return points_in(self.folder)

    def writes(self, statement: sa.Update) -> None:
        """Change something in the database that no process holds."""
        store = open_store(self.database_url)
        with store.write() as tx:
            tx.connection.execute(statement)
        store.close()

    def posts(self, **message: Any) -> None:
        """Post something as the app, behind its back."""
        self._gateway().call(1, "chat.postMessage", **message)

    def _gateway(self) -> Gateway:
        return Gateway(SingleToken(self.slack.bot_token), lambda each: bare_client(each, self.slack.api_url))

    def visible(self) -> list[Message]:
        """List the app's messages that people can see."""
        everything = self.slack.workspace.history.everything()
        return [message for message in everything if not message.deleted and message.author.app_id is not None]

    def works_again(self, summary: str) -> None:
        """Check that a clean process starts on what was left and that a case can be raised at once."""
        self.slack.faults.clear()
        with self.victim(NEVER) as clean:
            clean.raises(summary)
            clean.shown("#tier-2", summary)
            assert clean.process.poll() is None

    def stored(self, summary: str) -> int:
        """Count the cases that are stored with a summary."""
        store = open_store(self.database_url)
        with store.read() as tx:
            found = tx.connection.execute(
                sa.select(sa.func.count()).where(case_fields.c.name == "summary", case_fields.c.value == summary)
            ).scalar_one()
        store.close()
        return int(found)

    def picked_up(self, ahead: float = 0.0) -> list[OutboxRow]:
        """Have a clean process, whose clock is in our hand, do all that was left undone; gives the outbox then."""
        clock = ManualClock(SystemClock().now() + timedelta(seconds=2 * AFTER_THE_LEASE + ahead))
        store = open_store(self.database_url)
        clocks = Clocks(case=clock, wire=clock)
        engine = build_engine(store, self._gateway(), clocks, wake=lambda: None, carriers=OneByOne(), pace=AT_ONCE)
        try:
            engine.heartbeat.begin()
            _drain(engine, clock)
            with store.read() as tx:
                return [row_of(row) for row in tx.connection.execute(sa.select(*COLUMNS).order_by(COLUMNS[0]))]
        finally:
            store.close()

    def assert_whole(self, rows: list[OutboxRow], *, may_be_dead: bool = False) -> None:
        """Check that nothing is missing and nothing stands twice."""
        assert [row for row in rows if row.state not in ENDS] == []
        assert may_be_dead or [row for row in rows if row.state is OutboxState.DEAD] == []
        carried = [key for message in self.visible() for key in keys_in(message.metadata)]
        assert sorted(carried) == sorted(set(carried)), "a message stands twice"
        posts = {row.key for row in rows if row.state is OutboxState.SENT and row.kind not in LEVEL_TRIGGERED}
        assert set(carried) == posts, "a message is missing, or nobody knows of it"


@contextmanager
def scene(folder: Path, database_url: str) -> Iterator[Scene]:
    """Set the scene, with a migrated database."""
    with Simulator(acme(SystemClock())) as slack:
        yield Scene(slack, folder, database_url)


def points_in(folder: Path) -> list[str]:
    """Read which points the victims of a scene came by, in their order."""
    log = folder / "points.log"
    return list(dict.fromkeys(log.read_text(encoding="utf-8").splitlines())) if log.exists() else []


def _is_at_rest(store: Store) -> bool:
    with store.read() as tx:
        return int(tx.connection.execute(_AT_REST).scalar_one()) == 0


def _drain(engine: Engine, clock: ManualClock) -> None:
    until = clock.now() + REST
    while True:
        while engine.reconciler.step() or engine.sender.step():
            pass
        moments = (engine.reconciler.next_moment(), engine.sender.next_moment())
        moment = min((each for each in moments if each is not None), default=None)
        if moment is None or moment > until:
            return
        clock.set(max(moment, clock.now() + timedelta(milliseconds=1)))
