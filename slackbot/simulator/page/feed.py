"""The messages of a conversation in the order they are read: days, runs of one author, threads, private notes."""

from __future__ import annotations

from bisect import bisect_left
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
    """One message with its surroundings as somebody sees them.

    `day` stands above the first message of a day, `runs_on` marks one that needs no name again.
    """

    message: Message
    day: str = ""
    runs_on: bool = False
    replies: int = 0
    repliers: tuple[str, ...] = ()
    replied_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One message as it stands in its conversation: after which, with which replies; equal lines look the same."""

    message: Message
    previous: Message | None = None
    replies: tuple[Message, ...] = ()

    @property
    def key(self) -> str:
        """What tells it from the others of its conversation."""
        return self.message.ts


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some lines in a row; `older` and `newer` say whether there are more before and after."""

    lines: list[Line]
    older: bool = False
    newer: bool = False


def conversation(workspace: Workspace, person: Person, channel_id: str) -> list[Line]:
    """List what a person reads in a conversation, oldest first, thread replies left to their threads."""
    under: dict[str, list[Message]] = {}
    top = []
    for message in workspace.history.messages(channel_id):
        if message.is_reply and message.thread_ts is not None:
            under.setdefault(message.thread_ts, []).append(message)
        if not message.is_reply or message.reply_broadcast:
            top.append(message)
    notes = [each for each in workspace.history.ephemerals(person.id, channel_id) if not each.thread_ts]
    # A `ts` has as many digits in every message, so texts sort as numbers do.
    shown = sorted([*top, *notes], key=lambda message: message.ts) if notes else top
    return [
        Line(message, previous, tuple(under.get(message.ts, ())))
        for message, previous in zip(shown, [None, *shown], strict=False)
    ]


def newest(lines: list[Line]) -> Stretch:
    """Cut off the end of a conversation."""
    return _cut(lines, len(lines) - PAGE, len(lines))


def before(lines: list[Line], key: str) -> Stretch:
    """Cut the stretch that ends before a message."""
    end = _place(lines, key)
    return _cut(lines, end - PAGE, end)


def after(lines: list[Line], key: str) -> Stretch:
    """Cut the stretch that begins after a message."""
    start = _place(lines, key)
    start += int(start < len(lines) and lines[start].key == key)
    return _cut(lines, start, start + PAGE)


def around(lines: list[Line], key: str) -> Stretch:
    """Cut the stretch with a message in its middle."""
    middle = _place(lines, key)
    return _cut(lines, middle - PAGE // 2, middle + PAGE // 2)


def _place(lines: list[Line], key: str) -> int:
    return bisect_left(lines, key, key=lambda line: line.key)


def _cut(lines: list[Line], start: int, end: int) -> Stretch:
    start = max(0, start)
    return Stretch(lines[start:end], older=start > 0, newer=end < len(lines))


def thread(workspace: Workspace, person: Person, channel_id: str, ts: str) -> list[Item]:
    """List a thread: its parent, then the replies."""
    parent = workspace.history.parent(channel_id, ts)
    if parent is None:
        return []
    notes = [each for each in workspace.history.ephemerals(person.id, channel_id) if each.thread_ts == ts]
    replies = sorted([*workspace.history.replies(channel_id, ts), *notes], key=lambda message: message.ts)
    return [Item(parent), *(Item(each) for each in replies)]


def item(line: Line, person: Person) -> Item:
    """Give a line its surroundings as a person sees them."""
    zone = ZoneInfo(person.tz)
    message, last, replies = line.message, line.previous, line.replies
    day = message.posted_at.astimezone(zone).date()
    new_day = last is None or last.posted_at.astimezone(zone).date() != day
    return Item(
        message=message,
        day=f"{day:%A, %-d %B}" if new_day else "",
        runs_on=not new_day and last is not None and _runs_on(last, message),
        replies=len(replies),
        repliers=tuple(dict.fromkeys(each.author.user for each in replies))[:3],
        replied_at=replies[-1].posted_at if replies else None,
    )


def _runs_on(last: Message, message: Message) -> bool:
    same = last.author == message.author and last.to_user == message.to_user and not last.deleted
    return same and not message.is_reply and not message.blocks and message.posted_at - last.posted_at < RUN
