"""The tables of `docs/states.md` as data, and every situation they speak of as a case to decide on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from slackbot.core import commands as c
from slackbot.core.decide import decide
from slackbot.core.decision import Refusal
from slackbot.core.model import Escalation, State
from slackbot.core.outages import Cause
from slackbot.core.policy import Rules
from tests.core.builders import (
    AGENT,
    ANA,
    BEN,
    DAY,
    IN_STATE,
    MINUTE,
    NOW,
    acknowledged,
    at_tier,
    decided,
    due_on_time,
    on_time,
    raised,
    resolved,
    rules_with,
)

PAGE = (Path(__file__).parents[2] / "docs" / "states.md").read_text(encoding="utf-8")
RULES = rules_with(2)
ALONE = rules_with(1)
LATER = NOW + 2 * MINUTE


@dataclass(frozen=True, slots=True)
class Situation:
    """A case, what is asked of it, and when."""

    case: Escalation
    command: c.Command
    now: datetime = LATER
    rules: Rules = RULES


def table(heading: str) -> list[dict[str, str]]:
    """Read the table under a heading: a mapping a row, by the column's name."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def arrows() -> set[tuple[str, str]]:
    """Read which state the diagram lets follow which."""
    return set(re.findall(r"^ +(\S+) --> (\S+?)(?::.*)?$", PAGE, re.MULTILINE))


def outcome(situation: Situation) -> str:
    """Decide, and say it in the words of the page."""
    before = situation.case
    result = decide(before, situation.rules, situation.command, situation.now)
    if isinstance(result, Refusal):
        return f"refused: `{result.code}`"
    after = result.escalation
    if after.visit.tier > before.visit.tier:
        return f"→ {after.state}, next tier"
    if after.visit.ordinal > before.visit.ordinal:
        return f"→ {after.state}, same tier"
    return f"stays {after.state}" if after.state is before.state else f"→ {after.state}"


def usual(command: str, state: State) -> Situation:
    """Make the situation of a cell of the first table."""
    case = IN_STATE[state](RULES)
    moment = case.next_at or NOW + DAY
    return Situation(case, USUAL[command], moment if command in {"Due", "Resume"} else LATER)


USUAL: Mapping[str, c.Command] = {
    "Due": c.Due(),
    "Resume": c.Resume(LATER, Cause.DOWN),
    "Admit": c.Admit(),
    "Refuse": c.Refuse("guest"),
    "TierUnreachable": c.TierUnreachable(1, "is_archived"),
    "Acknowledge": c.Acknowledge(BEN, NOW + DAY),
    "ChangePromise": c.ChangePromise(ANA, NOW + DAY),
    "Answer": c.Answer(ANA),
    "EscalateNow": c.EscalateNow(BEN, 1, c.note_of_escalating(1)),
    "Resolve": c.Resolve(BEN),
    "Close": c.Close(AGENT),
    "ReportNotSolved": c.ReportNotSolved(AGENT),
    "Withdraw": c.Withdraw(AGENT),
}


def _early(case: Escalation) -> Situation:
    return Situation(case, c.Due(), on_time(case) - MINUTE)


def _pinged_out(rules: Rules) -> Escalation:
    return due_on_time(due_on_time(raised(rules), rules).escalation, rules).escalation


def _late(case: Escalation, rules: Rules = RULES) -> Situation:
    return Situation(case, c.Due(), on_time(case) + 3 * DAY, rules)


def _resumed(case: Escalation, after: timedelta) -> Situation:
    return Situation(case, c.Resume(LATER, Cause.DOWN), LATER + after)


def _answered() -> Escalation:
    return decided(acknowledged(RULES), RULES, c.Answer(ANA), LATER).escalation


def _taken_at_the_top() -> Escalation:
    return decided(at_tier(RULES, 1), RULES, c.Acknowledge(ANA, NOW + DAY), LATER).escalation


def _up(visit: int) -> c.EscalateNow:
    return c.EscalateNow(BEN, visit, c.note_of_escalating(visit))


SPECIAL: Mapping[tuple[str, str, str], Callable[[], Situation]] = {
    ("pending", "Due", "before its moment"): lambda: _early(raised(RULES, verified=False)),
    ("waiting", "Due", "before its moment"): lambda: _early(raised(RULES)),
    ("waiting", "Due", "the tier's time is over"): lambda: _late(_pinged_out(RULES)),
    ("waiting", "Due", "the last tier's time is over"): lambda: _late(_pinged_out(ALONE), ALONE),
    ("waiting", "Due", "days late, with pings still to come"): lambda: _late(raised(RULES)),
    ("waiting", "Resume", "nothing had come due"): lambda: _resumed(raised(RULES), 5 * MINUTE),
    ("waiting", "Resume", "the tier's time had come to its end"): lambda: _resumed(_pinged_out(RULES), 3 * DAY),
    ("waiting", "Acknowledge", "the promised time has passed"): lambda: Situation(
        raised(RULES), c.Acknowledge(ANA, LATER)
    ),
    ("waiting", "TierUnreachable", "at the last tier"): lambda: Situation(at_tier(RULES, 1), c.TierUnreachable(2, "x")),
    ("waiting", "TierUnreachable", "for an earlier visit"): lambda: Situation(
        at_tier(RULES, 1), c.TierUnreachable(1, "x")
    ),
    ("waiting", "EscalateNow", "at the last tier"): lambda: Situation(at_tier(RULES, 1), _up(2)),
    ("waiting", "EscalateNow", "from the card of an earlier visit"): lambda: Situation(at_tier(RULES, 1), _up(1)),
    ("acknowledged", "Due", "before its moment"): lambda: _early(acknowledged(RULES)),
    ("acknowledged", "Due", "the grace is over"): lambda: _late(due_on_time(acknowledged(RULES), RULES).escalation),
    ("acknowledged", "Due", "answered, a day later"): lambda: Situation(_answered(), c.Due(), LATER + DAY),
    ("acknowledged", "Resume", "nothing had come due"): lambda: _resumed(acknowledged(RULES), 5 * MINUTE),
    ("acknowledged", "Resume", "in the grace"): lambda: _resumed(
        due_on_time(acknowledged(RULES), RULES).escalation, 3 * DAY
    ),
    ("acknowledged", "Acknowledge", "by the owner"): lambda: Situation(
        acknowledged(RULES), c.Acknowledge(ANA, NOW + DAY)
    ),
    ("acknowledged", "ChangePromise", "the promised time has passed"): lambda: Situation(
        acknowledged(RULES), c.ChangePromise(ANA, LATER)
    ),
    ("acknowledged", "ChangePromise", "after the answer"): lambda: Situation(
        _answered(), c.ChangePromise(ANA, NOW + DAY)
    ),
    ("acknowledged", "Answer", "after the answer"): lambda: Situation(_answered(), c.Answer(ANA)),
    ("acknowledged", "EscalateNow", "at the last tier"): lambda: Situation(_taken_at_the_top(), _up(2)),
    ("acknowledged", "EscalateNow", "from the card of an earlier visit"): lambda: Situation(
        _taken_at_the_top(), _up(1)
    ),
    ("resolved", "Due", "before its moment"): lambda: _early(resolved(RULES)),
    ("resolved", "Resume", "nothing had come due"): lambda: _resumed(resolved(RULES), 5 * MINUTE),
}
"""The situation of each row of the second table."""


def outcomes() -> Iterator[tuple[State, str]]:
    """Give every outcome on the page with the state it starts from."""
    for row in table("Every command in every state"):
        yield from ((state, row[state]) for state in State)
    for row in table("Where more than the state counts"):
        yield State(row["state"]), row["outcome"]
