"""Histories for the reports' tests: cases walked through by the real decisions, told to the model and to the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from slackbot.core import events as e
from slackbot.core.decide import decide
from slackbot.core.decision import Decision
from slackbot.core.model import Escalation
from slackbot.core.policy import Rules, Severity
from slackbot.core.raising import NewCase, begin
from storage.unit_of_work import Store
from tests.core.builders import rules_with
from tests.core.sequences import MORE_LETTERS
from tests.storage.house import House
from tests.storage.summary_model import Told

BEGINNING = datetime(2026, 10, 19, 0, 0, tzinfo=UTC)
"""A Monday, a week before summer time ends in Madrid."""

RULES = rules_with()
_SPANS = (timedelta(), timedelta(minutes=7), timedelta(hours=9), timedelta(days=3), timedelta(days=33))


@dataclass(frozen=True, slots=True)
class Walk:
    """How a case is raised, and what becomes of it: a letter each, and how long after what was before."""

    raised_after: timedelta
    category: str
    severity: Severity
    by: str
    verified: bool
    fields: dict[str, str]
    letters: tuple[tuple[str, timedelta], ...]


WALKS = st.builds(
    Walk,
    raised_after=st.integers(0, 35 * 24).map(lambda hours: timedelta(hours=hours)),
    category=st.sampled_from(["Billing", "Other", "Gone"]),
    severity=st.sampled_from(Severity),
    by=st.sampled_from(["U_ANA", "U_BEN"]),
    verified=st.sampled_from([True, True, True, False]),
    fields=st.fixed_dictionaries(
        {"summary": st.just("s")},
        optional={
            "customer": st.sampled_from(["Nordic", "nordic", "Åke AB", "ÅKE AB"]),
            "customer_tier": st.sampled_from(["gold", "basic"]),
            "why": st.sampled_from(["complex", "other"]),
        },
    ),
    letters=st.lists(
        st.tuples(st.sampled_from([*MORE_LETTERS, "due", "due", "due"]), st.sampled_from(_SPANS)), max_size=12
    ).map(tuple),
)


def tell(house: House, walks: Sequence[Walk], rules: Rules = RULES) -> list[Told]:
    """Walk the cases, store them as the house does, and give what happened for the model."""
    told = []
    with house.store.write() as tx:
        for number, walk in enumerate(walks, start=1):
            steps = _steps(house, number, walk, rules)
            last = steps[-1][1].escalation
            tx.escalations.insert(replace(last, policy_version=house.policy_version))
            tx.fields.write(house.workspace_id, last.id, walk.fields, walk.by, last.raised_at)
            for at, decision in steps:
                tx.history.append(decision.escalation, decision.events, None, at)
            tx.history.note(house.workspace_id, last.id, e.PingSuppressed(1, 1, "waiting"), steps[0][0])
            told.append(_told(last, walk, steps))
    return told


def _steps(house: House, number: int, walk: Walk, rules: Rules) -> list[tuple[datetime, Decision]]:
    now = BEGINNING + walk.raised_after
    case = NewCase(
        id=f"case-{number}",
        workspace_id=house.workspace_id,
        number=number,
        category=walk.category,
        severity=walk.severity,
        raised_by=walk.by,
        verified=walk.verified,
        policy_version=house.policy_version,
    )
    steps = [(now, begin(case, rules, now))]
    for letter, gap in walk.letters:
        command, then = MORE_LETTERS[letter](steps[-1][1].escalation, now + gap)
        outcome = decide(steps[-1][1].escalation, rules, command, then)
        now = then
        if isinstance(outcome, Decision):
            steps.append((then, outcome))
    return steps


def _told(case: Escalation, walk: Walk, steps: Sequence[tuple[datetime, Decision]]) -> Told:
    noted: tuple[datetime, e.Event] = (steps[0][0], e.PingSuppressed(1, 1, "waiting"))
    history = [(at, event) for at, decision in steps for event in decision.events]
    first = len(steps[0][1].events)
    return Told(
        id=case.id,
        number=case.number,
        category=case.category,
        severity=case.severity.value,
        policy=case.policy,
        raised_by=case.raised_by,
        raised_at=case.raised_at,
        fields=walk.fields,
        history=[*history[:first], noted, *history[first:]],
    )


def forget(store: Store) -> None:
    """Empty a store of its cases, for the next example."""
    with store.write() as tx:
        for table in ("history", "case_fields", "escalations"):
            tx.connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - our own table names
