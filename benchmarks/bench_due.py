"""G6: what it costs to find the ten escalations that are due among a thousand open ones, and among a million."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from rig.desk import POLICY, desk
from rig.figures import Figure, milliseconds, repetitions, report, typical
from rig.multitude import multiply
from rig.postgres import postgresql
from rig.seeding import Stood, seed

from slackbot.app import SingleToken
from slackbot.clock import Clocks, SystemClock
from slackbot.core.policy import Severity
from slackbot.engine import Engine, build_engine
from slackbot.services.deliver import OneByOne
from slackbot.services.installing import meet_workspace
from slackbot.services.policies import apply_first
from slackbot.slack.gateway import Gateway, bare_client
from storage.engine import open_store
from storage.migrate import upgrade
from storage.tables.cases import escalations

FEW, MANY = 1_000, 1_000_000
DUE = 10
LOOKS = 200
SCANS = 3
BATCH = 100
GROWTH_TARGET = 1.8
LATER = timedelta(days=1)


@dataclass(slots=True)
class Looks:
    """How long each look took, in seconds: by the product, and by reading every open escalation."""

    ours: list[float] = field(default_factory=list)
    scan: list[float] = field(default_factory=list)


def timed(work: Callable[[], int], times: int) -> float:
    """Say how many seconds a look takes that finds the due ones (median)."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        found = work()
        taken.append(time.perf_counter() - began)
        if found != DUE:
            raise RuntimeError(f"{found} escalations were found due, {DUE} are")
    return typical(taken)


def due_ones(engine: Engine, now: datetime) -> int:
    """Find them as the product does."""
    with engine.ctx.store.read() as tx:
        tx.escalations.next_moment()
        return len(tx.escalations.due(now, BATCH))


def by_reading_all(engine: Engine, now: datetime) -> int:
    """Find them as a bot does that looks at every open case in turn."""
    open_ones = sa.select(escalations.c.id, escalations.c.next_at).where(escalations.c.next_at.is_not(None))
    with engine.ctx.store.read() as tx:
        return sum(row.next_at <= now for row in tx.connection.execute(open_ones))


@contextmanager
def filled(folder: Path, name: str, url: str | None, count: int) -> Iterator[Engine]:
    """Open a house with so many open escalations, ten of them due."""
    with desk(folder, name, [], url) as place:
        upgrade(place.url)
        slack = place.simulator
        gateway = Gateway(SingleToken(slack.bot_token), lambda token: bare_client(token, slack.api_url))
        clocks = Clocks(case=SystemClock(), wire=SystemClock())
        engine = build_engine(open_store(place.url), gateway, clocks, wake=lambda: None, carriers=OneByOne())
        workspace = meet_workspace(engine.ctx, gateway)
        apply_first(engine.ctx, gateway, workspace, POLICY.read_text("utf-8"), "bench")
        now = datetime.now(UTC)
        stood = [Stood(slack.person("ana").id, ("C1", "1.1"), ("D1", "1.1"))]
        seed(engine, workspace, [now - timedelta(seconds=n) for n in range(DUE)], Severity.NORMAL, "due", stood)
        seed(engine, workspace, [now + LATER], Severity.NORMAL, "open", stood)
        multiply(place.url, "open-00000", count - DUE - 1, now + LATER)
        print(f"{name}: {count:,} open", flush=True)
        try:
            yield engine
        finally:
            engine.ctx.store.close()


def compared(database: str, few: Engine, many: Engine, rounds: int) -> list[Figure]:
    """Look in both, turn and turn about."""
    now, small, large = datetime.now(UTC), Looks(), Looks()
    for number in range(rounds + 1):
        for engine, looks in ((few, small), (many, large)):
            seconds = timed(partial(due_ones, engine, now), LOOKS)
            if number:
                looks.ours.append(seconds)
    for engine, looks in ((few, small), (many, large)):
        looks.scan.append(timed(partial(by_reading_all, engine, now), SCANS))
    growth = typical([one / other for one, other in zip(large.ours, small.ours, strict=True)])
    return [
        Figure(
            f"G6 {DUE} due among {MANY:,} open, {database}",
            milliseconds(typical(large.ours)),
            f"{milliseconds(typical(small.ours))} among {FEW:,}",
            value=growth,
            target=GROWTH_TARGET,
            naive=f"reading all: {milliseconds(large.scan[0])}, {large.scan[0] / small.scan[0]:,.0f} x",
            samples={"ours": large.ours, "control": small.ours},
        )
    ]


def main() -> None:
    """Measure and report."""
    rounds = repetitions("Finding what is due among a thousand and among a million.")
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="rung-bench-")))
        make = opened.enter_context(postgresql(folder / "postgresql"))
        made = []
        for database, urls in (("SQLite", (None, None)), ("PostgreSQL", (make("few"), make("many")))):
            few = opened.enter_context(filled(folder, f"{database}-few", urls[0], FEW))
            many = opened.enter_context(filled(folder, f"{database}-many", urls[1], MANY))
            made += compared(database, few, many, rounds)
    report(
        f"Finding {DUE} due escalations and the next moment; {rounds} rounds of {LOOKS}, turn and turn about. "
        f"Control: the same among {FEW:,}.",
        made,
    )


if __name__ == "__main__":
    main()
