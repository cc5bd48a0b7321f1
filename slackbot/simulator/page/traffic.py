"""What went to and fro between the workspace and the app: each request with its ack, each call with its result."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slackbot.simulator.deliveries import Delivery
    from slackbot.simulator.faults import MetFault
    from slackbot.simulator.model import ApiCall, Json
    from slackbot.simulator.server import Simulator

MOST = 60
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the panel; `way` is `in` for what the app was told, `out` for what it called."""

    at: datetime
    way: str
    name: str
    result: str
    bad: bool
    rule: str
    detail: str


def entries(simulator: Simulator) -> list[Entry]:
    """List the newest of both kinds, the newest first; times are the workspace's."""
    with simulator.workspace.changed:
        told = list(islice(reversed(simulator.deliveries), MOST))
        calls = simulator.workspace.journal.calls()[-MOST:]
        met = list(simulator.faults.met)
    everything = [*map(_told, told), *map(_called, calls), *map(_met, met)]
    return sorted(everything, key=lambda entry: entry.at, reverse=True)[:MOST]


def _told(delivery: Delivery) -> Entry:
    at = _instant(delivery.sent_at)
    if delivery.failed:
        result = "failed"
    elif delivery.ack_seconds is None:
        result = "waiting for the ack"
    else:
        result = f"ack {delivery.ack_seconds * 1000:.0f} ms"
    name = _what(delivery.name, delivery.payload)
    return Entry(at, "in", name, result, delivery.failed, delivery.failure or "", _written(delivery.payload))


def _called(call: ApiCall) -> Entry:
    result = "ok" if call.error is None else call.error
    return Entry(call.at, "out", call.method, result, call.error is not None, call.rule or "", _written(call.args))


def _met(met: MetFault) -> Entry:
    fault = met.fault
    result = "no answer" if fault.cuts_connection else fault.name
    what = "it was done all the same" if fault.applies else "nothing was done"
    return Entry(
        _instant(met.at), "out", met.method, result, bad=True, rule=f"A fault put in by hand: {what}.", detail=""
    )


def _instant(monotonic: float | None) -> datetime:
    """Place what the monotonic clock timed among what the calendar did."""
    ago = 0.0 if monotonic is None else time.monotonic() - monotonic
    return datetime.now(UTC) - timedelta(seconds=ago)


def _what(name: str, payload: Json) -> str:
    if "command" in payload:
        return f"{name} {payload.get('text', '')}".strip()
    actions = payload.get("actions") or [{}]
    inside = actions[0].get("action_id") or payload.get("callback_id") or (payload.get("view") or {}).get("callback_id")
    return f"{name} {inside}" if inside else name


def _written(value: Any) -> str:
    text = json.dumps(value, indent=1, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n..."
