"""The tables of `docs/delivery.md`, as the code would write them and as they stand."""

from __future__ import annotations

from pathlib import Path

from slackbot.services.reactions import REACTIONS
from slackbot.slack.failures import (
    FAILURES,
    AlreadyDone,
    Ambiguous,
    AuthBroken,
    DestinationBroken,
    InteractionExpired,
    NotApplied,
    PayloadBroken,
    PlanLimit,
    RateLimited,
    TargetGone,
    UnknownCode,
)

PAGE = Path(__file__).parents[2] / "docs" / "delivery.md"
COLUMNS = (
    *(RateLimited, NotApplied, Ambiguous, UnknownCode, DestinationBroken, AuthBroken, PayloadBroken, PlanLimit),
    *(TargetGone, AlreadyDone, InteractionExpired),
)

Rows = list[list[str]]


def grid() -> Rows:
    """Say for each kind what is done about each class of failure."""
    return [[kind.value, *(reaction.to[each].value for each in COLUMNS)] for kind, reaction in REACTIONS.items()]


def kinds() -> Rows:
    """Say for each kind how it is looked for and where it goes instead."""
    return [
        [
            kind.value,
            f"{reaction.quiet.seconds} s",
            reaction.blind.value,
            "; ".join(link.value for link in reaction.links) or "nowhere",
        ]
        for kind, reaction in REACTIONS.items()
    ]


def codes() -> Rows:
    """Say which of Slack's codes each class has."""
    classes = dict.fromkeys(FAILURES.values())
    return [
        [each.__name__, ", ".join(f"`{code}`" for code, failure in FAILURES.items() if failure is each)]
        for each in classes
    ]


def table_after(heading: str, number: int = 0) -> Rows:
    """Read a table of the page, the `number`-th under a heading, with its head and without its rule."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    tables = [part.strip() for part in section.split("\n\n") if part.strip().startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in tables[number].splitlines()]
    return [rows[0], *rows[2:]]


def written(rows: Rows) -> str:
    """Write rows as the page has them."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
