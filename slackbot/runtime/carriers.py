"""Threads that carry messages to Slack, several side by side, so that a slow answer holds up no other message."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

log = logging.getLogger(__name__)


class CarrierPool:
    """A fixed number of carriers; `freed` is called each time one is back."""

    def __init__(self, size: int, freed: Callable[[], None]) -> None:
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="rung-carrier")
        self._lock = threading.Lock()
        self._free = size
        self._freed = freed

    def free(self) -> int:
        """Say how many messages can be taken on now."""
        with self._lock:
            return self._free

    def carry(self, errand: Callable[[], None]) -> None:
        """Take a message on and return at once."""
        with self._lock:
            self._free -= 1
        self._pool.submit(self._carry, errand)

    def stop(self) -> None:
        """Wait for those under way; each gives up by itself after its timeout."""
        self._pool.shutdown(wait=True)

    def _carry(self, errand: Callable[[], None]) -> None:
        try:
            errand()
        except Exception:
            log.exception("a message could not be settled; its lease ends and the reconciler looks for it")
        finally:
            with self._lock:
                self._free += 1
            self._freed()
