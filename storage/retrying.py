"""Doing a unit of work again where the database let go of it: a restart, a deadlock, a lost connection, no turn.

What is done again must change nothing the second time: a COMMIT whose answer was lost may have been carried out. Keys
that are taken once, versions and tokens see to that.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

from slackbot.errors import StorageError
from storage.errors import BusyError, LostError

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

FOR_A_PRESS: Sequence[float] = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4)
"""Pauses in seconds between tries, 2.25 in all: Slack waits three for an answer (docs.slack.dev/interactivity)."""

FOR_AN_ERRAND: Sequence[float] = (*FOR_A_PRESS, *(0.5,) * 30)
"""The same for what has left already and is to be noted: 17 seconds in all, which its lease outlasts."""

LONGEST_PRESS, LONGEST_ERRAND = 2.5, 17.5
"""Seconds after which no further try begins: where a server is silent, finding out takes longer than any pause."""


def within_a_press(work: Callable[P, T]) -> Callable[P, T]:
    """Do a unit of work again while the database lets go of it, as long as somebody who pressed may wait.

    Raises:
        LostError: it still did so at the last try, or there is no time for another one.
    """
    return _retried(work, (LostError,), FOR_A_PRESS, LONGEST_PRESS)


def until_noted(work: Callable[P, T]) -> Callable[P, T]:
    """Do a unit of work again while the database lets go of it or gives it no turn, as long as a lease may last.

    Raises:
        LostError: it still did so at the last try, or there is no time for another one.
        BusyError: the same.
    """
    return _retried(work, (LostError, BusyError), FOR_AN_ERRAND, LONGEST_ERRAND)


def _retried(
    work: Callable[P, T], passing: tuple[type[StorageError], ...], pauses: Sequence[float], longest: float
) -> Callable[P, T]:
    @wraps(work)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        began = time.monotonic()
        for number, pause in enumerate(pauses):
            try:
                return work(*args, **kwargs)
            except passing as error:
                if time.monotonic() - began + pause > longest:
                    raise
                if number == 0:
                    log.warning("%s is tried again: %s", work.__qualname__, error)
                time.sleep(pause)
        return work(*args, **kwargs)

    return tried
