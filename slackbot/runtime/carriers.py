"""Threads that carry messages to Slack, several side by side, so that a slow answer holds up no other message."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class CarrierPool:
    """A fixed number of carriers; `freed` is called each time one is back.

    Each errand is a thread of its own: nobody takes on more than are free, and one that hangs keeps no process alive.
    """

    def __init__(self, size: int, freed: Callable[[], None]) -> None:
        self._size = size
        self._free = size
        self._back = threading.Condition()
        self._freed = freed

    def free(self) -> int:
        """Say how many messages can be taken on now."""
        with self._back:
            return self._free

    def carry(self, errand: Callable[[], None]) -> None:
        """Take a message on and return at once."""
        with self._back:
            self._free -= 1
        threading.Thread(target=self._carry, args=(errand,), name="rung-carrier", daemon=True).start()

    def stop(self, timeout: float = 20.0) -> bool:
        """Wait for those under way, so many seconds at most; says whether all of them are back."""
        with self._back:
            return self._back.wait_for(lambda: self._free == self._size, timeout)

    def _carry(self, errand: Callable[[], None]) -> None:
        try:
            errand()
        except Exception:
            log.exception("a message could not be settled; its lease ends and the reconciler looks for it")
        finally:
            with self._back:
                self._free += 1
                self._back.notify_all()
            self._freed()
