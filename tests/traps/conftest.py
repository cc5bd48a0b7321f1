"""A Bolt app of the house over a still house, to dispatch requests in process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App, BoltRequest, BoltResponse

from slackbot.app import build_bolt
from slackbot.services.context import Requester
from tests.services.still_house import NOWHERE, StillHouse, still_house


@dataclass(slots=True)
class Counter:
    """Where requests come in: the house behind, the app, and the payload of a command."""

    house: StillHouse
    later: ThreadPoolExecutor

    def app(self) -> App:
        """Build the house's Bolt app as `rung run` does, from the environment as it is now."""
        with self.house.engine.ctx.store.read() as tx:
            workspace = tx.workspaces.all()[0]
        token, pool = self.house.slack.app.bot_token, self.later
        return build_bolt(self.house.engine, workspace, token, NOWHERE, later=pool, counting=pool)

    def command(self, text: str) -> dict[str, Any]:
        """Write the payload of `/escalate`."""
        who: Requester = self.house.requester("ana")
        return {
            "command": "/escalate",
            "text": text,
            "team_id": who.team_id,
            "user_id": who.user_id,
            "channel_id": self.house.channel_id("support"),
            "trigger_id": f"trigger.{next(self.house.keys)}",
            "response_url": "https://hooks.slack.com/commands/T0001/1/x",
        }


@pytest.fixture
def counter(template: Path, tmp_path: Path) -> Iterator[Counter]:
    """Give a counter in front of a still house."""
    with still_house(template, tmp_path) as house, ThreadPoolExecutor(2) as later:
        yield Counter(house, later)


Dispatch = Callable[[App, dict[str, Any]], BoltResponse]


@pytest.fixture
def dispatch() -> Dispatch:
    """Give a function that hands a Socket Mode payload to an app."""

    def hand_over(app: App, body: dict[str, Any]) -> BoltResponse:
        return app.dispatch(BoltRequest(mode="socket_mode", body=body))

    return hand_over
