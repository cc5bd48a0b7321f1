"""The messages of a conversation in the order they are read: days, runs of one author, threads, private notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from slackbot.simulator.model import Message, Person
    from slackbot.simulator.workspace import Workspace

PAGE = 50
RUN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Item:
    """One message with its surroundings; equal items look the same.

    `day` stands above the first message of a day, `runs_on` marks one that needs no name again.
    """

    message: Message
    day: str = ""
    runs_on: bool = False
    replies: int = 0
    repliers: tuple[str, ...] = ()
    replied_at: datetime | None = None

    @property
    def key(self) -> str:
        """What tells it from the others of its conversation."""
        return self.message.ts


def conversation(workspace: Workspace, person: Person, channel_id: str) -> list[Item]:
    """List what a person reads in a conversation, oldest first, thread replies left to their threads."""
    everything = workspace.history.messages(channel_id)
    under: dict[str, list[Message]] = {}
    for message in everything:
        if message.is_reply and message.thread_ts is not None:
            under.setdefault(message.thread_ts, []).append(message)
    top = [each for each in everything if not each.is_reply or each.reply_broadcast]
    notes = [each for each in workspace.history.ephemerals(person.id, channel_id) if not each.thread_ts]
    # A `ts` has as many digits in every message, so texts sort as numbers do.
    shown = sorted([*top, *notes], key=lambda message: message.ts) if notes else top
    return list(_items(shown, under, person))


def thread(workspace: Workspace, person: Person, channel_id: str, ts: str) -> list[Item]:
    """List a thread: its parent, then the replies."""
    parent = workspace.history.parent(channel_id, ts)
    if parent is None:
        return []
    notes = [each for each in workspace.history.ephemerals(person.id, channel_id) if each.thread_ts == ts]
    replies = sorted([*workspace.history.replies(channel_id, ts), *notes], key=lambda message: message.ts)
    return [Item(parent), *(Item(each) for each in replies)]


def before(items: list[Item], ts: str) -> list[Item]:
    """Cut the page that ends before a message."""
    older = [each for each in items if each.key < ts]
    return older[-PAGE:]


def _items(shown: list[Message], under: dict[str, list[Message]], person: Person) -> Iterator[Item]:
    zone = ZoneInfo(person.tz)
    last: Message | None = None
    last_day = None
    for message in shown:
        day = message.posted_at.astimezone(zone).date()
        new_day = day != last_day
        replies = under.get(message.ts, ())
        yield Item(
            message=message,
            day=f"{day:%A, %-d %B}" if new_day else "",
            runs_on=not new_day and last is not None and _runs_on(last, message),
            replies=len(replies),
            repliers=tuple(dict.fromkeys(each.author.user for each in replies))[:3],
            replied_at=replies[-1].posted_at if replies else None,
        )
        last, last_day = message, day


def _runs_on(last: Message, message: Message) -> bool:
    same = last.author == message.author and last.to_user == message.to_user and not last.deleted
    return same and not message.is_reply and not message.blocks and message.posted_at - last.posted_at < RUN
