"""`python -m tests.simulation`: live through weeks of seeds, show how far it is, say what was met and what broke."""

from __future__ import annotations

import argparse
import faulthandler
import gc
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tests.simulation.naive import NAIVE
from tests.simulation.record import Figures, added_up, line_of, read, table
from tests.simulation.shrink import shrunk
from tests.simulation.sightings import Sight, unseen
from tests.simulation.weather import Weather, drawn
from tests.simulation.week import OURS, House, Week, live

TAME_FROM = 50
"""A run of so many weeks must have met every rare situation; a shorter one may miss some."""

_BAR = 30
_LONGEST_WEEK = 300
"""Seconds after which a week is taken for hung: whatever waits for itself is shown with its seed, and the run ends."""


def main(arguments: list[str] | None = None) -> int:
    """Run as told; 1 if anything broke or the run was too tame."""
    told = _parser().parse_args(arguments)
    if told.trace:
        return _traced(told)
    houses = {"ours": OURS, **(NAIVE if told.naive else {})}
    bad = False
    for name, house in houses.items():
        figures = _run(told, name, house)
        _say(f"\n{name}: seeds {told.seed} to {told.seed + told.weeks - 1}, python -m tests.simulation {_again(told)}")
        _say("\n".join(figures.lines()))
        if name == "ours":
            _say("\n".join(table(figures)))
            bad = _is_bad(figures, told)
    return int(bad)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--weeks", type=int, default=20, help="how many weeks, one a seed")
    parser.add_argument("--from", dest="seed", type=int, default=1, help="the first seed")
    parser.add_argument("--naive", action="store_true", help="the same seeds for naive policies too")
    parser.add_argument("--no-history", action="store_true", help="the app has no right to read history")
    parser.add_argument("--record", type=Path, help="a file to add weeks to, one a house; weeks it holds are not run")
    parser.add_argument("--trace", action="store_true", help="write everything that happens in the first week")
    return parser


def _again(told: argparse.Namespace) -> str:
    flags = [flag for flag, is_set in (("--naive", told.naive), ("--no-history", told.no_history)) if is_set]
    return " ".join([f"--weeks {told.weeks} --from {told.seed}", *flags])


def _run(told: argparse.Namespace, name: str, house: House) -> Figures:
    seeds = range(told.seed, told.seed + told.weeks)
    record: Path | None = told.record
    if record and name != "ours":
        record = record.with_stem(f"{record.stem}-{name}")
    known = read(record) if record else {}
    lines = {seed: known[seed] for seed in seeds if seed in known}
    shows_bar = sys.stderr.isatty()
    for done, seed in enumerate(seeds, start=1):
        if seed not in lines:
            lines[seed] = _lived(seed, told, house, shrinks=name == "ours")
            if record:
                with record.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(lines[seed]) + "\n")
        if done == 1:
            # What the first week loaded stays; no week need look through it again.
            gc.freeze()
        if shows_bar:
            full = _BAR * done // told.weeks
            sys.stderr.write(f"\r{name} [{'#' * full}{'.' * (_BAR - full)}] {done}/{told.weeks} weeks")
    return added_up(lines[seed] for seed in seeds)


def _lived(seed: int, told: argparse.Namespace, house: House, *, shrinks: bool) -> dict[str, Any]:
    weather = drawn(seed, history=not told.no_history)
    # A week leaves no rings worth looking for while it runs.
    gc.collect()
    gc.disable()
    began = time.process_time()
    with _watched(seed):
        week = live(seed, weather, house=house)
    line = line_of(week, weather, time.process_time() - began)
    gc.enable()
    if week.violations and shrinks:
        _tell_of(week, weather, partial(_replayed, seed, house))
    return line


@contextmanager
def _watched(seed: int) -> Iterator[None]:
    """End the run where a week waits for itself, and show where."""
    timer = threading.Timer(_LONGEST_WEEK, _hangs, [seed])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hangs(seed: int) -> None:
    sys.stderr.write(f"\nseed {seed} hangs here:\n")
    faulthandler.dump_traceback()
    os._exit(1)


def _replayed(seed: int, house: House, weather: Weather, most: int | None) -> Week:
    with _watched(seed):
        return live(seed, weather, house=house, most_outside=most)


def _tell_of(week: Week, weather: Weather, replay: Callable[[Weather, int | None], Week]) -> None:
    _say(f"\nseed {week.seed} (trace {week.trace}) broke {len(week.violations)}:")
    _say("\n".join(f"  {violation}" for violation in week.violations[:5]))
    least = shrunk(week, weather, week.violations[0].check, replay)
    faults = ", ".join(sorted(least.weather.faults)) or "no fault"
    _say(f"  {least.happenings} of {week.happened} happenings are enough, under: {faults}")
    _say("\n".join(f"    {words}" for words in least.week.last_words[-10:]))


def _traced(told: argparse.Namespace) -> int:
    weather = drawn(told.seed, history=not told.no_history)
    with _watched(told.seed):
        week = live(told.seed, weather, house=replace(OURS, tells=_say))
    return int(bool(week.violations))


def _is_bad(figures: Figures, told: argparse.Namespace) -> bool:
    never = unseen(figures.sightings)
    met = len(Sight) - len(never)
    _say(f"met {met} of {len(Sight)} rare situations")
    is_tame = bool(never) and figures.weeks >= TAME_FROM and not told.no_history
    if is_tame:
        _say("too tame: a run of this length must meet them all")
    return is_tame or figures.broken > 0


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
