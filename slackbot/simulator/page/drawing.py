"""Drawing a window: its regions as HTML, each for itself, so that what changed can be put in place of what was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from slackbot.simulator.element_state import initial_state
from slackbot.simulator.hands.manifest import bot_offers
from slackbot.simulator.page import feed, mischief, traffic
from slackbot.simulator.page.charts import chart_of
from slackbot.simulator.page.emoji import EMOJI, QUICK
from slackbot.simulator.page.mrkdwn import Eyes, plain, to_html
from slackbot.simulator.page.reading import called_by, name_of
from slackbot.simulator.page.richtext import rich_to_html
from slackbot.simulator.page.surface import Surface
from slackbot.simulator.page.window import HOME, Window, humans, visible

if TYPE_CHECKING:
    from slackbot.simulator.model import Channel, Message, Person, View
    from slackbot.simulator.page.house import House

REGIONS = ("top", "side", "head", "compose", "thread", "panel", "modal", "caption")
"""Everything but the messages themselves, which are drawn one by one."""

COLOURS = 8


class Drawing:
    """One window's regions, drawn when they are asked for."""

    def __init__(self, house: House, templates: Environment, window: Window) -> None:
        self._house = house
        self._templates = templates
        self.window = window

    @property
    def person(self) -> Person:
        """Whose window it is."""
        found = self._house.workspace.person(self.window.person)
        return found or humans(self._house.workspace)[0]

    @property
    def channel(self) -> Channel | None:
        """Which conversation it shows; None on the Home tab."""
        return self._house.workspace.channel(self.window.place)

    def lines(self) -> list[feed.Line]:
        """List what the conversation says."""
        if self.window.place == HOME:
            return []
        return feed.conversation(self._house.workspace, self.person, self.window.place)

    def region(self, name: str) -> str:
        """Draw a region by its name."""
        return self._fill(name, **_CONTENT[name](self))

    def messages(self, lines: Sequence[feed.Line]) -> list[str]:
        """Draw messages."""
        bare = replace(self.window, panel="", thread="")
        tools = {**self._message_tools(), "window": bare}
        person = self.person
        return [self._fill("message", item=feed.item(each, person), in_thread=False, **tools) for each in lines]

    def page(self, lines: list[feed.Line], *, new_since: str) -> str:
        """Draw the whole page, with the newest messages; `new_since` is up to where they were read before."""
        regions = {name: Markup(self.region(name)) for name in REGIONS}  # noqa: S704 our own templates
        newest = feed.newest(lines)
        drawn = map(Markup, self.messages(newest.lines))
        messages = list(zip((each.key for each in newest.lines), drawn, strict=True))
        first_new = next((each.key for each in newest.lines if new_since and each.key > new_since), "")
        return self._fill(
            "page",
            regions=regions,
            messages=messages,
            first_new=first_new,
            older=newest.older,
            title=self.title,
        )

    @property
    def title(self) -> str:
        """What the browser calls the window."""
        place = "Rung" if self.window.place == HOME else self._place_name(self.channel)
        return f"{place} · {self.person.real_name}"

    def calls(self) -> int:
        """Count the messages anywhere that call this person and are unread."""
        workspace, person = self._house.workspace, self.person
        return sum(self._house.marks.news(person, each).calls for each in visible(workspace, person))

    def eyes(self) -> Eyes:
        """Say who reads and what they see."""
        workspace, window = self._house.workspace, self.window
        called = called_by(workspace, self.person)
        now = workspace.changes.calendar.now()
        bare = replace(window, panel="", thread="")
        return Eyes(self.person, called, name_of(workspace), now, lambda url: bare.lead(workspace, url))

    def _fill(self, template: str, **values: Any) -> str:
        tools = {"window": self.window, "person": self.person, "app": self._house.workspace.app}
        return self._templates.get_template(f"{template}.html.j2").render({**tools, **values})

    def _message_tools(self) -> dict[str, Any]:
        workspace = self._house.workspace
        eyes = self.eyes()

        def surface(message: Message) -> Surface:
            name = f"m{message.ts}"
            return Surface(name, eyes, workspace, initial_state(message.blocks))

        return {
            "eyes": eyes,
            "surface": surface,
            "author": workspace.person,
            "colour": self._colour,
            "emoji": EMOJI,
            "quick": QUICK,
            "shortcuts": bot_offers(workspace, "shortcuts", type="message"),
            "clock": self._clock_of(),
        }

    def _clock_of(self) -> Callable[[datetime], str]:
        zone = ZoneInfo(self.person.tz)
        return lambda at: f"{at.astimezone(zone):%-I:%M %p}"

    def _colour(self, some_id: str) -> int:
        return sum(map(ord, some_id)) % COLOURS

    def _place_name(self, channel: Channel | None) -> str:
        if channel is None:
            return "Rung"
        if channel.is_im:
            return self._house.workspace.app.name
        return ", ".join(self._others(channel)) if channel.is_mpim else f"#{channel.name}"

    def _others(self, channel: Channel) -> list[str]:
        names = name_of(self._house.workspace)
        return [names(each) or each for each in channel.members if each != self.window.person]

    def _top(self) -> dict[str, Any]:
        backstage, workspace = self._house.backstage, self._house.workspace
        since, at = backstage.clock.anchor
        return {
            "since": int(since.timestamp() * 1000),
            "now": at.astimezone(ZoneInfo(self.person.tz)),
            "rate": backstage.clock.rate,
            "titles": self._house.titles,
            "running": backstage.running,
            "upcoming": backstage.upcoming(),
            "people": humans(workspace),
            "colour": self._colour,
            "clock": self._clock_of(),
            "team": workspace.domain.title(),
        }

    def _side(self) -> dict[str, Any]:
        workspace, person = self._house.workspace, self.person
        places = visible(workspace, person)
        return {
            "channels": [each for each in places if not each.is_im and not each.is_mpim],
            "groups": [each for each in places if each.is_mpim],
            "direct": next((each for each in places if each.is_im), None),
            "news": lambda channel: self._house.marks.news(person, channel),
            "name": self._place_name,
            "home": HOME,
            "team": workspace.domain.title(),
        }

    def _head(self) -> dict[str, Any]:
        people = [] if self.channel is None else [self._house.workspace.person(each) for each in self.channel.members]
        return {
            "channel": self.channel,
            "name": self._place_name(self.channel),
            "members": [each for each in people if each is not None],
            "home": HOME,
            "direct": self._house.workspace.direct_message(self.window.person),
            "view": self._surface_of(self._house.workspace.views.home(self.window.person)),
        }

    def _compose(self) -> dict[str, Any]:
        workspace = self._house.workspace
        features = workspace.manifest.get("features", {}).get("app_home", {})
        return {
            "channel": self.channel,
            "joined": self.channel is not None and self.person.id in self.channel.members,
            "name": self._place_name(self.channel),
            "read_only": bool(features.get("messages_tab_read_only_enabled")),
            "shortcuts": bot_offers(workspace, "shortcuts", type="global"),
        }

    def _thread(self) -> dict[str, Any]:
        if not self.window.thread:
            return {"items": []}
        found = feed.thread(self._house.workspace, self.person, self.window.place, self.window.thread)
        return {"items": found, "name": self._place_name(self.channel), **self._message_tools()}

    def _modal(self) -> dict[str, Any]:
        stack = self._house.workspace.views.stack(self.window.person)
        return {"view": self._surface_of(stack[-1] if stack else None), "depth": len(stack)}

    def _surface_of(self, view: View | None) -> tuple[View, Surface] | None:
        if view is None:
            return None
        errors = self._house.errors.get(view.id, {})
        return view, Surface(view.id, self.eyes(), self._house.workspace, view.state, errors)

    def _panel(self) -> dict[str, Any]:
        house, panel = self._house, self.window.panel
        return {
            "plans": house.backstage.plans(self.window.person) if panel == "why" else (),
            "entries": traffic.entries(house.simulator) if panel == "traffic" else (),
            "faults": mischief.offers(house, self.window) if panel == "faults" else (),
            "running": house.backstage.running,
            "surface": Surface("panel", self.eyes(), house.workspace),
            "clock": self._clock_of(),
        }

    def _caption(self) -> dict[str, Any]:
        return {"caption": self._house.backstage.caption}


_CONTENT: Mapping[str, Callable[[Drawing], dict[str, Any]]] = {
    "top": Drawing._top,  # noqa: SLF001 the table of this class's own regions
    "side": Drawing._side,  # noqa: SLF001
    "head": Drawing._head,  # noqa: SLF001
    "compose": Drawing._compose,  # noqa: SLF001
    "thread": Drawing._thread,  # noqa: SLF001
    "panel": Drawing._panel,  # noqa: SLF001
    "modal": Drawing._modal,  # noqa: SLF001
    "caption": Drawing._caption,  # noqa: SLF001
}


def page_templates() -> Environment:
    """Compile the page's templates when they are first used."""
    environment = Environment(
        loader=PackageLoader("slackbot.simulator.page", "templates"),
        autoescape=True,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(mrkdwn=to_html, plain=plain, rich=rich_to_html, chart=chart_of)
    return environment
