"""Keeping windows up to date: whoever changes the workspace wakes them, and each is sent what looks different now."""

from __future__ import annotations

import asyncio
import json
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from slackbot.simulator.page import feed
from slackbot.simulator.page.drawing import REGIONS

if TYPE_CHECKING:
    from slackbot.simulator.page.drawing import Drawing
    from slackbot.simulator.page.house import House
    from slackbot.simulator.workspace import Workspace

LOOK_EVERY = 2.0
"""Seconds after which a window is looked at though nothing changed in the workspace: the app's plans may have."""

Patch = dict[str, Any]


class Bell:
    """Wakes every open window when the workspace changes; one thread of its own does the waiting."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._rings: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="page-bell", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._stopping.set()
        with self._workspace.changed:
            self._workspace.changed.notify_all()
        self._thread.join()

    @contextmanager
    def heard(self) -> Iterator[asyncio.Event]:
        """Give an event that is set at every change, for as long as a window is open."""
        ring = asyncio.Event()
        with self._lock:
            self._rings[ring] = asyncio.get_running_loop()
        try:
            yield ring
        finally:
            with self._lock:
                del self._rings[ring]

    def ring(self) -> None:
        """Wake every window now."""
        with self._lock:
            for ring, loop in self._rings.items():
                loop.call_soon_threadsafe(ring.set)

    def _watch(self) -> None:
        known = -1
        while not self._stopping.is_set():
            with self._workspace.changed:
                while self._workspace.revision == known and not self._stopping.is_set():
                    self._workspace.changed.wait()
                known = self._workspace.revision
            self.ring()


class LiveWindow:
    """What one open window has been sent, and what it lacks."""

    def __init__(self, house: House, drawing: Drawing) -> None:
        self._house = house
        self._drawing = drawing
        self._regions: dict[str, int] = {}
        self._lines: dict[str, feed.Line] = {}
        self._told = False

    def news(self) -> list[Patch]:
        """List what looks different since the last time; the first time, everything the page shows at its opening."""
        person, place = self._drawing.window.person, self._drawing.window.place
        patches = self._messages(self._drawing.lines())
        if self._house.workspace.channel(place) is not None:
            self._house.marks.mark(person, place)
        for name in REGIONS:
            html = self._drawing.region(name)
            version = zlib.crc32(html.encode())
            if self._regions.get(name) != version:
                self._regions[name] = version
                patches.append({"region": name, "html": html})
        if patches:
            patches.append({"title": self._drawing.title, "calls": self._drawing.calls()})
        return patches

    def _messages(self, lines: list[feed.Line]) -> list[Patch]:
        now = {line.key: line for line in lines}
        before = self._lines
        self._lines = now
        shown = lines if self._told else feed.newest(lines).lines
        self._told = True
        changed = [line for line in shown if before.get(line.key) != line]
        gone: list[Patch] = [{"gone": key} for key in before if key not in now]
        drawn = zip(changed, self._drawing.messages(changed), strict=True)
        return gone + [{"message": line.key, "html": html} for line, html in drawn]


async def stream(house: House, bell: Bell, drawing: Drawing) -> AsyncIterator[str]:
    """Send a window what changes, as server-sent events, for as long as it is open."""
    live = LiveWindow(house, drawing)
    with bell.heard() as ring:
        while True:
            ring.clear()
            patches = await run_in_threadpool(live.news)
            yield f"data: {json.dumps(patches)}\n\n" if patches else ": nothing new\n\n"
            try:
                await asyncio.wait_for(ring.wait(), LOOK_EVERY)
            except TimeoutError:
                continue
