"""Telling the app what people do, and holding it to its three seconds.

Rules: docs.slack.dev/interactivity/handling-user-interaction (the ack), docs.slack.dev/apis/events-api (retries).
Socket Mode's first retry comes about four seconds after; the rest of its schedule is not published. Commands and
interactions are never sent again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from slackbot.simulator.acks import apply_ack
from slackbot.simulator.deliveries import KEPT, Deliveries, Delivery
from slackbot.simulator.mishaps import DeliveryScript
from slackbot.simulator.payloads import envelope
from slackbot.simulator.refusals import RefusedError

if TYPE_CHECKING:
    from slackbot.simulator.deliveries import Kind
    from slackbot.simulator.model import Json
    from slackbot.simulator.request_urls import HttpAnswer, RequestSender
    from slackbot.simulator.socket_mode import SocketMode
    from slackbot.simulator.wire import LoopbackServer
    from slackbot.simulator.workspace import Workspace

ACK_SECONDS = 3.0
RETRY_SECONDS = 4.0
MOST_RETRIES = 3
HTTP_RETRY_SECONDS = (0.0, 60.0, 300.0)

log = logging.getLogger(__name__)


class Deliverer:
    """Sends payloads over Socket Mode or HTTP, times their acks, applies them and sends lost events again.

    `retry_seconds` is when an event comes again over Socket Mode, `http_retry_seconds` after what pauses over HTTP, all
    real. `mishaps` is the script of what goes wrong on the way; of what is settled the newest `kept` stay in `told`.
    """

    def __init__(
        self,
        workspace: Workspace,
        server: LoopbackServer,
        sockets: SocketMode,
        requests: RequestSender,
        *,
        retry_seconds: float = RETRY_SECONDS,
        http_retry_seconds: Sequence[float] = HTTP_RETRY_SECONDS,
        kept: int = KEPT,
    ) -> None:
        self._workspace = workspace
        self._server = server
        self._sockets = sockets
        self._requests = requests
        self._retry_seconds = retry_seconds
        self._http_retry_seconds = http_retry_seconds
        self.told = Deliveries(kept)
        self.mishaps = DeliveryScript()
        self._waiting: list[Delivery] = []
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

    def _begin(self, delivery: Delivery) -> Delivery:
        mishap = self.mishaps.take(delivery.name)
        delivery.forged = mishap.forged
        copies = [Delivery(delivery.kind, delivery.payload, delivery.envelope_id) for _ in range(mishap.copies)]
        with self._workspace.changed:
            self.told.add(delivery, *copies)
            if mishap.waits:
                self._waiting.append(delivery)
                return delivery
            delivery.followed_by, self._waiting = [*copies, *self._waiting], []
        loop = self._server.loop
        if mishap.seconds_late:
            loop.call_soon_threadsafe(loop.call_later, mishap.seconds_late, self._leave, delivery)
        else:
            loop.call_soon_threadsafe(self._leave, delivery)
        return delivery

    def _leave(self, delivery: Delivery) -> None:
        if not delivery.has_left:
            delivery.has_left = True
            self._attempt(delivery)

    def _attempt(self, delivery: Delivery) -> None:
        if self._requests.urls() is not None:
            self._attempt_by_http(delivery)
        elif delivery.forged is not None:
            self._fail(delivery, "Socket Mode signs nothing that could be forged; give the installation request URLs")
        else:
            self._attempt_by_socket(delivery)
            for each in self._followers(delivery):
                self._leave(each)

    def _attempt_by_socket(self, delivery: Delivery) -> None:
        loop = self._server.loop
        frame = envelope(delivery.envelope_id, delivery.kind, delivery.payload, retries=delivery.retries)
        link = self._sockets.send(frame)
        if link is None:
            if delivery.kind != "events_api":
                self._fail(delivery, "the app has no open connection")
            return
        delivery.link = link
        self._count_attempt(delivery)
        if delivery.kind == "events_api":
            loop.call_later(self._retry_seconds, self._retry, delivery, delivery.attempts)
        else:
            loop.call_later(ACK_SECONDS, self._expire, delivery)

    def _attempt_by_http(self, delivery: Delivery) -> None:
        self._count_attempt(delivery)
        if delivery.kind != "events_api":
            self._server.loop.call_later(ACK_SECONDS, self._expire, delivery)
        self._requests.deliver_soon(
            delivery.payload,
            lambda answer: self._answered(delivery, answer),
            retry=(delivery.retries, delivery.retry_reason) if delivery.retries else None,
            forged=delivery.forged,
        )

    def _answered(self, delivery: Delivery, answer: HttpAnswer) -> None:
        with self._workspace.changed:
            delivery.answers.append(answer)
            if answer.is_ack(event=delivery.kind == "events_api"):
                delivery.acks += 1
                self._settle(delivery, answer.json(), self._server.loop.time())
            else:
                self._not_accepted(delivery, answer)
            self._workspace.changes.touch()
        for each in self._followers(delivery):
            self._server.loop.call_soon_threadsafe(self._leave, each)

    def _not_accepted(self, delivery: Delivery, answer: HttpAnswer) -> None:
        delivery.retry_reason = answer.reason or "http_error"
        if delivery.kind == "events_api" and delivery.forged is None and answer.headers.get("x-slack-no-retry") != "1":
            if delivery.retries < MOST_RETRIES:
                loop, pause = self._server.loop, self._http_retry_seconds[delivery.retries]
                loop.call_soon_threadsafe(loop.call_later, pause, self._retry, delivery, delivery.attempts)
                return
            delivery.failure = f"given up after {MOST_RETRIES} retries"
        elif not delivery.failed:
            reason = "operation_timeout" if answer.reason == "http_timeout" else delivery.retry_reason
            delivery.failure = f"{reason}: the app answered {answer.status or 'nothing'}"

    def _followers(self, delivery: Delivery) -> list[Delivery]:
        followers, delivery.followed_by = delivery.followed_by, []
        return followers

    def _count_attempt(self, delivery: Delivery) -> None:
        delivery.attempts += 1
        if delivery.sent_at is None:
            delivery.sent_at = self._server.loop.time()

    def _expire(self, delivery: Delivery) -> None:
        if not delivery.settled:
            self._fail(delivery, f"operation_timeout: no ack within {ACK_SECONDS:.3f} s")

    def _retry(self, delivery: Delivery, attempt: int) -> None:
        if delivery.settled or delivery.attempts != attempt:
            return
        if delivery.retries >= MOST_RETRIES:
            self._fail(delivery, f"given up after {MOST_RETRIES} retries")
        else:
            delivery.retries += 1
            self._attempt(delivery)

    def _send_waiting_events(self) -> None:
        with self._workspace.changed:
            events = [each for each in self.told.all() if each.kind == "events_api" and each.has_left]
            waiting = [each for each in events if not each.settled and self._requests.urls() is None]
        for delivery in waiting:
            if delivery.link is None or not self._sockets.is_open(delivery.link):
                self._attempt(delivery)

    def _acknowledge(self, envelope_id: str, body: Any) -> None:
        now = self._server.loop.time()
        with self._workspace.changed:
            known = self.told.in_envelope(envelope_id)
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
