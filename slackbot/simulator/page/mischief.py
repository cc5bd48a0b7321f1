"""What can be broken by hand, to see how the app copes: each with the way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from slackbot.errors import RungError

if TYPE_CHECKING:
    from slackbot.simulator.model import Channel, Group
    from slackbot.simulator.page.house import House
    from slackbot.simulator.page.window import Window

LIMITED_SECONDS = 60
RETRY_SECONDS = 20
MOST_REFUSED = 200
TOO_MANY = 429
WRITES = ("chat.postMessage", "chat.update")


class NoSuchFaultError(RungError):
    """The page offers no such fault, or what it is to be done to is not there."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to break, or to mend where `broken`; `target` is a channel's or a group's id."""

    name: str
    label: str
    explains: str
    broken: bool = False
    target: str = ""


def offers(house: House, window: Window) -> list[Offer]:
    """List what can be broken or mended now; the channel is the one in the window."""
    channel = house.workspace.channel(window.place)
    found = [] if channel is None or channel.is_im else [*_of_channel(house, channel)]
    found += [_of_group(each) for each in house.workspace.groups()]
    revoked = house.workspace.installation.revoked
    return [
        *found,
        Offer("token", "Give the token back" if revoked else "Revoke the token", "Every call is refused.", revoked),
        Offer("limit", "Limit the rate for a minute", "Posts and edits get a 429 with Retry-After."),
        Offer("drop", "Lose the next answer", "The next post arrives, its answer does not."),
        Offer("links", "Cut the connection", "The app's WebSocket breaks and has to be made anew."),
    ]


def do(house: House, name: str, target: str) -> str:
    """Break or mend something; says what is true from now on.

    Raises:
        NoSuchFaultError: there is no fault of that name, or nothing to do it to.
    """
    fault = _DONE.get(name)
    if fault is None:
        raise NoSuchFaultError
    return fault(house, target)


def _of_channel(house: House, channel: Channel) -> list[Offer]:
    inside = house.workspace.app.bot_user_id in channel.members
    archived, name = channel.archived, f"#{channel.name}"
    return [
        Offer(
            "archive",
            f"{'Bring back' if archived else 'Archive'} {name}",
            "Nobody can post there.",
            archived,
            channel.id,
        ),
        Offer(
            "kick",
            f"{'Remove the app from' if inside else 'Invite the app to'} {name}",
            "The app is no member.",
            not inside,
            channel.id,
        ),
    ]


def _of_group(group: Group) -> Offer:
    empty = not group.members
    label = f"Fill @{group.handle} again" if empty else f"Empty @{group.handle}"
    return Offer("group", label, "A mention of it reaches nobody.", empty, group.id)


def _archive(house: House, target: str) -> str:
    archived = not _channel(house, target).archived
    channel = house.workspace.archive(target, archived=archived)
    return f"#{channel.name} is {'archived' if archived else 'back'}."


def _kick(house: House, target: str) -> str:
    bot, channel = house.workspace.app.bot_user_id, _channel(house, target)
    if bot in channel.members:
        house.workspace.kick(target)
        return f"{house.workspace.app.name} was removed from #{channel.name}."
    house.workspace.invite(target, bot)
    return f"{house.workspace.app.name} is in #{channel.name} again."


def _empty(house: House, target: str) -> str:
    group = house.workspace.group(target)
    if group is None:
        raise NoSuchFaultError
    if group.members:
        house.emptied[target] = group.members
        house.workspace.change_group(target, members=())
        return f"@{group.handle} has no members any more."
    house.workspace.change_group(target, members=house.emptied.pop(target, ()))
    return f"@{group.handle} has its members again."


def _token(house: House, _target: str) -> str:
    installation = house.workspace.installation
    if installation.revoked:
        installation.restore()
        return "The token is good again. An app may take a minute to try it."
    house.workspace.revoke_token()
    return "The token is revoked: Slack refuses every call."


def _limit(house: House, _target: str) -> str:
    clock = house.workspace.clock
    until = clock.now() + timedelta(seconds=LIMITED_SECONDS)
    for method in WRITES:
        house.simulator.faults.status(
            method, TOO_MANY, lambda _call: clock.now() < until, retry_after=RETRY_SECONDS, times=MOST_REFUSED
        )
    return f"For {LIMITED_SECONDS} real seconds posts and edits get a 429."


def _drop(house: House, _target: str) -> str:
    house.simulator.faults.drop_after("chat.postMessage")
    return "The next post will arrive, and its answer will be lost."


def _links(house: House, _target: str) -> str:
    house.simulator.drop_connections()
    return "The connection is cut."


def _channel(house: House, target: str) -> Channel:
    channel = house.workspace.channel(target)
    if channel is None:
        raise NoSuchFaultError
    return channel


_DONE: Mapping[str, Callable[[House, str], str]] = {
    "archive": _archive,
    "kick": _kick,
    "group": _empty,
    "token": _token,
    "limit": _limit,
    "drop": _drop,
    "links": _links,
}
