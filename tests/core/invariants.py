"""What holds after every step of every escalation: one check an invariant, all in `INVARIANTS`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from slackbot.core import commands as c
from slackbot.core import events as e
from slackbot.core.deadlines import CATCHER_EVERY, UNVERIFIED_RECHECK, is_last, next_step
from slackbot.core.decide import decide
from slackbot.core.decision import Decision, Refusal, RefusalCode
from slackbot.core.messages import Guard, Kind
from slackbot.core.model import Escalation, State
from slackbot.core.policy import Rules
from tests.core.replay import Line, as_told, replay

CALLS = frozenset({Kind.CARD, Kind.PING, Kind.PING_BROADCAST, Kind.OWNER_PING})
"""Messages that call somebody who could take the case."""

_VISITED = (c.EscalateNow, c.TierUnreachable)
_ARMING = (e.Entered, e.Acknowledged, e.PromiseChanged, e.Answered, e.Resolved, e.Unreachable)


@dataclass(frozen=True, slots=True)
class Step:
    """One command decided on a case at an instant."""

    before: Escalation
    command: c.Command
    now: datetime
    outcome: Decision | Refusal

    @property
    def after(self) -> Escalation:
        """The case as it is from then on."""
        return self.outcome.escalation if isinstance(self.outcome, Decision) else self.before

    @property
    def events(self) -> tuple[e.Event, ...]:
        """What the history gained."""
        return self.outcome.events if isinstance(self.outcome, Decision) else ()


def next_moment_exists_while_it_lives(step: Step, rules: Rules) -> None:
    """1: a case that is not over has a next moment, derived from its state; one that is over has none."""
    following = next_step(step.after, rules)
    assert (step.after.next_at is None) == step.after.state.is_over
    assert step.after.next_at == (following.at if following else None)


def nothing_due_is_refused(step: Step, _rules: Rules) -> None:
    """2: at its moment and ever after, what is due is done: time alone never waits for anybody."""
    if isinstance(step.command, c.Due) and not step.before.state.is_over:
        assert step.before.next_at is not None
        assert isinstance(step.outcome, Decision) == (step.before.next_at <= step.now)


def next_moment_moves_forward(step: Step, _rules: Rules) -> None:
    """3: time alone moves the next moment forward only; a command that brings it nearer stands in the history."""
    before, after = step.before.next_at, step.after.next_at
    if before is None or after is None or after >= before:
        return
    assert not isinstance(step.command, c.Due), f"{before} went back to {after}"
    assert any(isinstance(event, _ARMING) for event in step.events)


def tier_climbs_rung_by_rung(step: Step, rules: Rules) -> None:
    """4: the tier never falls, rises by one a step, and each visit begins with one line of history and one card."""
    was, visit = step.before.visit, step.after.visit
    begun = [event for event in step.events if isinstance(event, e.Entered)]
    posted = step.before.state is not State.PENDING
    assert visit.tier - was.tier in {0, 1}
    assert visit.ordinal - was.ordinal in {0, 1}
    fresh = visit.ordinal > was.ordinal or (not posted and step.after.state is State.WAITING)
    assert len(begun) == fresh
    if fresh and isinstance(step.outcome, Decision):
        cards = [message for message in step.outcome.messages if message.kind is Kind.CARD]
        channel = rules.policies[step.after.policy].tiers[visit.tier].channel
        assert [(card.visit, card.destination) for card in cards] == [(visit.ordinal, channel)]
        assert (begun[0].visit, begun[0].tier, begun[0].arrival) == (visit.ordinal, visit.tier, visit.arrival)


def history_replays_to_the_state(step: Step, rules: Rules) -> None:
    """4: the state is what its history tells; as it held before the step, the step's own lines must carry it on."""
    actor = getattr(step.command, "actor", None)
    lines = [Line(step.now, actor, event) for event in step.events]
    told = replay(step.before, lines, rules)
    assert told is step.after or as_told(told) == as_told(step.after)


def longest_silence(escalation: Escalation, now: datetime, rules: Rules) -> timedelta:
    """Say how long a case may rest by its policy, reckoned from the policy's figures alone."""
    policy, tier = rules.policies[escalation.policy], escalation.visit.tier
    timers = policy.tiers[tier].timers[escalation.severity]
    match escalation.state:
        case State.WAITING if is_last(policy, tier):
            return max(timers.ping_every, min(policy.last_tier.at_most, CATCHER_EVERY))
        case State.WAITING:
            return min(timers.ping_every, timers.respond_within)
        case State.ACKNOWLEDGED if escalation.promise and not escalation.promise.answered_at:
            return max(escalation.promise.until - now, timedelta()) + rules.promise.grace
        case State.ACKNOWLEDGED:
            return rules.promise.remind
        case State.RESOLVED:
            return rules.close_after
        case _:
            return UNVERIFIED_RECHECK


def silence_is_bounded(step: Step, rules: Rules) -> None:
    """5: between two things that happen lies no more time than the policy says, however late the first one was."""
    if isinstance(step.outcome, Decision) and step.after.next_at is not None:
        assert step.after.next_at - step.now <= longest_silence(step.after, step.now, rules)


def catching_up_is_one_action(step: Step, rules: Rules) -> None:
    """6: however late, one thing is done and nothing more is due at once; nobody is called twice by it."""
    if not isinstance(step.command, c.Due) or isinstance(step.outcome, Refusal):
        return
    again = decide(step.after, rules, c.Due(), step.now)
    assert isinstance(again, Refusal), f"{step.events} and at once {again.events}"
    assert again.code is (RefusalCode.NOT_NOW if step.after.state.is_over else RefusalCode.NOT_DUE)
    messages = step.outcome.messages
    assert sum(message.kind in CALLS for message in messages) <= 1
    caught = [message.destination for message in messages if message.kind is Kind.CATCHER]
    assert len(caught) == len(set(caught))
    assert len({type(event) for event in step.events}) == len(step.events)


def last_tier_is_never_silent(step: Step, rules: Rules) -> None:
    """7: nobody stands above the last tier, so there each moment calls the tier or tells the catcher, without end."""
    before = step.before
    if before.state is not State.WAITING or not is_last(rules.policies[before.policy], before.visit.tier):
        return
    if isinstance(step.command, c.Due) and isinstance(step.outcome, Decision):
        assert step.after.state is State.WAITING
        assert step.after.visit.tier == before.visit.tier
        assert any(message.kind in {Kind.PING, Kind.CATCHER} for message in step.outcome.messages)


def first_acknowledgement_wins(step: Step, _rules: Rules) -> None:
    """19: once somebody has it, an acknowledgement changes nothing and says whether it is theirs or another's."""
    if step.before.state is State.ACKNOWLEDGED and isinstance(step.command, c.Acknowledge):
        mine = step.command.actor == step.before.owner
        assert step.outcome == Refusal(RefusalCode.ALREADY_YOURS if mine else RefusalCode.ALREADY_TAKEN)
    if step.before.state is State.ACKNOWLEDGED and step.after.state is State.ACKNOWLEDGED:
        assert step.after.owner == step.before.owner
    assert (step.after.owner is None) == (step.after.state not in {State.ACKNOWLEDGED, State.RESOLVED}) or (
        step.after.state.is_over
    )


def acknowledged_is_left_in_peace(step: Step, _rules: Rules) -> None:
    """14: no tier and no catcher is called while somebody has it, and a call leaves only if nobody has by then."""
    if not isinstance(step.outcome, Decision):
        return
    pings = [m for m in step.outcome.messages if m.kind in {Kind.PING, Kind.PING_BROADCAST, Kind.CATCHER}]
    assert not pings or step.after.state is State.WAITING
    assert all(message.guard is Guard.WAITING for message in pings)


def stale_press_is_refused(step: Step, _rules: Rules) -> None:
    """20: what was asked for an earlier visit changes nothing and is answered with why."""
    if isinstance(step.command, _VISITED) and step.command.visit != step.before.visit.ordinal:
        assert isinstance(step.outcome, Refusal)
        assert step.outcome.code in {RefusalCode.WENT_ON, RefusalCode.NOT_NOW}


def over_is_over(step: Step, _rules: Rules) -> None:
    """20: a case that is over stays as it is, whatever comes late."""
    if step.before.state.is_over:
        assert step.outcome == Refusal(RefusalCode.NOT_NOW)


def each_decision_is_one_version(step: Step, _rules: Rules) -> None:
    """12: a decision raises the version by one, so that of two made at once only one is saved."""
    assert step.after.version - step.before.version == isinstance(step.outcome, Decision)


INVARIANTS: tuple[Callable[[Step, Rules], None], ...] = (
    next_moment_exists_while_it_lives,
    nothing_due_is_refused,
    next_moment_moves_forward,
    tier_climbs_rung_by_rung,
    history_replays_to_the_state,
    silence_is_bounded,
    catching_up_is_one_action,
    last_tier_is_never_silent,
    first_acknowledgement_wins,
    acknowledged_is_left_in_peace,
    stale_press_is_refused,
    over_is_over,
    each_decision_is_one_version,
)
"""Numbered as in the promises' invariants; each is asked of every step of every sequence."""
