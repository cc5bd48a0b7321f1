"""Scripted faults: what Slack does wrong, when, and a complaint when a fault was never met."""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from slackbot.clock import Clock, SystemClock
from slackbot.errors import RungError
from slackbot.simulator.held_calls import HeldCalls

CallArguments = Mapping[str, Any]
Predicate = Callable[[CallArguments], bool]


class FaultsLeftError(RungError):
    """A scripted fault was never met; the test no longer exercises what it says."""


@dataclass(frozen=True, slots=True)
class FaultAnswer:
    """An HTTP answer given in place of the real one; `text` takes the place of the JSON in `body`."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong: is the call applied, when, and what is the answer.

    `seconds_late` delays the answer, `lands_late` the effect, both in real seconds; with `held` the effect waits to be
    let go. `cuts_connection` ends it without an answer, `cuts_answer` in the middle of one; `truncates` ends the JSON
    early in an answer that is complete for HTTP.
    """

    name: str
    method: str
    matches: Predicate
    applies: bool = True
    seconds_late: float = 0.0
    answer: FaultAnswer | None = None
    cuts_connection: bool = False
    cuts_answer: bool = False
    truncates: bool = False
    lands_late: float = 0.0
    held: HeldCalls | None = None


@dataclass(frozen=True, slots=True)
class MetFault:
    """A fault that a call met; `at` is of the monotonic clock, in seconds."""

    at: float
    method: str
    fault: Fault


def _any_call(_arguments: CallArguments) -> bool:
    return True


NO_FAULT = Fault("none", "", _any_call)
ANY_METHOD = "*"
RESPONSE_URL = "response_url"
"""The name by which a fault is met by a post to a `response_url`, as if that were a method; the journal's too."""

KEPT = 200
"""How many met faults are remembered."""

_HTML = "<!DOCTYPE html><html><head><title>Slack</title></head><body>We'll be right back.</body></html>"
_TOO_MANY = 429


@dataclass(eq=False, slots=True)
class _Scripted:
    """A fault waiting for its call: how many it lets by first, and whether it stays once met, and how long."""

    fault: Fault
    lets_by: int = 0
    stays: bool = False
    until: datetime | None = None
    met: int = 0


class FaultScript:
    """Faults in the order they are to be met; each is met once, by the next matching call, unless it lasts.

    The method `ANY_METHOD` matches every call, posts to a `response_url` included. `times` scripts a fault several
    times, `nth` lets so many matching calls minus one pass by first. `clock` ends what lasts for a while.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._script: list[_Scripted] = []
        self._lock = threading.Lock()
        self._clock = clock or SystemClock()
        self.round_trip_seconds = 0.0
        self.met: deque[MetFault] = deque(maxlen=KEPT)

    def drop_after(self, method: str, when: Predicate = _any_call, *, times: int = 1, nth: int = 1) -> None:
        """Apply the next calls, then close the connection without an answer: the ambiguous post."""
        self.add(Fault("drop_after", method, when, cuts_connection=True), times=times, nth=nth)

    def drop_before(self, method: str, when: Predicate = _any_call, *, times: int = 1, nth: int = 1) -> None:
        """Close the connection of the next calls and apply nothing: ambiguous to the caller."""
        self.add(Fault("drop_before", method, when, applies=False, cuts_connection=True), times=times, nth=nth)

    def drop_midway(self, method: str, when: Predicate = _any_call, *, times: int = 1, nth: int = 1) -> None:
        """Apply the next calls and close the connection in the middle of the answer's body."""
        self.add(Fault("drop_midway", method, when, cuts_answer=True), times=times, nth=nth)

    def slow(self, method: str, seconds: float, when: Predicate = _any_call, *, times: int = 1, nth: int = 1) -> None:
        """Apply the next calls at once and answer after so many real seconds."""
        self.add(Fault("slow", method, when, seconds_late=seconds), times=times, nth=nth)

    def land_late(
        self, method: str, seconds: float, when: Predicate = _any_call, *, times: int = 1, nth: int = 1
    ) -> None:
        """Drop the connection of the next calls at once and carry them out so many real seconds later."""
        fault = Fault("land_late", method, when, cuts_connection=True, lands_late=seconds)
        self.add(fault, times=times, nth=nth)

    def hold(self, method: str, when: Predicate = _any_call, *, times: int = 1, nth: int = 1) -> HeldCalls:
        """Drop the connection of the next calls and carry them out when `land` is called on what comes back."""
        held = HeldCalls()
        self.add(Fault("hold", method, when, cuts_connection=True, held=held), times=times, nth=nth)
        return held

    def error(self, method: str, code: str, when: Predicate = _any_call, *, times: int = 1, nth: int = 1) -> None:
        """Refuse the next calls with `{"ok": false, "error": code}` and apply nothing."""
        answer = FaultAnswer(200, {"ok": False, "error": code})
        self.add(Fault(f"error {code}", method, when, applies=False, answer=answer), times=times, nth=nth)

    def unknown_error(
        self, method: str, seed: int, when: Predicate = _any_call, *, times: int = 1, nth: int = 1
    ) -> str:
        """Refuse the next calls with a code no table knows, drawn from a seed; says which."""
        chance = random.Random(seed)  # noqa: S311 a repeatable name, no secret
        code = "_".join(("unheard_of", *(f"{chance.randrange(16**4):04x}" for _ in range(2))))
        self.error(method, code, when, times=times, nth=nth)
        return code

    def apply_then_error(
        self, method: str, code: str = "internal_error", when: Predicate = _any_call, *, times: int = 1, nth: int = 1
    ) -> None:
        """Apply the next calls and answer with an error all the same.

        Slack documents this of `internal_error` and `fatal_error`: some aspect of the operation
        may have succeeded (docs.slack.dev/reference/methods/chat.postMessage, errors).
        """
        answer = FaultAnswer(200, {"ok": False, "error": code})
        self.add(Fault(f"apply_then_error {code}", method, when, answer=answer), times=times, nth=nth)

    def status(
        self,
        method: str,
        status: int,
        when: Predicate = _any_call,
        *,
        retry_after: int | None = None,
        times: int = 1,
        nth: int = 1,
    ) -> None:
        """Answer the next calls with an HTTP status, applying nothing; `retry_after` in seconds, or no such header."""
        self.add(status_fault(method, status, when, retry_after=retry_after), times=times, nth=nth)

    def html(self, method: str, when: Predicate = _any_call, *, times: int = 1, nth: int = 1) -> None:
        """Answer the next calls with 200 and a page of HTML, as something in between may, applying nothing."""
        answer = FaultAnswer(200, {}, {"Content-Type": "text/html; charset=utf-8"}, text=_HTML)
        self.add(Fault("html", method, when, applies=False, answer=answer), times=times, nth=nth)

    def truncated(self, method: str, when: Predicate = _any_call, *, times: int = 1, nth: int = 1) -> None:
        """Apply the next calls and answer with 200 and the first half of the JSON."""
        self.add(Fault("truncated", method, when, truncates=True), times=times, nth=nth)

    def off(self, seconds: float | None = None) -> Fault:
        """Answer every call with 503 for so many seconds of the script's clock, or until `end` is told the fault."""
        return self.last(status_fault(ANY_METHOD, 503), seconds)

    def limited(
        self, method: str, retry_after: int, seconds: float | None = None, when: Predicate = _any_call
    ) -> Fault:
        """Answer a method with 429 for so many seconds of the script's clock, or until `end` is told the fault."""
        return self.last(status_fault(method, _TOO_MANY, when, retry_after=retry_after), seconds)

    def last(self, fault: Fault, seconds: float | None = None) -> Fault:
        """Have a fault met by every matching call, for so many seconds of the clock or until `end` is told it."""
        until = None if seconds is None else self._clock.now() + timedelta(seconds=seconds)
        # Its own copy: `end` finds it by identity.
        lasting = replace(fault)
        with self._lock:
            self._script.append(_Scripted(lasting, stays=True, until=until))
        return lasting

    def end(self, fault: Fault) -> None:
        """End a fault that lasts; raises FaultsLeftError if no call ever met it."""
        with self._lock:
            ended = [each for each in self._script if each.fault is fault]
            self._script = [each for each in self._script if each.fault is not fault]
        _complain(_name(each) for each in ended if not each.met)

    def latency(self, seconds: float) -> None:
        """Give every call from now on this round trip in real seconds, half of it each way."""
        self.round_trip_seconds = seconds

    def add(self, fault: Fault, *, times: int = 1, nth: int = 1) -> None:
        """Put a fault at the end of the script, several times if asked."""
        with self._lock:
            self._script.extend(_Scripted(fault, lets_by=nth - 1) for _ in range(times))

    def take(self, method: str, arguments: CallArguments) -> Fault | None:
        """Hand over the first fault this call meets, struck off the script unless it lasts."""
        found: _Scripted | None = None
        with self._lock:
            for each in list(self._script):
                if each.fault.method not in (method, ANY_METHOD) or self._is_over(each):
                    continue
                if (found is not None and not each.lets_by) or not each.fault.matches(arguments):
                    continue
                if each.lets_by:
                    each.lets_by -= 1
                else:
                    found = each
            if found is None:
                return None
            found.met += 1
            self.met.append(MetFault(time.monotonic(), method, found.fault))
            if not found.stays:
                self._script.remove(found)
            return found.fault

    def left(self) -> list[str]:
        """Say which faults no call has met yet."""
        with self._lock:
            return [_name(each) for each in self._script if not each.met]

    def assert_all_met(self) -> None:
        """Raise FaultsLeftError if a fault was never met."""
        _complain(self.left())

    def clear(self) -> None:
        """Forget the script and the latency."""
        with self._lock:
            self._script.clear()
        self.round_trip_seconds = 0.0

    def _is_over(self, scripted: _Scripted) -> bool:
        return scripted.until is not None and self._clock.now() >= scripted.until


def status_fault(method: str, status: int, when: Predicate = _any_call, *, retry_after: int | None = None) -> Fault:
    """Make the fault that answers with an HTTP status and applies nothing; `retry_after` in seconds."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    code = "ratelimited" if status == _TOO_MANY else "service_unavailable"
    answer = FaultAnswer(status, {"ok": False, "error": code}, headers)
    return Fault(f"status {status}", method, when, applies=False, answer=answer)


def in_channel(channel_id: str) -> Predicate:
    """Build a predicate for calls that name this channel."""

    def names_it(arguments: CallArguments) -> bool:
        return arguments.get("channel") == channel_id

    return names_it


def _name(scripted: _Scripted) -> str:
    return f"{scripted.fault.name} on {scripted.fault.method}"


def _complain(left: Iterable[str]) -> None:
    names = ", ".join(left)
    if names:
        message = f"Scripted faults no call has met: {names}."
        raise FaultsLeftError(message)
