"""Bolt naps while it waits for an ack, never acks what nobody listens for, shares five threads: none of it hits us."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from slack_bolt import Ack, App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.listener import thread_runner
from slack_sdk import WebClient

from tests.services.still_house import CANARY, NOWHERE
from tests.traps.conftest import Counter, Dispatch

LINE = f'refund stuck category:Account customer:"{CANARY}"'


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note every nap that Bolt takes while it waits for an ack."""
    taken: list[float] = []
    nap = time.sleep

    class Noted:
        """The module `time` as Bolt sees it."""

        time = staticmethod(time.time)

        @staticmethod
        def sleep(seconds: float) -> None:
            taken.append(seconds)
            nap(seconds)

    monkeypatch.setattr(thread_runner, "time", Noted)
    return taken


def test_the_trap_of_the_naps_is_there(naps: list[float], dispatch: Dispatch, counter: Counter) -> None:
    """Stock Bolt sleeps 10 ms at a time until a listener in another thread has acknowledged."""
    app = App(
        client=WebClient(base_url=NOWHERE, retry_handlers=[]),
        authorize=lambda: AuthorizeResult(enterprise_id=None, team_id="T0001", bot_token="xoxb-x", bot_user_id="U1"),
        request_verification_enabled=False,
    )
    seen: list[int] = []

    @app.command("/escalate")
    def listener(ack: Ack) -> None:
        seen.append(threading.get_ident())
        patience = time.monotonic() + 5
        while not naps and time.monotonic() < patience:
            threading.Event().wait(0.001)
        ack()

    assert dispatch(app, counter.command("x")).status == 200
    assert naps
    assert set(naps) == {0.01}
    assert seen != [threading.get_ident()]


def test_our_ack_is_not_napped_over(naps: list[float], dispatch: Dispatch, counter: Counter) -> None:
    """Our listener commits and acknowledges in the thread that brought the request; nobody sleeps."""
    answer = dispatch(counter.app(), counter.command(LINE))
    assert answer.status == 200
    assert "ESC-1" in answer.body
    assert naps == []


EVENT = {"type": "event_callback", "team_id": "T0001", "event": {"type": "emoji_changed", "user": "U0002"}}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(EVENT, id="event"),
        pytest.param({"type": "block_actions", "actions": [{"action_id": "gone", "block_id": "b"}]}, id="press"),
        pytest.param({"type": "view_submission", "view": {"callback_id": "gone", "type": "modal"}}, id="form"),
        pytest.param({"type": "shortcut", "callback_id": "gone"}, id="shortcut"),
        pytest.param({"type": "message_action", "callback_id": "gone"}, id="message shortcut"),
        pytest.param({"command": "/gone"}, id="command"),
    ],
)
def test_what_nobody_listens_for_is_acknowledged(counter: Counter, dispatch: Dispatch, body: dict[str, Any]) -> None:
    """Socket Mode acks a 200 alone: a payload of an older or newer release is answered, so that it stops coming."""
    people = {"team": {"id": "T0001"}, "user": {"id": counter.house.requester("ana").user_id, "team_id": "T0001"}}
    extra = (
        {} if body is EVENT else {**people, "team_id": "T0001", "user_id": people["user"]["id"], "trigger_id": "1.2"}
    )
    assert dispatch(counter.app(), {**body, **extra}).status == 200


def test_slow_forms_starve_nobody(counter: Counter, dispatch: Dispatch) -> None:
    """While a dozen forms wait for Slack, a command is still acknowledged, and in its own thread."""
    free = threading.Event()
    for _ in range(12):
        counter.later.submit(free.wait, 10)
    try:
        assert dispatch(counter.app(), counter.command(LINE)).status == 200
    finally:
        free.set()


def test_the_word_payload_is_only_a_word(counter: Counter, dispatch: Dispatch) -> None:
    """A text with the word `payload` in it, over which Bolt stumbles in HTTP mode, raises its case."""
    answer = dispatch(counter.app(), counter.command(f"the payload parser is broken {LINE}"))
    assert "ESC-1" in answer.body
