"""What each person has read, and what is new to them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slackbot.simulator.blocks.pings import pings_in

if TYPE_CHECKING:
    from slackbot.simulator.model import Channel, Message, Person
    from slackbot.simulator.workspace import Workspace


@dataclass(frozen=True, slots=True)
class News:
    """How many messages of a conversation are unread, and how many of them call the reader."""

    unread: int = 0
    calls: int = 0


class ReadMarks:
    """Up to which message each person has read each conversation."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._marks: dict[tuple[str, str], str] = {}

    def mark(self, person_id: str, channel_id: str) -> str:
        """Note that somebody has read all of a conversation, and say up to where they had read it before."""
        newest = self._workspace.history.messages(channel_id)
        with self._lock:
            before = self._marks.get((person_id, channel_id), "")
            if newest:
                self._marks[person_id, channel_id] = newest[-1].ts
            return before

    def mark_everything(self) -> None:
        """Begin with nothing unread, as for people who were here all along."""
        for channel in self._workspace.channels():
            for person_id in channel.members:
                self.mark(person_id, channel.id)

    def news(self, person: Person, channel: Channel) -> News:
        """Count what is new; whoever is not in a channel is told of nothing there."""
        if person.id not in channel.members:
            return News()
        with self._lock:
            since = self._marks.get((person.id, channel.id), "")
        new = [each for each in self._newer(channel.id, since) if each.author.user != person.id]
        called = called_by(self._workspace, person)
        return News(len(new), len(new) if channel.is_im else sum(1 for each in new if _calls(each, called)))

    def _newer(self, channel_id: str, since: str) -> list[Message]:
        found = []
        for message in reversed(self._workspace.history.messages(channel_id)):
            if message.ts <= since:
                break
            if not message.deleted and (not message.is_reply or message.reply_broadcast):
                found.append(message)
        return found


def called_by(workspace: Workspace, person: Person) -> frozenset[str]:
    """List the ids by which a mention calls somebody: their own and their groups'."""
    return frozenset({person.id, *(each.id for each in workspace.groups() if person.id in each.members)})


def name_of(workspace: Workspace) -> Callable[[str], str | None]:
    """Build the look-up of the names people see for user, channel and group ids."""

    def find(some_id: str) -> str | None:
        person = workspace.person(some_id)
        if person is not None:
            return person.display_name or person.real_name
        place = workspace.channel(some_id)
        if place is not None:
            return place.name
        group = workspace.group(some_id)
        return None if group is None else group.handle

    return find


def _calls(message: Message, called: frozenset[str]) -> bool:
    pings = pings_in(list(message.blocks), message.text, text_verbatim=not message.parsed)
    return bool(pings.broadcasts or (pings.users | pings.groups) & called)
