"""The messages of a simulated workspace: posted, edited, deleted, threaded, ephemeral; and whom they called."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import Literal

from slackbot.simulator.blocks.pings import pings_in
from slackbot.simulator.changes import Changes
from slackbot.simulator.element_state import with_ids
from slackbot.simulator.model import Author, Draft, Message, Ping
from slackbot.simulator.shapes import message_json
from slackbot.simulator.text import sanitise

_MICRO = 1_000_000
MOST_PINGS = 10_000
MOST_EPHEMERALS = 50
"""The oldest are forgotten beyond it, as a reload of Slack forgets them all."""


def slack_ts(micros: int) -> str:
    """Write microseconds since 1970 as Slack writes a message's `ts`."""
    return f"{micros // _MICRO}.{micros % _MICRO:06d}"


class History:
    """Every message of every channel, in the order of `ts`, and every ping the app caused."""

    def __init__(self, changes: Changes, team_id: str) -> None:
        self._changes = changes
        self._team_id = team_id
        self._channels: dict[str, dict[str, Message]] = {}
        self._ephemerals: dict[tuple[str, str], Message] = {}
        self._newest: dict[str, int] = {}
        self.pings: deque[Ping] = deque(maxlen=MOST_PINGS)

    def keep_pings(self, kept: int) -> None:
        """Keep so many pings, the newest, from now on."""
        with self._changes.lock:
            self.pings = deque(self.pings, maxlen=kept)

    def messages(self, channel_id: str) -> list[Message]:
        """List what is visible in a channel, thread replies and tombstones included, oldest first."""
        with self._changes.lock:
            return list(self._channels.get(channel_id, {}).values())

    def everything(self) -> list[Message]:
        """List every visible message of the workspace, channel by channel."""
        with self._changes.lock:
            return [each for channel in self._channels.values() for each in channel.values()]

    def get(self, channel_id: str, ts: str) -> Message | None:
        """Find a message that is not deleted."""
        with self._changes.lock:
            found = self._channels.get(channel_id, {}).get(ts)
            return None if found is None or found.deleted else found

    def parent(self, channel_id: str, ts: str) -> Message | None:
        """Find a message that can stand above a thread; a tombstone can."""
        with self._changes.lock:
            return self._channels.get(channel_id, {}).get(ts)

    def replies(self, channel_id: str, ts: str) -> list[Message]:
        """List the replies under a parent, oldest first."""
        return [each for each in self.messages(channel_id) if each.is_reply and each.thread_ts == ts]

    def ephemerals(self, user_id: str, channel_id: str | None = None) -> list[Message]:
        """List the ephemeral messages shown to one person, in one channel or in all, oldest first."""
        with self._changes.lock:
            return [
                each
                for each in self._ephemerals.values()
                if each.to_user == user_id and channel_id in (None, each.channel)
            ]

    def ephemeral(self, channel_id: str, ts: str) -> Message | None:
        """Find an ephemeral message that is still shown."""
        with self._changes.lock:
            return self._ephemerals.get((channel_id, ts))

    def post(self, channel_id: str, author: Author, draft: Draft) -> Message:
        """Add a message to a channel; rights and limits are the caller's to check."""
        with self._changes.lock:
            message = self._written(channel_id, author, draft)
            self._channels.setdefault(channel_id, {})[message.ts] = message
            self._note_ping(message, "post")
            self._tell(message)
            self._changes.touch()
            return message

    def post_ephemeral(self, channel_id: str, user_id: str, author: Author, draft: Draft) -> Message:
        """Show a message to one person only; it never enters the channel's history."""
        with self._changes.lock:
            message = replace(self._written(channel_id, author, draft), to_user=user_id)
            self._ephemerals[channel_id, message.ts] = message
            if len(self._ephemerals) > MOST_EPHEMERALS:
                del self._ephemerals[next(iter(self._ephemerals))]
            self._note_ping(message, "ephemeral")
            self._changes.touch()
            return message

    def edit(self, message: Message, draft: Draft, *, marked: bool = True) -> Message:
        """Put other content into a message, ephemeral ones included; `marked` says whether "(edited)" shows.

        The thread and the author stay; `draft.metadata` None leaves the message without metadata.
        """
        with self._changes.lock:
            now = self._changes.now()
            changed = replace(
                message,
                text=sanitise(draft.text),
                blocks=with_ids(draft.blocks, self._changes.next_serial()),
                attachments=draft.attachments,
                metadata=draft.metadata,
                parsed=draft.parsed,
                reply_broadcast=message.reply_broadcast or draft.reply_broadcast,
                edited_ts=slack_ts(_micros(now)) if marked else message.edited_ts,
                changed_at=self._changes.calendar.now(),
            )
            self._put(changed)
            self._note_ping(changed, "edit")
            if changed.to_user is None:
                self._tell(changed, "message_changed")
            self._changes.touch()
            return changed

    def delete(self, message: Message) -> None:
        """Take a message away; the parent of a living thread stays as a tombstone."""
        with self._changes.lock:
            if message.to_user is not None:
                self._ephemerals.pop((message.channel, message.ts), None)
            elif self.replies(message.channel, message.ts):
                gone = replace(message, text="This message was deleted.", blocks=(), attachments=())
                self._put(replace(gone, deleted=True, metadata=None, reactions={}))
            else:
                self._channels[message.channel].pop(message.ts, None)
            if message.to_user is None:
                self._tell(message, "message_deleted")
            self._changes.touch()

    def react(self, message: Message, user_id: str, emoji: str) -> Message:
        """Add a person's reaction; `emoji` is its name without colons."""
        with self._changes.lock:
            users = (*message.reactions.get(emoji, ()), user_id)
            changed = replace(message, reactions={**message.reactions, emoji: users})
            self._put(changed)
            self._changes.emit(
                {
                    "type": "reaction_added",
                    "user": user_id,
                    "reaction": emoji,
                    "item": {"type": "message", "channel": message.channel, "ts": message.ts},
                    "item_user": message.author.user,
                }
            )
            self._changes.touch()
            return changed

    def unreact(self, message: Message, user_id: str, emoji: str) -> Message:
        """Take a person's reaction away."""
        with self._changes.lock:
            users = tuple(each for each in message.reactions.get(emoji, ()) if each != user_id)
            others = {name: held for name, held in message.reactions.items() if name != emoji}
            changed = replace(message, reactions={**others, emoji: users} if users else others)
            self._put(changed)
            self._changes.touch()
            return changed

    def dismiss_ephemerals(self, user_id: str) -> None:
        """Forget what was shown to one person only, as a reload of Slack does."""
        with self._changes.lock:
            for key in [k for k, each in self._ephemerals.items() if each.to_user == user_id]:
                del self._ephemerals[key]
            self._changes.touch()

    def next_ts(self, channel_id: str) -> str:
        """Give out a `ts`: the workspace's time, unique and growing within the channel."""
        with self._changes.lock:
            micros = max(_micros(self._changes.now()), self._newest.get(channel_id, 0) + 1)
            self._newest[channel_id] = micros
            return slack_ts(micros)

    def _written(self, channel_id: str, author: Author, draft: Draft) -> Message:
        ts = self.next_ts(channel_id)
        return Message(
            channel=channel_id,
            ts=ts,
            author=author,
            text=sanitise(draft.text),
            blocks=with_ids(draft.blocks, self._changes.next_serial()),
            posted_at=self._changes.calendar.now(),
            attachments=draft.attachments,
            metadata=draft.metadata,
            thread_ts=draft.thread_ts,
            reply_broadcast=draft.reply_broadcast,
            parsed=draft.parsed,
        )

    def _put(self, message: Message) -> None:
        if message.to_user is not None:
            self._ephemerals[message.channel, message.ts] = message
        else:
            self._channels[message.channel][message.ts] = message

    def _tell(self, message: Message, subtype: str | None = None) -> None:
        shown = message_json(message, team_id=self._team_id)
        if subtype == "message_changed":
            shown = {"type": "message", "subtype": subtype, "message": shown, "ts": message.ts}
        elif subtype == "message_deleted":
            shown = {"type": "message", "subtype": subtype, "deleted_ts": message.ts}
        self._changes.emit({**shown, "channel": message.channel})

    def _note_ping(self, message: Message, how: Literal["post", "edit", "ephemeral"]) -> None:
        if message.author.bot_id is None:
            return
        called = pings_in(list(message.blocks), message.text, text_verbatim=not message.parsed)
        if not called:
            return
        self.pings.append(
            Ping(
                at=self._changes.now(),
                channel=message.channel,
                ts=message.ts,
                users=called.users,
                groups=called.groups,
                everyone=called.broadcasts,
                text=message.text,
                how=how,
            )
        )


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * _MICRO + at.microsecond
