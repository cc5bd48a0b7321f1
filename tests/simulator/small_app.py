"""A tiny real Bolt app over Socket Mode, and a simulated workspace around it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler as BuiltinHandler
from slack_bolt.adapter.socket_mode.websocket_client import SocketModeHandler
from slack_sdk import WebClient

from slackbot.clock import ManualClock
from slackbot.simulator.server import Simulator
from slackbot.simulator.workspace import Workspace
from slackbot.slack.gateway import Gateway, bare_client

Register = Callable[[App], None]
Handler = type[SocketModeHandler] | type[BuiltinHandler]

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Tiny"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "tiny"},
        "slash_commands": [
            {"command": "/note", "description": "n", "should_escape": True},
            {"command": "/form", "description": "f"},
        ],
        "shortcuts": [
            {"name": "Escalate conversation", "type": "message", "callback_id": "from_message"},
            {"name": "Open the form", "type": "global", "callback_id": "from_anywhere"},
        ],
    },
    "oauth_config": {
        "scopes": {"bot": ["chat:write", "commands", "channels:read", "channels:history", "im:write", "im:history"]}
    },
    "settings": {"event_subscriptions": {"bot_events": ["app_home_opened", "message.channels", "app_uninstalled"]}},
}


@dataclass
class House:
    """What a test works with; `heard` lists what the app was told, in its own words."""

    simulator: Simulator
    workspace: Workspace
    clock: ManualClock
    app: App
    client: WebClient
    heard: list[Any] = field(default_factory=list)


def plain(text: str) -> dict[str, Any]:
    """Make a plain text object."""
    return {"type": "plain_text", "text": text}


def client_for(simulator: Simulator) -> WebClient:
    """Make a Web API client of the app that sends nothing twice."""
    return WebClient(simulator.bot_token, base_url=simulator.api_url, retry_handlers=[], timeout=5)


@dataclass(frozen=True, slots=True)
class OneToken:
    """A source of one token."""

    value: str

    def token(self, workspace_id: int) -> str:
        """Give the token, whatever the workspace."""
        del workspace_id
        return self.value


def gateway_for(simulator: Simulator) -> Gateway:
    """Make the way to Slack that Rung itself takes: what it makes of an answer is what counts."""
    return Gateway(OneToken(simulator.bot_token), lambda token: bare_client(token, simulator.api_url, timeout=5))


def furnished(clock: ManualClock, manifest: dict[str, Any] | None) -> Workspace:
    """Make a workspace with three people and three channels; `#boss` is private and without the app."""
    workspace = Workspace(clock, manifest=manifest)
    ana = workspace.add_person("ana", tz="America/New_York")
    lea = workspace.add_person("lea", tz="Asia/Tokyo")
    gil = workspace.add_person("gil", guest=True)
    workspace.add_channel("support", members=[ana.id, lea.id, gil.id])
    workspace.add_channel("tier-2", members=[lea.id])
    workspace.add_channel("boss", members=[lea.id], private=True, with_app=False)
    return workspace


@contextmanager
def open_house(
    register: Register,
    *,
    handler: Handler = SocketModeHandler,
    manifest: dict[str, Any] | None = None,
    connections: int = 1,
    retry_seconds: float = 4.0,
) -> Iterator[House]:
    """Start a workspace and an app connected to it, so many times over; stop both afterwards."""
    clock = ManualClock(datetime(2026, 11, 16, 8, 0, tzinfo=UTC))
    workspace = furnished(clock, manifest)
    with Simulator(workspace, retry_seconds=retry_seconds) as simulator:
        client = client_for(simulator)
        app = App(client=client, token_verification_enabled=False)
        register(app)
        sockets = [handler(app, simulator.app_token) for _ in range(connections)]
        try:
            for socket in sockets:
                socket.connect()  # type: ignore[no-untyped-call]  # Bolt gives it no types
            simulator.wait_connected(connections)
            yield House(simulator, workspace, clock, app, client)
        finally:
            _hang_up(simulator, sockets)
            closing = [threading.Thread(target=socket.close) for socket in sockets]
            for thread in closing:
                thread.start()
            for thread in closing:
                thread.join()


def _hang_up(simulator: Simulator, sockets: list[SocketModeHandler | BuiltinHandler]) -> None:
    # websocket-client may wait ten seconds for a stream its own close() has closed; a cut stream wakes it. The builtin
    # client takes a cut stream badly and an orderly close well.
    if all(isinstance(socket, SocketModeHandler) for socket in sockets):
        for socket in sockets:
            socket.client.auto_reconnect_enabled = False
        simulator.drop_connections()
