"""The composition root of `rung run`: the only file that sees everything it wires."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient

from handlers.desk import Desk
from handlers.registry import register
from slackbot.clock import Clocks
from slackbot.core.model import Workspace
from slackbot.engine import Engine, build_engine
from slackbot.errors import StorageError
from slackbot.runtime.alarm import Alarm
from slackbot.runtime.carriers import CarrierPool
from slackbot.runtime.health import Health
from slackbot.runtime.loop import Loop, Work
from slackbot.runtime.metrics import Metrics, Sources
from slackbot.runtime.socket_mode import SocketMode
from slackbot.runtime.transport import MakesTransport
from slackbot.runtime.watchdog import Watchdog
from slackbot.runtime.webhook import Webhook
from slackbot.services.context import ServiceContext
from slackbot.services.installing import meet_workspace
from slackbot.services.reactions import LONGEST_CALL
from slackbot.services.restoring import after_restore
from slackbot.services.timekeeping import Timekeeper
from slackbot.services.tokens import refused_tokens, tell_nobody
from slackbot.services.waiting import see_database, waiting
from slackbot.settings import Settings
from slackbot.slack.failures import SlackFailure
from slackbot.slack.gateway import Gateway, bare_client
from slackbot.slack.outside import Interactions
from slackbot.slack.silence import Silence
from storage.pace import Pace
from storage.revisions import HEAD
from storage.unit_of_work import Store

log = logging.getLogger(__name__)

SEND_TIMEOUT = int(LONGEST_CALL.total_seconds())
INTERACTION_TIMEOUT = 2
ASKING = 600.0
"""Seconds after which a step that asks Slack many things, ten seconds each at most, is taken for hung."""
SENDERS = 8
OPENERS = 8
STOP_WITHIN = 7.0
"""Seconds that messages on their way have to arrive when Rung is stopped; the rest is given back."""
SWITCH_EVERY = 0.0005
"""Seconds a thread may keep the interpreter from another; at Python's usual 5 ms an ack waits for those who send."""


@dataclass(frozen=True, slots=True)
class SingleToken:
    """The token source of a house with one workspace."""

    value: str

    def token(self, workspace_id: int) -> str:
        """Say the token, whichever workspace is meant."""
        del workspace_id
        return self.value


def build_bolt(
    engine: Engine, workspace: Workspace, token: str, api_url: str, *, later: Executor, counting: Executor
) -> App:
    """Make the Bolt app with every listener bound.

    Listeners run where the request is dispatched (`process_before_response`): stock Bolt would look for the ack only
    every 10 ms. They commit and ack; whatever takes longer goes to `later`.
    """

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        del enterprise_id
        return AuthorizeResult(
            enterprise_id=workspace.enterprise_id,
            team_id=team_id or workspace.team_id,
            bot_user_id=workspace.bot_user_id,
            bot_token=token,
        )

    quick = Gateway(
        SingleToken(token),
        lambda each: bare_client(each, api_url, timeout=INTERACTION_TIMEOUT),
        token_state=engine.gateway.token_state,
    )
    outside = Interactions(quick, engine.gateway, _workspace_id_of(engine.ctx), api_url)
    app = App(
        name="rung",
        client=WebClient(base_url=api_url, timeout=INTERACTION_TIMEOUT, retry_handlers=[]),
        authorize=authorize,
        process_before_response=True,
        token_verification_enabled=False,
        request_verification_enabled=False,
    )
    register(app, Desk(engine.ctx, engine.renderer, outside, later, counting))
    return app


def socket_mode(settings: Settings) -> MakesTransport:
    """Have requests come over Socket Mode."""
    token = settings.app_token()
    return lambda bolt, meter: SocketMode(bolt, token, meter.acked)


class Rung:
    """A running house: the Bolt app, a loop around every step, and what watches them.

    Requests come over Socket Mode unless `transport` brings them another way; `cries` is told when a loop is dead.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clocks: Clocks,
        *,
        pace: Pace | None = None,
        timekeeper: Timekeeper | None = None,
        transport: MakesTransport | None = None,
        cries: Callable[[str], None] = lambda _: None,
    ) -> None:
        token = settings.slack_bot_token
        api_url = settings.slack_api_url
        self._alarm = Alarm(clocks.wire)
        self._timekeeper = timekeeper
        self._carriers = CarrierPool(SENDERS, self._alarm.ring)
        self._later = ThreadPoolExecutor(OPENERS, thread_name_prefix="rung-later")
        self._counting = ThreadPoolExecutor(1, thread_name_prefix="rung-counting")
        gateway = Gateway(
            SingleToken(token), lambda each: bare_client(each, api_url, timeout=SEND_TIMEOUT), Silence(clocks.case)
        )
        self.metrics = Metrics()
        outside = settings.rung_alert_url
        self.engine = build_engine(
            store,
            gateway,
            clocks,
            wake=self._alarm.ring,
            carriers=self._carriers,
            pace=pace,
            meter=self.metrics,
            tell_outside=Webhook(outside).tell if outside else tell_nobody,
        )
        self.workspace = meet_workspace(self.engine.ctx, gateway)
        bolt = build_bolt(self.engine, self.workspace, token, api_url, later=self._later, counting=self._counting)
        self._transport = (transport or socket_mode(settings))(bolt, self.metrics)
        self.loops = self._loops(clocks)
        self._watchdog = Watchdog((*self.loops, *self._transport.watched), cries)
        self.health = Health(self._watchdog, self._checks())
        self.metrics.read(Sources(self._watchdog.ages, lambda: waiting(self.engine.ctx), HEAD))

    def wake(self) -> None:
        """Have every loop look at once whether there is something to do."""
        self._alarm.ring()

    def start(self, *, restored: bool = False) -> None:
        """Take up what an outage left, start the loops, then listen to Slack; `restored`: from an older database."""
        sys.setswitchinterval(SWITCH_EVERY)
        if restored:
            after_restore(self.engine.ctx)
        self.engine.heartbeat.begin(restored=restored)
        self._alarm.start()
        for loop in self.loops:
            loop.start()
        self._later.submit(self._learn_everybody)
        self._transport.start()
        self._watchdog.start()

    def stop(self) -> None:
        """Stop listening, finish what is at hand, give back what would take too long, close the database."""
        until = monotonic() + STOP_WITHIN
        self.health.stopping = True
        self._watchdog.stop()
        for loop in self.loops:
            loop.leave()
        self._transport.stop()
        pools = (self._counting, self._later)
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        for loop in self.loops:
            loop.stop(max(0.0, until - monotonic()))
        if not self._carriers.stop(max(0.0, until - monotonic())):
            self.engine.sender.give_back()
        self._alarm.stop()
        self._beat_last()
        for pool in pools:  # last: what they ask of Slack may take longer than there is time
            pool.shutdown(wait=True)
        self.engine.ctx.store.close()

    def _loops(self, clocks: Clocks) -> tuple[Loop, ...]:
        engine = self.engine

        def on_time() -> bool:
            # In one loop, so that after a standstill no case counts as unanswered before it was taken up.
            return engine.heartbeat.step() | engine.sweep.step()

        def next_deadline() -> datetime:
            beat, due = engine.heartbeat.next_moment(), clocks.to_wire(engine.sweep.next_moment())
            return beat if due is None else min(beat, due)

        works = [
            Work("deadlines", on_time, next_deadline),
            Work("sender", engine.sender.step, engine.sender.next_moment),
            Work("weekly", engine.weekly.step, engine.weekly.next_moment, ASKING),
            Work("reconciler", engine.reconciler.step, engine.reconciler.next_moment, ASKING),
            Work("tokens", engine.tokens.step, engine.tokens.next_moment, ASKING),
            Work("people", engine.acquaintance.step, engine.acquaintance.next_moment, ASKING),
            Work("housekeeping", engine.housekeeping.step, lambda: clocks.to_wire(engine.housekeeping.next_moment())),
        ]
        if self._timekeeper is not None:
            works.append(Work("clock", self._timekeeper.step, self._timekeeper.next_moment))
        return tuple(Loop(work, clocks.wire, self._alarm) for work in works)

    def _checks(self) -> dict[str, Callable[[], str | None]]:
        def database() -> None:
            see_database(self.engine.ctx)

        def slack() -> str | None:
            # Another replica may have learned it, or this one before it was started anew.
            known = "Slack refuses a token" if refused_tokens(self.engine.ctx) else None
            return self.engine.gateway.token_state.trouble or known

        return {
            "database": database,
            "slack": slack,
            "requests": lambda: None if self._transport.is_ready else "no way in",
        }

    def _beat_last(self) -> None:
        try:
            self.engine.heartbeat.end()
        except StorageError as error:
            log.warning("the last heartbeat could not be stored: %s", error)

    def _learn_everybody(self) -> None:
        try:
            count = self.engine.acquaintance.learn_everybody(self.workspace)
        except (SlackFailure, StorageError) as failure:
            log.warning("the list of people could not be read (%s); each is asked about when they act", failure)
        else:
            log.info("%s people known in %s", count, self.workspace.name)


def _workspace_id_of(ctx: ServiceContext) -> Callable[[str], int]:
    def find(team_id: str) -> int:
        with ctx.store.read() as tx:
            return ctx.workspace(tx, team_id).id

    return find
