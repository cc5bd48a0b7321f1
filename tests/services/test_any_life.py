"""Whatever people, time and a bad line do, in whatever order: the services do what the core decides, and tell it whole.

The core is the model here, and proven by its own tests. What is tried is all that stands around it: loading,
authority, compare-and-set, the inbox, history, the outbox, delivery and what comes after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from slackbot.clock import Clocks
from slackbot.core import commands as c
from slackbot.core.authorise import Denial, authorise
from slackbot.core.commands import Action
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.model import Escalation
from slackbot.core.policy import Rules
from slackbot.engine import build_engine
from slackbot.services.acknowledge import acknowledge, answered
from slackbot.services.context import Requester, ServiceContext, person_asking
from slackbot.services.deliver import OneByOne
from slackbot.services.escalate import escalate_now
from slackbot.services.intake import open_form, submit_form
from slackbot.services.raising import Submitted
from slackbot.services.resolve import close, not_solved, resolve, withdraw
from slackbot.services.transact import Declined, Done
from slackbot.slack.views import FormView
from storage.tables.cases import case_fields, escalations, history
from storage.tables.delivery import outbox
from tests.engines import SQLITE_EVERY_DAY, Databases
from tests.services.conftest import REST, assert_nothing_leaked
from tests.services.still_house import CANARY, StillHouse, still_house_on
from tests.telling import untold

PEOPLE = ("ana", "ben", "lena", "marco", "gus", "nobody")
"""Gus is a guest; of nobody Slack has not told us anything yet."""

Outcome = Done | Declined
Doing = Callable[[ServiceContext, Requester, Escalation, str], Any]
ACTS: Mapping[Action, tuple[Doing, Callable[[str, Escalation, Rules, Any], c.Command]]] = {
    Action.ACKNOWLEDGE: (
        lambda ctx, who, case, key: acknowledge(ctx, who, case.id, key),
        lambda who, _, rules, now: c.Acknowledge(who, now + rules.promise.default),
    ),
    Action.ANSWER: (
        lambda ctx, who, case, key: answered(ctx, who, case.id, key),
        lambda who, *_: c.Answer(who),
    ),
    Action.ESCALATE: (
        lambda ctx, who, case, key: escalate_now(ctx, who, case.id, key, case.visit.ordinal, "refund needs them"),
        lambda who, case, *_: c.EscalateNow(who, case.visit.ordinal, c.note_of_escalating(case.visit.ordinal)),
    ),
    Action.RESOLVE: (
        lambda ctx, who, case, key: resolve(ctx, who, case.id, key, "refund sent", ""),
        lambda who, *_: c.Resolve(who),
    ),
    Action.CLOSE: (lambda ctx, who, case, key: close(ctx, who, case.id, key), lambda who, *_: c.Close(who)),
    Action.NOT_SOLVED: (
        lambda ctx, who, case, key: not_solved(ctx, who, case.id, key),
        lambda who, *_: c.ReportNotSolved(who),
    ),
    Action.WITHDRAW: (lambda ctx, who, case, key: withdraw(ctx, who, case.id, key), lambda who, *_: c.Withdraw(who)),
}
BADLY: Mapping[str, Callable[[StillHouse], None]] = {
    "the answer is lost": lambda house: house.wire.faults.drop_after("chat.postMessage"),
    "the call is lost": lambda house: house.wire.faults.drop_before("chat.postMessage"),
    "it arrives late": lambda house: house.wire.arrives_late("chat.postMessage", 20),
    "an edit is lost": lambda house: house.wire.faults.drop_before("chat.update"),
    "Slack fails": lambda house: house.wire.faults.status("chat.postMessage", 503),
    "Slack wants less": lambda house: house.wire.faults.status("chat.postMessage", 429, retry_after=30),
}
OF_CASES = (escalations, case_fields, history, outbox)


class Lives(RuleBasedStateMachine):
    """The cases of a house, and everything that can happen to them."""

    cases: Bundle[str] = Bundle("cases")

    def __init__(self, databases: Databases, engine: str) -> None:
        super().__init__()
        self._open = ExitStack()
        self.house = self._open.enter_context(still_house_on(self._open.enter_context(databases.fresh(engine))))
        self.house.slack.add_person("gus", guest=True)
        self.house.slack.add_person("nobody")
        self.house.engine.acquaintance.learn_everybody(self._workspace())
        self.raised: list[str] = []

    @rule(target=cases, who=st.sampled_from(["ana", "ben"]), times=st.integers(1, 3))
    def raise_one(self, who: str, times: int) -> str:
        """Submit a form, perhaps several times: one case comes of it."""
        ctx, asking = self.house.engine.ctx, self.house.requester(who)
        form = open_form(ctx, asking, {}, None, None)
        assert isinstance(form, FormView)
        values = {"category": "Account", "summary": "refund stuck", "customer": CANARY}
        view = f"V{next(self.house.keys)}"
        outcomes = [submit_form(ctx, asking, view, form.draft_id, values) for _ in range(times)]
        ids = {outcome.view.escalation.id for outcome in outcomes if isinstance(outcome, Submitted)}
        (found,) = ids
        self.raised.append(found)
        return found

    @rule(case_id=cases, who=st.sampled_from(PEOPLE), action=st.sampled_from(sorted(ACTS)), again=st.booleans())
    def somebody_acts(self, case_id: str, who: str, action: Action, again: bool) -> None:  # noqa: FBT001 - drawn
        """Do what the core decides for those who may, and nothing for anybody else; the same press once."""
        doing, command_of = ACTS[action]
        ctx, asking, before = self.house.engine.ctx, self.house.requester(who), self._rows()
        case, rules, denial = self._situation(case_id, asking, action)
        expected = denial or decide(case, rules, command_of(asking.user_id, case, rules, ctx.now()), ctx.now())
        key = f"press-{next(self.house.keys)}"
        outcome = doing(ctx, asking, case, key)
        if isinstance(expected, Decision):
            assert isinstance(outcome, Done)
            assert self._stored(case_id) == expected.escalation
        else:
            assert isinstance(outcome, Declined)
            assert outcome.reason == (denial or getattr(expected, "code", None))
            assert self._rows() == before
        if again:
            after = self._rows()
            repeated = doing(ctx, asking, case, key)
            assert isinstance(repeated, Done)
            assert repeated.repeated
            assert self._rows() == after

    @rule(how=st.sampled_from(sorted(BADLY)))
    def something_goes_wrong(self, how: str) -> None:
        """Let the next call of a kind go wrong."""
        BADLY[how](self.house)

    @rule(minutes=st.sampled_from([0.1, 1, 11, 31, 61, 300]))
    def time_passes(self, minutes: float) -> None:
        """Let everything due meanwhile be done at its moment."""
        self.house.runs(minutes * 60)

    @rule()
    def the_process_starts_anew(self) -> None:
        """Lose everything that is not in the database."""
        house = self.house
        clocks = Clocks(case=house.clock, wire=house.clock)
        store = house.engine.ctx.store
        house.engine = build_engine(store, house.wire, clocks, wake=lambda: None, carriers=OneByOne())

    @invariant()
    def every_case_is_told_by_its_history(self) -> None:
        """State and history are written together or not at all, and an open case has a next moment."""
        for case_id in self.raised:
            case = self._stored(case_id)
            with self.house.engine.ctx.store.read() as tx:
                assert untold(self.house.engine.ctx, tx, case) == []
            assert case.state.is_over or case.next_at is not None

    @invariant()
    def nobody_is_late(self) -> None:
        """After time has passed nothing is left undone that was due before."""
        for case_id in self.raised:
            case = self._stored(case_id)
            assert case.next_at is None or case.next_at > self.house.clock.now() - timedelta(seconds=1)

    def teardown(self) -> None:
        """Come to rest: nothing lost, nothing twice, nothing told to anybody who should not hear it."""
        with self._open:
            self.house.wire.faults.clear()
            self.house.comes_to_rest(REST)
            assert_nothing_leaked(self.house, "")

    def _workspace(self) -> Any:
        with self.house.engine.ctx.store.read() as tx:
            return tx.workspaces.all()[0]

    def _stored(self, case_id: str) -> Escalation:
        with self.house.engine.ctx.store.read() as tx:
            found = tx.escalations.get(self._workspace().id, case_id)
        assert found is not None
        return found

    def _situation(self, case_id: str, asking: Requester, action: Action) -> tuple[Escalation, Rules, Denial | None]:
        workspace, case = self._workspace(), self._stored(case_id)
        with self.house.engine.ctx.store.read() as tx:
            rules = self.house.engine.ctx.rules(tx, workspace.id, case.policy_version)
            actor = person_asking(tx, workspace, asking)
        return case, rules, authorise(actor, action, case, workspace)

    def _rows(self) -> Mapping[str, list[Any]]:
        with self.house.engine.ctx.store.read() as tx:
            return {table.name: sorted(map(repr, tx.connection.execute(sa.select(table)))) for table in OF_CASES}


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY)
@pytest.mark.parametrize("examples", [6, pytest.param(40, marks=pytest.mark.proof)])
def test_any_life_is_told_as_it_was(databases: Databases, engine: str, examples: int) -> None:
    """Whatever happens in whatever order, the services do what the core decides and come to rest with it."""
    run_state_machine_as_test(
        lambda: Lives(databases, engine),  # type: ignore[arg-type]  # a function that makes one will do
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
