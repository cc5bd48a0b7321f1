"""Which faults a week has: a random part of all, each with its own rate; a week with everything hides a lot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Fault(StrEnum):
    """What can go wrong; the numbers are those of the fault matrix in docs/simulation.md."""

    CRASH = "crash"  # F1-F5: at commits and calls, and again soon after the restart
    FREEZE = "freeze"  # F6: stopped for a minute, then going on as if nothing had happened
    DEPLOY = "deploy"  # F7: one replica after the other ends in order and starts anew
    RATE_LIMIT = "rate_limit"  # F8: 429 with Retry-After 1, 30 or 300
    STORM = "storm"  # F9: ten minutes of 429 for everything
    LOST = "lost"  # F11-F13: no answer, 5xx, internal_error, with and without effect
    LATE = "late"  # F11: no answer, and it arrives up to 25 s later
    OUTAGE = "outage"  # F14: Slack is down for two hours
    HISTORY = "history"  # F15: looks are refused
    CHANNEL = "channel"  # F16: archived, bot removed, read-only; mended hours later
    PEOPLE = "people"  # F17: a tier loses somebody, or everybody
    TOKEN = "token"
    SCOPE = "scope"  # F19: chat:write is gone for a while
    DELETION = "deletion"  # F20: people delete our messages
    LOCKED = "locked"  # F20: a thread is locked
    REPEATED = "repeated"  # F21: presses and forms arrive again, and late
    RIVALS = "rivals"  # F22: two at once, and at the moment of a ping
    POLICY = "policy"  # F23: the policy changes, under open forms too
    STORAGE = "storage"  # F30: the database fails before a commit, or after it
    SKEW = "skew"  # F34: the machines' clocks are wrong; only a house that trusts them notices
    DOWN = "down"  # F36: nothing runs for hours or days
    POISON = "poison"  # F39: a case that can't be drawn
    BURST = "burst"  # F40: very many at once
    UNKNOWN = "unknown"  # F42: a code that no table knows
    REFUSED = "refused"  # invalid_blocks, plan limits
    LOOP = "loop"  # F41: one loop stands still, until the process ends over it


FOR_A_BUG_ONLY = frozenset({Fault.SKEW})


@dataclass(frozen=True, slots=True)
class Weather:
    """A week's faults, how many replicas live through it, and how busy it is.

    `harshness` multiplies the rates; `lifelike` draws every message by the real renderer. `history` says whether the
    app may read channels at all, `answering` how readily people act on a call.
    """

    faults: frozenset[Fault]
    replicas: int
    cases: int
    days: float = 7.0
    harshness: float = 1.0
    lifelike: bool = False
    history: bool = True
    answering: float = 1.0

    def has(self, fault: Fault) -> bool:
        """Say whether this kind of fault occurs."""
        return fault in self.faults

    def rate(self, fault: Fault, per_chance: float) -> float:
        """Say how probable a fault is each time it could occur."""
        return per_chance * self.harshness if fault in self.faults else 0.0


def drawn(seed: int, *, history: bool = True) -> Weather:
    """Draw the weather of a seed's week."""
    chance = Random(f"{seed}:weather")  # noqa: S311 - a simulation, no secret
    share = chance.choice((0.25, 0.5, 0.5, 0.75))
    return Weather(
        faults=frozenset(fault for fault in Fault if chance.random() < share) - FOR_A_BUG_ONLY,
        replicas=chance.choice((1, 1, 2, 3)),
        cases=chance.choice((3, 5, 8, 12)),
        harshness=chance.choice((0.5, 1.0, 2.0)),
        lifelike=seed % 10 == 0,
        history=history,
    )
