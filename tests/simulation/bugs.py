"""Bugs put in on purpose, as patches of the running objects: each must be caught by the check named with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa

from slackbot.core import decide, passing
from slackbot.core.commands import Acknowledge
from slackbot.core.deadlines import Step, next_step
from slackbot.core.decision import Decision, Refusal, enter
from slackbot.core.messages import Guard, Wanted
from slackbot.core.model import Arrival, Escalation, State
from slackbot.core.policy import Rules
from slackbot.services import mishaps
from slackbot.services.composing import Letter
from slackbot.services.mishaps import Mishaps
from slackbot.services.reconcile import Reconciler
from slackbot.services.sweep import Sweep
from slackbot.services.uptime import Heartbeat
from slackbot.services.weekly import WeeklySummaries
from slackbot.slack.failures import SlackFailure
from storage import departures
from storage.escalations import Escalations
from storage.inbox import Inbox
from storage.lanes import Lanes
from storage.outbox import Outbox
from storage.outbox_rows import OutboxRow, OutboxState
from storage.pace import Pace, Rate
from storage.tables.cases import escalations
from storage.tables.delivery import outbox
from storage.unit_of_work import Transaction
from storage.weekly import Planned
from tests.simulation.watch import Check
from tests.simulation.weather import Fault
from tests.simulation.week import House


@dataclass(frozen=True, slots=True)
class Bug:
    """The house that has it, the weather in which it hurts, and the check that must catch it."""

    house: House
    faults: frozenset[Fault]
    caught_by: Check
    answering: float = 1.0
    days: float = 1.0


def patched(*targets: tuple[object, str, object]) -> Callable[[], Iterator[None]]:
    """Put other things in the place of attributes while a week lasts."""

    def patches() -> Iterator[None]:
        with ExitStack() as stack:
            for owner, name, other in targets:
                stack.enter_context(patch.object(owner, name, other))
            yield

    return patches


def _settled_without_token(self: Outbox, row_id: int, token: int, now: datetime) -> bool:
    del token
    statement = sa.update(outbox).where(outbox.c.id == row_id).values(state="sent", lease_until=None, sent_at=now)
    return self._connection.execute(statement).rowcount == 1


_save = Escalations.save


def _saved_over_any_version(self: Escalations, escalation: Escalation, expected_version: int) -> bool:
    del expected_version
    found = self._connection.execute(sa.select(escalations.c.version).where(escalations.c.id == escalation.id))
    return _save(self, escalation, found.scalar_one())


def _sent_again_at_once(self: Mishaps, row: OutboxRow, failure: SlackFailure, *_cure: object) -> None:
    self._again(row, timedelta(0), failure.code)


def _taken_for_sent(self: Mishaps, row: OutboxRow, *_why: object) -> None:
    with self._ctx.store.write() as tx:
        tx.outbox.settle_sent(row.id, row.token, self._ctx.wire_now())


def _surplus_left(self: Reconciler, row: OutboxRow, *_copies: object) -> None:
    with self._ctx.store.write() as tx:
        tx.outbox.rechecked(row.id)


def _heads_in_any_order() -> sa.Select[Any]:
    with patch.object(departures, "FIRST_OF_STREAM", sa.true()):
        return departures._post_heads()


_decision = Sweep._decision


def _turned_back(self: Sweep, tx: Transaction, escalation: Escalation, now: datetime) -> Decision | None:
    decided, due = _decision(self, tx, escalation, now), escalation.next_at
    if decided is None or due is None:
        return decided
    return replace(decided, escalation=replace(decided.escalation, next_at=due - timedelta(minutes=1)))


def _weekly_again(self: WeeklySummaries, planned: Planned, _state: str, error: str) -> None:
    self._again(planned, timedelta(0), error)


def _let_go_quietly(self: Mishaps, row: OutboxRow, failure: SlackFailure) -> None:
    self._finish(row, OutboxState.OBSOLETE, failure.code)


def _ping_by_ping(escalation: Escalation, rules: Rules, now: datetime) -> Decision | Refusal:
    """Do what was missed as if each had been on time."""
    following = next_step(escalation, rules)
    return passing._wait_on(escalation, rules, following.at if following else now)


def _two_tiers_up(escalation: Escalation, tier: int, arrival: Arrival, now: datetime) -> Escalation:
    return enter(escalation, tier + 1 if tier == 1 else tier, arrival, now)


_AT_ONCE = Rate(timedelta(milliseconds=1), 100)
_EACH_PING: Mapping[Step, Any] = {**passing._STEPS, Step.PING: _ping_by_ping}
_ANYBODY_TAKES: Mapping[Any, Any] = {**decide.LEGAL, Acknowledge: frozenset({State.WAITING, State.ACKNOWLEDGED})}


def _bug(
    caught_by: Check,
    *faults: Fault,
    answering: float = 1.0,
    days: float = 1.0,
    house: House | None = None,
    **where: Any,
) -> Bug:
    made = house or House(patched((where["at"], where["name"], where["other"])))
    return Bug(made, frozenset(faults), caught_by, answering, days)


def _nothing(*_: object) -> None:
    return None


def _false(*_: object) -> bool:
    return False


def _no_time(*_: object) -> timedelta:
    return timedelta(0)


_NO_GUARD = property(lambda _: Guard.NONE)
_SHOWN_ALREADY = property(lambda letter: letter.edits is not None)

BUGS: Mapping[str, Bug] = MappingProxyType(
    {
        "the fence is dropped": _bug(
            Check.FENCE, Fault.FREEZE, at=Outbox, name="settle_sent", other=_settled_without_token
        ),
        "the version check is dropped": _bug(
            Check.ERRORS, Fault.RIVALS, at=Escalations, name="save", other=_saved_over_any_version
        ),
        "a lost answer is sent again blindly": _bug(
            Check.TWICE, Fault.LOST, at=Mishaps, name="_look_first", other=_sent_again_at_once
        ),
        "a lost answer is taken for sent": _bug(
            Check.LOST, Fault.LOST, at=Mishaps, name="_look_first", other=_taken_for_sent
        ),
        "the state guard is skipped": _bug(
            Check.WANTED, Fault.RATE_LIMIT, Fault.STORM, at=Wanted, name="guard", other=_NO_GUARD
        ),
        "machines' clocks are trusted": _bug(Check.EARLY, Fault.SKEW, house=House(trusts_machine_clocks=True)),
        "the key of a form is forgotten": _bug(
            Check.RAISED_ONCE, Fault.REPEATED, at=Inbox, name="claim", other=lambda *_: None
        ),
        "there is no quiet period": _bug(Check.TWIN, Fault.LATE, at=mishaps, name="quiet_after", other=_no_time),
        "nobody looks after a lost answer": _bug(Check.FINISHED, Fault.LOST, at=Reconciler, name="step", other=_false),
        "surplus copies are left": _bug(
            Check.TWICE, Fault.LATE, at=Reconciler, name="_remove_surplus", other=_surplus_left
        ),
        "channels have no pace": _bug(Check.PACE, Fault.BURST, house=House(pace=Pace(_AT_ONCE, _AT_ONCE, _AT_ONCE))),
        "Retry-After is ignored": _bug(Check.TOLD_TO_WAIT, Fault.RATE_LIMIT, at=Lanes, name="pause", other=_nothing),
        "a broken destination counts as sent": _bug(
            Check.LOST, Fault.CHANNEL, at=Mishaps, name="_go_elsewhere", other=_taken_for_sent
        ),
        "a broken destination is let go": _bug(
            Check.CALLED, Fault.CHANNEL, at=Mishaps, name="_go_elsewhere", other=_let_go_quietly
        ),
        "a case's messages leave in any order": _bug(
            Check.ORDER, Fault.RATE_LIMIT, Fault.BURST, at=departures, name="_POST_HEADS", other=_heads_in_any_order()
        ),
        "a deadline is set into the past": _bug(Check.FORWARD, at=Sweep, name="_decision", other=_turned_back),
        "deadlines are slept through": _bug(Check.OVERDUE, at=Sweep, name="step", other=_false),
        "every missed ping is made up for": _bug(
            Check.STORM,
            Fault.DOWN,
            house=House(patched((passing, "_STEPS", _EACH_PING), (Heartbeat, "begin", _nothing))),
            answering=0.0,
        ),
        "a weekly summary is posted again": _bug(
            Check.WEEKLY, Fault.LOST, days=5.0, at=WeeklySummaries, name="_end", other=_weekly_again
        ),
        "a lost weekly summary is told to nobody": _bug(
            Check.WEEKLY, Fault.LOST, days=5.0, at=WeeklySummaries, name="_tell_admins", other=_nothing
        ),
        "edits are taken for done": _bug(Check.SHOWN, at=Letter, name="is_current", other=_SHOWN_ALREADY),
        "a tier is skipped": _bug(Check.LEGAL, at=passing, name="enter", other=_two_tiers_up),
        "the last to acknowledge has it": _bug(
            Check.OWNER, Fault.RIVALS, at=decide, name="LEGAL", other=_ANYBODY_TAKES
        ),
    }
)
