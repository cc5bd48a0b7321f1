"""Knowing when Rung did not run: a heartbeat in the database, and what is done about each time it stood still."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from slackbot.core.commands import Resume
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.messages import Kind, Wanted
from slackbot.core.model import Escalation, Workspace
from slackbot.core.outages import Cause
from slackbot.errors import StorageError
from slackbot.services.composing import HOUSE_DOWN, OF_THE_HOUSE
from slackbot.services.context import ServiceContext
from slackbot.services.transact import write_aftermaths
from slackbot.services.warning import tell_admins
from slackbot.slack.silence import Silence, Silent
from storage.put_back import put_back
from storage.unit_of_work import Transaction
from storage.uptime import After, Outage

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=15)
"""Between two beats: so exactly is known when Rung went down. One commit of one row."""

TOLD_FROM = timedelta(minutes=2)
"""Shorter outages are neither noted nor told, and a tier loses that time: a deploy, a restart after a crash."""

PUT_BACK_FROM = timedelta(seconds=10)
"""By so much a clock must be put back before it matters; less is what keeping time looks like."""

_SKEW = timedelta(seconds=2)
"""So far the clocks of two replicas may differ, which both go by the database's."""

BATCH = 200
POISON_HOLD = timedelta(minutes=1)


class Heartbeat:
    """The pass that says "alive", as a step without a thread, and the taking up of every case after an outage.

    It runs before deadlines are looked at, in the same loop, so that nothing late is taken for unanswered. `steady`
    gives seconds that only go forward, to tell a house that stood still from a clock that was set. `silence` is what
    is known of Slack's own outages.
    """

    def __init__(self, ctx: ServiceContext, steady: Callable[[], float], silence: Silence) -> None:
        self._ctx = ctx
        self._steady = steady
        self._silence = silence
        self._noted: Silent | None = None
        self._answered_at: datetime | None = None
        self._beat = ctx.now()
        self._beat_at: datetime | None = None
        self._beat_steady = 0.0

    def begin(self, *, restored: bool = False) -> None:
        """Find out since when the house was down, and take every case up; once, before any loop runs.

        `restored`: the database is an older copy, put in the place of a newer one.
        """
        now = self._ctx.now()
        with self._ctx.store.write() as tx:
            seen = tx.uptime.seen()
            if seen is not None and seen - now > PUT_BACK_FROM:
                _put_back(tx, seen - now, seen, now)
            elif seen is not None and (restored or now - seen > TOLD_FROM):
                tx.uptime.note_outage(min(seen, now), now, Cause.RESTORED if restored else Cause.DOWN)
            tx.uptime.beat(now)
        self._note_beat(now)
        self._take_up()

    def step(self) -> bool:
        """Beat if it is time; says whether cases were taken up."""
        if self._beat_at is None:
            self.begin()
            return False
        moved = self._ctx.wire_now() - self._beat_at
        if timedelta() <= moved < EVERY:
            return False
        passed = timedelta(seconds=self._steady() - self._beat_steady)
        with self._ctx.store.write() as tx:
            now, seen = self._ctx.now(), tx.uptime.seen()
            if passed - moved > PUT_BACK_FROM:
                _put_back(tx, passed - moved, seen, now)
            elif moved > TOLD_FROM:
                _note_gap(tx, seen, now, Cause.DOWN if passed > TOLD_FROM else Cause.CLOCK)
            elif seen is not None and self._beat - seen > PUT_BACK_FROM:
                # Another replica has put back what waits; until this one hears of it, its beats say nothing.
                now = seen
            tx.uptime.beat(now, self._answered())
            noted = self._note_silence(tx)
        self._noted = noted
        self._note_beat(self._ctx.now())
        return self._take_up()

    def next_moment(self) -> datetime:
        """Say when to beat next (wire time); at once after the clock was put back."""
        now = self._ctx.wire_now()
        if self._beat_at is None or self._beat_at - now > PUT_BACK_FROM:
            return now
        return self._beat_at + EVERY

    def end(self) -> None:
        """Beat a last time, so that the next start knows exactly since when the house was down."""
        if self._beat_at is None:
            return
        with self._ctx.store.write() as tx:
            tx.uptime.beat(self._ctx.now())

    def _answered(self) -> datetime | None:
        """Say when Slack last answered, if it did since this was asked last."""
        before, self._answered_at = self._answered_at, self._silence.answered_at
        return None if self._answered_at == before else self._answered_at

    def _note_silence(self, tx: Transaction) -> Silent | None:
        """Note an outage of Slack's own, for the reports: a stretch in which it answered no replica; says which."""
        silent = self._silence.latest()
        if silent is not None and silent != self._noted:
            since = max(silent.start, tx.uptime.slack_answered_at() or silent.start)
            if silent.end - since > TOLD_FROM and tx.uptime.note_silence(since, silent.end):
                log.warning("Slack has not answered since %s", since)
        return silent

    def _note_beat(self, now: datetime) -> None:
        self._beat, self._beat_at, self._beat_steady = now, self._ctx.wire_now(), self._steady()

    def _take_up(self) -> bool:
        with self._ctx.store.read() as tx:
            outages = tx.uptime.unsettled()
        for outage in outages:
            log.warning("down from %s to %s (%s)", outage.started_at, outage.ended_at, outage.cause)
            self._take_up_all(outage)
            self._settle(outage)
        if outages:
            self._ctx.wake()
        return bool(outages)

    def _take_up_all(self, outage: Outage) -> None:
        """Go through the open cases once; a crash in the middle leaves the rest to the next start."""
        after: After | None = None
        while True:
            try:
                with self._ctx.store.write() as tx:
                    cases = tx.uptime.touched(outage, after, BATCH)
                    self._resume(tx, cases, outage)
            except StorageError:
                raise
            except Exception:
                log.exception("a batch of cases could not be taken up; doing them one by one")
                with self._ctx.store.read() as tx:
                    cases = tx.uptime.touched(outage, after, BATCH)
                self._one_by_one(cases, outage)
            if len(cases) < BATCH or cases[-1].next_at is None:
                return
            after = After(cases[-1].next_at, cases[-1].id)

    def _one_by_one(self, cases: Sequence[Escalation], outage: Outage) -> None:
        for case in cases:
            try:
                with self._ctx.store.write() as tx:
                    self._resume(tx, [case], outage)
            except StorageError:
                raise
            except Exception as error:
                log.exception("%s could not be taken up after the outage", case.label)
                with self._ctx.store.write() as tx:
                    until = self._ctx.now() + POISON_HOLD
                    tx.escalations.postpone(case.workspace_id, case.id, until, type(error).__name__)

    def _resume(self, tx: Transaction, cases: Sequence[Escalation], outage: Outage) -> None:
        now, calling = self._ctx.now(), tx.uptime.calling(cases)
        moving: list[tuple[int, Decision]] = []
        for case in cases:
            rules = self._ctx.rules(tx, case.workspace_id, case.policy_version)
            call_waits = (case.workspace_id, case.id) in calling
            outcome = decide(case, rules, Resume(outage.started_at, outage.cause, call_waits), now)
            if isinstance(outcome, Decision):
                moving.append((case.version, outcome))
        stored = tx.escalations.save_many([(decision.escalation, version) for version, decision in moving])
        resumed = [each for (_, each), fits in zip(moving, stored, strict=True) if fits]
        write_aftermaths(self._ctx, tx, resumed, None, now)

    def _settle(self, outage: Outage) -> None:
        with self._ctx.store.write() as tx:
            if tx.uptime.settle(outage.id, self._ctx.now()):
                for workspace in tx.workspaces.all():
                    self._tell_admins(tx, workspace, outage)

    def _tell_admins(self, tx: Transaction, workspace: Workspace, outage: Outage) -> None:
        """Want the note where warnings go; it hangs on the newest sound case, since every message belongs to one."""
        case = tx.uptime.newest_case(workspace.id)
        if case is None or tx.workspaces.policy_version(workspace.id) is None:
            return
        notice = Wanted(Kind.ADMIN_NOTICE, OF_THE_HOUSE, "", outage.id, HOUSE_DOWN)
        tell_admins(self._ctx, tx, case, self._ctx.rules_now(tx, workspace.id), notice)


def _note_gap(tx: Transaction, seen: datetime | None, now: datetime, cause: Cause) -> None:
    """Note that this process stood still, unless another replica ran meanwhile."""
    if seen is not None and now - seen > TOLD_FROM:
        tx.uptime.note_outage(seen, now, cause)


def _put_back(tx: Transaction, step: timedelta, seen: datetime | None, now: datetime) -> None:
    """Put back what waits, once for all replicas: a beat by the clock as it is now says that one has done so."""
    log.warning("the clock was put back by %s; what waits for a moment is put back with it", step)
    if seen is None or seen - now > _SKEW:
        put_back(tx.connection, step, now)
    elif step > TOLD_FROM:
        put_back(tx.connection, step, now, beyond=now + max(step / 2, TOLD_FROM))
