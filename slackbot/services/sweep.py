"""Doing what is due: batches of escalations whose moment has come, decided in Python, written in one commit."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from slackbot.core.commands import Due
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.model import Escalation
from slackbot.errors import StorageError
from slackbot.services.context import ServiceContext
from slackbot.services.transact import write_aftermaths
from storage.unit_of_work import Transaction

log = logging.getLogger(__name__)

BATCH = 100
POISON_HOLD = timedelta(minutes=1)


class Sweep:
    """The pass over due escalations, as a step without a thread."""

    def __init__(self, ctx: ServiceContext) -> None:
        self._ctx = ctx

    def step(self) -> bool:
        """Act on one batch of what is due now; says whether more may be waiting."""
        try:
            with self._ctx.store.write() as tx:
                now = self._ctx.now()
                due = tx.escalations.due(now, BATCH)
                if not due:
                    return False
                self._advance(tx, due, now)
        except StorageError:
            raise
        except Exception:
            log.exception("a batch of due escalations failed; doing them one by one")
            return self._one_by_one()
        self._measure(due)
        self._ctx.wake()
        return len(due) == BATCH

    def next_moment(self) -> datetime | None:
        """Say when the next escalation is due (case time)."""
        with self._ctx.store.read() as tx:
            return tx.escalations.next_moment()

    def _one_by_one(self) -> bool:
        now = self._ctx.now()
        with self._ctx.store.read() as tx:
            due = tx.escalations.due(now, BATCH)
        for escalation in due:
            try:
                with self._ctx.store.write() as tx:
                    self._advance(tx, [escalation], now)
                self._measure([escalation])
            except StorageError:
                raise
            except Exception as error:
                log.exception("%s could not be moved on; it is tried again in a minute", escalation.label)
                with self._ctx.store.write() as tx:
                    until = now + POISON_HOLD
                    tx.escalations.postpone(escalation.workspace_id, escalation.id, until, type(error).__name__)
        self._ctx.wake()
        return len(due) == BATCH

    def _measure(self, due: Sequence[Escalation]) -> None:
        committed, rate = self._ctx.now(), self._ctx.clocks.rate
        for escalation in due:
            if escalation.next_at is not None:
                self._ctx.meter.acted((committed - escalation.next_at).total_seconds() / rate)

    def _advance(self, tx: Transaction, due: Sequence[Escalation], now: datetime) -> None:
        """Decide each in Python, then write them all together; what somebody else moved meanwhile is left to them."""
        decided = [(escalation, self._decision(tx, escalation, now)) for escalation in due]
        moving = [(before.version, decision) for before, decision in decided if decision is not None]
        stored = tx.escalations.save_many([(decision.escalation, version) for version, decision in moving])
        decisions = [decision for (_, decision), fits in zip(moving, stored, strict=True) if fits]
        write_aftermaths(self._ctx, tx, decisions, None, now)

    def _decision(self, tx: Transaction, escalation: Escalation, now: datetime) -> Decision | None:
        rules = self._ctx.rules(tx, escalation.workspace_id, escalation.policy_version)
        outcome = decide(escalation, rules, Due(), now)
        if isinstance(outcome, Decision):
            return outcome
        log.error("%s was due, but nothing was to be done (%s)", escalation.label, outcome.code)
        until = now + POISON_HOLD
        tx.escalations.postpone(escalation.workspace_id, escalation.id, until, outcome.code)
        return None
