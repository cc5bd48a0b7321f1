"""A house in HTTP mode, and a small client that signs as Slack does; people's hands reach the house through it."""

from __future__ import annotations

import hmac
import json
import socket
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from slack_bolt import App
from slack_sdk.signature import SignatureVerifier

from slackbot.runtime.http_mode import PATH, HttpMode
from slackbot.runtime.transport import RequestMeter
from slackbot.simulator.server import Simulator
from storage.tables.schema import metadata
from tests.house import House, house

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
PATIENCE = 10.0
CASE = 'category:"Account" customer:"Nordic"'


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class SignedClient:
    """Posts to the house as Slack does; what is wrong with a request is said by `headers`, which win."""

    port: int
    secret: str = SECRET

    def signed(self, body: bytes, *, age: float = 0.0) -> dict[str, str]:
        """Make Slack's two headers for a body; `age` is in seconds."""
        timestamp = str(int(time.time() - age))
        try:
            signature = SignatureVerifier(self.secret).generate_signature(timestamp=timestamp, body=body)
        except UnicodeDecodeError:  # slack_sdk signs text alone
            signed = b"v0:" + timestamp.encode() + b":" + body
            signature = "v0=" + hmac.new(self.secret.encode(), signed, "sha256").hexdigest()
        assert signature is not None
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}

    def posts(self, body: bytes, kind: str = FORM, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Post a body, signed now unless `headers` are given."""
        sent = self.signed(body) if headers is None else headers
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("POST", PATH, body, {"Content-Type": kind, **sent})
            response = connection.getresponse()
            return Answer(response.status, response.read())
        finally:
            connection.close()

    def delivers(self, kind: str, payload: Mapping[str, Any]) -> Answer:
        """Post a payload in the shape that its kind has over HTTP."""
        if kind == "slash_commands":
            return self.posts(urlencode(payload).encode())
        if kind == "interactive":
            return self.posts(urlencode({"payload": json.dumps(payload)}).encode())
        return self.posts(json.dumps(payload).encode(), JSON)


@dataclass(slots=True)
class Postman:
    """Stands where the simulator's Socket Mode stands, and brings each envelope by a signed request."""

    client: SignedClient
    slack: Simulator
    answers: list[Answer] = field(default_factory=list)
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4))

    def send(self, envelope: Mapping[str, Any]) -> object:
        """Take an envelope on its way."""
        self._threads.submit(self._bring, dict(envelope))
        return self

    def is_open(self, _: object) -> bool:
        """Say that a request may always be made."""
        return True

    def ends(self) -> None:
        """Bring the last ones."""
        self._threads.shutdown(wait=True)

    def _bring(self, envelope: Mapping[str, Any]) -> None:
        answer = self.client.delivers(envelope["type"], envelope["payload"])
        self.answers.append(answer)
        if answer.status != 200:
            return
        body: Any = answer.body.decode()
        if body.startswith("{"):
            body = json.loads(body)
        acknowledge = self.slack._deliverer._acknowledge
        self.slack._server.loop.call_soon_threadsafe(acknowledge, envelope["envelope_id"], body or None)


@dataclass(slots=True)
class HttpHouse:
    """A house in HTTP mode and who brings requests to it."""

    house: House
    client: SignedClient
    postman: Postman
    transport: HttpMode

    def rows(self) -> int:
        """Count every row of the database: whatever is written shows in it."""
        with self.house.rung.engine.ctx.store.read() as tx:
            tables = [sa.select(sa.func.count().label("count")).select_from(table) for table in metadata.sorted_tables]
            counted = sa.union_all(*tables).subquery()
            return int(tx.connection.execute(sa.select(sa.func.sum(counted.c.count))).scalar_one())

    def command(self, text: str, **changed: str) -> dict[str, str]:
        """Write the fields of an `/escalate` of Ana's."""
        workspace, ana = self.house.rung.workspace, self.house.person("ana")
        return {
            "team_id": workspace.team_id,
            "user_id": ana.id,
            "channel_id": self.house.channel("#support").id,
            "channel_name": "support",
            "command": "/escalate",
            "text": text,
            "trigger_id": f"{time.monotonic_ns()}.1",
            "response_url": f"{self.house.simulator.base_url}/response/none",
            **changed,
        }


@contextmanager
def http_house(url: str) -> Iterator[HttpHouse]:
    """Open a house in HTTP mode on a migrated database and a free port."""
    made: list[HttpMode] = []

    def transport(bolt: App, meter: RequestMeter) -> HttpMode:
        made.append(HttpMode(bolt, SECRET, ("127.0.0.1", 0), meter))
        return made[0]

    with house(url, transport=transport) as opened:
        client = SignedClient(made[0].port)
        postman = Postman(client, opened.simulator)
        opened.simulator._deliverer._sockets = postman  # type: ignore[assignment]  # it stands in its place
        yield HttpHouse(opened, client, postman, made[0])
        postman.ends()


def raw(port: int, *parts: bytes) -> int:
    """Send bytes as they are, and give the status that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        for part in parts:
            line.sendall(part)
        response = HTTPResponse(line)
        response.begin()
        return response.status
