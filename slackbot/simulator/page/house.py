"""What every window of the page shows parts of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slackbot.simulator.page.backstage import Backstage
    from slackbot.simulator.page.reading import ReadMarks
    from slackbot.simulator.server import Simulator
    from slackbot.simulator.workspace import Workspace


@dataclass(frozen=True, slots=True)
class House:
    """The workspace, whoever runs the app beside it, and what the page itself remembers.

    `errors` are what the app held against a submitted view, by its id; `emptied` remembers who was in a group.
    """

    simulator: Simulator
    backstage: Backstage
    marks: ReadMarks
    titles: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, Mapping[str, str]] = field(default_factory=dict)
    emptied: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        """The simulated workspace."""
        return self.simulator.workspace
