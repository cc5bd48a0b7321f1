"""The simulated Slack, running: Web API over HTTP, Socket Mode over WebSockets, people to act in it.

An app meets it only through `api_url` and the two tokens. It listens on the loopback address alone.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Self

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from slackbot.simulator.authorize import AuthorizePage
from slackbot.simulator.deliveries import KEPT
from slackbot.simulator.delivery import HTTP_RETRY_SECONDS, RETRY_SECONDS, Deliverer
from slackbot.simulator.facts import load_facts
from slackbot.simulator.faults import FaultScript
from slackbot.simulator.files import UPLOAD_PATH
from slackbot.simulator.hands.admin import Admin
from slackbot.simulator.hands.manifest import bot_events
from slackbot.simulator.hands.person import Hands
from slackbot.simulator.hands.screen import ShownChannel
from slackbot.simulator.hands.stage import NotPossibleError, Stage
from slackbot.simulator.http import ApiEndpoint, ResponseUrlEndpoint
from slackbot.simulator.oauth import AUTHORIZE_PATH
from slackbot.simulator.payloads import event_callback, subscribed
from slackbot.simulator.request_urls import RequestSender
from slackbot.simulator.response_urls import ResponseUrls
from slackbot.simulator.socket_mode import WARNING_SECONDS, SocketMode
from slackbot.simulator.uploads import UploadEndpoint
from slackbot.simulator.web_api.api import WebApi
from slackbot.simulator.wire import LOOPBACK, LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from starlette.routing import BaseRoute

    from slackbot.simulator.deliveries import Delivery
    from slackbot.simulator.limits import Limits
    from slackbot.simulator.model import Json
    from slackbot.simulator.web_api.call import Rules
    from slackbot.simulator.workspace import Workspace


class Simulator:
    """One workspace behind a real server; use it as a context manager, or `start` and `stop` it.

    `port` 0 takes any free one. `limits` None turns rate limits off. `seed` decides which of several connections gets a
    payload. `retry_seconds` is when an event nobody acknowledged comes again over Socket Mode, `http_retry_seconds` the
    three pauses over HTTP, which `workspace.installation.deliver_to` switches on. `kept` is how many deliveries, calls
    and pings are remembered to look at: the newest.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        port: int = 0,
        limits: Limits | None = None,
        rules: Rules | None = None,
        seed: int = 0,
        retry_seconds: float = RETRY_SECONDS,
        http_retry_seconds: Sequence[float] = HTTP_RETRY_SECONDS,
        kept: int = KEPT,
    ) -> None:
        self.workspace = workspace
        self.faults = FaultScript(workspace.clock)
        self._server = LoopbackServer(port)
        self._sockets = SocketMode(
            self._server,
            app_id=workspace.app.app_id,
            changed=workspace.changed,
            chance=random.Random(seed),  # noqa: S311 routing must be repeatable, not secret
        )
        self._remember(kept)
        self.api = WebApi(workspace, load_facts(), limits=limits, rules=rules, connect=self._sockets.issue_url)
        self.requests = RequestSender(workspace)
        self._deliverer = Deliverer(
            workspace,
            self._server,
            self._sockets,
            self.requests,
            retry_seconds=retry_seconds,
            http_retry_seconds=http_retry_seconds,
            kept=kept,
        )
        self.mishaps = self._deliverer.mishaps
        self.response_urls = ResponseUrls(workspace, limits, self._deliverer.told.answer_to)
        self._stage = Stage(workspace, self._deliverer, self.response_urls, self._response_url)
        self._application = Starlette(routes=self._routes())
        self._running = False
        self._events = 0
        workspace.on_event(self._hand_on)

    @property
    def stage(self) -> Stage:
        """What every pair of hands shares, for whoever makes hands of another kind."""
        return self._stage

    @property
    def base_url(self) -> str:
        """The server's address without a slash at the end."""
        return f"http://{LOOPBACK}:{self._server.port}"

    @property
    def api_url(self) -> str:
        """What `SLACK_API_URL` is to be."""
        return f"{self.base_url}/api/"

    @property
    def bot_token(self) -> str:
        """What `SLACK_BOT_TOKEN` is to be."""
        return self.workspace.app.bot_token

    @property
    def app_token(self) -> str:
        """What `SLACK_APP_TOKEN` is to be."""
        return self.workspace.app.app_token

    @property
    def signing_secret(self) -> str:
        """What `SLACK_SIGNING_SECRET` is to be, where the app is told over HTTP."""
        return self.workspace.app.signing_secret

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything the app was told, oldest first, with acks and failures."""
        with self.workspace.changed:
            return self._deliverer.told.all()

    @property
    def failures(self) -> list[Delivery]:
        """What people saw fail, and events given up."""
        return [each for each in self.deliveries if each.failed]

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return self._sockets.connected()

    @property
    def connections_made(self) -> int:
        """How many Socket Mode connections there were since the start; grows with every reconnect."""
        return self._sockets.opened

    def add_routes(self, routes: Sequence[BaseRoute]) -> None:
        """Serve more than Slack's own addresses, such as a page to look at; before the start."""
        self._application.router.routes.extend(routes)

    def start(self) -> None:
        """Begin to serve; raises ServerStartError if the port is taken."""
        self._server.start(self._application)
        self.workspace.files.host = self.base_url
        self._running = True

    def stop(self) -> None:
        """Cut every connection and free the port; close the app's Socket Mode client first."""
        self._running = False
        self.requests.close()
        self._server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def person(self, name: str) -> Hands:
        """Give the hands of somebody, found by name or id; raises NotPossibleError for a stranger."""
        people = self.workspace.people()
        found = next((each for each in people if name in (each.name, each.id)), None)
        if found is None:
            there = ", ".join(each.name for each in people)
            message = f"There is nobody called {name!r}, only {there}."
            raise NotPossibleError(message)
        return Hands(self._stage, found.id)

    @property
    def admin(self) -> Admin:
        """The hands of the workspace's admin: they archive, remove, deactivate and revoke."""
        return Admin(self.workspace)

    def channel(self, name: str) -> ShownChannel:
        """Show a channel, found by name or id; raises NotPossibleError when there is none."""
        found = self.workspace.channel_named(name) or self.workspace.channel(name)
        if found is None:
            there = ", ".join(f"#{each.name}" for each in self.workspace.channels() if each.name)
            message = f"There is no channel {name}, only {there}."
            raise NotPossibleError(message)
        return ShownChannel(self._stage, found.id)

    def wait_connected(self, count: int = 1, timeout: float = 10.0) -> None:
        """Wait real seconds until the app holds so many connections; raises TimeoutError."""
        self._sockets.wait_connected(count, timeout)

    def drop_connections(self) -> None:
        """End every Socket Mode connection without a close frame, as a dying network does."""
        self._sockets.drop()

    def stall_connections(self) -> None:
        """Leave every Socket Mode connection open but read nothing more and answer no ping."""
        self._sockets.stall()

    def half_open_connections(self) -> None:
        """Leave every Socket Mode connection open with nothing coming through, pings and envelopes included."""
        self._sockets.silence()

    def goes_dark(self) -> None:
        """Refuse every connection and cut those there are, until `comes_back`."""
        self._server.refuse()

    def comes_back(self) -> None:
        """Listen again on the same port after `goes_dark`."""
        self._server.accept()

    def ask_to_reconnect(self, reason: str = "refresh_requested", *, closes_after: float = WARNING_SECONDS) -> None:
        """Send every connection a disconnect frame (`warning`, `refresh_requested`) and close it seconds later."""
        self._sockets.disconnect(reason, closes_after=closes_after)

    def deliver_event(self, event: Json) -> Delivery:
        """Send the app an event, subscribed to or not; does not wait."""
        with self.workspace.changed:
            self._events += 1
            payload = event_callback(self.workspace, event, number=self._events)
        return self._deliverer.send("events_api", payload)

    def deliver_again(self, delivery: Delivery) -> Delivery:
        """Send the same envelope once more, as Slack may after a reconnect; does not wait."""
        return self._deliverer.send_again(delivery)

    def wait_acknowledged(self, delivery: Delivery) -> Delivery:
        """Wait for the ack of a delivery; raises DeliveryFailedError or TimeoutError."""
        return self._stage.wait_acknowledged(delivery)

    def uninstall(self) -> None:
        """Remove the app: its token dies and it is told so, by both events, in any order."""
        self.workspace.revoke_token(error="account_inactive")
        self.workspace.changes.emit({"type": "app_uninstalled"})

    def _routes(self) -> list[BaseRoute]:
        api = ApiEndpoint(self.api, self.faults, self._server)
        respond = ResponseUrlEndpoint(self.response_urls, self.faults, self._server)
        return [
            Route("/api/{method}", api.answer, methods=["GET", "POST"]),
            Route("/response/{token}", respond.answer, methods=["POST"]),
            Route(AUTHORIZE_PATH, AuthorizePage(self.workspace, self.api.oauth).answer, methods=["GET"]),
            Route(UPLOAD_PATH + "{file_id}", UploadEndpoint(self.workspace.files).answer, methods=["POST"]),
            WebSocketRoute("/link/", self._sockets.serve),
        ]

    def _remember(self, kept: int) -> None:
        self.workspace.journal.keep(kept)
        self.workspace.history.keep_pings(kept)

    def _hand_on(self, event: Json) -> None:
        if self._running and subscribed(bot_events(self.workspace), event):
            self.deliver_event(event)

    def _response_url(self, token: str) -> str:
        return f"{self.base_url}/response/{token}"
