"""What is left of acknowledged cases when the power goes right after the last ack, and the program starts again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rig.desk import RUNG, Desk, desk, naive
from rig.figures import Figure, repetitions, report
from rig.machine import wait_until

CASES = 10
NAIVE_POSTS = 3
LONGEST_REST = 150.0
"""Seconds: a lease (30), a quiet period, and the second look a minute after a post that was sent again."""


@dataclass(slots=True)
class Kill:
    """One program, killed after its last ack: what it had promised, and where to count what became of it."""

    desk: Desk
    said: list[str]
    stored: Callable[[Desk, str], bool]

    def rows(self) -> int:
        """Count the cases that are stored."""
        return sum(self.stored(self.desk, summary) for summary in self.said)

    def posts(self) -> list[int]:
        """Count the messages that people see: of each case, in the tier's channel and with its agent."""
        workspace = self.desk.simulator.workspace
        places = (self.desk.simulator.channel("tier-2").id, self.desk.simulator.person("ana").dm.id)
        shown = [[f"{each.text} {each.blocks}" for each in workspace.history.messages(place)] for place in places]
        return [sum(summary in text for text in texts) for texts in shown for summary in self.said]


def kill_after_last_ack(desk_of: Desk, stored: Callable[[Desk, str], bool]) -> Kill:
    """Raise cases all at once, kill at the last ack, start again."""
    said, _ = desk_of.burst(CASES)
    desk_of.arm.kill()
    desk_of.start()
    return Kill(desk_of, said, stored)


def kill_amid_a_post(desk_of: Desk) -> None:
    """Kill while Slack has a post in hand and has not answered it yet; start again."""
    calls = desk_of.simulator.workspace.journal
    before = len(calls.calls("chat.postMessage"))
    wait_until(lambda: len(calls.calls("chat.postMessage")) > before, "Rung to post", 30, desk_of.arm)
    desk_of.arm.kill()
    desk_of.start()


def stored_by_rung(desk_of: Desk, summary: str) -> bool:
    """Look a case up in Rung's database."""
    return bool(desk_of.rows("SELECT 1 FROM case_fields WHERE name = 'summary' AND value = :summary", summary=summary))


def stored_naively(desk_of: Desk, summary: str) -> bool:
    """Look a case up in the naive program's database."""
    return bool(desk_of.rows("SELECT 1 FROM cases WHERE summary LIKE :begins", begins=f"{summary}%"))


def at_rest(desk_of: Desk) -> bool:
    """Say whether Rung has nothing more to send, to look for or to look at again."""
    unsettled = "SELECT 1 FROM outbox WHERE state IN ('pending', 'leased', 'unknown') OR recheck_at IS NOT NULL LIMIT 1"
    return not desk_of.rows(unsettled)


def one_round(opened: ExitStack, folder: Path) -> tuple[Kill, Kill]:
    """Kill Rung twice, the naive program once; both are left running afterwards."""
    folder.mkdir()
    rung = opened.enter_context(desk(folder, "rung", RUNG))
    rung.start()
    rung.arm.wait_for_line("people known")
    simple = opened.enter_context(desk(folder, "ack-then-work", []))
    simple.command = naive("ack-then-work", simple)
    simple.start()
    pair = kill_after_last_ack(rung, stored_by_rung), kill_after_last_ack(simple, stored_naively)
    kill_amid_a_post(rung)
    return pair


def figures(ours: list[Kill], simple: list[Kill]) -> list[Figure]:
    """Make the table."""
    acked = CASES * len(ours)
    posts = [count for kill in ours for count in kill.posts()]
    naive_rows = sum(kill.rows() for kill in simple)
    naive_posts = sum(sum(kill.posts()) for kill in simple)
    rows = sum(kill.rows() for kill in ours)
    visible, twins = sum(count > 0 for count in posts), sum(max(0, count - 1) for count in posts)
    wanted = f"{naive_posts} of {NAIVE_POSTS * acked}"
    return [
        Figure(
            "G3 acknowledged cases stored",
            f"{rows} of {acked}",
            value=rows / acked,
            target=1,
            naive=f"{naive_rows} of {acked}",
            at_least=True,
            unit="",
            samples={"ours": [kill.rows() for kill in ours], "naive": [kill.rows() for kill in simple]},
        ),
        Figure(
            "G3 their posts visible after the restart",
            f"{visible} of {len(posts)}",
            value=visible / len(posts),
            target=1,
            naive=wanted,
            at_least=True,
            unit="",
        ),
        # Each Rung was killed a second time with a post in Slack's hands, so there is something to send twice.
        Figure("G3 posts visible twice at rest", str(twins), value=twins, target=0, unit=""),
    ]


def main() -> None:
    """Measure and report."""
    rounds = repetitions("What survives kill -9 after the last ack.")
    with tempfile.TemporaryDirectory(prefix="rung-bench-") as folder, ExitStack() as opened:
        kills = [one_round(opened, Path(folder) / str(number)) for number in range(rounds)]
        ours, simple = [pair[0] for pair in kills], [pair[1] for pair in kills]
        wait_until(lambda: all(at_rest(kill.desk) for kill in ours), "Rung to come to rest", LONGEST_REST)
        made = figures(ours, simple)
    report(
        f"kill -9 right after the last of {CASES} acks at once, then a restart, and once more amid a post; "
        f"{rounds} rounds.",
        made,
    )


if __name__ == "__main__":
    main()
