"""`python -m tests.races --rounds 1000`: run every race so many rounds on a PostgreSQL of its own, with progress.

Ends with 1 and names seed and round where something was not as it must be.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from time import monotonic

from tests.cluster import started
from tests.races.ground import Ground, ground
from tests.races.pairs import RACES
from tests.races.racers import Racers, racers

_TELL_EVERY = 50


class BrokenRaceError(AssertionError):
    """A round ended as it must not; the message names race, seed and round."""


def run_race(name: str, on: Ground, three: Racers, rounds: int, progress: Callable[[int], None]) -> Counter[str]:
    """Run one race; says how often it went which way.

    Raises:
        BrokenRaceError: a round ended as it must not.
    """
    tally: Counter[str] = Counter()
    for number in range(rounds):
        on.next_round()
        prepared = RACES[name](on)
        ends = three.race(prepared.orders, on.chance)
        try:
            assert not [end for end in ends if end.startswith("raised")]
            tally[prepared.judge(ends)] += 1
        except AssertionError as error:
            raise BrokenRaceError(f"{name}, round {number}: {ends}: {error}") from error
        progress(number + 1)
    return tally


def main() -> int:
    """Run what is asked for; 0 when every round ended as it must."""
    parser = argparse.ArgumentParser(prog="python -m tests.races", description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None, help="of the jitter; the machine decides the rest")
    parser.add_argument("--only", choices=RACES, default=None)
    words = parser.parse_args()
    seed = random.SystemRandom().randrange(2**32) if words.seed is None else words.seed
    sys.stdout.write(f"seed {seed}\n")
    with started() as cluster, cluster.database() as url, ground(url, seed) as on, racers(url) as three:
        for name in [words.only] if words.only else RACES:
            began = monotonic()

            def tell(done: int, name: str = name) -> None:
                if done % _TELL_EVERY == 0 and sys.stdout.isatty():
                    sys.stdout.write(f"\r{name}: {done} of {words.rounds}")
                    sys.stdout.flush()

            tally = run_race(name, on, three, words.rounds, tell)
            ways = ", ".join(f"{count} {way}" for way, count in sorted(tally.items()))
            clear = "\r" if sys.stdout.isatty() else ""
            sys.stdout.write(f"{clear}{name}: {words.rounds} rounds in {monotonic() - began:.0f} s: {ways}\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
