"""What one browser window shows: as whom, where, which thread, which side panel. All of it stands in its address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from slackbot.simulator.model import Channel, Person
    from slackbot.simulator.workspace import Workspace

HOME = "home"
PANELS = ("why", "traffic", "faults")
_ARCHIVE = re.compile(r"https://([\w-]+)\.slack\.com/archives/(\w+)(?:/p(\d{10})(\d{6}))?(?:\?thread_ts=([\d.]+))?.*")


@dataclass(frozen=True, slots=True)
class Window:
    """Whose eyes (`person`), which conversation or the app's Home tab (`place`), and what stands beside it."""

    person: str
    place: str
    thread: str = ""
    panel: str = ""

    def address(self, **changes: Any) -> str:
        """Write the address of this window, or of one that differs from it."""
        other = replace(self, **changes)
        named = {"as": other.person, "in": other.place, "thread": other.thread, "panel": other.panel}
        return "/?" + urlencode({name: value for name, value in named.items() if value})

    def lead(self, workspace: Workspace, url: str) -> str:
        """Turn a channel's id, or a link into the workspace, into an address here; other links stay as they are."""
        if workspace.channel(url) is not None:
            return self.address(place=url, thread="")
        match = _ARCHIVE.fullmatch(url)
        if match is None or match[1] != workspace.domain:
            return url
        ts = f"{match[3]}.{match[4]}" if match[3] else ""
        there = self.address(place=match[2], thread=match[5] or "")
        return f"{there}#m{ts}" if ts else there


def window_of(workspace: Workspace, asked: Mapping[str, str]) -> Window:
    """Read a window out of an address; what is missing or wrong becomes the first person, the first channel."""
    people = humans(workspace)
    person = next((each for each in people if asked.get("as") in (each.id, each.name)), people[0])
    places = [each.id for each in visible(workspace, person)]
    if workspace.app.home_tab:
        places.append(HOME)
    place = asked.get("in", "")
    panel = asked.get("panel", "")
    return Window(
        person=person.id,
        place=place if place in places else places[0],
        thread=asked.get("thread", "") if place in places else "",
        panel=panel if panel in PANELS else "",
    )


def humans(workspace: Workspace) -> list[Person]:
    """List whom one can act as."""
    return [each for each in workspace.people() if not each.is_bot and not each.deleted]


def visible(workspace: Workspace, person: Person) -> list[Channel]:
    """List the conversations in a person's sidebar: those they are in, then public ones they could join."""
    outside = person.guest or person.ultra_restricted or person.stranger
    mine = [each for each in workspace.channels() if person.id in each.members]
    others = [] if outside else [each for each in workspace.channels() if each.kind == "public_channel"]
    return [*mine, *(each for each in others if each not in mine)]
