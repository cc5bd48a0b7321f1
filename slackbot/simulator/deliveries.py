"""What the app was told: each payload with what became of it, the newest kept to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from slackbot.simulator.acks import NOTHING, Effect
from slackbot.simulator.payloads import answers

if TYPE_CHECKING:
    from slackbot.simulator.model import Json, Message
    from slackbot.simulator.request_urls import Forgery, HttpAnswer
    from slackbot.simulator.socket_mode import Link

KEPT = 10_000

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(eq=False, slots=True)
class Delivery:
    """One payload on its way to the app: when it left, what came back, what the person saw.

    `attempts` counts how often it left, `retries` how often because nobody acknowledged it in time: what a lost
    connection held comes again as it was (github.com/slackapi/bolt-js/issues/2487). `ack_seconds` counts from `sent_at`
    (monotonic). `failure` is in the person's eyes and stays when an ack comes late. `answers` came back over HTTP.
    """

    kind: Kind
    payload: Json
    envelope_id: str
    attempts: int = 0
    retries: int = 0
    acks: int = 0
    sent_at: float | None = None
    ack_seconds: float | None = None
    ack_body: Any = None
    failure: str | None = None
    effect: Effect = NOTHING
    link: Link | None = None
    answers: list[HttpAnswer] = field(default_factory=list)
    forged: Forgery | None = None
    has_left: bool = False
    retry_reason: str = ""
    followed_by: list[Delivery] = field(default_factory=list)

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
        return answers(self.kind, self.payload)


class Deliveries:
    """Everything the app was told, oldest first; of what is settled about the newest `kept` stay.

    Not guarded by a lock of its own: whoever uses it holds the workspace's.
    """

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._all: list[Delivery] = []
        self._by_envelope: dict[str, list[Delivery]] = {}

    def add(self, *deliveries: Delivery) -> None:
        """Note what is about to be told, and forget what was long ago."""
        for each in deliveries:
            self._all.append(each)
            self._by_envelope.setdefault(each.envelope_id, []).append(each)
        if len(self._all) > self._kept + self._kept // 4:
            self._forget_old_ones()

    def all(self) -> list[Delivery]:
        """List them, oldest first."""
        return list(self._all)

    def in_envelope(self, envelope_id: str) -> list[Delivery]:
        """List what left under one envelope id: one, or what was sent again."""
        return self._by_envelope.get(envelope_id, [])

    def answer_to(self, token: str) -> Message | None:
        """Find the message with which the command was answered whose `response_url` ends in this token."""
        for each in reversed(self._all):
            if "command" in each.payload and str(each.payload.get("response_url")).endswith(f"/{token}"):
                return each.effect.message
        return None

    def _forget_old_ones(self) -> None:
        old, new = self._all[: -self._kept], self._all[-self._kept :]
        self._all = [*(each for each in old if not each.settled), *new]
        self._by_envelope = {}
        for each in self._all:
            self._by_envelope.setdefault(each.envelope_id, []).append(each)
