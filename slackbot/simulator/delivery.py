"""Telling the app what people do, and holding it to its three seconds.

Rules: docs.slack.dev/interactivity/handling-user-interaction (the ack), docs.slack.dev/apis/events-api (retries).
Socket Mode's first retry comes about four seconds after the envelope that nobody acknowledged; the rest of its
schedule is not published.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from slackbot.simulator.acks import NOTHING, Effect, apply_ack
from slackbot.simulator.refusals import RefusedError

if TYPE_CHECKING:
    from slackbot.simulator.model import Json
    from slackbot.simulator.socket_mode import Link, SocketMode
    from slackbot.simulator.wire import LoopbackServer
    from slackbot.simulator.workspace import Workspace

ACK_SECONDS = 3.0
RETRY_SECONDS = 4.0
MOST_RETRIES = 3

Kind = Literal["slash_commands", "interactive", "events_api"]

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Delivery:
    """One payload on its way to the app: when it left, what came back, what the person saw.

    `sent_at` is of the monotonic clock and `ack_seconds` counts from it, both in real seconds. `failure` says what
    went wrong in the person's eyes; it stays when an ack comes late.
    """

    kind: Kind
    payload: Json
    envelope_id: str
    attempts: int = 0
    acks: int = 0
    sent_at: float | None = None
    ack_seconds: float | None = None
    ack_body: Any = None
    failure: str | None = None
    effect: Effect = NOTHING
    link: Link | None = None

    @property
    def failed(self) -> bool:
        """Say whether the person saw it fail, or the event was given up."""
        return self.failure is not None

    @property
    def settled(self) -> bool:
        """Say whether it was acknowledged or failed."""
        return self.failed or self.ack_seconds is not None

    @property
    def name(self) -> str:
        """Name it as a reader knows it: the command, the action, the event."""
        if "command" in self.payload:
            return str(self.payload["command"])
        event = self.payload.get("event")
        return str(event.get("type") if isinstance(event, dict) else self.payload.get("type"))

    @property
    def accepts_response_payload(self) -> bool:
        """Say whether the body of its ack counts."""
        answering = ("view_submission", "block_suggestion")
        return self.kind == "slash_commands" or self.payload.get("type") in answering


class Deliverer:
    """Sends payloads over Socket Mode, times their acks, applies them and sends lost events again."""

    def __init__(
        self,
        workspace: Workspace,
        server: LoopbackServer,
        sockets: SocketMode,
        *,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._workspace = workspace
        self._server = server
        self._sockets = sockets
        self._retry_seconds = retry_seconds
        self.all: list[Delivery] = []
        self._by_envelope: dict[str, list[Delivery]] = {}
        sockets.listen(self._acknowledge, self._send_waiting_events)

    def send(self, kind: Kind, payload: Json) -> Delivery:
        """Send a payload and return at once; wait with `wait`."""
        return self._begin(Delivery(kind, payload, str(uuid.uuid4())))

    def send_again(self, delivery: Delivery) -> Delivery:
        """Send the same envelope once more, as Slack may after a reconnect."""
        return self._begin(Delivery(delivery.kind, delivery.payload, delivery.envelope_id))

    def wait(self, delivery: Delivery, timeout: float = ACK_SECONDS + 1) -> Delivery:
        """Wait real seconds until a delivery is acknowledged or failed; raises TimeoutError."""
        with self._workspace.changed:
            if not self._workspace.changed.wait_for(lambda: delivery.settled, timeout):
                message = f"{delivery.name} was neither acknowledged nor failed in {timeout:g} s."
                raise TimeoutError(message)
        return delivery

    def failures(self) -> list[Delivery]:
        """List what failed, oldest first."""
        with self._workspace.changed:
            return [each for each in self.all if each.failed]

    def _begin(self, delivery: Delivery) -> Delivery:
        with self._workspace.changed:
            self.all.append(delivery)
            self._by_envelope.setdefault(delivery.envelope_id, []).append(delivery)
        self._server.loop.call_soon_threadsafe(self._attempt, delivery)
        return delivery

    def _attempt(self, delivery: Delivery) -> None:
        loop = self._server.loop
        link = self._sockets.send(_envelope(delivery))
        if link is None:
            if delivery.kind != "events_api":
                self._fail(delivery, "the app has no open connection")
            return
        delivery.link = link
        delivery.attempts += 1
        if delivery.sent_at is None:
            delivery.sent_at = loop.time()
        if delivery.kind == "events_api":
            loop.call_later(self._retry_seconds, self._retry, delivery, delivery.attempts)
        else:
            loop.call_later(ACK_SECONDS, self._expire, delivery)

    def _expire(self, delivery: Delivery) -> None:
        if not delivery.settled:
            self._fail(delivery, f"operation_timeout: no ack within {ACK_SECONDS:.3f} s")

    def _retry(self, delivery: Delivery, attempt: int) -> None:
        if delivery.settled or delivery.attempts != attempt:
            return
        if delivery.attempts > MOST_RETRIES:
            self._fail(delivery, f"given up after {MOST_RETRIES} retries")
        else:
            self._attempt(delivery)

    def _send_waiting_events(self) -> None:
        with self._workspace.changed:
            waiting = [each for each in self.all if each.kind == "events_api" and not each.settled]
        for delivery in waiting:
            if delivery.link is None or not self._sockets.is_open(delivery.link):
                self._attempt(delivery)

    def _acknowledge(self, envelope_id: str, body: Any) -> None:
        now = self._server.loop.time()
        with self._workspace.changed:
            known = self._by_envelope.get(envelope_id)
            if not known:
                log.warning("The app acknowledged an envelope nobody sent: %s", envelope_id)
                return
            delivery = next((each for each in known if each.ack_seconds is None), known[-1])
            delivery.acks += 1
            if delivery.ack_seconds is None:
                self._settle(delivery, body, now)
            self._workspace.changes.touch()

    def _settle(self, delivery: Delivery, body: Any, now: float) -> None:
        started = now if delivery.sent_at is None else delivery.sent_at
        delivery.ack_body = body
        in_time = delivery.kind == "events_api" or now - started <= ACK_SECONDS
        try:
            if in_time and not delivery.failed and delivery.accepts_response_payload:
                delivery.effect = apply_ack(self._workspace, delivery.payload, body)
        except RefusedError as refused:
            delivery.failure = str(refused)
        if not in_time and not delivery.failed:
            delivery.failure = f"operation_timeout: ack after {now - started:.3f} s"
        delivery.ack_seconds = now - started

    def _fail(self, delivery: Delivery, why: str) -> None:
        with self._workspace.changed:
            delivery.failure = why
            self._workspace.changes.touch()


def _envelope(delivery: Delivery) -> Json:
    envelope: Json = {
        "envelope_id": delivery.envelope_id,
        "type": delivery.kind,
        "accepts_response_payload": delivery.accepts_response_payload,
        "payload": delivery.payload,
    }
    if delivery.kind == "events_api":
        envelope["retry_attempt"] = delivery.attempts
        envelope["retry_reason"] = "timeout" if delivery.attempts else ""
    return envelope
