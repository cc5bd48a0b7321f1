"""G7: how soon five hundred cards stand in ten channels, and sixty of them are edited, beside what Slack allows."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from rig.desk import Desk, desk
from rig.figures import Figure, milliseconds, report
from rig.machine import wait_until
from rig.programs import Watched
from rig.queues import CHANNELS, names, policy, slack

from slackbot.core.policy import Severity
from slackbot.simulator.limits import Pace

EACH = 50
URGENT_EACH = 5
CARDS = CHANNELS * EACH
EDITS = 60
TARGET = 1.15
PATIENCE = 400.0
MINUTE = 60.0


def shown(place: Desk) -> int:
    """Count the cards that stand."""
    return sum(len(place.simulator.channel(name).matching("case")) for name in names())


def overtaken(place: Desk) -> int:
    """Count the less urgent cards that stand above an urgent one of the same channel, though all came at one moment."""
    late = 0
    for name in names():
        texts = [message.text for message in place.simulator.channel(name).matching("case")]
        urgent = [number for number, text in enumerate(texts) if "urgent case" in text]
        late += (urgent[-1] + 1 - len(urgent)) if urgent else EACH
    return late


def edited(place: Desk) -> int:
    """Count the edits that Slack took."""
    return sum(call.error is None for call in place.simulator.workspace.journal.calls("chat.update"))


def soonest_cards(pace: Pace) -> float:
    """Say in how many seconds the last card can stand at the earliest."""
    channel = (EACH - pace.message_burst) / pace.messages_per_second
    whole = (CARDS - pace.workspace_burst) * MINUTE / pace.workspace_messages_per_minute
    return max(channel, whole)


def soonest_edits(pace: Pace, count: int) -> float:
    """Say in how many seconds so many edits can be made at the earliest."""
    rate = pace.per_minute[3]
    return (count - rate * pace.burst_share) * MINUTE / rate


def burst(place: Desk, rung: Watched, cases: list[tuple[str, str]]) -> float:
    """Raise all at one moment; gives the seconds until the last card stands."""
    rung.start()
    began = time.monotonic()
    rung.asks("cards", agent=place.simulator.person("ana").id, cases=cases)
    wait_until(lambda: shown(place) >= CARDS, f"{CARDS} cards", PATIENCE, place.arm)
    seconds = time.monotonic() - began
    print(f"{CARDS} cards after {seconds:.0f} s", flush=True)
    return seconds


def by_channel(place: Desk) -> list[Figure]:
    """Raise them so that all cases of one channel are older than those of the next."""
    cases = [(name, Severity.LOW.value) for name in names() for _ in range(EACH)]
    took = burst(place, Watched(place), cases)
    return [_beside("G7 the same, channel by channel", took, soonest_cards(Pace()))]


def in_turn(place: Desk) -> list[Figure]:
    """Raise them for all channels alike, the urgent ones last, then have some of them taken."""
    rung, pace, people = Watched(place), Pace(), place.simulator
    low = [(name, Severity.LOW.value) for _ in range(EACH - URGENT_EACH) for name in names()]
    urgent = [(name, Severity.URGENT.value) for _ in range(URGENT_EACH) for name in names()]
    cards = burst(place, rung, low + urgent)
    began = time.monotonic()
    rung.asks("take", lead=people.person("lena").id, count=EDITS)
    wait_until(lambda: edited(place) >= EDITS, f"{EDITS} edits", PATIENCE, place.arm)
    edits = time.monotonic() - began
    refused = [call for call in people.workspace.journal.refused() if call.error == "ratelimited"]
    whole, single = pace.workspace_messages_per_minute, pace.messages_per_second
    return [
        _beside(f"G7 {CARDS} cards in {CHANNELS} channels", cards, soonest_cards(pace)),
        Figure("G7 Slack's limit, as the simulator holds it", f"{single:g}/s a channel, {whole:g}/min in all"),
        _beside(f"G7 {EDITS} edits, {pace.per_minute[3]:g} a minute allowed", edits, soonest_edits(pace, EDITS)),
        Figure(
            "G7 calls answered 429",
            ", ".join([str(len(refused)), *sorted({call.method for call in refused})]),
            value=len(refused),
            target=0,
            unit="",
        ),
        Figure(
            "G7 less urgent cards above an urgent one of their channel",
            str(overtaken(place)),
            value=overtaken(place),
            target=0,
            unit="",
        ),
        Figure("G7 cards that stand twice", str(shown(place) - CARDS), value=shown(place) - CARDS, target=0, unit=""),
    ]


def _beside(name: str, ours: float, soonest: float) -> Figure:
    return Figure(name, milliseconds(ours), milliseconds(soonest), value=ours / soonest, target=TARGET)


def main() -> None:
    """Measure and report."""
    # It takes five minutes, of which chance is no part: once is enough, whatever the others repeat.
    parser = argparse.ArgumentParser(description="Five hundred cards at one moment, under Slack's limits.")
    parser.add_argument("--repetitions", help="as the other benchmarks; not used")
    parser.parse_args()
    made: list[Figure] = []
    for order in (in_turn, by_channel):
        with (
            tempfile.TemporaryDirectory(prefix="rung-bench-") as folder,
            desk(Path(folder), "watched", [], slack=slack()) as place,
        ):
            place.policy = Path(folder) / "rung.toml"
            place.policy.write_text(policy(), "utf-8")
            made += order(place)
    report("A burst of cards, then of edits, with Slack's limits enforced; control: the soonest they allow.", made)


if __name__ == "__main__":
    main()
