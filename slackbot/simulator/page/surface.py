"""A message, a modal or a Home tab as somebody fills it in: who reads, and what stands in its fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from slackbot.simulator.element_state import state_key
from slackbot.simulator.hands.labels import options_of

if TYPE_CHECKING:
    from slackbot.simulator.model import Json
    from slackbot.simulator.page.mrkdwn import Eyes
    from slackbot.simulator.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Surface:
    """What the templates ask while they draw blocks. `name` keeps the ids of several surfaces on a page apart."""

    name: str
    eyes: Eyes
    workspace: Workspace = field(repr=False)
    state: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    def id(self, block: Json, element: Json) -> str:
        """Name an element within the page."""
        return f"{self.name}-{block.get('block_id')}-{element.get('action_id')}".replace(" ", "_")

    def held(self, block: Json, element: Json) -> Any:
        """Say what stands in a field."""
        key = state_key(str(element["type"]))
        entry = self.state.get(str(block.get("block_id")), {}).get(str(element.get("action_id")), {})
        return entry.get(key) if key else None

    def chosen(self, block: Json, element: Json) -> list[str]:
        """List the values that are chosen in radio buttons, checkboxes or a menu for several."""
        held = self.held(block, element)
        listed = held if isinstance(held, list) else [held] if held else []
        return [str(each["value"] if isinstance(each, dict) else each) for each in listed]

    def picked(self, block: Json, element: Json) -> list[Json]:
        """List the options picked in a menu whose options are the app's to say."""
        held = self.held(block, element)
        return held if isinstance(held, list) else [held] if held else []

    def options(self, element: Json) -> list[Json]:
        """List the options of a menu, those in groups included."""
        return options_of(element)

    def offered(self, kind: str) -> list[Json]:
        """List the people or channels that a menu of them offers, as options."""
        if "users" in kind:
            people = [each for each in self.workspace.people() if not each.deleted]
            return [_option(each.real_name, each.id) for each in people]
        mine = [each for each in self.workspace.channels() if each.name and self._sees(each.private, each.members)]
        return [_option(f"#{each.name}", each.id) for each in mine if not each.archived]

    def local(self, unix: int | None) -> str:
        """Write an instant as the browser's own picker takes it, in the reader's zone."""
        if unix is None:
            return ""
        at = datetime.fromtimestamp(unix, UTC).astimezone(ZoneInfo(self.eyes.person.tz))
        return at.strftime("%Y-%m-%dT%H:%M")

    def written(self, held: Any) -> str:
        """Write what stands in a field of several lines; of formatted text the words."""
        if not isinstance(held, dict):
            return str(held or "")
        parts = [part for line in held.get("elements", ()) for part in line.get("elements", ())]
        return "".join(str(part.get("text", "")) for part in parts)

    def _sees(self, private: bool, members: tuple[str, ...]) -> bool:  # noqa: FBT001
        return not private or self.eyes.person.id in members


def _option(text: str, value: str) -> Json:
    return {"text": {"type": "plain_text", "text": text}, "value": value}
