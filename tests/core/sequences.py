"""Every command sequence up to a length: the letters, and the walk over all of them that meets no state twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from slackbot.core import commands as c
from slackbot.core.decide import decide
from slackbot.core.model import Escalation
from slackbot.core.outages import Cause
from slackbot.core.policy import Rules
from tests.core.builders import AGENT, ANA, BEN, DAY, HOUR, MINUTE, NOW
from tests.core.invariants import INVARIANTS, Step

Move = tuple[c.Command, datetime]
Letter = Callable[[Escalation, datetime], Move]
Point = tuple[Escalation, datetime]


def _due_on_time(case: Escalation, now: datetime) -> Move:
    return c.Due(), max(now, case.next_at or now)


def _due_days_later(_case: Escalation, now: datetime) -> Move:
    return c.Due(), now + 3 * DAY


def _escalate(case: Escalation, now: datetime) -> Move:
    return c.EscalateNow(ANA, case.visit.ordinal, c.note_of_escalating(case.visit.ordinal)), now + MINUTE


def _escalate_stale(case: Escalation, now: datetime) -> Move:
    return c.EscalateNow(ANA, case.visit.ordinal - 1, c.note_of_escalating(case.visit.ordinal - 1)), now + MINUTE


LETTERS: Mapping[str, Letter] = {
    "due": _due_on_time,
    "due 3 days later": _due_days_later,
    "down for 3 days": lambda _, now: (c.Resume(now + MINUTE, Cause.DOWN), now + 3 * DAY),
    "Ana acknowledges": lambda _, now: (c.Acknowledge(ANA, now + HOUR), now + MINUTE),
    "Ben acknowledges": lambda _, now: (c.Acknowledge(BEN, now + HOUR), now + MINUTE),
    "answered": lambda _, now: (c.Answer(ANA), now + MINUTE),
    "escalate": _escalate,
    "escalate, stale": _escalate_stale,
    "resolve": lambda _, now: (c.Resolve(BEN), now + MINUTE),
    "not solved": lambda _, now: (c.ReportNotSolved(AGENT), now + MINUTE),
    "withdraw": lambda _, now: (c.Withdraw(AGENT), now + MINUTE),
    "unreachable": lambda case, now: (c.TierUnreachable(case.visit.ordinal, "is_archived"), now + MINUTE),
}
"""The alphabet of the everyday proof. Presses come a minute after what was before them."""

MORE_LETTERS: Mapping[str, Letter] = {
    **LETTERS,
    "down for 5 minutes": lambda _, now: (c.Resume(now + MINUTE, Cause.DOWN), now + 6 * MINUTE),
    "down, a call on its way": lambda _, now: (c.Resume(now + MINUTE, Cause.DOWN, call_waits=True), now + 26 * MINUTE),
    "due a minute before": lambda case, now: (c.Due(), max(now, (case.next_at or now) - MINUTE)),
    "due 25 minutes later": lambda _, now: (c.Due(), now + 25 * MINUTE),
    "change promise": lambda _, now: (c.ChangePromise(ANA, now + 4 * HOUR), now + MINUTE),
    "promise of the past": lambda _, now: (c.Acknowledge(ANA, now), now + MINUTE),
    "close": lambda _, now: (c.Close(AGENT), now + MINUTE),
    "admit": lambda _, now: (c.Admit(), now + MINUTE),
    "refuse": lambda _, now: (c.Refuse("guest"), now + MINUTE),
    "unreachable, stale": lambda case, now: (c.TierUnreachable(case.visit.ordinal - 1, "x"), now + MINUTE),
}
"""Every command there is, and clocks that stand elsewhere."""


def check(step: Step, rules: Rules, path: tuple[str, ...]) -> None:
    """Ask every invariant of a step; what fails names the way there."""
    for invariant in INVARIANTS:
        try:
            invariant(step, rules)
        except AssertionError as error:
            error.add_note(f"{invariant.__name__}, after {' > '.join(path)}: {invariant.__doc__}")
            raise


def walk_all(start: Escalation, rules: Rules, letters: Mapping[str, Letter], length: int) -> set[Point]:
    """Walk every sequence of letters up to a length and check each step; gives the points met.

    Two sequences that lead to the same case at the same instant go on alike (the version apart, which decides
    nothing), so only the shortest is walked on. A case that is over is asked every letter once more, then left.
    """
    first = replace(start, version=0)
    met: set[Point] = {(first, NOW)}
    edge: list[tuple[Escalation, Point, tuple[str, ...]]] = [(start, (first, NOW), ())]
    for _ in range(length):
        beyond = []
        for case, (bare, now), path in edge:
            for name, letter in letters.items():
                command, then = letter(case, now)
                step = Step(case, command, then, decide(case, rules, command, then))
                check(step, rules, (*path, name))
                point = (bare if step.after is case else replace(step.after, version=0), then)
                if point not in met and not case.state.is_over:
                    met.add(point)
                    beyond.append((step.after, point, (*path, name)))
        edge = beyond
    return met
