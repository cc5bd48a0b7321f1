"""What every pair of hands shares: the workspace, the way to the app, and waiting without sleeping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from slackbot.errors import RungError

if TYPE_CHECKING:
    from slackbot.simulator.deliveries import Delivery, Kind
    from slackbot.simulator.delivery import Deliverer
    from slackbot.simulator.model import Channel, Json, Message, Person
    from slackbot.simulator.response_urls import ResponseUrls
    from slackbot.simulator.workspace import Workspace

PATIENCE_SECONDS = 5.0

Found = TypeVar("Found")


class NotShownError(RungError, AssertionError):
    """What was looked for is not on the screen."""


class NotPossibleError(RungError):
    """A person can't do this in Slack; see the message for why."""


class DeliveryFailedError(RungError):
    """The app did not answer as Slack demands; `delivery` tells what happened."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(f"{delivery.name}: {delivery.failure}")
        self.delivery = delivery


@dataclass(frozen=True, slots=True)
class Stage:
    """The workspace and the way to the app; `respond_at` turns a token into a `response_url`."""

    workspace: Workspace
    deliverer: Deliverer
    urls: ResponseUrls
    respond_at: Callable[[str], str]

    def deliver(self, kind: Kind, payload: Json) -> Delivery:
        """Send a payload and wait for its ack; raises DeliveryFailedError when the person sees it fail."""
        return self.wait_acknowledged(self.deliverer.send(kind, payload))

    def wait_acknowledged(self, delivery: Delivery) -> Delivery:
        """Wait for the ack of a delivery; raises DeliveryFailedError when the person sees it fail."""
        self.deliverer.wait(delivery)
        if delivery.failed:
            raise DeliveryFailedError(delivery)
        return delivery

    def wait_for(
        self, find: Callable[[], Found | None], dump: Callable[[], str], within: float = PATIENCE_SECONDS
    ) -> Found:
        """Wait real seconds until `find` finds something; raises NotShownError with what `dump` says."""
        found: list[Found] = []

        def there() -> bool:
            hit = find()
            if hit is not None:
                found.append(hit)
            return hit is not None

        if self.workspace.wait_for(there, timeout=within):
            return found[-1]
        raise NotShownError(dump())

    def response_url(self, person: Person, channel_id: str, message: Message | None = None) -> str:
        """Give out a `response_url` for what a person does in a channel."""
        return self.respond_at(self.urls.issue(person.id, channel_id, message))

    def name_of(self, some_id: str) -> str | None:
        """Say the name people see for a user, channel or group id; None for an unknown one."""
        person = self.workspace.person(some_id)
        if person is not None:
            return person.display_name or person.real_name
        channel = self.workspace.channel(some_id)
        if channel is not None:
            return channel.name
        group = self.workspace.group(some_id)
        return None if group is None else group.handle

    def can_see(self, person: Person, channel: Channel) -> bool:
        """Say whether a person can read a channel: its members, and for a public one all but guests."""
        if person.id in channel.members:
            return not person.deleted
        outside = person.guest or person.ultra_restricted or person.stranger or person.deleted
        return channel.kind == "public_channel" and not outside
