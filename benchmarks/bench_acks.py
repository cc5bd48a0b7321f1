"""How soon Slack gets its ack for a case that is safely stored; one at a time, and a hundred at once."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from rig.desk import RUNG, SLACK_ANSWERS_IN, STOCK, STOCK_PROMPT, Desk, desk, naive
from rig.disk import sync_seconds
from rig.figures import Figure, high, milliseconds, repetitions, report, typical
from rig.postgres import postgresql

ONE_BY_ONE = 20
FORMS = 4
NAIVE_ONE_BY_ONE = 3
BURST = 100
SLACK_WAITS = 3.0
"""Seconds: docs.slack.dev/interactivity/handling-user-interaction."""

LINE_TARGET = 0.15
POSTGRESQL_TARGET = 0.25
BURST_TARGET = 1.0


@dataclass(slots=True)
class Samples:
    """What one program did, by round; the first round warms up and does not count."""

    lines: list[list[float]] = field(default_factory=list)
    openings: list[list[float]] = field(default_factory=list)
    forms: list[list[float]] = field(default_factory=list)
    bursts: list[list[float]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def medians(self, rounds: list[list[float]]) -> list[float]:
        """Give the median of each round."""
        return [typical(each) for each in rounds[1:]]

    @property
    def slowest(self) -> list[float]:
        """Give the slowest ack of each burst."""
        return [max(each) for each in self.bursts[1:]]

    @property
    def too_late(self) -> int:
        """Count the acks of counted bursts that Slack no longer waited for."""
        return sum(each > SLACK_WAITS for burst in self.bursts[1:] for each in burst)


def line_by_line(desk_of: Desk, samples: Samples, size: int) -> None:
    """Escalate in one line, one after the other."""
    desk_of.clears_screen()
    said, seconds = desk_of.one_by_one(size)
    samples.said += said
    samples.lines.append(seconds)


def all_at_once(desk_of: Desk, samples: Samples) -> None:
    """Escalate a hundred times at once."""
    desk_of.clears_screen()
    said, seconds = desk_of.burst(BURST)
    samples.said += said
    samples.bursts.append(seconds)


def forms_of_rung(desk_of: Desk, samples: Samples) -> None:
    """Open Rung's form, fill it in and submit it, one after the other."""
    ana = desk_of.simulator.person("ana")
    openings, submits = [], []
    for _ in range(FORMS):
        answer = ana.types("/escalate", in_="#support")
        openings += desk_of.acked([answer.delivery])
        ana.modal_shows("Choose a category")
        ana.chooses("Category", "Other")
        ana.modal_shows("Goes to")
        summary = desk_of.new_summary()
        ana.fills(Summary=summary)
        submits += desk_of.acked(list(ana.submits().deliveries))
        ana.closes()
        samples.said.append(summary)
    samples.openings.append(openings)
    samples.forms.append(submits)


def forms_of_stock(desk_of: Desk, samples: Samples) -> None:
    """Open the control's form and submit it, one after the other."""
    ana = desk_of.simulator.person("ana")
    openings, submits = [], []
    for _ in range(FORMS):
        answer = ana.types("/escalations", in_="#support")
        openings += desk_of.acked([answer.delivery])
        ana.modal_shows("Form")
        ana.fills(**{"What happened": "nothing"})
        submits += desk_of.acked(list(ana.submits().deliveries))
    samples.openings.append(openings)
    samples.forms.append(submits)


def lost(desk_of: Desk, said: list[str]) -> int:
    """Count the cases that were acknowledged and are not in the database."""
    stored = {str(row[0]) for row in desk_of.rows("SELECT value FROM case_fields WHERE name = 'summary'")}
    return len(set(said) - stored)


def ratios(ours: list[float], control: list[float]) -> float:
    """Give the median of the ratios, round by round."""
    return typical([one / other for one, other in zip(ours, control, strict=True)])


@dataclass(slots=True)
class Arms:
    """What every program did: ours on either database, the control, Bolt at its fastest, and the two naive ways."""

    rung: Samples = field(default_factory=Samples)
    shared: Samples = field(default_factory=Samples)
    stock: Samples = field(default_factory=Samples)
    prompt: Samples = field(default_factory=Samples)
    first: Samples = field(default_factory=Samples)
    later: Samples = field(default_factory=Samples)


def compared(
    name: str, ours: list[float], control: list[float], target: float | None = None, naive_way: str = "-"
) -> Figure:
    """Put seconds of each round side by side."""
    return Figure(
        name=name,
        ours=milliseconds(typical(ours)),
        control=milliseconds(typical(control)),
        value=ratios(ours, control),
        target=target,
        naive=naive_way,
        samples={"ours": ours, "control": control},
    )


def figures(arms: Arms, missing: int) -> list[Figure]:
    """Make the table."""
    rung, shared, stock, first, later = arms.rung, arms.shared, arms.stock, arms.first, arms.later
    lines, naive_line = rung.medians(rung.lines), milliseconds(typical(first.medians(first.lines)))
    floor = arms.prompt.medians(arms.prompt.lines)
    forms = (rung.medians(rung.forms), stock.medians(stock.forms))
    openings = (rung.medians(rung.openings), stock.medians(stock.openings))
    shared_lines = (shared.medians(shared.lines), stock.medians(stock.lines))
    shared_forms = (shared.medians(shared.forms), stock.medians(stock.forms))
    last = (first.bursts[-1], later.bursts[-1])
    worst = f"{milliseconds(max(last[0]))}; ack first: {milliseconds(max(last[1]))}"
    naive_late = f"{sum(each > SLACK_WAITS for burst in last for each in burst)} of {2 * BURST}"
    every = [each for round_ in rung.lines[1:] for each in round_]
    return [
        compared("G1 one line, stored, then ack (p50)", lines, stock.medians(stock.lines), LINE_TARGET, naive_line),
        compared("G1 form submitted, stored, then ack (p50)", *forms, LINE_TARGET),
        compared("G1 form opened, ack (p50)", *openings),
        compared("G1 one line, PostgreSQL", *shared_lines, POSTGRESQL_TARGET),
        compared("G1 form submitted, PostgreSQL", *shared_forms, POSTGRESQL_TARGET),
        compared("G1 one line, beside Bolt without its wait", lines, floor),
        Figure("G1 one line, p99", milliseconds(high(every))),
        compared(f"G2 slowest ack of {BURST} at once", rung.slowest, stock.slowest, BURST_TARGET, worst),
        Figure(
            "G2 acks later than 3 s", str(rung.too_late), str(stock.too_late), rung.too_late, 0, naive_late, unit=""
        ),
        Figure("G2 acknowledged and not stored", str(missing), "-", missing, 0, unit=""),
    ]


def measure(folder: Path, rounds: int) -> list[Figure]:
    """Run every program, round by round beside the control, and compare."""
    arms = Arms()
    with ExitStack() as opened:
        stock = opened.enter_context(desk(folder, "stock", STOCK))
        prompt = opened.enter_context(desk(folder, "prompt", STOCK_PROMPT))
        rung = opened.enter_context(desk(folder, "rung", RUNG))
        make = opened.enter_context(postgresql(folder / "postgresql"))
        shared = opened.enter_context(desk(folder, "shared", RUNG, make("acks")))
        naives = [opened.enter_context(desk(folder, name, [])) for name in ("work-then-ack", "ack-then-work")]
        for each in naives:
            each.command = naive(each.name, each)
        for each in (stock, prompt, rung, shared, *naives):
            each.start()
        for each in (rung, shared):
            each.arm.wait_for_line("people known")
        for _ in range(rounds + 1):
            line_by_line(stock, arms.stock, ONE_BY_ONE)
            line_by_line(rung, arms.rung, ONE_BY_ONE)
            line_by_line(shared, arms.shared, ONE_BY_ONE)
            line_by_line(prompt, arms.prompt, ONE_BY_ONE)
            line_by_line(naives[0], arms.first, NAIVE_ONE_BY_ONE)
            forms_of_stock(stock, arms.stock)
            forms_of_rung(rung, arms.rung)
            forms_of_rung(shared, arms.shared)
        for _ in range(rounds + 1):
            all_at_once(stock, arms.stock)
            all_at_once(rung, arms.rung)
        for desk_of, samples in zip(naives, (arms.first, arms.later), strict=True):
            all_at_once(desk_of, samples)
        return figures(arms, lost(rung, arms.rung.said) + lost(shared, arms.shared.said))


def main() -> None:
    """Measure and report."""
    rounds = repetitions("Acks: one line, the form, a burst.")
    with tempfile.TemporaryDirectory(prefix="rung-bench-") as folder:
        disk = milliseconds(sync_seconds(Path(folder)))
        made = measure(Path(folder), rounds)
    report(
        f"Acks over Socket Mode, SQLite unless named; Slack answers in {milliseconds(SLACK_ANSWERS_IN)}; {rounds} "
        f"rounds side by side. Control: stock Bolt, builtin client, acks only. This disk syncs 8 kB in {disk}.",
        made,
    )


if __name__ == "__main__":
    main()
