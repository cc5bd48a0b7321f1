"""Scripted faults: what Slack does wrong, when, and a complaint when a fault was never met."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slackbot.errors import RungError

CallArguments = Mapping[str, Any]
Predicate = Callable[[CallArguments], bool]


class FaultsLeftError(RungError):
    """A scripted fault was never met; the test no longer exercises what it says."""


@dataclass(frozen=True, slots=True)
class FaultAnswer:
    """An HTTP answer given in place of the real one."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong once: is the call applied, how late and what is the answer."""

    name: str
    method: str
    matches: Predicate
    applies: bool = True
    seconds_late: float = 0.0
    answer: FaultAnswer | None = None
    cuts_connection: bool = False


def _any_call(_arguments: CallArguments) -> bool:
    return True


NO_FAULT = Fault("none", "", _any_call)
ANY_METHOD = "*"


class FaultScript:
    """Faults in the order they are to be met; each is met once, by the next matching call.

    The method `ANY_METHOD` matches every call.
    """

    def __init__(self) -> None:
        self._script: list[Fault] = []
        self._lock = threading.Lock()
        self.round_trip_seconds = 0.0

    def drop_after(self, method: str, when: Predicate = _any_call, *, times: int = 1) -> None:
        """Apply the next calls, then close the connection without an answer: the ambiguous post."""
        fault = Fault("drop_after", method, when, cuts_connection=True)
        self.add(fault, times=times)

    def drop_before(self, method: str, when: Predicate = _any_call, *, times: int = 1) -> None:
        """Close the connection of the next calls and apply nothing: ambiguous to the caller."""
        fault = Fault("drop_before", method, when, applies=False, cuts_connection=True)
        self.add(fault, times=times)

    def slow(self, method: str, seconds: float, when: Predicate = _any_call, *, times: int = 1) -> None:
        """Apply the next calls at once and answer after so many real seconds."""
        self.add(Fault("slow", method, when, seconds_late=seconds), times=times)

    def error(self, method: str, code: str, when: Predicate = _any_call, *, times: int = 1) -> None:
        """Refuse the next calls with `{"ok": false, "error": code}` and apply nothing."""
        answer = FaultAnswer(200, {"ok": False, "error": code})
        self.add(Fault(f"error {code}", method, when, applies=False, answer=answer), times=times)

    def apply_then_error(
        self,
        method: str,
        code: str = "internal_error",
        when: Predicate = _any_call,
        *,
        times: int = 1,
    ) -> None:
        """Apply the next calls and answer with an error all the same.

        Slack documents this of `internal_error` and `fatal_error`: some aspect of the operation
        may have succeeded (docs.slack.dev/reference/methods/chat.postMessage, errors).
        """
        answer = FaultAnswer(200, {"ok": False, "error": code})
        self.add(Fault(f"apply_then_error {code}", method, when, answer=answer), times=times)

    def status(
        self,
        method: str,
        status: int,
        when: Predicate = _any_call,
        *,
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """Answer the next calls with an HTTP status, applying nothing; `retry_after` in seconds."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        code = "ratelimited" if status == 429 else "service_unavailable"  # noqa: PLR2004 HTTP's own number
        answer = FaultAnswer(status, {"ok": False, "error": code}, headers)
        self.add(Fault(f"status {status}", method, when, applies=False, answer=answer), times=times)

    def latency(self, seconds: float) -> None:
        """Give every call from now on this round trip in real seconds, half of it each way."""
        self.round_trip_seconds = seconds

    def add(self, fault: Fault, *, times: int = 1) -> None:
        """Put a fault at the end of the script, several times if asked."""
        with self._lock:
            self._script.extend([fault] * times)

    def take(self, method: str, arguments: CallArguments) -> Fault | None:
        """Strike the first fault off the script that this call meets, and hand it over."""
        with self._lock:
            for index, fault in enumerate(self._script):
                if fault.method in (method, ANY_METHOD) and fault.matches(arguments):
                    return self._script.pop(index)
        return None

    def left(self) -> list[str]:
        """Say which faults no call has met yet."""
        with self._lock:
            return [f"{fault.name} on {fault.method}" for fault in self._script]

    def assert_all_met(self) -> None:
        """Raise FaultsLeftError if a fault was never met."""
        left = self.left()
        if left:
            message = f"Scripted faults no call has met: {', '.join(left)}."
            raise FaultsLeftError(message)

    def clear(self) -> None:
        """Forget the script and the latency."""
        with self._lock:
            self._script.clear()
        self.round_trip_seconds = 0.0


def in_channel(channel_id: str) -> Predicate:
    """Build a predicate for calls that name this channel."""

    def names_it(arguments: CallArguments) -> bool:
        return arguments.get("channel") == channel_id

    return names_it
