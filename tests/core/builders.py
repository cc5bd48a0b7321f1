"""What the core's tests are made of: a policy with small round figures, cases in every state, and their walks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from slackbot.core import commands as c
from slackbot.core.decide import decide
from slackbot.core.decision import Decision, Refusal
from slackbot.core.model import Escalation, Person, Source, State, Workspace
from slackbot.core.policy import (
    Category,
    LastTier,
    Notify,
    Policy,
    PromiseRules,
    Route,
    Rules,
    Severity,
    Tier,
    Timers,
)
from slackbot.core.raising import NewCase, begin

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

PING_EVERY = 10 * MINUTE
RESPOND_WITHIN = 30 * MINUTE
LAST = LastTier(ping_every=30 * MINUTE, growth=2.0, at_most=4 * HOUR)
TIMERS = Timers(PING_EVERY, RESPOND_WITHIN)

AGENT, ANA, BEN = "U_AGENT", "U_ANA", "U_BEN"
ADMIN, CATCHER = "U_ADMIN", "C_CATCHER"
SOURCE = Source("C_SOURCE", "100.1", None, private=False)
WORKSPACE = Workspace(1, "T_HOME", "E_HOME", "U_BOT")


def insider(person_id: str = ANA) -> Person:
    """Make somebody who may do everything but what only the agent may."""
    return Person(person_id, WORKSPACE.team_id, verified=True)


def tier(number: int, timers: Timers = TIMERS) -> Tier:
    """Make the tier of this number (from 0), with the same timers for every severity."""
    return Tier(
        name=f"Tier {number}",
        channel=f"C_{number}",
        backup_channel=None,
        notify=(Notify(f"U_LEAD_{number}", is_group=False),),
        timers=dict.fromkeys(Severity, timers),
    )


def rules_with(tiers: int = 3) -> Rules:
    """Make rules whose one policy has so many tiers."""
    return Rules(
        timezone="Europe/Madrid",
        managers=("U_HEAD",),
        admins=(ADMIN,),
        catcher=(CATCHER,),
        promise=PromiseRules(default=HOUR, choices=("1h", "today"), grace=15 * MINUTE, remind=DAY),
        close_after=7 * DAY,
        tickets=(r"#?\d{4,8}",),
        categories=(Category("Billing", ("summary", "customer")), Category("Other", ("summary",))),
        policies={"support": Policy("support", tuple(tier(number) for number in range(tiers)), LAST)},
        routes=(Route("support"),),
    )


def new_case(*, verified: bool = True, source: Source | None = None) -> NewCase:
    """Make what is known of a case before it is one."""
    return NewCase(
        id="e1",
        workspace_id=1,
        number=142,
        category="Billing",
        severity=Severity.NORMAL,
        raised_by=AGENT,
        verified=verified,
        policy_version=1,
        source=source,
    )


def raised(rules: Rules, *, verified: bool = True, source: Source | None = None) -> Escalation:
    """Raise a case at `NOW`."""
    return begin(new_case(verified=verified, source=source), rules, NOW).escalation


def decided(escalation: Escalation, rules: Rules, command: c.Command, now: datetime) -> Decision:
    """Decide what must not be refused."""
    outcome = decide(escalation, rules, command, now)
    assert isinstance(outcome, Decision), f"{command} was refused: {outcome}"
    return outcome


def refused(escalation: Escalation, rules: Rules, command: c.Command, now: datetime) -> str:
    """Decide what must be refused, and give the code."""
    outcome = decide(escalation, rules, command, now)
    assert isinstance(outcome, Refusal), f"{command} was carried out"
    return outcome.code.value


def on_time(escalation: Escalation) -> datetime:
    """Say when the next thing is due; the case must not be over."""
    assert escalation.next_at is not None
    return escalation.next_at


def due_on_time(escalation: Escalation, rules: Rules) -> Decision:
    """Let time pass to the very moment of the next thing."""
    return decided(escalation, rules, c.Due(), on_time(escalation))


def acknowledged(rules: Rules, by: str = ANA) -> Escalation:
    """Raise a case that somebody takes a minute later, for an hour."""
    return decided(raised(rules), rules, c.Acknowledge(by, NOW + HOUR), NOW + MINUTE).escalation


def resolved(rules: Rules) -> Escalation:
    """Raise a case that is resolved two minutes later."""
    return decided(acknowledged(rules), rules, c.Resolve(ANA), NOW + 2 * MINUTE).escalation


def at_tier(rules: Rules, number: int) -> Escalation:
    """Raise a case and send it by hand to the tier of this number (from 0), a minute a tier."""
    escalation = raised(rules)
    for step in range(number):
        press = c.EscalateNow(ANA, escalation.visit.ordinal, c.note_of_escalating(escalation.visit.ordinal))
        escalation = decided(escalation, rules, press, NOW + (step + 1) * MINUTE).escalation
    return escalation


def _closed(rules: Rules) -> Escalation:
    return decided(resolved(rules), rules, c.Close(AGENT), NOW + 3 * MINUTE).escalation


def _withdrawn(rules: Rules) -> Escalation:
    return decided(raised(rules), rules, c.Withdraw(AGENT), NOW + MINUTE).escalation


def _pending(rules: Rules) -> Escalation:
    return raised(rules, verified=False)


IN_STATE: dict[State, Callable[[Rules], Escalation]] = {
    State.PENDING: _pending,
    State.WAITING: raised,
    State.ACKNOWLEDGED: acknowledged,
    State.RESOLVED: resolved,
    State.CLOSED: _closed,
    State.WITHDRAWN: _withdrawn,
}
"""How to come to a case in each state."""
