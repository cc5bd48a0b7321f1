"""How the demo's story is told: what people do is said by the story, what they see is read off the workspace."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from slackbot.cli.acme import ZONE
from slackbot.cli.ink import Ink
from slackbot.clock import Clock
from slackbot.simulator.blocks.display import show_blocks
from slackbot.simulator.hands.stage import Stage as Screen
from slackbot.simulator.model import Message
from slackbot.simulator.text import show


class Teller:
    """Tells the story as it happens.

    A card is told in full when it is posted. Of every other message, and of each update, only the lines are told that
    could not be read there before; a direct message leaves out what the card says as well.
    """

    def __init__(self, screen: Screen, clock: Clock, ink: Ink) -> None:
        self._screen = screen
        self._workspace = screen.workspace
        self._clock = clock
        self._ink = ink
        self._known: dict[tuple[str, str], Message] = {}
        self._read: dict[str, set[str]] = {}
        self._telling = threading.RLock()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="demo-teller", daemon=True)

    def start(self) -> None:
        """Begin to watch the workspace."""
        self._watcher.start()

    def scene(self, title: str) -> None:
        """Begin a new part of the story."""
        with self._telling:
            self._catch_up()
            self._ink.scene(title)

    def does(self, place: str, what: str) -> None:
        """Tell what somebody does; what was to be seen before that comes first."""
        with self._telling:
            self._catch_up()
            self._line(place, what, by_hand=True)

    def sees(self, place: str, what: str, lines: Iterable[str]) -> None:
        """Tell what only one person sees: a form, a receipt."""
        with self._telling:
            self._catch_up()
            self._line(place, what, by_hand=False)
            for line in lines:
                self._ink.aside(line)

    def sees_message(self, place: str, what: str, message: Message) -> None:
        """Tell a message that only one person sees."""
        self.sees(place, what, self._lines(message))

    def stop(self) -> None:
        """Tell what is left and stop watching."""
        self._stopping.set()
        with self._workspace.changed:
            self._workspace.changed.notify_all()
        self._watcher.join()

    def _watch(self) -> None:
        told = -1
        while not self._stopping.is_set():
            with self._workspace.changed:
                while self._workspace.revision == told and not self._stopping.is_set():
                    self._workspace.changed.wait()
                told = self._workspace.revision
            try:
                self._catch_up()
            except BrokenPipeError:
                return  # nobody reads any more; the story meets the same error and ends

    def _catch_up(self) -> None:
        with self._telling:
            for message in self._news():
                # The card comes first, since the direct message leaves out what it says, whichever was quicker.
                if self._read or not self._place(message)[1]:
                    self._tell(message)

    def _news(self) -> list[Message]:
        with self._workspace.changed:
            everything = [
                message
                for channel in self._workspace.channels()
                for message in self._workspace.history.messages(channel.id)
                if message.author.user == self._workspace.app.bot_user_id
            ]
        news = [each for each in everything if self._known.get((each.channel, each.ts)) is not each]
        return sorted(news, key=lambda message: message.changed_at or message.posted_at)

    def _tell(self, message: Message) -> None:
        key = message.channel, message.ts
        edited = key in self._known
        self._known[key] = message
        place, personal = self._place(message)
        lines = self._lines(message)
        told = lines if _is_card(message, edited=edited, personal=personal) else self._unread(lines, place, edited)
        self._read.setdefault(place, set()).update(lines)
        if told:
            self._line(place, f"Rung {_how(message, edited=edited, personal=personal)}:", by_hand=False)
            for line in told:
                self._ink.aside(line)

    def _unread(self, lines: list[str], place: str, edited: bool) -> list[str]:  # noqa: FBT001 - as in _tell
        """Leave out what was read before; nothing is left of an update that merely repeats or moves buttons."""
        personal = not place.startswith("#")
        read = {line for there, said in self._read.items() if personal or there == place for line in said}
        new = [line for line in lines if line not in read]
        if not edited:
            return [line for line in lines if line == lines[0] or line in new or line.startswith("[")]
        beside = ("[", "Next:") if personal else ("[",)
        return new if any(not line.startswith(beside) for line in new) else []

    def _lines(self, message: Message) -> list[str]:
        now, names = self._clock.now(), self._screen.name_of
        if message.blocks:
            return show_blocks(list(message.blocks), tz=ZONE, names=names, now=now)
        return show(message.text, tz=ZONE, names=names, now=now).splitlines()

    def _place(self, message: Message) -> tuple[str, bool]:
        channel = self._workspace.channel(message.channel)
        if channel is None or not channel.is_im:
            return f"#{channel.name if channel else message.channel}", False
        reader = next(each for each in channel.members if each != message.author.user)
        return f"DM to {(self._screen.name_of(reader) or reader).capitalize()}", True

    def _line(self, place: str, what: str, *, by_hand: bool) -> None:
        self._ink.line(time_of_day(self._clock.now()), place, what, by_hand=by_hand)


def time_of_day(at: datetime) -> str:
    """Say the time at Acme as its people's Slack shows it."""
    here = at.astimezone(ZoneInfo(ZONE))
    return f"{here.hour % 12 or 12}:{here:%M %p}"


def _is_card(message: Message, *, edited: bool, personal: bool) -> bool:
    return not (edited or personal or message.is_reply)


def _how(message: Message, *, edited: bool, personal: bool) -> str:
    if edited:
        return "updates its message" if personal else "updates the card"
    if message.is_reply:
        return "calls in the thread and in the channel" if message.reply_broadcast else "calls in the thread"
    return "writes" if personal else "posts the card"
