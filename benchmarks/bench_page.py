"""The demo's page: how soon it answers, how soon a press is seen, whether length and time make it slower or heavier."""

from __future__ import annotations

import http
import json
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser
from rig.figures import Figure, high, milliseconds, repetitions, report, typical
from rig.machine import ARMS, Arm, answer, start, wait_until
from rig.screen import BROWSERS, Screen, browser, chromium

from slackbot.cli.workplace.serve import Workplace, workplace
from slackbot.simulator.model import Draft

DOOR_TARGET = 5.0
PRESS_TARGET = 0.2
GROWTH_TARGET = 1.5
OLDER_TARGET = 0.2
MEMORY_TARGET = 1.1

PRESSES = 40
PACE = 3.0
"""Seconds between presses: each edits the card and the agent's message, and Slack takes 50 edits a minute."""

LENGTHS = (100, 500, 1000, 2000)
SAMPLES = 5
STEPS, PIXELS = 40, 160
CASES_A_WEEK = 25


def door(folder: Path, rounds: int) -> Figure:
    """Start the demo as a newcomer does and ask for the page until it is there; the first start warms up."""
    taken = []
    for _ in range(rounds + 1):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        arm = start("demo", ["-m", "slackbot", "demo", "--no-browser", "--port", str(port)], {}, folder)
        taken.append(wait_until(lambda: _answers(port), "the page to answer", 60, arm))  # noqa: B023 waited for at once
        _interrupt(arm)
    seconds = typical(taken[1:])
    return Figure(
        "`rung demo` to a page that answers",
        milliseconds(seconds),
        value=max(taken[1:]),
        target=DOOR_TARGET,
        unit=" s at most",
        samples={"ours": taken[1:]},
    )


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
            return int(page.status) == http.HTTPStatus.OK
    except (urllib.error.URLError, OSError):
        return False


def _interrupt(arm: Arm) -> None:
    arm.process.send_signal(signal.SIGINT)
    try:
        arm.process.wait(15)
    except subprocess.TimeoutExpired:
        arm.kill()


def presses(demo: Workplace, browser: Browser) -> Figure:
    """Take cases and answer them, press by press, at 1x."""
    ana, tier = demo.simulator.person("ana"), demo.simulator.channel("#tier-2")
    cards = []
    for number in range(PRESSES // 2):
        summary = f"Order {number:03} is late"
        ana.types(f'/escalate {summary} category:"Account" customer:"Nordic" severity:low', in_="#support")
        cards.append(f"[id='m{tier.shows(summary, 'Acknowledge', within=30).ts}']")
    screen = Screen.opens(browser, f"{demo.url}?as=lena&in={tier.id}")
    taken = []
    for button, said in (("Acknowledge", "has it and promised"), ("Answered", "gave a first answer")):
        for card in cards:
            time.sleep(PACE)
            taken.append(screen.after_press(button, card, said))
    screen.page.close()
    return Figure(
        f"press to changed card (p95 of {len(taken)})",
        milliseconds(high(taken, 0.95)),
        f"p50 {milliseconds(typical(taken))}",
        value=1000 * high(taken, 0.95),
        target=1000 * PRESS_TARGET,
        unit=" ms",
        samples={"ours": taken},
    )


@dataclass(slots=True)
class Costs:
    """What things cost with so many messages gone through, in seconds."""

    arrives: list[float] = field(default_factory=list)
    edited: list[float] = field(default_factory=list)
    scrolled: list[float] = field(default_factory=list)
    older: list[float] = field(default_factory=list)


class LongChannel:
    """A channel of thousands of messages, every fourth a card, in somebody's window."""

    def __init__(self, demo: Workplace, browser: Browser) -> None:
        workspace = demo.simulator.workspace
        self._history, self._author = workspace.history, workspace.app.author
        self._place = workspace.add_channel("long", members=[demo.simulator.person("lena").id]).id
        self._card = demo.simulator.channel("#tier-2").shows("Export of orders").message.blocks
        self._keys = [self._posts(f"note {number}", card=number % 4 == 0) for number in range(max(LENGTHS))]
        self._screen = Screen.opens(browser, f"{demo.url}?as=lena&in={self._place}")
        self._said = 0

    def costs_at(self, length: int) -> Costs:
        """Go back until so many messages were loaded, then see what things cost."""
        costs, screen = Costs(), self._screen
        while self._loaded() < length:
            costs.older.append(screen.older())
        costs.older = costs.older[-SAMPLES:]
        for _ in range(SAMPLES):
            costs.scrolled.append(screen.scroll_cost(STEPS, PIXELS))
            screen.page.evaluate("document.getElementById('scroll').scrollTop = 400")
            screen.settles()
        screen.goes_to_the_end()
        screen.settles()
        for _ in range(SAMPLES):
            self._said += 1
            costs.arrives.append(screen.after(lambda: self._posts(f"news {self._said}"), f"news {self._said}"))
            newest = self._history.messages(self._place)[-1]
            words = f"changed {self._said}"
            costs.edited.append(screen.after(lambda: self._history.edit(newest, Draft(words)), words))  # noqa: B023 done at once
        return costs

    def closes(self) -> None:
        """Close the window."""
        self._screen.page.close()

    def _posts(self, text: str, *, card: bool = False) -> str:
        draft = Draft(text=text, blocks=self._card if card else ())
        return self._history.post(self._place, self._author, draft).ts

    def _loaded(self) -> int:
        first = str(self._screen.page.evaluate("document.querySelector('#log .msg').dataset.key"))
        return len(self._keys) - self._keys.index(first)


def lengths(demo: Workplace, browser: Browser) -> list[Figure]:
    """Go back through a long channel, and see whether the page gets slower on the way."""
    channel = LongChannel(demo, browser)
    costs = {length: channel.costs_at(length) for length in LENGTHS}
    channel.closes()
    few, many = LENGTHS[0], LENGTHS[-1]

    def grown(name: str, kind: str) -> Figure:
        samples = {f"{length}": list(getattr(each, kind)) for length, each in costs.items()}
        first, last = typical(samples[f"{few}"]), typical(samples[f"{many}"])
        return Figure(
            f"{name}, {many:,} messages loaded",
            milliseconds(last),
            f"{milliseconds(first)} with {few}",
            value=last / first,
            target=GROWTH_TARGET,
            samples=samples,
        )

    late = costs[many].older
    return [
        grown("a new message on screen", "arrives"),
        grown("an edit on screen", "edited"),
        grown("a step of scrolling", "scrolled"),
        Figure(
            f"50 older messages, near {many:,} (slowest of {len(late)})",
            milliseconds(max(late)),
            f"{milliseconds(typical(costs[few].older))} near {few}",
            value=1000 * max(late),
            target=1000 * OLDER_TARGET,
            unit=" ms",
            samples={f"{length}": each.older for length, each in costs.items()},
        ),
    ]


def month(folder: Path) -> list[Figure]:
    """Live four weeks in a process of its own and weigh what the simulator holds after each."""
    weeks = json.loads(answer([str(ARMS / "month.py"), str(folder), str(CASES_A_WEEK)]))
    besides = [week["held"] - week["messages"] for week in weeks]
    counts = [later["count"] - earlier["count"] for earlier, later in pairwise(weeks)]
    return [
        Figure(
            "simulator's memory after four weeks, messages left out",
            f"{besides[-1]:.1f} MB",
            f"{besides[0]:.1f} MB after one",
            value=besides[-1] / besides[0],
            target=MEMORY_TARGET,
            samples={"weeks": besides},
        ),
        Figure(
            "its messages",
            f"{weeks[-1]['messages']:.1f} MB",
            f"{weeks[0]['messages']:.1f} MB after one; {typical(counts):.0f} a week",
            samples={"weeks": [week["messages"] for week in weeks]},
        ),
    ]


def on_screen(folder: Path) -> list[Figure]:
    """Measure what needs a browser; without one say so."""
    path = chromium()
    if path is None:
        print(f"No figures of the screen: there is no browser here. Install one of {', '.join(BROWSERS)}.")
        return []
    with browser(path) as started, workplace(folder) as demo:
        return [presses(demo, started), *lengths(demo, started)]


def main() -> None:
    """Measure and report."""
    rounds = repetitions("The demo's page: door, presses, long channels, a month.")
    with tempfile.TemporaryDirectory(prefix="rung-bench-") as folder:
        rooms = [Path(folder) / name for name in ("door", "screen", "month")]
        for room in rooms:
            room.mkdir()
        report(
            f"The demo's page, {rounds} starts; presses {PACE:g} s apart at 1x in headless Chromium; {SAMPLES} samples "
            "at each length.",
            [door(rooms[0], rounds), *on_screen(rooms[1])],
        )
        report(
            f"The demo's house over four weeks of {CASES_A_WEEK} cases, by Python's own count (tracemalloc).",
            month(rooms[2]),
        )


if __name__ == "__main__":
    main()
