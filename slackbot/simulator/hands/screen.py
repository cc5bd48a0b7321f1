"""Messages and conversations as people see them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from slackbot.simulator.blocks.display import show_blocks
from slackbot.simulator.hands.stage import PATIENCE_SECONDS, NotShownError, Stage
from slackbot.simulator.text import show

if TYPE_CHECKING:
    from slackbot.simulator.model import Channel, Json, Message

UTC_NAME = "UTC"


class Reader(Protocol):
    """Somebody who reads: their zone decides how instants are shown."""

    @property
    def tz(self) -> str:
        """The IANA name of the reader's zone."""
        ...


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as it stood when it was looked at."""

    message: Message
    stage: Stage = field(repr=False, compare=False)

    @property
    def ts(self) -> str:
        """Its identity within the channel."""
        return self.message.ts

    @property
    def channel_id(self) -> str:
        """The id of the conversation it stands in."""
        return self.message.channel

    @property
    def text(self) -> str:
        """The top-level text: what notifications and screen readers get."""
        return self.message.text

    @property
    def blocks(self) -> tuple[Json, ...]:
        """Its blocks as the app sent them."""
        return self.message.blocks

    @property
    def lines(self) -> list[str]:
        """What a reader in UTC sees: the blocks, or the text where there are none."""
        return self._lines(UTC_NAME)

    def as_seen_by(self, reader: Reader) -> list[str]:
        """Say what a person sees, line by line, in that person's zone."""
        return self._lines(reader.tz)

    def says(self, *texts: str) -> bool:
        """Say whether each text stands in its blocks or its top-level text."""
        everything = "\n".join([*self.lines, self._plain(UTC_NAME)])
        return all(text in everything for text in texts)

    def now(self) -> ShownMessage:
        """Look at the same message again; raises NotShownError when it is gone."""
        history = self.stage.workspace.history
        newest = history.get(self.channel_id, self.ts) or history.ephemeral(self.channel_id, self.ts)
        if newest is None:
            message = f"The message {self.ts} is gone:\n{self}"
            raise NotShownError(message)
        return ShownMessage(newest, self.stage)

    def _lines(self, tz: str) -> list[str]:
        if not self.message.blocks:
            return self._plain(tz).splitlines()
        now = self.stage.workspace.changes.calendar.now()
        blocks = list(self.message.blocks)
        return show_blocks(blocks, tz=tz, names=self.stage.name_of, now=now)

    def _plain(self, tz: str) -> str:
        now = self.stage.workspace.changes.calendar.now()
        return show(self.message.text, tz=tz, names=self.stage.name_of, now=now)

    def __str__(self) -> str:
        author = self.stage.name_of(self.message.author.user) or self.message.author.user
        return "\n".join([f"[{self.ts}] {author}:", *(f"    {line}" for line in self.lines)])


@dataclass(frozen=True, slots=True)
class ShownChannel:
    """A conversation on the screen; with `thread_ts` the thread under that message."""

    stage: Stage = field(repr=False, compare=False)
    id: str
    thread_ts: str | None = None

    @property
    def channel(self) -> Channel:
        """The conversation as it is now; raises NotShownError when there is none."""
        found = self.stage.workspace.channel(self.id)
        if found is None:
            message = f"There is no channel {self.id}."
            raise NotShownError(message)
        return found

    @property
    def name(self) -> str:
        """What a reader calls it."""
        channel = self.channel
        place = "a direct message" if channel.is_im else f"#{channel.name}"
        return place if self.thread_ts is None else f"the thread {self.thread_ts} in {place}"

    def messages(self) -> list[ShownMessage]:
        """List what is visible here, oldest first: replies show in their thread, broadcast ones also outside."""
        shown = [each for each in self.stage.workspace.history.messages(self.id) if not each.deleted]
        if self.thread_ts is None:
            here = [each for each in shown if not each.is_reply or each.reply_broadcast]
        else:
            here = [each for each in shown if each.is_reply and each.thread_ts == self.thread_ts]
        return [ShownMessage(each, self.stage) for each in here]

    def matching(self, *texts: str) -> list[ShownMessage]:
        """List the visible messages that say each of the texts, oldest first."""
        return [each for each in self.messages() if each.says(*texts)]

    def shows(self, *texts: str, within: float = PATIENCE_SECONDS) -> ShownMessage:
        """Wait real seconds for a message that says each text and give the newest; raises NotShownError."""
        judged: dict[str, tuple[Message, bool]] = {}

        def newest() -> ShownMessage | None:
            # Asked again at every change of the workspace: only what changed is read again.
            for each in reversed(self.messages()):
                known = judged.get(each.ts)
                if known is None or known[0] is not each.message:
                    known = judged[each.ts] = (each.message, each.says(*texts))
                if known[1]:
                    return each
            return None

        wanted = " and ".join(repr(text) for text in texts)
        return self.stage.wait_for(newest, lambda: f"{self.name} does not show {wanted}.\n{self.dump()}", within)

    def does_not_show(self, *texts: str) -> None:
        """Raise NotShownError if a message that is visible now says each text."""
        found = self.matching(*texts)
        if found:
            wanted = " and ".join(repr(text) for text in texts)
            message = f"{self.name} shows {wanted}:\n{found[-1]}"
            raise NotShownError(message)

    def thread(self, message: ShownMessage) -> ShownChannel:
        """Open the thread under a message."""
        return ShownChannel(self.stage, self.id, message.message.thread_ts or message.ts)

    def dump(self) -> str:
        """Write down all that is visible here."""
        shown = self.messages()
        return "\n".join(["It shows:", *map(str, shown)]) if shown else "It is empty."
