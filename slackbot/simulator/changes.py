"""The heartbeat of a simulated workspace: one lock, one condition, one growing revision, one stream of events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from slackbot.clock import Clock

EventListener = Callable[[dict[str, Any]], None]


class Changes:
    """What all parts of a workspace share so that they change as one and others can wait for it.

    `clock` is what Slack measures by; `calendar` is what people read off their own clocks, the same unless somebody
    puts another one there.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.calendar = clock
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.revision = 0
        self._listeners: list[EventListener] = []
        self._serial = 0

    def now(self) -> datetime:
        """Say the workspace's time, in UTC."""
        return self.clock.now()

    def touch(self) -> int:
        """Note that something changed, wake everybody who waits, and say the new revision."""
        with self.lock:
            self.revision += 1
            self.changed.notify_all()
            return self.revision

    def next_serial(self) -> int:
        """Give out the next number for an id; never the same twice."""
        with self.lock:
            self._serial += 1
            return self._serial

    def listen(self, listener: EventListener) -> None:
        """Have a callable told every event the app could subscribe to.

        It gets the inner `event` object (docs.slack.dev/apis/events-api), without `event_ts`, under the lock: it may
        only hand it on.
        """
        with self.lock:
            self._listeners.append(listener)

    def emit(self, event: dict[str, Any]) -> None:
        """Tell the listeners that an event happened."""
        with self.lock:
            for listener in self._listeners:
                listener(event)

    def wait_for(self, predicate: Callable[[], bool], timeout: float) -> bool:
        """Wait until a predicate over the workspace holds; say whether it did within `timeout` real seconds."""
        with self.changed:
            return self.changed.wait_for(predicate, timeout)
