"""What goes wrong on the way to the app: a delivery forged, doubled, late or out of order; each mishap once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from slackbot.simulator.faults import FaultsLeftError
from slackbot.simulator.request_urls import Forgery

ANY_DELIVERY = "*"


@dataclass(frozen=True, slots=True)
class Mishap:
    """One thing that befalls a delivery of a name: a command, an interaction's type or an event's.

    `forged` works over HTTP alone, since Socket Mode signs nothing. `seconds_late` are real. One that `waits` leaves
    after the next delivery that does not.
    """

    name: str
    what: str
    forged: Forgery | None = None
    copies: int = 0
    seconds_late: float = 0.0
    waits: bool = False


NO_MISHAP = Mishap("", "nothing")


class DeliveryScript:
    """Mishaps in the order they are to happen; each befalls the next delivery of its name, or of any.

    Names are `/escalate`, `block_actions`, `view_submission`, `app_home_opened` and so on.
    """

    def __init__(self) -> None:
        self._script: list[Mishap] = []
        self._lock = threading.Lock()

    def forge(self, name: str, how: Forgery) -> None:
        """Send the next delivery as Slack never would: an app must not act on it."""
        self.add(Mishap(name, how, forged=how))

    def double(self, name: str = ANY_DELIVERY, *, copies: int = 1) -> None:
        """Send the next delivery more than once, with the same ids."""
        self.add(Mishap(name, "double", copies=copies))

    def delay(self, seconds: float, name: str = ANY_DELIVERY) -> None:
        """Send the next delivery so many real seconds late; a trigger in it grows old meanwhile."""
        self.add(Mishap(name, "delay", seconds_late=seconds))

    def reorder(self, name: str = ANY_DELIVERY) -> None:
        """Send the next delivery after the one that follows it."""
        self.add(Mishap(name, "reorder", waits=True))

    def add(self, mishap: Mishap) -> None:
        """Put a mishap at the end of the script."""
        with self._lock:
            self._script.append(mishap)

    def take(self, name: str) -> Mishap:
        """Strike the first mishap off the script that this delivery meets, and hand it over."""
        with self._lock:
            for mishap in self._script:
                if mishap.name in (name, ANY_DELIVERY):
                    self._script.remove(mishap)
                    return mishap
        return NO_MISHAP

    def left(self) -> list[str]:
        """Say which mishaps no delivery has met yet."""
        with self._lock:
            return [f"{mishap.what} of {mishap.name}" for mishap in self._script]

    def assert_all_met(self) -> None:
        """Raise FaultsLeftError if a mishap befell nothing."""
        left = self.left()
        if left:
            message = f"Scripted mishaps no delivery has met: {', '.join(left)}."
            raise FaultsLeftError(message)
