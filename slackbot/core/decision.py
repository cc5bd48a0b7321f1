"""What a decision is made of, and the moves that several decisions share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from slackbot.core.deadlines import next_step
from slackbot.core.events import Entered, Event
from slackbot.core.messages import Kind, News, Wanted
from slackbot.core.model import Arrival, Escalation, State, Timer, Visit
from slackbot.core.policy import Rules


@dataclass(frozen=True, slots=True)
class Decision:
    """The escalation as it is from now on, what happened, and what is to be said."""

    escalation: Escalation
    events: tuple[Event, ...]
    messages: tuple[Wanted, ...]


class RefusalCode(StrEnum):
    """Why something asked is not done."""

    ALREADY_TAKEN = "already_taken"
    ALREADY_YOURS = "already_yours"
    ALREADY_ANSWERED = "already_answered"
    WENT_ON = "went_on"
    LAST_TIER = "last_tier"
    PAST = "past"
    NOT_NOW = "not_now"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing was changed, and why."""

    code: RefusalCode


def settled(
    escalation: Escalation,
    rules: Rules,
    events: tuple[Event, ...],
    messages: tuple[Wanted, ...],
) -> Decision:
    """Finish a decision: the version goes up by one and `next_at` is derived anew."""
    following = next_step(escalation, rules)
    grown = replace(
        escalation,
        version=escalation.version + 1,
        next_at=following.at if following else None,
    )
    return Decision(grown, events, messages)


def enter(escalation: Escalation, tier: int, arrival: Arrival, now: datetime, *, first: bool = False) -> Escalation:
    """Begin a visit at a tier (from 0) with a fresh timer; nobody has the case then."""
    visit = Visit(
        ordinal=1 if first else escalation.visit.ordinal + 1,
        tier=tier,
        arrival=arrival,
        began_at=now,
        timer=Timer(anchor=now),
    )
    return replace(
        escalation,
        state=State.WAITING,
        visit=visit,
        owner=None,
        previous_owner=escalation.owner or escalation.previous_owner,
        acknowledged_at=None,
        promise=None,
        resolved_at=None,
    )


def entered(escalation: Escalation, rules: Rules, note: str | None = None) -> Entered:
    """Say in the history that the current visit began."""
    visit = escalation.visit
    tier = rules.policies[escalation.policy].tiers[visit.tier]
    return Entered(visit.ordinal, visit.tier, tier.name, visit.arrival, note)


def channel_of(escalation: Escalation, rules: Rules) -> str:
    """Say which channel the current visit's card stands in."""
    return rules.policies[escalation.policy].tiers[escalation.visit.tier].channel


def call_tier(escalation: Escalation, rules: Rules) -> Wanted:
    """Want the card of the current visit: the first call to its tier."""
    return Wanted(Kind.CARD, escalation.visit.ordinal, channel_of(escalation, rules))


def show_state(escalation: Escalation) -> tuple[Wanted, ...]:
    """Want the current card and the agent's direct message to match the state."""
    visit = escalation.visit.ordinal
    return (
        Wanted(Kind.CARD_EDIT, visit),
        Wanted(Kind.CASE_EDIT, 0),
    )


def move(before: Escalation, after: Escalation, rules: Rules) -> tuple[Wanted, ...]:
    """Want what a new visit needs: its card, the old card's farewell, the agent's view."""
    return (
        call_tier(after, rules),
        Wanted(Kind.CARD_EDIT, before.visit.ordinal),
        Wanted(Kind.CASE_EDIT, 0),
    )


def tell_agent(escalation: Escalation, occasion: News) -> tuple[Wanted, ...]:
    """Want a new message to the agent, and a reply where the case came from.

    The ordinal is the version that the decision will have, so that each occasion is told once.
    """
    ordinal = escalation.version + 1
    news = Wanted(Kind.NEWS, 0, escalation.raised_by, ordinal, occasion)
    return (news, *reply_at_source(escalation, occasion))


def reply_at_source(escalation: Escalation, topic: str) -> tuple[Wanted, ...]:
    """Want a reply in the thread the case came from, if it came from a message."""
    source = escalation.source
    if source is None or source.message_ts is None:
        return ()
    return (Wanted(Kind.SOURCE_REPLY, 0, source.channel, escalation.version + 1, topic),)
